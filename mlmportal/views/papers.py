"""What anybody may read: what people really earn, and the plan they are paid by."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commissions.queries import plan_words
from commissions.queries.plans import NoPlanInForce
from common.templatetags.portal import grouped, money_filter
from distributors.queries import documents


@dataclass(frozen=True, kw_only=True)
class Band:
    """How many people were paid between two amounts; `bar` is in thousandths of the longest."""

    label: str
    people: int
    share_ppm: int
    bar: int
    nothing: bool


@require_safe
def disclosure(request: HttpRequest) -> HttpResponse:
    """The income disclosure in force, its table first."""
    paper = documents.current(kind=documents.DISCLOSURE, today=timezone.localdate())
    context = {"paper": paper, "bands": bands(paper.figures), "facts": facts(paper.figures)}
    return render(request, "mlmportal/disclosure.html", context)


@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """The plan in force, in words and tables."""
    try:
        found = plan_words.in_force(today=timezone.localdate())
    except NoPlanInForce:
        found = None
    return render(request, "mlmportal/plan.html", {"plan": found})


def bands(figures: dict[str, Any]) -> list[Band]:
    """The rows of the disclosure's table; none when the document holds no usable figures."""
    rows = [row for row in _list(figures, "bands") if isinstance(row, dict)]
    counts = [_whole(row, "people") for row in rows]
    if not rows or None in counts:
        return []
    everybody = sum(count or 0 for count in counts)
    most = max(count or 0 for count in counts)
    return [
        Band(
            label=_label(row),
            people=count or 0,
            share_ppm=_tenths_of_percent(count or 0, everybody),
            bar=(count or 0) * 1000 // most if most else 0,
            nothing=_is_nothing(row),
        )
        for row, count in zip(rows, counts, strict=True)
    ]


def facts(figures: dict[str, Any]) -> list[dict[str, str]]:
    """The disclosure's single figures and what a distributor pays, as far as the document holds them."""
    people, median = _whole(figures, "people"), _whole(figures, "median")
    found = [{"label": _("People counted"), "value": grouped(people)}] if people else []
    if median is not None:
        found.append({"label": _("Half were paid at most"), "value": money_filter(median), "strong": "yes"})
    for cost in _list(figures, "costs"):
        amount = _whole(cost, "amount") if isinstance(cost, dict) else None
        if amount is not None:
            label = _("What you pay: %(what)s") % {"what": cost.get("label", "")}
            found.append({"label": label, "value": money_filter(amount)})
    return found


def _is_nothing(row: dict[str, Any]) -> bool:
    """A band holds amounts from `from` up to and not including `to`, in minor units."""
    return not _whole(row, "from") and _whole(row, "to") == 1


def _label(row: dict[str, Any]) -> str:
    low, high = _whole(row, "from") or 0, _whole(row, "to")
    if _is_nothing(row):
        return _("Nothing")
    if high is None:
        return _("%(amount)s and more") % {"amount": money_filter(low)}
    return _("%(low)s to %(high)s") % {"low": money_filter(low), "high": money_filter(high - 1)}


def _tenths_of_percent(count: int, everybody: int) -> int:
    """A share in parts per million, rounded to a tenth of a per cent."""
    return (count * 1000 + everybody // 2) // everybody * 1000 if everybody else 0


def _list(figures: dict[str, Any], key: str) -> list[Any]:
    found = figures.get(key)
    return found if isinstance(found, list) else []


def _whole(figures: dict[str, Any], key: str) -> int | None:
    found = figures.get(key)
    return found if isinstance(found, int) and not isinstance(found, bool) else None
