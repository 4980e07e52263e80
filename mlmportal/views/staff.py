"""The company's first page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from commissions.queries import adjustments, desk
from common import spoken
from common.guards import staff_required
from common.templatetags.portal import counted
from distributors.queries import pages, questions, sponsor_changes, tree_health
from mlmportal.views import job_words
from sales.queries import return_requests

TEXTS = {
    "close": gettext_lazy("It is over. Closing draws the line; the computing is done behind the pages."),
    "compute": gettext_lazy("It is being computed."),
    "review": gettext_lazy("A draft waits to be looked at."),
    "approve": gettext_lazy("It was reviewed. A second person approves it."),
    "post": gettext_lazy("It is approved; transfers are being posted."),
    "failed": gettext_lazy("The run failed. Its page says why."),
}

# What people ask for and somebody here decides: who may, its page, how many wait, and the words.
ASKED = (
    ("distributors.answer_question", "staff-questions", questions.waiting_count, "chat-left-text",
     gettext_lazy("Questions"), gettext_lazy("Somebody asked, and waits for an answer.")),
    ("sales.decide_return", "staff-returns", return_requests.waiting_count, "arrow-return-left",
     gettext_lazy("Returns asked for"), gettext_lazy("A buyer wants to send goods back.")),
    ("distributors.approve_page", "staff-pages", pages.waiting_count, "person",
     gettext_lazy("Personal pages"), gettext_lazy("A page is public once somebody here has read it.")),
    ("distributors.approve_sponsor_change", "staff-moves", sponsor_changes.waiting_count, "diagram-3",
     gettext_lazy("Changes of sponsor"), gettext_lazy("A second person decides.")),
    ("commissions.approve_adjustment", "staff-adjustments", adjustments.waiting_count, "pencil",
     gettext_lazy("Adjustments"), gettext_lazy("A second person decides.")),
)  # fmt: skip


@require_safe
@staff_required()
def overview(request: HttpRequest) -> HttpResponse:
    """The open month, what waits for somebody, and jobs that failed."""
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
        "asked": _asked(request),
        "failed_jobs": [(job, job_words.words(job)) for job in found.failed_jobs],
        "waiting_jobs": [(job, job_words.words(job)) for job in found.waiting_jobs],
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


def _asked(request: HttpRequest) -> list[dict[str, Any]]:
    """What waits for a decision of somebody with this person's rights."""
    return [
        {"title": title, "text": text, "image": image, "link": reverse(page), "count": counted(count)}
        for right, page, waiting_count, image, title, text in ASKED
        if request.user.has_perm(right) and (count := waiting_count())
    ]
