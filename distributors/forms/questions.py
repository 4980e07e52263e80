"""Asking the company, answering, and looking at what was asked."""

from typing import Any

from crispy_forms.layout import Layout, Submit
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.fields import PlainField
from common.forms import filters, poster
from distributors.operations.questions import LONGEST

TOPICS = (
    ("earnings", gettext_lazy("Earnings")),
    ("orders", gettext_lazy("Orders and returns")),
    ("team", gettext_lazy("Team and sponsor")),
    ("account", gettext_lazy("Account and data")),
    ("other", gettext_lazy("Something else")),
)
STATES = (
    ("waiting", gettext_lazy("Waits for an answer")),
    ("answered", gettext_lazy("Answered")),
    ("closed", gettext_lazy("Closed")),
)


def _text(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6}))


class AskForm(forms.Form):
    """A question: what it is about, and the question itself."""

    topic = forms.ChoiceField(label=gettext_lazy("It is about"), choices=TOPICS)
    subject = PlainField(label=gettext_lazy("In a few words"), max_length=120)
    text = _text(gettext_lazy("Your question"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = poster()
        send = Submit("", _("Send the question"), css_class="btn-main")
        self.helper.layout = Layout("topic", "subject", "text", send)


class WriteForm(forms.Form):
    """One more thing to say."""

    text = _text(gettext_lazy("Write"))

    def __init__(self, *args: Any, label: str, send: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label
        self.helper = poster()
        self.helper.layout = Layout("text", Submit("", send, css_class="btn-main"))


class QueueForm(forms.Form):
    """Which questions the company's people look at."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=[("", gettext_lazy("Any state")), *STATES]
    )
    topic = forms.ChoiceField(
        label=gettext_lazy("About"), required=False, choices=[("", gettext_lazy("Anything")), *TOPICS]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = filters("staff-questions", "state", "topic")

    def asked(self) -> dict[str, str]:
        """What was asked for; nonsense narrows nothing."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in ("state", "topic")}
