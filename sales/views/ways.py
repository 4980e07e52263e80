"""By what way somebody came to an order: signed in, or by the link of a guest's letter. The pages are the same."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.urls import reverse

from sales.queries import invoices, orders
from sales.queries.orders import NotVisible, Viewer
from sales.views import asking

PAGES = ("order", "order-cancel", "order-return", "order-return-withdraw")


@dataclass(frozen=True, kw_only=True)
class Way:
    """Who looks, in which frame, and where that frame's pages are."""

    viewer: Viewer
    is_distributor: bool = False
    token: str = ""  # of the link; empty for somebody signed in
    seller: str = ""  # from whom a guest bought
    frame: str = "base.html"

    def to(self, page: str, number: str) -> str:
        """The address of one of PAGES about an order."""
        return reverse(f"guest-{page}", args=[self.token]) if self.token else reverse(page, args=[number])

    def to_paper(self, number: str, *, pdf: bool = False) -> str:
        """The address of an invoice or a credit note."""
        page = "invoice-pdf" if pdf else "invoice"
        if self.token:
            return reverse(f"guest-{page}", args=[self.token, number])
        return reverse(page, args=[number])

    def links(self, number: str) -> dict[str, str]:
        """The addresses of all PAGES about an order, by their names with underscores."""
        return {page.replace("-", "_"): self.to(page, number) for page in PAGES}


def signed_in(request: HttpRequest) -> Way:
    """The way of the signed-in person; for views under portal_user_required."""
    me = asking.person(request)
    return Way(viewer=asking.viewer(me), is_distributor=asking.is_distributor(me))


def visible(way: Way, number: str) -> orders.SeenOrder:
    """The order of this number, or 404."""
    try:
        return orders.visible(viewer=way.viewer, number=number)
    except NotVisible:
        raise Http404 from None


def bought(way: Way, number: str) -> orders.SeenOrder:
    """The same for the buyer alone."""
    order = visible(way, number)
    if not order.is_buyer:
        raise Http404
    return order


def paper(way: Way, number: str) -> invoices.Paper:
    """The invoice or credit note of this number, for the buyer, or 404."""
    try:
        return invoices.visible(viewer=way.viewer, number=number)
    except NotVisible:
        raise Http404 from None
