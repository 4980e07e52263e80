"""What paid nothing in a month, and why: bonuses, and orders by reason or one by one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from commissions.queries import explain, unpaid, unpaid_orders
from commissions.views import earnings, nothing_rows, order_answer
from common.guards import distributor_id, distributor_required


@require_safe
@distributor_required
def nothing(request: HttpRequest, key: str) -> HttpResponse:
    """The bonuses and the orders of the team that paid nothing in a month. A further page of orders is a piece for
    htmx, a page without script."""
    person = distributor_id(request)
    found = earnings.statement_of(person, key)
    elsewhere = request.GET.get("orders") == nothing_rows.ELSEWHERE
    too_large = unpaid.is_too_large(person_id=person, key=key)
    by_order = too_large or request.GET.get("by") == nothing_rows.BY_ORDER
    listed = _by_order if by_order else _by_reason
    context = {
        **earnings.head_of(found),
        "why": explain.why_nothing(person_id=person, key=key),
        "elsewhere": elsewhere,
        "search": order_answer.search(),
        "other_way": _other_way(request.path, elsewhere, by_order=by_order) if not too_large else None,
        **listed(request, person, key, nothing_rows.ELSEWHERE if elsewhere else nothing_rows.AT_ALL),
    }
    as_piece = request.htmx and by_order  # type: ignore[attr-defined]
    page = "commissions/_unpaid_orders.html" if as_piece else "commissions/statement_nothing.html"
    return render(request, page, context)


def _by_reason(request: HttpRequest, person: int, key: str, chosen: str) -> dict[str, Any]:
    groups = unpaid.groups(person_id=person, key=key)
    if groups is None:
        return _by_order(request, person, key, chosen)
    return {
        "orders": nothing_rows.named(nothing_rows.narrowed(groups, to=chosen), reader_id=person),
        "switch": nothing_rows.switch(groups, chosen=chosen, path=request.path) if groups else None,
        "told": True,
    }


def _by_order(request: HttpRequest, person: int, key: str, chosen: str) -> dict[str, Any]:
    after, elsewhere = request.GET.get("after", ""), chosen == nothing_rows.ELSEWHERE
    page = unpaid_orders.page(person_id=person, key=key, elsewhere=elsewhere, after=after)
    if page is None:
        return {"told": False}
    return {
        "singly": nothing_rows.singly(page, chosen=chosen, path=request.path),
        "further": bool(after),
        "switch": nothing_rows.switch(None, chosen=chosen, path=request.path, by_order=True),
        "told": True,
    }


def _other_way(path: str, elsewhere: bool, *, by_order: bool) -> str:
    """The address of the same list, by reason instead of one by one, or the other way round."""
    chosen = nothing_rows.ELSEWHERE if elsewhere else nothing_rows.AT_ALL
    return nothing_rows.address(path, orders=chosen, by_order=not by_order)
