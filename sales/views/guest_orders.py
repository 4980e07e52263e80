"""The pages about a guest's order, for whoever holds the link of the letter. Everybody else finds nothing."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.limits import too_many
from sales.queries import guests
from sales.queries.orders import Viewer
from sales.views import order_pages
from sales.views.ways import Way


def _with_link(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Gives the view the way and the number of the order; 404 for a link that is not ours."""

    @wraps(view)
    def opened(request: HttpRequest, token: str, **given: str) -> HttpResponse:
        refused = too_many(request, action="guest-link")
        if refused:
            return refused
        guest = guests.of_token(token=token)
        if guest is None:
            raise Http404
        way = Way(
            viewer=Viewer(guest_order_id=guest.order_id),
            token=token,
            seller=guest.seller_name,
            frame="base_guest.html",
        )
        return view(request, way, guest.order_number, **given)

    return never_cache(opened)


@require_safe
@_with_link
def one(request: HttpRequest, way: Way, number: str) -> HttpResponse:
    return order_pages.show(request, way, number)


@require_http_methods(["GET", "HEAD", "POST"])
@_with_link
def cancel(request: HttpRequest, way: Way, number: str) -> HttpResponse:
    return order_pages.cancel(request, way, number)


@require_http_methods(["GET", "HEAD", "POST"])
@_with_link
def ask_back(request: HttpRequest, way: Way, number: str) -> HttpResponse:
    return order_pages.ask_back(request, way, number)


@require_POST
@_with_link
def keep(request: HttpRequest, way: Way, number: str) -> HttpResponse:
    return order_pages.keep(request, way, number)


@require_safe
@_with_link
def paper(request: HttpRequest, way: Way, number: str, *, paper_number: str) -> HttpResponse:
    return order_pages.paper(request, way, paper_number)


@require_safe
@_with_link
def paper_as_pdf(request: HttpRequest, way: Way, number: str, *, paper_number: str) -> HttpResponse:
    return order_pages.paper_as_pdf(way, paper_number)
