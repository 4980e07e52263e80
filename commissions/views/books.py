"""The books set against themselves: the last checks, what they found, and the freeze a person lifts."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from commissions.operations import checking, freezing
from commissions.queries import books as queries
from commissions.views.asking import by
from commissions.views.months import months_staff
from common.deciding import ReasonForm, decide
from common.guards import staff_required

LIFT = "commissions.lift_freeze"


@require_safe
@months_staff
def books(request: HttpRequest) -> HttpResponse:
    """What the last checks found."""
    return _page(request)


@require_POST
@staff_required("commissions.prepare_run")
def check(request: HttpRequest) -> HttpResponse:
    """Let a job check everything, now."""
    if checking.request(which=checking.FULL, now=timezone.now()):
        messages.success(request, _("The books are being checked; the result appears here."))
    else:
        messages.info(request, _("A check is waiting already."))
    return redirect("staff-books")


@require_POST
@staff_required(LIFT)
def lift(request: HttpRequest) -> HttpResponse:
    """Let money move again, with the reason."""
    form = _form(request.POST)
    if not form.is_valid():
        return _page(request, form)
    reason = form.cleaned_data["reason"]
    return decide(
        request,
        lambda: freezing.lift(reason=reason, by=by(request), now=timezone.now()),
        said=_("Money moves again. What was found is known, and stops nothing a second time."),
        refused=freezing.CannotLift,
        to="staff-books",
    )


def _page(request: HttpRequest, form: ReasonForm | None = None) -> HttpResponse:
    found = queries.books()
    may_lift = found.freeze is not None and request.user.has_perm(LIFT)
    context = {
        "books": found,
        "form": (form or _form()) if may_lift else None,
        "may_check": request.user.has_perm("commissions.prepare_run"),
        "nav": "staff-books",
    }
    return render(request, "commissions/staff_books.html", context)


def _form(data: Any = None) -> ReasonForm:
    return ReasonForm(
        data,
        action=reverse("staff-books-lift"),
        label=_("What was found out, and why money may move again"),
        required=_("Say what was found out."),
        button=_("Let money move again"),
        name="lift",
    )
