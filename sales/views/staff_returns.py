"""Returns that buyers ask for: accepted with a return that is booked, or refused with a reason."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.deciding import decide
from common.guards import staff_required, user_id_of
from sales.forms.returns import AnswerForm, RequestsForm
from sales.operations import return_requests as operations
from sales.queries import return_requests

DECIDE = "sales.decide_return"
ON_A_PAGE = 20


@require_safe
@staff_required(DECIDE)
def listing(request: HttpRequest) -> HttpResponse:
    """Requests, those that wait first."""
    form = RequestsForm(request.GET)
    page = Paginator(return_requests.of_staff(**form.chosen()), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": form,
        "rows": return_requests.rows(requests=page),
        "page": page,
        "state": form.chosen()["state"],
        "nav": "staff-returns",
    }
    return render(request, "sales/staff_returns.html", context)


@require_safe
@staff_required(DECIDE)
def one(request: HttpRequest, key: UUID) -> HttpResponse:
    """One request, and what can be done about it."""
    return _page(request, key)


@require_POST
@staff_required(DECIDE)
def accept(request: HttpRequest, key: UUID) -> HttpResponse:
    """Yes: the return is booked, exactly as it was asked for."""
    _found(key)
    form = AnswerForm(request.POST, key=key, says_no=False)
    if not form.is_valid():
        return _page(request, key, yes=form, status=400)
    answer = form.cleaned_data["answer"]
    try:
        return _act(
            request,
            key,
            lambda: operations.accept(key=key, answer=answer, by=user_id_of(request), now=timezone.now()),
            lambda number: _("Return %(number)s is booked.") % {"number": number},
        )
    except operations.ReturnRefused as refused:
        form.add_error("answer", str(refused))
        return _page(request, key, yes=form, status=409)


@require_POST
@staff_required(DECIDE)
def refuse(request: HttpRequest, key: UUID) -> HttpResponse:
    """No, and why."""
    _found(key)
    form = AnswerForm(request.POST, key=key, says_no=True)
    if not form.is_valid():
        return _page(request, key, no=form, status=400)
    answer = form.cleaned_data["answer"]
    return _act(
        request,
        key,
        lambda: operations.refuse(key=key, answer=answer, by=user_id_of(request), now=timezone.now()),
        _("Refused. The buyer reads your reason."),
    )


def _act(
    request: HttpRequest, key: UUID, act: Callable[[], object], said: str | Callable[[Any], str]
) -> HttpResponse:
    lost = _("Nothing was done: somebody has answered already.")
    return decide(request, act, said=said, refused=operations.NotThere, lost=lost, to="staff-return", key=key)


def _page(
    request: HttpRequest,
    key: UUID,
    *,
    yes: AnswerForm | None = None,
    no: AnswerForm | None = None,
    status: int = 200,
) -> HttpResponse:
    asked, lines = _found(key)
    context = {
        "asked": asked,
        "lines": lines,
        "refund": sum(line.refund for line in lines),
        "yes": yes or AnswerForm(key=key, says_no=False),
        "no": no or AnswerForm(key=key, says_no=True),
        "nav": "staff-returns",
    }
    return render(request, "sales/staff_return.html", context, status=status)


def _found(key: UUID) -> tuple[return_requests.Asked, list[return_requests.AskedLine]]:
    found = return_requests.one(key=key)
    if found is None:
        raise Http404
    return found
