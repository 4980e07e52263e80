"""The rank report of a month: what each rank asked, what was counted of it, what was missing."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commissions.queries import rank_report as reports
from commissions.queries.rank_report import Report
from commissions.queries.standing import RankView
from commissions.views.earnings import head_of, statement_of
from common.guards import distributor_id, distributor_required


@require_safe
@distributor_required
def rank_report(request: HttpRequest, key: str) -> HttpResponse:
    """One month's ranks, from the lowest to the next above the reader's."""
    person = distributor_id(request)
    found = statement_of(person, key)
    report = reports.of_person(person_id=person, key=key)
    if report is None:
        raise Http404
    context = {
        **head_of(found),
        "standing": report.standing,
        "steps": len(report.standing.ladder),
        "ranks": [_rank(report, one) for one in reversed(report.standing.ladder[: report.shown])],
        "legs": report.legs,
        "leg_count": report.leg_count,
        "strongest": report.legs[0].person if report.legs else None,
    }
    return render(request, "commissions/rank_report.html", context)


def _rank(report: Report, one: RankView) -> dict[str, Any]:
    held = report.standing.rank.step
    state = (
        _("Paid as this rank")
        if one.step == held
        else _("Below yours")
        if one.step < held
        else _("The next rank")
    )
    met = sum(need.is_met for need in one.requirements)
    return {
        "step": one.step,
        "label": one.label,
        "says": one.says,
        "state": state,
        "is_held": one.step == held,
        "is_next": one.step > held,
        "needs": one.requirements,
        "met": met,
        "capped": [part for part in report.capped if part.rank == one.step - 1],
    }
