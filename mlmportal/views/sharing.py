"""A distributor's links: their own, one for each campaign, and what came of each."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.guards import distributor_id, distributor_required
from distributors.operations import campaigns as operations
from distributors.operations import referrals
from distributors.queries import campaigns, holdings
from distributors.queries.referrals import qr_code, share
from mlmportal.views import link_counts
from mlmportal.views.sharing_forms import CampaignForm, LinksForm
from sales.queries import links

ON_A_PAGE = 20


@require_safe
@distributor_required
def sharing(request: HttpRequest) -> HttpResponse:
    """The referral link with its QR code, the campaigns, and what came of them."""
    return _page(request, CampaignForm())


@require_POST
@distributor_required
def campaign_add(request: HttpRequest) -> HttpResponse:
    """A new campaign with a link of its own."""
    form = CampaignForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    name = form.cleaned_data["name"]
    try:
        code = operations.start(distributor_id=distributor_id(request), name=name, now=timezone.now())
    except operations.NameTaken:
        form.add_error("name", _("You have a campaign of this name. Choose another name, or use its link."))
        return _page(request, form, status=409)
    except operations.TooMany:
        text = _("You run %(most)s campaigns. End one before you begin another.")
        form.add_error("name", text % {"most": operations.MOST_RUNNING})
        return _page(request, form, status=409)
    messages.success(request, _("“%(name)s” has a link of its own.") % {"name": name})
    return redirect("sharing-link", code)


@require_safe
@distributor_required
def link(request: HttpRequest, code: str) -> HttpResponse:
    """One link with its QR code, its counts, and its visits by month."""
    found = _mine(request, code)
    address = _address(found.code)
    context = {
        "link": found,
        "address": address,
        "qr": None if found.ended_at else qr_code(address=address),
        "counts": link_counts.of_link(link=found),
        "months": campaigns.visits_by_month(link_id=found.id),
        "nav": "sharing",
    }
    return render(request, "mlmportal/sharing_link.html", context)


@require_safe
@distributor_required
def link_qr(request: HttpRequest, code: str) -> HttpResponse:
    """The QR code of a running link as a file, for a poster or a card."""
    found = _mine(request, code)
    if found.ended_at:
        raise Http404
    response = HttpResponse(qr_code(address=_address(found.code)), content_type="image/svg+xml")
    response["Content-Disposition"] = f'attachment; filename="qr-{found.code}.svg"'
    return response


@require_POST
@distributor_required
def link_end(request: HttpRequest, code: str) -> HttpResponse:
    """End a campaign: its link leads to nobody from now on."""
    found = _mine(request, code)
    if not found.campaign:
        raise Http404
    operations.end(distributor_id=distributor_id(request), code=found.code, now=timezone.now())
    messages.success(request, _("“%(name)s” has ended. Its counts stay.") % {"name": found.campaign})
    return redirect("sharing")


@require_POST
@distributor_required
def renew(request: HttpRequest) -> HttpResponse:
    """A new code; the old link stops naming anybody."""
    referrals.renew(distributor_id=distributor_id(request), now=timezone.now())
    messages.success(request, _("You have a new link. The old one no longer works."))
    return redirect("sharing")


def _page(request: HttpRequest, form: CampaignForm, *, status: int = 200) -> HttpResponse:
    me, now = distributor_id(request), timezone.now()
    found = share(distributor_id=me, site_url=settings.SITE_URL)
    own = campaigns.one(distributor_id=me, code=found.code) if found else None
    filter_form = LinksForm(request.GET)
    page = Paginator(campaigns.of_distributor(distributor_id=me, **filter_form.chosen()), ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    rows = campaigns.rows(links=page)
    orders = links.orders_by_link(link_ids=[row.id for row in rows] + ([own.id] if own else []))
    context = {
        "share": found,
        "counts": link_counts.of_link(link=own, orders=orders),
        "form": form,
        "filter": filter_form,
        "rows": [{"link": row, "orders": orders.get(row.id, 0)} for row in rows],
        "page": page,
        "is_narrowed": bool(filter_form.chosen()["state"]),
        "to_place": holdings.waiting_count(sponsor_id=me, now=now),
        "nav": "sharing",
    }
    return render(request, "mlmportal/sharing.html", context, status=status)


def _mine(request: HttpRequest, code: str) -> campaigns.Link:
    found = campaigns.one(distributor_id=distributor_id(request), code=code.replace("\x00", ""))
    if found is None:
        raise Http404
    return found


def _address(code: str) -> str:
    return f"{settings.SITE_URL}/r/{code}"
