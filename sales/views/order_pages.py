"""The pages about one order, for whoever came by a way that leads to it."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from distributors.queries import account
from sales.forms.orders import CancelForm
from sales.forms.returns import AskForm
from sales.operations import orders as operations
from sales.operations import return_requests as asking_back
from sales.queries import invoices, orders, paying, return_requests
from sales.views import asking, invoice_pdf, ways
from sales.views.ways import Way


def show(request: HttpRequest, way: Way, number: str) -> HttpResponse:
    """The order with its lines and dates; for its buyer also papers and the way back."""
    order = ways.visible(way, number)
    context = _context(way, order) | (_afterwards(way, order) if order.is_buyer else {})
    context["lacks_address"] = not way.token and _lacks_address(request, order)
    return render(request, "sales/order.html", context)


def cancel(request: HttpRequest, way: Way, number: str) -> HttpResponse:
    """Asks once, then takes an unpaid order back."""
    order = ways.bought(way, number)
    if request.method != "POST":
        form = CancelForm(action=way.to("order-cancel", number))
        return render(request, "sales/order_cancel.html", _context(way, order) | {"form": form})
    try:
        operations.cancel(order_id=order.pk, now=asking.now_and_today()[0])
        messages.success(request, _("Order %(number)s is cancelled.") % {"number": number})
    except operations.WrongState as refused:
        messages.error(request, str(refused))
    return redirect(way.to("order", number))


def ask_back(request: HttpRequest, way: Way, number: str) -> HttpResponse:
    """Ask to return goods: what, how many, why."""
    order = ways.bought(way, number)
    now, today = asking.now_and_today()
    last = return_requests.last_day_of(order_id=order.pk)
    if last is None or today > last:
        raise Http404
    form = AskForm(request.POST or None, lines=orders.standing_lines(order_id=order.pk))
    if request.method == "POST" and form.is_valid():
        try:
            asking_back.ask(
                order_id=order.pk, lines=form.back(), reason=form.cleaned_data["reason"], now=now, today=today
            )
        except asking_back.CannotAsk as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Asked for. The company answers here; you also get a letter."))
            return redirect(way.to("order", number))
    status = 400 if form.errors else 200
    return render(request, "sales/return_ask.html", _context(way, order) | {"form": form}, status=status)


def keep(request: HttpRequest, way: Way, number: str) -> HttpResponse:
    """Keep the goods after all."""
    order = ways.bought(way, number)
    if asking_back.withdraw(order_id=order.pk, now=asking.now_and_today()[0]):
        messages.success(request, _("Withdrawn. You keep the goods."))
    return redirect(way.to("order", number))


def paper(request: HttpRequest, way: Way, number: str) -> HttpResponse:
    """An invoice or a credit note, to look at and to print."""
    found = ways.paper(way, number)
    return paper_page(
        request,
        found,
        frame=way.frame,
        order_link=way.to("order", found.order_number),
        pdf_link=way.to_paper(number, pdf=True),
    )


def paper_page(request: HttpRequest, found: invoices.Paper, **where: str) -> HttpResponse:
    """The paper in a frame, with the addresses of its order and of the file."""
    context = {"paper": found, "company_address": settings.COMPANY_ADDRESS, "nav": "orders", **where}
    return render(request, "sales/invoice.html", context)


def paper_as_pdf(way: Way, number: str) -> HttpResponse:
    """The same as a file to keep."""
    return invoice_pdf.answer(ways.paper(way, number))


def _context(way: Way, order: orders.SeenOrder) -> dict[str, object]:
    return {
        "frame": way.frame,
        "seller": way.seller,
        "links": way.links(order.head.number),
        "order": order,
        "is_distributor": way.is_distributor,
    }


def _lacks_address(request: HttpRequest, order: orders.SeenOrder) -> bool:
    """Whether the buyer ordered without saying where it is to go, and it has not been sent."""
    if not order.is_buyer or order.shipped_at or order.cancelled_at:
        return False
    buyer = account.profile(user_id=asking.person(request).user_id)
    return buyer is not None and not buyer.street


def _afterwards(way: Way, order: orders.SeenOrder) -> dict[str, object]:
    """How to pay, papers, and returning goods: for the buyer alone."""
    asked = return_requests.of_order(order_id=order.pk)
    last = return_requests.last_day_of(order_id=order.pk)
    stands = any(line.quantity > line.quantity_back for line in order.lines)
    waits = any(one.state == "waiting" for one in asked)
    today = asking.now_and_today()[1]
    papers = invoices.of_order(order_id=order.pk)
    return {
        "how_to_pay": paying.how(order=order.head) if order.head.state == "placed" else None,
        "papers": [(one, way.to_paper(one.number)) for one in papers],
        "requests": asked,
        "may_ask": last is not None and today <= last and stands and not waits,
        "last_day": last if last and last.year < 9999 else None,
    }
