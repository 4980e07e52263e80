"""A buyer's invoice or credit note, for the company's people: the paper the buyer has, and who else may see it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from common.guards import staff_required
from sales.queries import invoices
from sales.queries.orders import NotVisible
from sales.views import invoice_pdf, order_pages

SEE = "sales.view_invoice"


@require_safe
@staff_required(SEE)
def paper(request: HttpRequest, number: str) -> HttpResponse:
    """To look at and to print."""
    found = _found(number)
    return order_pages.paper_page(
        request,
        found,
        frame="base_staff.html",
        order_link=reverse("admin:sales_order_change", args=[found.order_id]),
        pdf_link=reverse("staff-paper-pdf", args=[found.number]),
    )


@require_safe
@staff_required(SEE)
def paper_as_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The same as a file to keep."""
    return invoice_pdf.answer(_found(number))


def _found(number: str) -> invoices.Paper:
    try:
        return invoices.of_staff(number=number)
    except NotVisible:
        raise Http404 from None
