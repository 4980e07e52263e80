"""One person in a month's run, beside the draft before."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from commissions.queries import comparing, sheet
from commissions.views.months import months_staff
from common import spoken

MICRO = 1_000_000


@require_safe
@months_staff
def person(request: HttpRequest, key: str, number: str) -> HttpResponse:
    """A person's items, and the lines that differ from the draft before."""
    try:
        found = sheet.sheet(key=key)
        if found.run is None:
            raise Http404
        beside = comparing.person(run_id=found.run.id, number=number)
    except (sheet.UnknownMonth, comparing.NobodyThere) as error:
        raise Http404 from error
    context = {
        "key": key,
        "month_name": spoken.period_name(found.key),
        "beside": beside,
        "run": found.run,
        "rows": [
            {"line": line, "now": _rounded(line.now), "before": _rounded(line.before)}
            for line in beside.lines
        ],
        "nav": "staff-months",
    }
    return render(request, "commissions/staff_month_person.html", context)


def _rounded(exact: int) -> int:
    """An exact amount half up, to be read: items are what is paid."""
    return (exact + MICRO // 2) // MICRO
