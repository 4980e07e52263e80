"""The cart: look, change, order."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.guards import portal_user_required
from distributors.queries import account
from sales.forms.cart import OrderForm, QuantityForm, RemoveForm
from sales.operations import carts
from sales.operations.orders import OrderRefused
from sales.queries import carts as cart_queries
from sales.queries import paying
from sales.queries.carts import Chosen
from sales.views import asking


@require_safe
@portal_user_required
def show(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@portal_user_required
def change(request: HttpRequest, product_id: int) -> HttpResponse:
    form = QuantityForm(request.POST, product_id=product_id, name="", action="", button="")
    if not form.is_valid():
        return _page(request, wrong=form, status=400)
    me = asking.person(request)
    carts.change(user_id=me.user_id, product_id=product_id, quantity=form.cleaned_data["quantity"])
    messages.success(request, _("Your cart is changed."))
    return redirect("cart")


@require_POST
@portal_user_required
def remove(request: HttpRequest, product_id: int) -> HttpResponse:
    carts.remove(user_id=asking.person(request).user_id, product_id=product_id)
    messages.success(request, _("The product is out of your cart."))
    return redirect("cart")


@require_POST
@portal_user_required
def order(request: HttpRequest) -> HttpResponse:
    me, (now, _today) = asking.person(request), asking.now_and_today()
    form = OrderForm(request.POST, asks_purpose=asking.is_distributor(me))
    if not form.is_valid():
        return _page(request, order_form=form, status=400)
    purpose = form.cleaned_data.get("purpose", "customer")
    try:
        placed = carts.order(
            user_id=me.user_id,
            buyer=asking.buyer(me),
            token=form.cleaned_data["token"],
            purpose=purpose,
            now=now,
        )
    except OrderRefused as refused:
        messages.error(request, str(refused))
        return redirect("cart")
    messages.success(request, _("Order %(number)s is placed.") % {"number": placed.number})
    return redirect("order", placed.number)


def _page(
    request: HttpRequest,
    *,
    wrong: QuantityForm | None = None,
    order_form: OrderForm | None = None,
    status: int = 200,
) -> HttpResponse:
    me, (_now, today) = asking.person(request), asking.now_and_today()
    is_distributor = asking.is_distributor(me)
    cart = cart_queries.contents(user_id=me.user_id, standing=asking.standing(me), day=today)
    context = {
        "cart": cart,
        "rows": [(line, _quantity(line, wrong), _removal(line)) for line in cart.lines],
        "order_form": order_form or OrderForm(asks_purpose=is_distributor, initial={"token": cart.token}),
        "is_distributor": is_distributor,
        "pay_days": paying.days(),
        "return_days": settings.RETURN_DAYS,
        "profile": account.profile(user_id=me.user_id),
        "shelf_link": reverse("catalogue"),
    }
    return render(request, "sales/cart.html", context, status=status)


def _removal(line: Chosen) -> RemoveForm:
    return RemoveForm(product_id=line.product_id, action=reverse("cart-remove", args=[line.product_id]))


def _quantity(line: Chosen, wrong: QuantityForm | None) -> QuantityForm:
    data = wrong.data if wrong is not None and wrong.product_id == line.product_id else None
    return QuantityForm(
        data,
        product_id=line.product_id,
        name=line.name,
        action=reverse("cart-change", args=[line.product_id]),
        button=_("Change"),
        initial={"quantity": line.quantity},
    )
