"""Everybody, or every order, that one warning of a month is about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commissions.models import Run
from commissions.queries import months, sheet, unusual
from commissions.views import month_warnings
from commissions.views.months import months_staff
from common import spoken
from common.listing import FirstOnes
from common.templatetags.portal import money_filter
from distributors.queries import people
from sales.queries import books

ON_A_PAGE = 50
Rows = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A list: what it is called, its columns, its rows in the database, and how a page of them is shown."""

    title: str
    heads: Sequence[str]
    found: Any
    rows: Callable[[Sequence[Any]], Rows]


@require_safe
@months_staff
def warned(request: HttpRequest, key: str, about: str) -> HttpResponse:
    """A page of them, the most striking first."""
    try:
        found = sheet.sheet(key=key)
    except sheet.UnknownMonth as error:
        raise Http404 from error
    if found.run is None or found.run.kind != Run.Kind.CLOSE or about not in unusual.ABOUT:
        raise Http404
    listing = _listing(found, found.run, about)
    labels = listing.heads[1:]
    page = FirstOnes(listing.found, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "key": key,
        "month_name": spoken.period_name(key),
        "listing": listing,
        "says": next((one.says for one in found.run.warnings if one.about == about), ""),
        "rows": [
            {**row, "cells": list(zip(labels, row["cells"], strict=True))} for row in listing.rows(list(page))
        ],
        "page": page,
        "nav": "staff-months",
    }
    return render(request, "commissions/staff_month_warned.html", context)


def _listing(found: sheet.Sheet, run: sheet.RunHead, about: str) -> Listing:
    if about == unusual.NEGATIVE:
        return _of_items(found, run, _("Negative items"), unusual.negative(run_id=run.id))
    if about == unusual.LARGE:
        return _of_items(found, run, _("Large items"), unusual.large(run_id=run.id))
    if about == unusual.LEAPS:
        return _of_leaps(found, run)
    period = {"starts_at": found.starts_at, "ends_at": found.ends_at}
    if about == unusual.LATE_ORDERS:
        orders = books.late_orders(**period).values_list("pk", "number", "seller_id", "paid_at")
        return _late(about, _("Orders that came late"), [_("Order"), _("Distributor"), _("Paid")], orders)
    returns = books.late_returns(**period).values_list("pk", "number", "order__seller_id", "returned_at")
    return _late(about, _("Returns that came late"), [_("Return"), _("Distributor"), _("Came back")], returns)


def _of_items(found: sheet.Sheet, run: sheet.RunHead, title: str, items: Any) -> Listing:
    def rows(shown: Sequence[Any]) -> Rows:
        names = people.names(ids=[person for person, _bonus, _amount in shown])
        labels = month_warnings.labels_of(run_id=run.id)
        return [
            {
                **month_warnings.of_person(key=found.key, person=names[person]),
                "number": names[person].number,
                "cells": [labels.get(bonus, bonus), money_filter(amount)],
            }
            for person, bonus, amount in shown
        ]

    every = items.values_list("distributor_id", "bonus", "amount")
    return Listing(title=title, heads=[_("Distributor"), _("Bonus"), _("Amount")], found=every, rows=rows)


def _of_leaps(found: sheet.Sheet, run: sheet.RunHead) -> Listing:
    this = Run.objects.select_related("period").get(pk=run.id)
    last = months.last_final(run=this)
    every = unusual.leaps(run=this, before=last) if last else []

    def rows(shown: Sequence[Any]) -> Rows:
        names = people.names(ids=[person for person, _before, _now in shown])
        return [
            {
                **month_warnings.of_person(key=found.key, person=names[person]),
                "number": names[person].number,
                "cells": [money_filter(before), money_filter(now)],
            }
            for person, before, now in shown
        ]

    before = spoken.period_word(last.period.key) if last else ""
    heads = [_("Distributor"), before, spoken.period_word(found.key)]
    return Listing(title=_("More than twice as much"), heads=heads, found=every, rows=rows)


def _late(about: str, title: str, heads: Sequence[str], every: Any) -> Listing:
    def rows(shown: Sequence[Any]) -> Rows:
        names = people.names(ids=[seller for _pk, _number, seller, _at in shown])
        return [
            {
                "name": number,
                "link": reverse(month_warnings.RECORDS[about], args=[pk]),
                "cells": [names[seller].name, spoken.day_and_time(at)],
            }
            for pk, number, seller, at in shown
        ]

    return Listing(title=title, heads=heads, found=every, rows=rows)
