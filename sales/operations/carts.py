"""Carts: what is chosen, and how it becomes one order."""

import secrets
from datetime import date, datetime

from django.db import transaction

from sales.models import Cart, CartLine, Order, Product
from sales.operations import orders
from sales.operations.orders import MOST_LINES, MOST_PIECES, Buyer, Item
from sales.queries import terms as product_terms


class CartChanged(orders.OrderRefused):
    """The form shows a cart that is not the present one."""


def add(*, user_id: int, product_id: int, quantity: int, today: date) -> str:
    """Put pieces of a product into the cart of a login, on top of those in it; return the product's name.

    Raises NotOffered, WrongQuantity (more than a line may hold), OrderRefused (too many lines).
    """
    product = _offered(product_id, today)
    with transaction.atomic():
        cart = _mine(user_id)
        line = CartLine.objects.filter(cart=cart, product=product).first()
        _check(quantity + (line.quantity if line else 0))
        if line is None and CartLine.objects.filter(cart=cart).count() >= MOST_LINES:
            raise orders.OrderRefused(f"A cart holds at most {MOST_LINES} different products.")
        line = line or CartLine(cart=cart, product=product, quantity=0)
        line.quantity += quantity
        line.save()
        _renew(cart)
    return product.name


def change(*, user_id: int, product_id: int, quantity: int) -> None:
    """Set how many pieces of a product are in the cart; what is not in it stays out. Raises WrongQuantity."""
    _check(quantity)
    with transaction.atomic():
        cart = _mine(user_id)
        if CartLine.objects.filter(cart=cart, product_id=product_id).update(quantity=quantity):
            _renew(cart)


def remove(*, user_id: int, product_id: int) -> None:
    """Take a product out of the cart; what is not in it stays out."""
    with transaction.atomic():
        cart = _mine(user_id)
        if CartLine.objects.filter(cart=cart, product_id=product_id).delete()[0]:
            _renew(cart)


def order(*, user_id: int, buyer: Buyer, token: str, purpose: str, now: datetime) -> Order:
    """Order what is in the cart and empty it. The token is the one the page showed: it changes with the cart.

    The same token again returns the order it made. Raises CartChanged when the cart is another by now, and
    what `orders.place` raises; then the cart stays as it is.
    """
    with transaction.atomic():
        # Of two who come at once the second finds another token here, and then the order.
        cart = Cart.objects.select_for_update().filter(user_id=user_id, token=token).first()
        if cart is not None:
            lines = CartLine.objects.filter(cart=cart).order_by("pk")
            items = [Item(line.product_id, line.quantity) for line in lines]
            placed = orders.place(buyer=buyer, items=items, purpose=purpose, now=now, submission=token)
            lines.delete()
            _renew(cart)
            return placed
    return _made_by(token, buyer)


def _made_by(token: str, buyer: Buyer) -> Order:
    made = Order.objects.filter(submission=token).first()
    if made is None or not _belongs(made, buyer):
        raise CartChanged("Your cart has changed since. Please look at it again.")
    return made


def _belongs(made: Order, buyer: Buyer) -> bool:
    if buyer.customer_id is not None:
        return made.customer_id == buyer.customer_id
    return made.customer_id is None and made.seller_id == buyer.distributor_id


def _offered(product_id: int, today: date) -> Product:
    product = Product.objects.filter(pk=product_id, is_offered=True).first()
    if product is None or not product_terms.in_force(day=today, product_ids=[product.pk]).exists():
        raise orders.NotOffered(product_id)
    return product


def _check(quantity: int) -> None:
    if type(quantity) is not int or not 1 <= quantity <= MOST_PIECES:
        raise orders.WrongQuantity(f"A line holds from 1 to {MOST_PIECES} pieces.")


def _mine(user_id: int) -> Cart:
    """The cart of a login, locked, so that two changes at once follow each other."""
    Cart.objects.bulk_create([Cart(user_id=user_id, token=_token())], ignore_conflicts=True)
    return Cart.objects.select_for_update().get(user_id=user_id)


def _renew(cart: Cart) -> None:
    Cart.objects.filter(pk=cart.pk).update(token=_token())


def _token() -> str:
    return secrets.token_urlsafe(32)
