"""The company's first page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from commissions.queries import desk
from common import spoken
from common.guards import staff_required
from common.templatetags.portal import counted
from distributors.queries import tree_health

TEXTS = {
    "close": gettext_lazy("It is over. Closing draws the line; the computing is done behind the pages."),
    "compute": gettext_lazy("It is being computed."),
    "review": gettext_lazy("A draft waits to be looked at."),
    "approve": gettext_lazy("It was reviewed. A second person approves it."),
    "post": gettext_lazy("It is approved; transfers are being posted."),
    "failed": gettext_lazy("The run failed. Its page says why."),
}


@require_safe
@staff_required()
def overview(request: HttpRequest) -> HttpResponse:
    """The open month, months that wait for somebody, and jobs that failed."""
    found = desk.overview(now=timezone.now())
    rights = ("commissions.prepare_run", "commissions.approve_run")
    may_see = any(request.user.has_perm(right) for right in rights)
    context = {
        "desk": found,
        "may_see": may_see,
        "open": _open(found.open),
        "beside": _open(found.beside),
        "last": _last(found),
        "waiting": [_waiting(line) for line in found.waiting],
        "tree_problems": tree_health.problems(),
        "nav": "staff-overview",
    }
    return render(request, "mlmportal/staff_overview.html", context)


def _open(line: desk.MonthLine | None) -> dict[str, Any] | None:
    if line is None:
        return None
    as_of = spoken.as_of(line.as_of, now=timezone.now()) if line.as_of else _("not measured yet")
    return {
        "name": _("%(month)s so far") % {"month": spoken.period_word(line.key)},
        "line": _("%(month)s is open until %(moment)s.")
        % {"month": spoken.period_name(line.key), "moment": spoken.day_and_time(line.ends_at)},
        "note": _("As of %(moment)s, from %(orders)s paid orders.")
        % {"moment": as_of, "orders": counted(line.order_count)},
        "link": reverse("staff-month", args=[line.key]),
    }


def _last(found: desk.Desk) -> dict[str, Any] | None:
    line = found.last_final
    if line is None:
        return None
    note = _("Approved %(day)s.") % {"day": spoken.day(line.approved_at)} if line.approved_at else ""
    return {
        "name": spoken.period_word(line.key),
        "note": note,
        "link": reverse("staff-month", args=[line.key]),
    }


def _waiting(line: desk.MonthLine) -> dict[str, Any]:
    return {
        "title": spoken.period_name(line.key),
        "text": TEXTS[line.waits],
        "link": reverse("staff-month", args=[line.key]),
        "total": line.total if line.run_id else None,
    }
