"""What a distributor sends about their links."""

from typing import Any

from crispy_forms.layout import Layout, Submit
from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.fields import PlainField
from common.forms import filters, poster

STATES = (("", _("Running and ended")), ("running", _("Running")), ("ended", _("Ended")))
SORTS = (
    ("newest", _("Newest first")),
    ("name", _("Name")),
    ("visits", _("Most visits first")),
    ("signups", _("Most sign-ups first")),
)


class CampaignForm(forms.Form):
    """The name of a new campaign; only its owner reads it."""

    name = PlainField(
        label=_("Name of the campaign"),
        max_length=60,
        help_text=_("Only you see it, for example “Friday market” or “Newsletter in May”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Give it a name, so that you know it again.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = poster(action=reverse("sharing-campaign"))
        self.helper.layout = Layout("name", Submit("", _("Make its link"), css_class="btn-plain"))


class LinksForm(forms.Form):
    """Which links are shown, and in which order."""

    state = forms.ChoiceField(label=_("Show"), required=False, choices=STATES)
    sort = forms.ChoiceField(label=_("In the order of"), required=False, choices=SORTS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = filters("sharing", "state", "sort")

    def chosen(self) -> dict[str, str]:
        """The filter and the order; what is not on offer narrows nothing."""
        self.is_valid()
        return {
            "state": self.cleaned_data.get("state", ""),
            "sort": self.cleaned_data.get("sort") or "newest",
        }


INVITATION_STATES = (
    ("", _("Every state")),
    ("sent", _("Sent, not opened")),
    ("opened", _("Link opened")),
    ("signed_up", _("Signed up, not confirmed")),
    ("joined", _("Joined")),
    ("refused", _("Wants none")),
)
INVITATION_SORTS = (("newest", _("Newest first")), ("oldest", _("Oldest first")), ("email", _("Address")))


class InvitationForm(forms.Form):
    """Whom to invite, one at a time."""

    email = forms.EmailField(
        label=_("E-mail of the person you invite"),
        max_length=254,
        help_text=_("Somebody you know, and who would not be surprised to hear from you."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = poster(action=reverse("sharing-invitations"))
        self.helper.layout = Layout("email", Submit("", _("Send the invitation"), css_class="btn-main"))


class InvitationsForm(forms.Form):
    """Which invitations are shown, and in which order."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=INVITATION_STATES)
    sort = forms.ChoiceField(label=_("In the order of"), required=False, choices=INVITATION_SORTS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = filters("sharing-invitations", "state", "sort")

    def chosen(self) -> dict[str, str]:
        """The filter and the order; what is not on offer narrows nothing."""
        self.is_valid()
        return {
            "state": self.cleaned_data.get("state", ""),
            "sort": self.cleaned_data.get("sort") or "newest",
        }
