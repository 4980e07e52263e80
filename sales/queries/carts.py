"""What somebody has chosen, at today's price."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sales.models import Cart, CartLine, Product, Standing
from sales.queries import catalogue
from sales.queries.catalogue import Offer


@dataclass(frozen=True, slots=True)
class Chosen:
    """A line of a cart: money in minor units, volumes in hundredths of a point, for the whole line."""

    product_id: int
    name: str
    quantity: int
    offer: Offer | None  # None when it is not offered any more

    @property
    def price(self) -> int:
        return self.quantity * self.offer.price if self.offer else 0

    @property
    def qualifying(self) -> int:
        return self.quantity * self.offer.qualifying if self.offer else 0

    @property
    def commissionable(self) -> int:
        return self.quantity * self.offer.commissionable if self.offer else 0


@dataclass(frozen=True, slots=True)
class Contents:
    """A cart as its page shows it. Without lines there may be no cart and no token yet."""

    token: str
    lines: tuple[Chosen, ...]

    @property
    def total(self) -> int:
        return sum(line.price for line in self.lines)

    @property
    def qualifying(self) -> int:
        return sum(line.qualifying for line in self.lines)

    @property
    def commissionable(self) -> int:
        return sum(line.commissionable for line in self.lines)

    @property
    def can_be_ordered(self) -> bool:
        return bool(self.lines) and all(line.offer for line in self.lines)


def contents(*, user_id: int, standing: str, day: date) -> Contents:
    """The cart of a login at the prices of `day` for a buyer of this standing; kits and fees are for distributors."""
    cart = Cart.objects.filter(user_id=user_id).first()
    if cart is None:
        return Contents("", ())
    rows = CartLine.objects.filter(cart=cart).order_by("pk").values_list("product_id", "quantity")
    return _priced(dict(rows), cart.token, standing, day, goods_only=standing != Standing.DISTRIBUTOR)


def of_pieces(*, pieces: Mapping[int, int], token: str, day: date) -> Contents:
    """What a guest has chosen, at retail prices: pieces by product. Kits and fees are not offered to them."""
    return _priced(pieces, token, Standing.RETAIL, day, goods_only=True)


def _priced(pieces: Mapping[int, int], token: str, standing: str, day: date, *, goods_only: bool) -> Contents:
    names = dict(Product.objects.filter(pk__in=pieces.keys()).order_by().values_list("pk", "name"))
    offered = catalogue.by_ids(standing=standing, day=day, product_ids=list(names), goods_only=goods_only)
    known = ((pk, count) for pk, count in pieces.items() if pk in names)
    return Contents(token, tuple(Chosen(pk, names[pk], count, offered.get(pk)) for pk, count in known))


def pieces(*, user_id: int) -> dict[int, int]:
    """How many pieces of which product are in somebody's cart."""
    return dict(CartLine.objects.filter(cart__user_id=user_id).values_list("product_id", "quantity"))
