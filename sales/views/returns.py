"""Asking to return goods, taking that back, and invoices: the buyer's side after an order."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.guards import portal_user_required
from sales.forms.returns import AskForm
from sales.operations import return_requests as operations
from sales.queries import invoices, orders, return_requests
from sales.views import asking


@require_http_methods(["GET", "HEAD", "POST"])
@portal_user_required
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Ask to return goods of one's own order: what, how many, why."""
    order = _bought(request, number)
    now, today = asking.now_and_today()
    last = return_requests.last_day_of(order_id=order.pk)
    if last is None or today > last:
        raise Http404
    form = AskForm(request.POST or None, lines=orders.standing_lines(order_id=order.pk))
    if request.method == "POST" and form.is_valid():
        try:
            operations.ask(
                order_id=order.pk, lines=form.back(), reason=form.cleaned_data["reason"], now=now, today=today
            )
        except operations.CannotAsk as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Asked for. The company answers here; you also get a letter."))
            return redirect("order", number)
    status = 400 if form.errors else 200
    return render(request, "sales/return_ask.html", {"order": order, "form": form}, status=status)


@require_POST
@portal_user_required
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Keep the goods after all."""
    order = _bought(request, number)
    if operations.withdraw(order_id=order.pk, now=timezone.now()):
        messages.success(request, _("Withdrawn. You keep the goods."))
    return redirect("order", number)


@require_safe
@portal_user_required
def invoice(request: HttpRequest, number: str) -> HttpResponse:
    """An invoice or a credit note, to look at and to print."""
    try:
        paper = invoices.visible(viewer=asking.viewer(asking.person(request)), number=number)
    except orders.NotVisible:
        raise Http404 from None
    context = {"paper": paper, "company_address": settings.COMPANY_ADDRESS, "nav": "orders"}
    return render(request, "sales/invoice.html", context)


def _bought(request: HttpRequest, number: str) -> orders.SeenOrder:
    try:
        order = orders.visible(viewer=asking.viewer(asking.person(request)), number=number)
    except orders.NotVisible:
        raise Http404 from None
    if not order.is_buyer:
        raise Http404
    return order
