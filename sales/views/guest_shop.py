"""Buying from a distributor without a login: the goods at retail prices, a basket, one order.

The address carries the code of a referral link, and with it who is credited. Who is signed in buys in the catalogue.
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.fields import likely_country
from common.guards import me_of
from common.limits import too_many
from distributors.queries import referrals
from distributors.queries.referrals import Sponsor
from sales.forms.cart import QuantityForm, RemoveForm, SearchForm
from sales.forms.guest import GuestForm
from sales.models import Standing
from sales.operations import guests as operations
from sales.operations.orders import OrderRefused
from sales.queries import carts as cart_queries
from sales.queries import catalogue, guests, paying
from sales.views import asking, basket
from sales.views.catalogue import ON_A_PAGE, back_to

FRAME = "base_guest.html"


def _of_somebody(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Gives the view the distributor whose code it is; whatever is wrong with it ends in the same neutral page."""

    @wraps(view)
    def opened(request: HttpRequest, code: str, **given: int) -> HttpResponse:
        if request.user.is_authenticated:
            me = me_of(request)
            return redirect("catalogue" if me and me.kind in ("distributor", "customer") else "home")
        refused = too_many(request, action="shop")
        if refused:
            return refused
        seller = referrals.sponsor(code=code)
        return redirect("referral", code) if seller is None else view(request, seller, **given)

    return never_cache(opened)


@require_safe
@_of_somebody
def show(request: HttpRequest, seller: Sponsor) -> HttpResponse:
    """What may be bought, found by words, a page at a time."""
    return _shelf(request, seller)


@require_POST
@_of_somebody
def add(request: HttpRequest, seller: Sponsor, *, product_id: int) -> HttpResponse:
    """Put pieces into the basket."""
    form = QuantityForm(request.POST, product_id=product_id, name="", action="", button="")
    if not form.is_valid():
        return _shelf(request, seller, wrong=form, status=400)
    today = asking.now_and_today()[1]
    offered = catalogue.by_ids(standing=Standing.RETAIL, day=today, product_ids=[product_id], goods_only=True)
    try:
        if product_id not in offered:
            raise operations.NotOffered(product_id)
        basket.add(request, product_id=product_id, quantity=form.cleaned_data["quantity"])
    except OrderRefused as refused:
        form.add_error("quantity", str(refused))
        return _shelf(request, seller, wrong=form, status=400)
    messages.success(request, _("%(name)s is in your cart.") % {"name": offered[product_id].name})
    shelf, query = reverse("guest-shop", args=[seller.code]), request.GET.urlencode()
    return redirect(back_to(shelf=shelf, query=query, product_id=product_id))


@require_POST
@_of_somebody
def change(request: HttpRequest, seller: Sponsor, *, product_id: int) -> HttpResponse:
    form = QuantityForm(request.POST, product_id=product_id, name="", action="", button="")
    if not form.is_valid():
        return _basket(request, seller, wrong=form, status=400)
    basket.change(request, product_id=product_id, quantity=form.cleaned_data["quantity"])
    messages.success(request, _("Your cart is changed."))
    return redirect("guest-cart", seller.code)


@require_POST
@_of_somebody
def remove(request: HttpRequest, seller: Sponsor, *, product_id: int) -> HttpResponse:
    basket.remove(request, product_id=product_id)
    messages.success(request, _("The product is out of your cart."))
    return redirect("guest-cart", seller.code)


@require_http_methods(["GET", "HEAD", "POST"])
@_of_somebody
def cart(request: HttpRequest, seller: Sponsor) -> HttpResponse:
    """The basket; and ordering what is in it, with name and address."""
    if request.method != "POST":
        return _basket(request, seller)
    form = GuestForm(request.POST, action=reverse("guest-cart", args=[seller.code]))
    if not form.is_valid():
        return _basket(request, seller, order_form=form, status=400)
    refused = too_many(request, action="guest-order", key=form.cleaned_data["email"])
    if refused:
        return refused
    return _order(request, seller, form)


def _order(request: HttpRequest, seller: Sponsor, form: GuestForm) -> HttpResponse:
    chosen, token = basket.pieces(request), form.cleaned_data["token"]
    before = guests.made_by(submission=token)
    if before is None and (token != basket.token(request) or form.from_a_machine):
        messages.error(request, _("Your cart has changed since. Please look at it again."))
        return redirect("guest-cart", seller.code)
    try:
        number = before or operations.place(
            link_id=seller.code_id,
            distributor_id=seller.distributor_id,
            details=form.details(),
            email=form.cleaned_data["email"],
            items=[operations.Item(pk, count) for pk, count in chosen.items()],
            submission=token,
            now=asking.now_and_today()[0],
        )
    except OrderRefused as refused:
        messages.error(request, str(refused))
        return redirect("guest-cart", seller.code)
    if before is None:
        basket.empty(request)
        messages.success(
            request,
            _("Order %(number)s is placed. The link to this page is in your mail.") % {"number": number},
        )
    return redirect("guest-order", guests.token(order_number=number))


def _shelf(
    request: HttpRequest, seller: Sponsor, *, wrong: QuantityForm | None = None, status: int = 200
) -> HttpResponse:
    today = asking.now_and_today()[1]
    search = SearchForm(
        request.GET or None, with_points=False, action=reverse("guest-shop", args=[seller.code])
    )
    asked = search.cleaned_data if search.is_valid() else {}
    found = catalogue.offers(
        day=today, search=asked.get("q", ""), sort=asked.get("sort", ""), goods_only=True
    )
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    offers = [catalogue.seen_by(standing=Standing.RETAIL, terms=terms) for terms in page]
    query = request.GET.urlencode()
    chosen = basket.pieces(request)
    rows = [
        (
            offer,
            _quantity(offer.product_id, offer.name, "add", _("Add to cart"), seller, wrong, query=query),
            chosen.get(offer.product_id, 0),
        )
        for offer in offers
    ]
    context = {
        "frame": FRAME,
        "seller": seller,
        "search": search,
        "words": asked.get("q", ""),
        "rows": rows,
        "page": page,
        "in_cart": len(chosen),
        "cart_link": reverse("guest-cart", args=[seller.code]),
        "shelf_link": reverse("guest-shop", args=[seller.code]),
        "error": wrong.said_elsewhere([offer.product_id for offer in offers]) if wrong else "",
    }
    return render(request, "sales/catalogue.html", context, status=status)


def _basket(
    request: HttpRequest,
    seller: Sponsor,
    *,
    wrong: QuantityForm | None = None,
    order_form: GuestForm | None = None,
    status: int = 200,
) -> HttpResponse:
    today = asking.now_and_today()[1]
    found = cart_queries.of_pieces(pieces=basket.pieces(request), token=basket.token(request), day=today)
    rows = [
        (
            line,
            _quantity(line.product_id, line.name, "change", _("Change"), seller, wrong, count=line.quantity),
            RemoveForm(product_id=line.product_id, action=_to("remove", seller, line.product_id)),
        )
        for line in found.lines
    ]
    action = reverse("guest-cart", args=[seller.code])
    initial = {"token": found.token, "country": likely_country(of=seller.country)}
    context = {
        "frame": FRAME,
        "seller": seller,
        "cart": found,
        "rows": rows,
        "order_form": order_form or GuestForm(action=action, initial=initial),
        "shelf_link": reverse("guest-shop", args=[seller.code]),
        "return_days": settings.RETURN_DAYS,
        "pay_days": paying.days(),
    }
    return render(request, "sales/cart.html", context, status=status)


def _to(deed: str, seller: Sponsor, product_id: int) -> str:
    return reverse(f"guest-{deed}", args=[seller.code, product_id])


def _quantity(
    product_id: int,
    name: str,
    deed: str,
    button: str,
    seller: Sponsor,
    wrong: QuantityForm | None,
    *,
    count: int = 1,
    query: str = "",
) -> QuantityForm:
    is_wrong = wrong is not None and wrong.product_id == product_id
    form = QuantityForm(
        wrong.data if wrong is not None and is_wrong else None,
        product_id=product_id,
        name=name,
        action=_to(deed, seller, product_id) + (f"?{query}" if query else ""),
        button=button,
        initial={"quantity": count},
    )
    if wrong is not None and is_wrong:
        form.errors.update(wrong.errors)
    return form
