"""Personal pages that wait for the company: looked at beside what is public, approved or refused."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from common.deciding import ReasonForm, decide
from common.guards import staff_required, user_id_of
from distributors.operations import pages as operations
from distributors.queries import pages
from mlmportal.views.page_forms import PagesForm
from mlmportal.views.pages_of_people import APPROVE
from sales.queries import showcase

ON_A_PAGE = 20
HEED = (
    gettext_lazy("No word about earning, income or what others were paid."),
    gettext_lazy("No promise of healing or other effects a product has not been shown to have."),
    gettext_lazy("The photo shows the person, and nobody who has not been asked."),
    gettext_lazy("Nothing urges anybody to buy or to join."),
)


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
        lambda: operations.approve(key=key, by=user_id_of(request), now=timezone.now()),
        _("The page is public."),
    )


@require_POST
@staff_required(APPROVE)
def refuse(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say no, with a reason the writer reads."""
    form = _refuse_form(key, request.POST)
    if not form.is_valid():
        return _page(request, key, refuse_form=form, status=400)
    reason = form.cleaned_data["reason"]
    return _act(
        request,
        lambda: operations.refuse(key=key, reason=reason, by=user_id_of(request), now=timezone.now()),
        _("Refused. The writer reads your reason."),
    )


@require_POST
@staff_required(APPROVE)
def take_down(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take a public page down, with a reason the writer reads."""
    form = _down_form(key, request.POST)
    if not form.is_valid():
        return _page(request, key, down_form=form, status=400)
    reason = form.cleaned_data["reason"]
    return _act(
        request,
        lambda: operations.take_down(key=key, reason=reason, by=user_id_of(request), now=timezone.now()),
        _("Taken down. The writer reads your reason."),
    )


def _act(request: HttpRequest, act: Callable[[], None], said: str) -> HttpResponse:
    lost = _("Nothing was done: this version has changed meanwhile. Look again.")
    return decide(request, act, said=said, refused=operations.NotThere, lost=lost, to="staff-pages")


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
    context = {
        "version": version,
        "products": showcase.shown(skus=version.skus, day=today),
        "live": live if live and live.key != key else None,
        "live_products": showcase.shown(skus=live.skus, day=today) if live else [],
        "heed": HEED,
        "refuse_form": refuse_form or _refuse_form(key),
        "down_form": down_form or _down_form(key),
        "nav": "staff-pages",
    }
    return render(request, "mlmportal/staff_page.html", context, status=status)


def _refuse_form(key: UUID, data: Any = None) -> ReasonForm:
    return _reason_form(key, data, name="refuse", button=_("Refuse with this reason"))


def _down_form(key: UUID, data: Any = None) -> ReasonForm:
    return _reason_form(key, data, name="take-down", button=_("Take it down"))


def _reason_form(key: UUID, data: Any, *, name: str, button: str) -> ReasonForm:
    return ReasonForm(
        data,
        action=reverse(f"staff-page-{name}", args=[key]),
        label=_("Reason"),
        help_text=_("The writer reads it."),
        required=_("Say why; the writer reads it."),
        button=button,
        name=name,
        kind="btn-withdraw",
    )
