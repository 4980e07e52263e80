"""Changes of sponsor: asked for by one of the staff, decided by another."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commissions.operations import sponsor_changes as changes
from common.deciding import ReasonForm, decide, refusal
from common.guards import staff_required, user_id_of
from distributors.operations import sponsorship
from distributors.operations.sponsorship import CannotChange, TreeBusy
from distributors.queries import sponsor_changes
from mlmportal.views.move_forms import MoveForm

REQUEST, APPROVE = "distributors.request_sponsor_change", "distributors.approve_sponsor_change"
moves_staff = staff_required(REQUEST, APPROVE)


@require_http_methods(["GET", "HEAD", "POST"])
@moves_staff
def moves(request: HttpRequest) -> HttpResponse:
    """Every change, those that wait first, and the form to ask for one."""
    form = MoveForm(request.POST or None, months=changes.beginnings())
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            change_id = changes.request(by=user_id_of(request), now=timezone.now(), **form.cleaned_data)
        except CannotChange as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
            status = 409
        else:
            messages.success(request, _("Asked for. Somebody else decides it."))
            return redirect("staff-move", sponsor_changes.key_of(change_id=change_id))
    context = {
        "rows": sponsor_changes.every(),
        "form": form if request.user.has_perm(REQUEST) and form.has_months else None,
        "nav": "staff-moves",
    }
    return render(request, "mlmportal/staff_moves.html", context, status=status)


@require_safe
@moves_staff
def move(request: HttpRequest, key: UUID) -> HttpResponse:
    """One change: whom and how many it moves, both lines, and what can be done."""
    return _page(request, key)


@require_POST
@staff_required(APPROVE)
def approve(request: HttpRequest, key: UUID) -> HttpResponse:
    """Let the people move: the password or passkey is asked for first."""
    _found(key)
    answer: HttpResponse = _approve(request, key)
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]
def _approve(request: HttpRequest, key: UUID) -> HttpResponse:
    change_id = _found(key).change.id
    return _act(
        request,
        key,
        lambda: changes.approve(change_id=change_id, by=user_id_of(request), now=timezone.now()),
        _("Approved."),
    )


@require_POST
@staff_required(APPROVE)
def refuse(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say no, with the reason."""
    _found(key)
    form = _refuse_form(key, request.POST)
    if not form.is_valid():
        return _page(request, key, refuse_form=form)
    reason = form.cleaned_data["reason"]
    change_id = _found(key).change.id
    return _act(
        request,
        key,
        lambda: sponsorship.refuse(
            change_id=change_id, reason=reason, by=user_id_of(request), now=timezone.now()
        ),
        _("Refused. The reason stands on the change."),
    )


@require_POST
@staff_required(REQUEST)
def withdraw(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take it back before it has happened."""
    _found(key)
    change_id = _found(key).change.id
    return _act(
        request,
        key,
        lambda: sponsorship.withdraw(change_id=change_id, by=user_id_of(request), now=timezone.now()),
        _("Withdrawn. Nobody moves."),
    )


def _act(request: HttpRequest, key: UUID, act: Callable[[], object], said: str) -> HttpResponse:
    return decide(request, act, said=said, refused=(CannotChange, TreeBusy), to="staff-move", key=key)


def _page(request: HttpRequest, key: UUID, *, refuse_form: ReasonForm | None = None) -> HttpResponse:
    found = _found(key)
    change = found.change
    may_decide = (
        request.user.has_perm(APPROVE) and change.waits and change.requested_by_id != user_id_of(request)
    )
    if refuse_form is None and may_decide:
        refuse_form = _refuse_form(key)
    context = {
        "found": found,
        "change": change,
        "may_decide": may_decide,
        "may_withdraw": change.may_be_withdrawn and request.user.has_perm(REQUEST),
        "is_mine": change.requested_by_id == user_id_of(request),
        "refuse_form": refuse_form,
        "nav": "staff-moves",
    }
    return render(request, "mlmportal/staff_move.html", context)


def _refuse_form(key: UUID, data: Any = None) -> ReasonForm:
    return refusal(action=reverse("staff-move-refuse", args=[key]), data=data)


def _found(key: UUID) -> sponsor_changes.Detail:
    try:
        return sponsor_changes.detail(key=key)
    except sponsor_changes.NoSuchChange as error:
        raise Http404 from error
