"""Asking to return goods, and the company's answer."""

from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.deciding import QueueForm
from common.fields import PlainField
from common.forms import poster
from sales.forms.cart import submit
from sales.forms.fields import QuantityField
from sales.operations.return_requests import Back
from sales.queries.orders import StandingLine

STATES = (
    ("waiting", _("Waits for an answer")),
    ("accepted", _("Accepted")),
    ("refused", _("Refused")),
    ("withdrawn", _("Withdrawn")),
    ("all", _("Every state")),
)
SORTS = (("oldest", _("Longest waiting first")), ("newest", _("Newest first")), ("order", _("Order number")))


class AskForm(forms.Form):
    """How many pieces of each line go back, and why, if the buyer says so: a purchase is withdrawn from without."""

    reason = PlainField(
        label=_("Why you return it (optional)"),
        max_length=300,
        required=False,
        help_text=_("The company reads it. You need no reason."),
    )

    def __init__(self, *args: Any, lines: list[StandingLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [line for line in lines if line.standing]
        for line in self.lines:
            self.fields[_name(line)] = QuantityField(
                label=line.product_name,
                least=0,
                most=line.standing,
                required=False,
                help_text=_("%(n)s of %(all)s can go back") % {"n": line.standing, "all": line.quantity},
            )
        self.helper = poster()
        names = [_name(line) for line in self.lines]
        self.helper.layout = Layout(*names, "reason", submit(_("Confirm: ask to return this"), kind="main"))

    def back(self) -> list[Back]:
        """What goes back, line by line."""
        counts = [(line.order_line_id, self.cleaned_data.get(_name(line)) or 0) for line in self.lines]
        return [Back(pk, count) for pk, count in counts if count]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        is_read = not any(_name(line) in self.errors for line in self.lines)
        if is_read and not self.back() and self.lines:
            self.add_error(_name(self.lines[0]), _("Say how many pieces of which product you return."))
        return found


class AnswerForm(forms.Form):
    """What the buyer reads: a reason for a no, or a word along with a yes."""

    answer = PlainField(
        label=_("Answer"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The buyer reads it."),
        error_messages={"required": _("Say why; the buyer reads it.")},
    )

    def __init__(self, *args: Any, key: object, says_no: bool, **kwargs: Any) -> None:
        kwargs.setdefault("prefix", "no" if says_no else "yes")
        super().__init__(*args, **kwargs)
        self.fields["answer"].required = says_no
        self.fields["answer"].label = (
            _("Why not") if says_no else _("Where to send it, and when it is paid back")
        )
        page = "staff-return-refuse" if says_no else "staff-return-accept"
        self.helper = poster(action=reverse(page, args=[key]))
        button = _("Refuse with this reason") if says_no else _("Accept and book the return")
        self.helper.layout = Layout("answer", submit(button, kind="withdraw" if says_no else "main"))


class RequestsForm(QueueForm):
    """Which requests the company looks at."""

    page, states, sorts = "staff-returns", STATES, SORTS


def _name(line: StandingLine) -> str:
    return f"line_{line.position}"
