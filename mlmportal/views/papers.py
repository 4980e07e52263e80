"""What anybody may read: what people really earn, and the plan they are paid by."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commissions.queries import plan_words
from common.guards import me_of
from common.templatetags.portal import counted, money_filter
from distributors.queries import disclosures, documents


@require_safe
def disclosure(request: HttpRequest) -> HttpResponse:
    """The income disclosure in force, its table first."""
    paper = documents.current(kind=documents.DISCLOSURE, today=timezone.localdate())
    context = {
        "paper": paper,
        "bands": disclosures.bands(figures=paper.figures),
        "facts": facts(paper.figures),
        "frame": _frame(request),
    }
    return render(request, "mlmportal/disclosure.html", context)


@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """The plans in force, in words and tables."""
    found = plan_words.in_force(today=timezone.localdate())
    return render(request, "mlmportal/plan.html", {"plans": found, "frame": _frame(request)})


def _frame(request: HttpRequest) -> str:
    """Who has a side bar keeps it here: its entries lead to these pages."""
    me = me_of(request)
    return "base.html" if me is not None and me.kind in ("distributor", "customer") else "base_public.html"


def facts(figures: dict[str, Any]) -> list[dict[str, str]]:
    """The disclosure's single figures and what a distributor pays, as far as the document holds them."""
    people, median = _whole(figures, "people"), _whole(figures, "median")
    found = [{"label": _("People counted"), "value": counted(people)}] if people else []
    if median is not None:
        found.append({"label": _("Half were paid at most"), "value": money_filter(median), "strong": "yes"})
    for cost in _list(figures, "costs"):
        amount = _whole(cost, "amount") if isinstance(cost, dict) else None
        if amount is not None:
            label = _("What you pay: %(what)s") % {"what": cost.get("label", "")}
            found.append({"label": label, "value": money_filter(amount)})
    return found


def _list(figures: dict[str, Any], key: str) -> list[Any]:
    found = figures.get(key)
    return found if isinstance(found, list) else []


def _whole(figures: dict[str, Any], key: str) -> int | None:
    found = figures.get(key)
    return found if isinstance(found, int) and not isinstance(found, bool) else None
