"""Manual adjustments: asked for by one of the staff, decided by another."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commissions.forms.adjustments import AdjustmentForm
from commissions.operations import adjustments as acts
from commissions.operations.adjustments import CannotAdjust
from commissions.operations.freezing import Frozen
from commissions.operations.permissions import NotAllowed
from commissions.queries import adjustments
from commissions.views.asking import by
from common.deciding import ReasonForm, decide, refusal
from common.guards import staff_required

REQUEST, APPROVE = "commissions.request_adjustment", "commissions.approve_adjustment"
adjusting_staff = staff_required(REQUEST, APPROVE)


@require_http_methods(["GET", "HEAD", "POST"])
@adjusting_staff
def every(request: HttpRequest) -> HttpResponse:
    """Every adjustment, those that wait first, and the form to ask for one."""
    form = AdjustmentForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            made = acts.request(by=by(request), now=timezone.now(), **form.cleaned_data)
        except CannotAdjust as error:
            form.add_error(error.field or None, str(error))
            status = 409
        except NotAllowed as error:
            raise PermissionDenied from error
        else:
            messages.success(request, _("Asked for. Somebody else decides it."))
            return redirect("staff-adjustment", made.key)
    context = {
        "rows": adjustments.every(),
        "form": form if request.user.has_perm(REQUEST) else None,
        "nav": "staff-adjustments",
    }
    return render(request, "commissions/staff_adjustments.html", context, status=status)


@require_safe
@adjusting_staff
def one(request: HttpRequest, key: UUID) -> HttpResponse:
    """One adjustment, and what can be done with it."""
    return _page(request, key)


@require_POST
@staff_required(APPROVE)
def approve(request: HttpRequest, key: UUID) -> HttpResponse:
    """Let it be posted: the password or passkey is asked for first."""
    _found(key)
    answer: HttpResponse = _approve(request, key)
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]
def _approve(request: HttpRequest, key: UUID) -> HttpResponse:
    pk = _found(key).id
    return _act(
        request,
        key,
        lambda: acts.approve(adjustment_id=pk, by=by(request), now=timezone.now()),
        _("Approved and posted."),
    )


@require_POST
@staff_required(APPROVE)
def refuse(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say no, with the reason."""
    pk = _found(key).id
    form = _refuse_form(key, request.POST)
    if not form.is_valid():
        return _page(request, key, refuse_form=form)
    reason = form.cleaned_data["reason"]
    return _act(
        request,
        key,
        lambda: acts.refuse(adjustment_id=pk, reason=reason, by=by(request), now=timezone.now()),
        _("Refused. The reason stands on the adjustment."),
    )


@require_POST
@staff_required(REQUEST)
def withdraw(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take it back before it is decided."""
    pk = _found(key).id
    return _act(
        request,
        key,
        lambda: acts.withdraw(adjustment_id=pk, by=by(request), now=timezone.now()),
        _("Withdrawn. Nothing is posted."),
    )


def _act(request: HttpRequest, key: UUID, act: Callable[[], object], said: str) -> HttpResponse:
    refused = (CannotAdjust, Frozen, NotAllowed)
    return decide(request, act, said=said, refused=refused, to="staff-adjustment", key=key)


def _page(request: HttpRequest, key: UUID, *, refuse_form: ReasonForm | None = None) -> HttpResponse:
    found = _found(key)
    is_mine = found.requested_by_id == by(request)
    may_decide = request.user.has_perm(APPROVE) and found.waits and not is_mine
    context = {
        "adjustment": found,
        "is_mine": is_mine,
        "may_decide": may_decide,
        "heed": [
            _("Approving posts it at once, in the open month."),
            _("It cannot be undone; a mistake is put right by another adjustment."),
        ],
        "may_withdraw": found.waits and request.user.has_perm(REQUEST),
        "refuse_form": refuse_form or (_refuse_form(key) if may_decide else None),
        "nav": "staff-adjustments",
    }
    return render(request, "commissions/staff_adjustment.html", context)


def _refuse_form(key: UUID, data: Any = None) -> ReasonForm:
    return refusal(action=reverse("staff-adjustment-refuse", args=[key]), data=data)


def _found(key: UUID) -> adjustments.AdjustmentView:
    try:
        return adjustments.one(key=key)
    except adjustments.NoSuchAdjustment as error:
        raise Http404 from error
