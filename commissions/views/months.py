"""The company's side of a month: the list, the running month, and the steps a person takes."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from commissions.forms.months import ApproveForm, PersonSearch, SendBackForm
from commissions.operations import periods, runs
from commissions.operations.freezing import Frozen
from commissions.operations.periods import CannotClose
from commissions.operations.permissions import NotAllowed
from commissions.operations.runs import CannotRun
from commissions.queries import books, corrected, desk, sheet
from commissions.queries.plans import NoPlanInForce
from commissions.views import corrected_rows, month_pace, month_rows
from commissions.views.asking import by
from common import spoken
from common.guards import staff_required

# What htmx takes for "stop asking".
STOP_POLLING = 286
REFUSED = (CannotClose, CannotRun, NoPlanInForce, NotAllowed, Frozen)
View = Callable[..., HttpResponseBase]


def months_staff(view: View) -> View:
    """For those who prepare or approve months."""

    @staff_required()
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        rights = ("commissions.prepare_run", "commissions.approve_run")
        if not any(request.user.has_perm(right) for right in rights):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@months_staff
def months(request: HttpRequest) -> HttpResponse:
    """Every month and every week, newest first; `?person=` leads to one person in the newest that has figures."""
    lines = desk.months(now=timezone.now())
    search = _person_search(request, reverse("staff-months"))
    newest = next((line.key for line in lines if line.run_id), None)
    if newest is not None and search.is_valid():
        return redirect("staff-month-person", newest, search.cleaned_data["person"])
    context = {
        "calendars": month_rows.calendars(lines),
        "person_search": search if newest else None,
        "nav": "staff-months",
    }
    return render(request, "commissions/staff_months.html", context)


@require_safe
@months_staff
def month(request: HttpRequest, key: str) -> HttpResponse:
    """One month: stages, warnings, totals, what changed, and the step that is next; `?person=` leads to one person."""
    found = _sheet(key)
    search = _person_search(request, request.path)
    if search.is_valid():
        return redirect("staff-month-person", key, search.cleaned_data["person"])
    return _page(request, found)


@require_safe
@months_staff
def progress(request: HttpRequest, key: str) -> HttpResponse:
    """The stages by themselves, asked for every two seconds while a job works; then the page is fetched."""
    found = _sheet(key)
    working = found.run is not None and found.run.working
    now = timezone.now()
    context = {
        "sheet": found,
        "rail": month_rows.rail(found, now=now),
        "under_way": month_pace.under_way(found, now=now),
        "working": working,
    }
    response = render(request, "commissions/_month_rail.html", context)
    if not working:
        response.status_code = STOP_POLLING
        response["HX-Refresh"] = "true"
    return response


@require_POST
@staff_required("commissions.prepare_run")
def close(request: HttpRequest, key: str) -> HttpResponse:
    """Draw the line under a month that is over; the computing is a job's, nobody waits for it here."""
    return _act(
        request,
        key,
        lambda: periods.close(key=key, by=by(request), now=timezone.now()),
        _("The line is drawn. The month is being computed; this page shows how far it is."),
    )


@require_POST
@staff_required("commissions.prepare_run")
def compute(request: HttpRequest, key: str) -> HttpResponse:
    """Put a new draft in the place of the last one."""
    return _act(
        request,
        key,
        lambda: runs.recompute(period_key=key, by=by(request), now=timezone.now()),
        _("A new draft is being computed."),
    )


@require_POST
@staff_required("commissions.prepare_run")
def review(request: HttpRequest, key: str) -> HttpResponse:
    """Say that a draft was looked at."""
    run = _with_run(key)[1]
    return _act(
        request,
        key,
        lambda: runs.review(run_id=run.id, by=by(request), now=timezone.now()),
        _("Reviewed. Somebody else approves it now."),
    )


@require_POST
@staff_required("commissions.approve_run")
def approve(request: HttpRequest, key: str) -> HttpResponse:
    """Answer for a reviewed draft: what is typed is looked at first, then who types it."""
    found, _run = _with_run(key)
    form = month_rows.approve_form(request, found, request.POST)
    if form is None or not form.is_valid():
        return _page(request, found, approve_form=form)
    answer: HttpResponse = _approve(request, key)
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]
def _approve(request: HttpRequest, key: str) -> HttpResponse:
    """From here on the month is posted and final."""
    found, run = _with_run(key)
    form = month_rows.approve_form(request, found, request.POST)
    if form is None or not form.is_valid():
        return _page(request, found, approve_form=form)
    return _try(
        request,
        found,
        form,
        lambda: runs.approve(
            run_id=run.id,
            by=by(request),
            typed_total=form.cleaned_data["total"],
            now=timezone.now(),
        ),
        _("Approved. The transfers are being posted; statements are final in a moment."),
    )


@require_POST
@staff_required("commissions.approve_run")
def send_back(request: HttpRequest, key: str) -> HttpResponse:
    """Give a reviewed draft back to its preparer, with a reason."""
    found, run = _with_run(key)
    form = SendBackForm(request.POST, action=reverse("staff-month-send-back", args=[key]))
    if not form.is_valid():
        return _page(request, found, send_back_form=form)
    return _act(
        request,
        key,
        lambda: runs.send_back(
            run_id=run.id,
            reason=form.cleaned_data["reason"],
            by=by(request),
            now=timezone.now(),
        ),
        _("Sent back. The reason stands on the draft."),
    )


def _sheet(key: str) -> sheet.Sheet:
    try:
        return sheet.sheet(key=key)
    except sheet.UnknownMonth as error:
        raise Http404 from error


def _with_run(key: str) -> tuple[sheet.Sheet, sheet.RunHead]:
    found = _sheet(key)
    if found.run is None:
        raise Http404
    return found, found.run


def _act(request: HttpRequest, key: str, act: Callable[[], object], said: str) -> HttpResponse:
    """Do one thing, say what came of it, and show the month again; a second press is told it was done."""
    _sheet(key)
    try:
        act()
    except REFUSED as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("staff-month", key)


def _try(
    request: HttpRequest, found: sheet.Sheet, form: ApproveForm, act: Callable[[], object], said: str
) -> HttpResponse:
    try:
        act()
    except runs.WrongTotal as error:
        form.add_error("total", str(error))
        return _page(request, found, approve_form=form)
    except REFUSED as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("staff-month", found.key)


def _page(
    request: HttpRequest,
    found: sheet.Sheet,
    *,
    approve_form: ApproveForm | None = None,
    send_back_form: SendBackForm | None = None,
) -> HttpResponse:
    now, here = timezone.now(), reverse("staff-month", args=[found.key])
    context = {
        "sheet": found,
        "month_name": spoken.period_name(found.key),
        "month_word": spoken.period_word(found.key),
        "rail": month_rows.rail(found, now=now),
        "under_way": month_pace.under_way(found, now=now),
        "working": found.run is not None and found.run.working,
        "steps": month_rows.steps(
            request, found, now=now, approve_form=approve_form, send_back_form=send_back_form
        ),
        **month_rows.figures(found),
        "person_search": _person_search(request, here) if _has_figures(found) else None,
        "frozen": books.frozen_since(),
        **_corrections(request, found),
        "nav": "staff-months",
    }
    return render(request, "commissions/staff_month.html", context)


def _person_search(request: HttpRequest, action: str) -> PersonSearch:
    asked = request.GET if "person" in request.GET else None
    return PersonSearch(asked, action=action)


def _has_figures(found: sheet.Sheet) -> bool:
    return found.run is not None and not found.run.working and found.run.state != "failed"


def _corrections(request: HttpRequest, found: sheet.Sheet) -> dict[str, Any]:
    """What was put right since the month was final, and whether this person may ask for more."""
    if found.run is None or found.run.state != "final":
        return {}
    changed = corrected.of_month(key=found.key)
    as_corrected = changed is not None and request.GET.get("view") == "corrected"
    path = reverse("staff-month", args=[found.key])
    return {
        "switch": corrected_rows.switch(path, as_corrected) if changed else None,
        "as_corrected": as_corrected,
        "corrected": corrected_rows.both(changed, month="staff-month", staff=True) if changed else None,
        "expected": corrected_rows.expected(key=found.key, person_id=None, month="staff-month"),
        "corrections": corrected.every_of_month(key=found.key),
        "may_correct": request.user.has_perm("commissions.prepare_run"),
    }
