"""What the pages share on which staff decide what waits: the reason that is given, the answer to what was pressed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Submit
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from common.fields import PlainField


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


def poster(*, action: str = "") -> FormHelper:
    """How a form that posts is drawn: sent once, its refusals beside the fields instead of the browser's own."""
    helper = FormHelper()
    helper.form_method = "post"
    helper.form_action = action
    helper.attrs = {"data-submit-once": "yes", "novalidate": "novalidate"}
    return helper


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
