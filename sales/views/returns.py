"""Asking to return goods, taking that back, and invoices: the buyer's side after an order."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.guards import portal_user_required
from sales.views import order_pages, ways


@require_http_methods(["GET", "HEAD", "POST"])
@portal_user_required
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Ask to return goods of one's own order: what, how many, why."""
    return order_pages.ask_back(request, ways.signed_in(request), number)


@require_POST
@portal_user_required
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Keep the goods after all."""
    return order_pages.keep(request, ways.signed_in(request), number)


@require_safe
@portal_user_required
def invoice(request: HttpRequest, number: str) -> HttpResponse:
    """An invoice or a credit note, to look at and to print."""
    return order_pages.paper(request, ways.signed_in(request), number)


@require_safe
@portal_user_required
def invoice_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The paper of this number, for who bought."""
    return order_pages.paper_as_pdf(ways.signed_in(request), number)
