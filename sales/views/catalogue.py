"""The catalogue at the buyer's own price."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.guards import portal_user_required
from sales.forms.cart import QuantityForm, SearchForm
from sales.operations import carts
from sales.operations.orders import OrderRefused
from sales.queries import carts as cart_queries
from sales.queries import catalogue
from sales.views import asking

ON_A_PAGE = 24


@require_safe
@portal_user_required
def show(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@portal_user_required
def add(request: HttpRequest, product_id: int) -> HttpResponse:
    form = QuantityForm(request.POST, product_id=product_id, name="", action="", button="")
    if not form.is_valid():
        return _page(request, wrong=form, status=400)
    me, (_now, today) = asking.person(request), asking.now_and_today()
    try:
        name = carts.add(
            user_id=me.user_id, product_id=product_id, quantity=form.cleaned_data["quantity"], today=today
        )
    except OrderRefused as refused:
        form.add_error("quantity", str(refused))
        return _page(request, wrong=form, status=400)
    messages.success(request, _("%(name)s is in your cart.") % {"name": name})
    return redirect(back_to(shelf=reverse("catalogue"), query=request.GET.urlencode(), product_id=product_id))


def back_to(*, shelf: str, query: str, product_id: int) -> str:
    """The address of the same page of the shelf, opened at the product: what was above it was looked at already."""
    return f"{shelf}{'?' if query else ''}{query}#product-{product_id}"


def _page(request: HttpRequest, *, wrong: QuantityForm | None = None, status: int = 200) -> HttpResponse:
    me, (_now, today) = asking.person(request), asking.now_and_today()
    is_distributor = asking.is_distributor(me)
    search = SearchForm(request.GET or None, with_points=is_distributor, action=reverse("catalogue"))
    asked = search.cleaned_data if search.is_valid() else {}
    found = catalogue.offers(
        day=today,
        search=asked.get("q", ""),
        sort=asked.get("sort", ""),
        goods_only=not is_distributor,
    )
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    standing, chosen = asking.standing(me), cart_queries.pieces(user_id=me.user_id)
    offers = [catalogue.seen_by(standing=standing, terms=terms) for terms in page]
    context = {
        "search": search,
        "words": asked.get("q", ""),
        "rows": [(offer, _form(request, offer, wrong), chosen.get(offer.product_id, 0)) for offer in offers],
        "page": page,
        "is_distributor": is_distributor,
        "in_cart": len(chosen),
        # A product that is not on this page has no field of its own to put the error beside.
        "error": wrong.said_elsewhere([offer.product_id for offer in offers]) if wrong else "",
        "cart_link": reverse("cart"),
        "shelf_link": reverse("catalogue"),
    }
    return render(request, "sales/catalogue.html", context, status=status)


def _form(request: HttpRequest, offer: catalogue.Offer, wrong: QuantityForm | None) -> QuantityForm:
    query = request.GET.urlencode()
    is_wrong = wrong is not None and wrong.product_id == offer.product_id
    form = QuantityForm(
        wrong.data if wrong is not None and is_wrong else None,
        product_id=offer.product_id,
        name=offer.name,
        action=reverse("cart-add", args=[offer.product_id]) + (f"?{query}" if query else ""),
        button=_("Add to cart"),
    )
    if wrong is not None and is_wrong:
        form.errors.update(wrong.errors)
    return form
