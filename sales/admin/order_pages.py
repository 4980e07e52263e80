"""The two forms staff fill in: an order taken by the company, and goods that came back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from sales.forms.staff import BuyerForm, Lines, ReturnForm
from sales.models import Order
from sales.operations import orders, returns
from sales.queries.orders import standing_lines
from sales.queries.terms import company_day, in_force


def record_order(admin: Any, request: HttpRequest) -> HttpResponse:
    """Record an order for a distributor or a customer at today's terms."""
    if not admin.has_add_permission(request):
        raise PermissionDenied
    now = timezone.now()
    offered = [(terms.product_id, str(terms.product)) for terms in in_force(day=company_day(moment=now))]
    given: dict[str, Any] = {"form_kwargs": {"products": [("", "---------"), *offered]}, "prefix": "lines"}
    if request.method != "POST":
        return _page(
            admin, request, "order_add", title=_("Record an order"), form=BuyerForm(), lines=Lines(**given)
        )
    form = BuyerForm(request.POST)
    lines: Any = Lines(request.POST, **given)
    if form.is_valid() & lines.is_valid():
        found = form.cleaned_data
        try:
            placed = orders.place(
                buyer=found["buyer"],
                items=lines.items(),
                purpose=found["purpose"],
                now=now,
                submission=f"staff:{found['token']}",
                source=Order.Source.STAFF,
            )
        except orders.OrderRefused as refused:
            form.add_error(None, str(refused))
        else:
            admin.log_addition(request, placed, _("Recorded for the buyer"))
            messages.success(request, _("Order %(number)s is recorded.") % {"number": placed.number})
            return redirect("admin:sales_order_change", placed.pk)
    return _page(admin, request, "order_add", 400, title=_("Record an order"), form=form, lines=lines)


def record_return(admin: Any, request: HttpRequest, order_id: int) -> HttpResponse:
    """Record what came back of one order."""
    if not (admin.has_return_permission(request) and admin.has_view_permission(request)):
        raise PermissionDenied
    order = admin.get_object(request, str(order_id))
    if order is None:
        raise Http404
    form = ReturnForm(request.POST or None, lines=standing_lines(order_id=order.pk))
    if request.method == "POST" and form.is_valid():
        try:
            returned = returns.book(
                order_id=order.pk,
                lines=form.back(),
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
                by=request.user.pk,
            )
        except returns.ReturnRefused as refused:
            form.add_error(None, str(refused))
        else:
            admin.log_change(request, order, f"Return {returned.number}")
            messages.success(request, _("Return %(number)s is recorded.") % {"number": returned.number})
            return redirect("admin:sales_order_change", order.pk)
    title = _("Record a return of %(number)s") % {"number": order.number}
    status = 400 if form.errors else 200
    return _page(admin, request, "order_return", status, title=title, form=form, order=order)


def _page(admin: Any, request: HttpRequest, name: str, status: int = 200, **context: Any) -> HttpResponse:
    known = {**admin.admin_site.each_context(request), "opts": admin.opts, **context}
    return TemplateResponse(request, f"sales/admin/{name}.html", known, status=status)
