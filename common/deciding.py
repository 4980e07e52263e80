"""What the pages share on which staff decide what waits: the reason that is given, the answer to what was pressed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from crispy_forms.layout import Layout, Submit
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, gettext_lazy

from common.fields import PlainField
from common.forms import filters, poster


class ReasonForm(forms.Form):
    """A reason, and a button that names what it is for."""

    reason = PlainField(max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(
        self, *args: Any, action: str, label: Any, required: Any, button: Any, name: str, help_text: Any = "",
        kind: str = "btn-plain", **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        field.label, field.help_text, field.error_messages["required"] = label, help_text, required
        self.helper = poster(action=action)
        self.helper.layout = Layout(
            "reason", Submit("do", button, css_class=f"{kind} btn-wide", css_id=f"{name}-button")
        )


def refusal(*, action: str, data: Any = None) -> ReasonForm:
    """The form that refuses what waits, posted to `action`."""
    return ReasonForm(
        data,
        action=action,
        label=gettext("Why it is refused"),
        required=gettext("Say why it is refused."),
        button=gettext("Refuse with this reason"),
        name="refuse",
    )


class QueueForm(forms.Form):
    """Which of those that are decided are shown, and in which order: what waits, the longest waiting first, unless
    something else is asked for.
    """

    page: str
    states: tuple[tuple[str, Any], ...]
    sorts: tuple[tuple[str, Any], ...]

    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    sort = forms.ChoiceField(label=gettext_lazy("In the order of"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("state", self.states), ("sort", self.sorts)):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.helper = filters(self.page, "state", "sort")

    def chosen(self) -> dict[str, str]:
        """The state and the order."""
        self.is_valid()
        return {
            "state": self.cleaned_data.get("state") or "waiting",
            "sort": self.cleaned_data.get("sort") or "oldest",
        }


def decide(
    request: HttpRequest, deed: Callable[[], Any], *, said: str | Callable[[Any], str],
    refused: type[Exception] | tuple[type[Exception], ...], to: str, key: UUID | None = None, lost: str = "",
) -> HttpResponse:  # fmt: skip
    """Does the deed, says what came of it, and leads on to the page named `to`.

    `said` is the sentence, or makes it of what the deed returns. A refusal says its own words, or `lost` where the
    exception has none for people: somebody else was first.
    """
    try:
        result = deed()
    except refused as error:
        messages.error(request, lost or str(error))
    else:
        messages.success(request, said if isinstance(said, str) else said(result))
    return redirect(to, key) if key else redirect(to)
