"""What a distributor earned: months, one month, one bonus, one level, down to the order line."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commissions.queries import (
    adjustments,
    balance,
    corrected,
    desk,
    drawings,
    levels,
    members,
    other_parts,
    statements,
    way,
    withholdings,
)
from commissions.queries.statements import NoStatement, Statement
from commissions.views import corrected_rows, order_answer, statement_rows
from commissions.views.asking import number_of
from common import spoken
from common.guards import distributor_id, distributor_required


@require_safe
@distributor_required
def earnings(request: HttpRequest) -> HttpResponse:
    """Every month and week with what it paid, newest first."""
    person = distributor_id(request)
    known = way.known_months(person_id=person)
    context = {
        "calendars": statement_rows.calendars(_months(person, known), now=timezone.now()),
        "balance": balance.of_person(person_id=person, currency=settings.COMPANY_CURRENCY),
        "missing": withholdings.of_person(person_id=person),
        "chart": drawings.earnings(person_id=person, months=members.months(), known=known),
        "search": order_answer.search(),
        "adjusted": [
            {
                "month": spoken.period_name(one.key),
                "label": one.label,
                "reason": one.reason,
                "amount": one.amount,
            }
            for one in adjustments.without_statement(person_id=person, known=known)
        ],
    }
    return render(request, "commissions/earnings.html", context)


@require_safe
@distributor_required
def statement(request: HttpRequest, key: str) -> HttpResponse:
    """One month: the total, its items, the facts of the month."""
    person = distributor_id(request)
    known = way.known_months(person_id=person)
    if key not in known and adjustments.of_statement(person_id=person, key=key):
        # What was given by hand is told at once; until an estimate knows the person, it stands with all earnings.
        return redirect("earnings")
    found = statement_of(person, key, known=known)
    changed = corrected.of_month(key=key, person_id=person)
    as_corrected = changed is not None and request.GET.get("view") == "corrected"
    inside = inside_of(person, found)
    owed = balance.of_person(person_id=person, currency=settings.COMPANY_CURRENCY)
    context = {
        **head_of(found),
        "switch": corrected_rows.switch(request.path, as_corrected) if changed else None,
        "as_corrected": as_corrected,
        "corrected": corrected_rows.both(changed, month="statement", staff=False) if changed else None,
        "expected": corrected_rows.expected(key=key, person_id=person, month="statement")
        if found.is_final
        else None,
        "posted": corrected_rows.posted(key=key, person_id=person),
        "items": items_of(person, found, inside),
        "orders": inside.orders,
        "figures": figures_of(person, key),
        "balance": owed,
        "missing": withholdings.of_person(person_id=person),
        "waits": withholdings.smallest_payout(run_id=found.run_id, payable=owed.payable),
        "adjustments": adjustments.of_statement(person_id=person, key=key),
        "neighbours": statement_rows.neighbours(_months(person, known), key),
    }
    return render(request, "commissions/statement.html", context)


@require_safe
@distributor_required
def item(request: HttpRequest, key: str, bonus: str) -> HttpResponse:
    """One item: its levels when it has several, else its orders. A piece for htmx, a page without script."""
    asked, context = _item(request, key, bonus)
    found = levels.of_item(asked=asked)
    context["others"] = other_parts.of_item(asked=asked)
    if not found and not context["others"].total:
        raise Http404
    if not found or "page" in request.GET or len(found) == 1:
        context["orders"] = _orders(request, asked, None) if found else {"rows": ()}
    else:
        context["levels"] = [statement_rows.level(key, asked, one) for one in found]
        parts = sum(one.amount for one in found) + context["others"].amount
        context["rounding"] = parts != context["item"]["amount"]
    return _answer(request, context)


@require_safe
@distributor_required
def level(request: HttpRequest, key: str, bonus: str, level: int) -> HttpResponse:
    """The orders of one level, a page at a time."""
    asked, context = _item(request, key, bonus)
    context["orders"] = _orders(request, asked, level)
    if not request.htmx:  # type: ignore[attr-defined]
        found = next((one for one in levels.of_item(asked=asked) if one.level == level), None)
        context["level"] = statement_rows.level(key, asked, found) if found else None
    return _answer(request, context)


def _months(person: int, known: Collection[str]) -> list[statements.Month]:
    """The months and weeks since the person joined."""
    return [month for month in statements.months(person_id=person) if month.key in known]


def statement_of(person: int, key: str, *, known: Collection[str] | None = None) -> Statement:
    """A person's statement of a month that knew them, or 404. `known` are such months, where the caller has them."""
    if key not in (way.known_months(person_id=person) if known is None else known):
        raise Http404
    try:
        return statements.statement(person_id=person, key=key)
    except NoStatement as error:
        raise Http404 from error


def _item(request: HttpRequest, key: str, bonus: str) -> tuple[levels.Asked, dict[str, Any]]:
    person = distributor_id(request)
    found = statement_of(person, key)
    corrects = request.GET.get("corrects", "")
    chosen = [one for one in found.items if (one.bonus, one.corrects) == (bonus, corrects)]
    if not chosen:
        raise Http404
    asked = levels.Asked(person_id=person, run_id=found.run_id, bonus=bonus, corrects=corrects)
    return asked, {**head_of(found), "item": statement_rows.item(found, chosen[0])}


def _orders(request: HttpRequest, asked: levels.Asked, level: int | None) -> dict[str, Any]:
    try:
        page = levels.orders_of(asked=asked, level=level, page=number_of(request, "page"))
    except NoStatement as error:
        raise Http404 from error
    return statement_rows.orders(page, request.path, asked)


def _answer(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, "commissions/statement_item.html", context)
    piece = "commissions/_item_orders.html" if "orders" in context else "commissions/_item_levels.html"
    return render(request, piece, context)


def figures_of(person: int, key: str) -> members.Figures | None:
    """Rank and activity in a month, None where they were not measured."""
    month = next((one for one in members.months() if one.key == key), None)
    return members.figures(month=month, ids=[person]).get(person) if month else None


def _approved(found: Statement) -> str:
    moment = desk.approved_at(key=found.key) if found.is_final else None
    return spoken.day_and_time(moment) if moment else ""


def inside_of(person: int, found: Statement) -> levels.Inside:
    """What the items are made of."""
    corrects = {one.corrects for one in found.items if one.corrects}
    return levels.of_statement(person_id=person, run_id=found.run_id, corrects=corrects)


def items_of(person: int, found: Statement, inside: levels.Inside) -> list[dict[str, Any]]:
    """The items with how many orders they come from and their levels."""
    return [_item_with_levels(person, found, one, inside) for one in found.items]


def _item_with_levels(
    person: int, found: Statement, one: statements.Item, inside: levels.Inside
) -> dict[str, Any]:
    within = inside.items.get((one.bonus, one.corrects), levels.NO_ORDERS)
    asked = levels.Asked(person_id=person, run_id=found.run_id, bonus=one.bonus, corrects=one.corrects)
    parts = [statement_rows.level(found.key, asked, part) for part in within.levels]
    return {**statement_rows.item(found, one, within.orders), "levels": parts}


def head_of(found: Statement) -> dict[str, Any]:
    """What every page about a month says above its content."""
    now = timezone.now()
    return {
        "statement": found,
        "month_name": spoken.period_name(found.key),
        "month_word": spoken.period_word(found.key),
        "as_of": spoken.as_of(found.as_of, now=now) if found.as_of else "",
        "approved": _approved(found),
        "amount_word": _amount_word(found),
        "may_change": _may_change(found, now),
        "nav": "earnings",
    }


def _amount_word(found: Statement) -> str:
    """What the total of a statement is called."""
    month = {"month": spoken.period_word(found.key)}
    if found.is_final:
        return _("You earned")
    return (_("%(month)s, not final yet") if found.state == "closing" else _("%(month)s so far")) % month


def _may_change(found: Statement, now: datetime) -> str:
    """Of when an estimate is, and what may change it; nothing of what is final."""
    if found.is_final or found.as_of is None:
        return ""
    about = {"as_of": spoken.as_of(found.as_of, now=now), "month": spoken.period_word(found.key)}
    if found.state == "closing":
        return (
            _(
                "As of %(as_of)s. %(month)s is over and is being checked; the statement is final when it is "
                "approved."
            )
            % about
        )
    return _("As of %(as_of)s. It may rise with new orders or fall with returns.") % about
