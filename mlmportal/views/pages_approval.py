"""Personal pages that wait for the company: looked at beside what is public, approved or refused."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.guards import me_of, staff_required
from distributors.operations import pages as operations
from distributors.queries import pages
from mlmportal.views.page_forms import PagesForm, ReasonForm
from mlmportal.views.pages_of_people import APPROVE
from sales.queries import showcase

ON_A_PAGE = 20


@require_safe
@staff_required(APPROVE)
def listing(request: HttpRequest) -> HttpResponse:
    """Versions, those that wait first."""
    form = PagesForm(request.GET)
    page = Paginator(pages.of_staff(**form.chosen()), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": form,
        "rows": pages.rows(versions=page),
        "page": page,
        "state": form.chosen()["state"],
        "nav": "staff-pages",
    }
    return render(request, "mlmportal/staff_pages.html", context)


@require_safe
@staff_required(APPROVE)
def one(request: HttpRequest, key: UUID) -> HttpResponse:
    """One version beside the public one, and what can be done about it."""
    return _page(request, key)


@require_POST
@staff_required(APPROVE)
def approve(request: HttpRequest, key: UUID) -> HttpResponse:
    """Make this version public."""
    return _act(
        request,
        lambda: operations.approve(key=key, by=_by(request), now=timezone.now()),
        _("The page is public."),
    )


@require_POST
@staff_required(APPROVE)
def refuse(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say no, with a reason the writer reads."""
    form = ReasonForm(request.POST, action=request.path, button=_("Refuse with this reason"))
    if not form.is_valid():
        return _page(request, key, refuse_form=form, status=400)
    reason = form.cleaned_data["reason"]
    return _act(
        request,
        lambda: operations.refuse(key=key, reason=reason, by=_by(request), now=timezone.now()),
        _("Refused. The writer reads your reason."),
    )


@require_POST
@staff_required(APPROVE)
def take_down(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take a public page down, with a reason the writer reads."""
    form = ReasonForm(request.POST, action=request.path, button=_("Take it down"))
    if not form.is_valid():
        return _page(request, key, down_form=form, status=400)
    reason = form.cleaned_data["reason"]
    return _act(
        request,
        lambda: operations.take_down(key=key, reason=reason, by=_by(request), now=timezone.now()),
        _("Taken down. The writer reads your reason."),
    )


def _act(request: HttpRequest, act: Callable[[], None], said: str) -> HttpResponse:
    try:
        act()
    except operations.NotThere:
        messages.error(request, _("Nothing was done: this version has changed meanwhile. Look again."))
    else:
        messages.success(request, said)
    return redirect("staff-pages")


def _page(
    request: HttpRequest,
    key: UUID,
    *,
    refuse_form: ReasonForm | None = None,
    down_form: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    version = pages.version(key=key)
    if version is None:
        raise Http404
    today, live = timezone.localdate(), pages.live_of(distributor_id=version.distributor_id)
    refuse_at, down_at = (reverse(name, args=[key]) for name in ("staff-page-refuse", "staff-page-take-down"))
    context = {
        "version": version,
        "products": showcase.shown(skus=version.skus, day=today),
        "live": live if live and live.key != key else None,
        "live_products": showcase.shown(skus=live.skus, day=today) if live else [],
        "refuse_form": refuse_form or ReasonForm(action=refuse_at, button=_("Refuse with this reason")),
        "down_form": down_form or ReasonForm(action=down_at, button=_("Take it down")),
        "nav": "staff-pages",
    }
    return render(request, "mlmportal/staff_page.html", context, status=status)


def _by(request: HttpRequest) -> int:
    who = me_of(request)
    if who is None:
        raise PermissionDenied
    return who.user_id
