"""What one order paid, or why it paid nothing: asked by its number from any page of the earnings."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from commissions.forms.orders import OrderSearch
from commissions.queries import order_reasons
from commissions.queries.order_reasons import Answer, NotVisible, Paid
from commissions.views import nothing_rows
from common import spoken
from common.guards import distributor_id, distributor_required
from common.templatetags.portal import counted, money_filter


def search() -> OrderSearch:
    """The field in which an order is asked for."""
    return OrderSearch(action=reverse("order-answer"))


@require_safe
@distributor_required
def order_answer(request: HttpRequest) -> HttpResponse:
    """The reason for what an order paid the reader, or for its zero."""
    asked = "number" in request.GET
    form = OrderSearch(request.GET if asked else None, action=reverse("order-answer"))
    answer = None
    if asked and form.is_valid():
        answer = _found(distributor_id(request), form.cleaned_data["number"])
        if answer is None:
            form.add_error(
                "number", _("There is no order of this number among yours and those of your team.")
            )
    context = {"search": form, "answer": _shown(answer) if answer else None, "nav": "earnings"}
    return render(request, "commissions/order_answer.html", context)


def _found(person: int, number: str) -> Answer | None:
    """Numbers are compared as they are written, and with capital letters."""
    for written in dict.fromkeys((number, number.upper())):
        try:
            return order_reasons.of_order(person_id=person, number=written)
        except NotVisible:
            continue
    return None


def _shown(answer: Answer) -> dict[str, Any]:
    period = spoken.period_name(answer.key) if answer.key else ""
    total = sum(one.amount for one in answer.paid)
    return {
        "number": answer.number,
        "buyer": answer.buyer,
        "is_own": answer.is_own,
        "placed_on": spoken.day(answer.placed_at),
        "counted_on": spoken.day(answer.booked_at) if answer.booked_at else "",
        "came_back": ", ".join(dict.fromkeys(spoken.day(one) for one in answer.came_back)),
        "is_whole_back": answer.is_whole_back,
        "period": period,
        "statement": reverse("statement", args=[answer.key]) if answer.key else "",
        # What was paid in a closed month may still be taken back in the one that is open.
        "final": answer.final and all(one.final for one in answer.paid),
        "has_figures": answer.situation == "counted",
        "place": _place(answer),
        "total": total,
        "paid": [_paid(one) for one in answer.paid],
        "reasons": _reasons(answer),
        "reasons_known": answer.reasons_known,
        "why": _situation(answer, period),
    }


def _place(answer: Answer) -> str:
    if answer.is_own:
        return _("Your own sale")
    if answer.situation != "counted":
        return ""
    return ngettext("%(n)s level below you", "%(n)s levels below you", answer.levels) % {
        "n": counted(answer.levels)
    }


def _reasons(answer: Answer) -> list[dict[str, Any]]:
    """The reasons period by period; where a month and a week were computed, each says of which it is."""
    keys = list(dict.fromkeys(one.key for one in answer.reasons))
    found = []
    for key in keys:
        period = {"period": spoken.period_name(key), "link": reverse("statement", args=[key])}
        rows = nothing_rows.rows([one.group for one in answer.reasons if one.key == key])
        found += [row | (period if answer.by_two_plans else {}) for row in rows]
    return found


def _paid(one: Paid) -> dict[str, Any]:
    title = one.label
    if one.by_correction:
        title = _("%(bonus)s, corrected") % {"bonus": one.label}
    elif one.corrects:
        title = _("%(bonus)s, taken back") % {"bonus": one.label}
    return {
        "title": title,
        "amount": one.amount,
        "text": one.sentence,
        "period": spoken.period_name(one.key),
        "link": reverse("statement", args=[one.key]),
    }


def _situation(answer: Answer, period: str) -> str:
    """What happened to the order, where that alone is the reason."""
    given = {"period": period, "nothing": money_filter(0)}
    texts = {
        "unpaid": _("It has not been paid yet. An order counts from the day on which it is paid."),
        "cancelled": _("It was cancelled, so nothing of it counts."),
        "returned": _(
            "All of it came back in %(period)s, in which it had been bought, so nothing of it counts."
        ),
        "unmeasured": _(
            "It counts for days that have not been measured yet. Its figures appear within minutes."
        ),
        "elsewhere": _("In %(period)s, whoever sold it did not stand in your team, so it could not pay you."),
    }
    said = texts.get(answer.situation, "") % given
    still_paid = (
        answer.situation == "counted" and answer.paid and not any(one.corrects for one in answer.paid)
    )
    if answer.is_whole_back and still_paid:
        # What takes it back is computed with the period in which it came back, of which there may be no figures yet.
        said = _(
            "It came back after %(period)s. What that takes back is posted with the days in which it came back."
        )
        return said % given
    if answer.late and answer.situation == "counted":
        return (
            _("When it was paid, the books of those days were shut already, so it counts for %(period)s.")
            % given
        )
    return said
