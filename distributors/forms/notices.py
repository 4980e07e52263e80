"""Which notices to show, and how one wants to be told."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.forms import filters
from distributors.models import MailRhythm
from distributors.operations.notice_choices import Choice
from distributors.queries.notice_kinds import GROUPS, of_person
from distributors.queries.notices import Choices

RHYTHMS = (
    (MailRhythm.Rhythm.AT_ONCE, gettext_lazy("At once"), gettext_lazy("One mail for each thing.")),
    (
        MailRhythm.Rhythm.DAILY,
        gettext_lazy("Once a day"),
        gettext_lazy("All of a day in one mail, at seven in the morning."),
    ),
    (
        MailRhythm.Rhythm.WEEKLY,
        gettext_lazy("Once a week"),
        gettext_lazy("All of a week in one mail, on Monday morning."),
    ),
)


class FilterForm(forms.Form):
    """What the list of notices is narrowed to."""

    about = forms.ChoiceField(label=gettext_lazy("About"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("Read or not")), ("unread", gettext_lazy("Not read"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about = self.fields["about"]
        if isinstance(about, forms.ChoiceField):
            about.choices = [
                ("", _("Everything")),
                *((key, str(name)) for key, (name, _kinds) in GROUPS.items()),
            ]
        self.helper = filters("notices", "about", "state")

    def asked(self) -> tuple[tuple[str, ...], bool]:
        """The kinds to show (none named: all), and whether only what is unread; nonsense narrows nothing."""
        self.is_valid()
        found = self.cleaned_data
        group = GROUPS.get(found.get("about", ""))
        return (group[1] if group else ()), found.get("state") == "unread"


class ChoicesForm(forms.Form):
    """For each kind the portal and mail, and the rhythm of mail."""

    rhythm = forms.ChoiceField(choices=[(value, label) for value, label, _text in RHYTHMS])

    def __init__(self, *args: Any, now: Choices, is_distributor: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = of_person(is_distributor=is_distributor)
        self.fields["rhythm"].initial = now.rhythm
        for kind in self.kinds:
            self.fields[f"portal-{kind}"] = forms.BooleanField(required=False, initial=kind in now.in_portal)
            self.fields[f"mail-{kind}"] = forms.BooleanField(required=False, initial=kind in now.by_mail)

    def rows(self) -> list[dict[str, Any]]:
        """A row of the table for each kind: its label and its two boxes."""
        return [
            {
                "kind": kind,
                "label": about.label,
                "boxes": [
                    {"name": f"{where}-{kind}", "label": label, "on": bool(self[f"{where}-{kind}"].value())}
                    for where, label in (("portal", _("On the portal")), ("mail", _("By mail")))
                ],
            }
            for kind, about in self.kinds.items()
        ]

    def rhythms(self) -> list[dict[str, Any]]:
        """The choices of a rhythm with what follows from each."""
        chosen = self["rhythm"].value()
        return [
            {"value": value, "title": label, "text": text, "on": value == chosen, "id": f"rhythm-{value}"}
            for value, label, text in RHYTHMS
        ]

    def choices(self) -> dict[str, Choice]:
        """What was chosen, by kind."""
        found = self.cleaned_data
        return {
            kind: Choice(in_portal=found[f"portal-{kind}"], by_mail=found[f"mail-{kind}"])
            for kind in self.kinds
        }
