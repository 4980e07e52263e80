"""What a visitor without a login has chosen: kept in the session, for as long as that lasts."""

from django.http import HttpRequest
from django.utils.crypto import get_random_string

from sales.operations import orders
from sales.operations.orders import MOST_LINES, MOST_PIECES

BASKET, TOKEN = "guest_basket", "guest_basket_token"


def pieces(request: HttpRequest) -> dict[int, int]:
    """How many pieces of which product, as they were chosen."""
    found = request.session.get(BASKET)
    return {int(key): count for key, count in found.items()} if isinstance(found, dict) else {}


def token(request: HttpRequest) -> str:
    """What makes a double submit one order: another once something is changed or ordered."""
    if TOKEN not in request.session:
        request.session[TOKEN] = get_random_string(32)
    return str(request.session[TOKEN])


def add(request: HttpRequest, *, product_id: int, quantity: int) -> None:
    """Put pieces on top of those that are there. Raises WrongQuantity, OrderRefused (too many lines)."""
    chosen = pieces(request)
    count = chosen.get(product_id, 0) + quantity
    if count > MOST_PIECES:
        raise orders.WrongQuantity(f"A line holds from 1 to {MOST_PIECES} pieces.")
    if product_id not in chosen and len(chosen) >= MOST_LINES:
        raise orders.OrderRefused(f"A cart holds at most {MOST_LINES} different products.")
    _keep(request, chosen | {product_id: count})


def change(request: HttpRequest, *, product_id: int, quantity: int) -> None:
    """Set how many pieces; what is not in it stays out."""
    chosen = pieces(request)
    if product_id in chosen:
        _keep(request, chosen | {product_id: quantity})


def remove(request: HttpRequest, *, product_id: int) -> None:
    """Take a product out; what is not in it stays out."""
    _keep(request, {pk: count for pk, count in pieces(request).items() if pk != product_id})


def empty(request: HttpRequest) -> None:
    """Ordered: what comes next is another order."""
    _keep(request, {})


def _keep(request: HttpRequest, chosen: dict[int, int]) -> None:
    request.session[BASKET] = {str(pk): count for pk, count in chosen.items()}
    request.session.pop(TOKEN, None)
