"""Orders of the signed-in person and of their customers."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.guards import portal_user_required
from sales.forms.orders import CancelForm, FilterForm
from sales.operations import orders as operations
from sales.queries import invoices, orders, return_requests
from sales.views import asking, orders_export

ON_A_PAGE = 25


@require_safe
@portal_user_required
def listing(request: HttpRequest) -> HttpResponse:
    me = asking.person(request)
    form = _filter_form(request)
    found = orders.of_viewer(viewer=asking.viewer(me), filters=form.filters())
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": form,
        "is_narrowed": bool({"state", "month", "buyer"} & {key for key, value in form.data.items() if value}),
        "rows": orders.listed(orders=page),
        "page": page,
        "sorts": _sorts(request, form.filters().sort),
        "is_distributor": asking.is_distributor(me),
    }
    return render(request, "sales/orders.html", context, status=200 if form.is_valid() else 400)


@require_safe
@portal_user_required
def export(request: HttpRequest) -> HttpResponseBase:
    me = asking.person(request)
    found = orders.of_viewer(viewer=asking.viewer(me), filters=_filter_form(request).filters())
    response = StreamingHttpResponse(
        orders_export.lines(orders=found, with_points=asking.is_distributor(me)),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="orders.csv"'
    return response


@require_safe
@portal_user_required
def one(request: HttpRequest, number: str) -> HttpResponse:
    me, order = asking.person(request), _visible(request, number)
    context = {
        "order": order,
        "is_distributor": asking.is_distributor(me),
        "today": asking.now_and_today()[1],
        **(_afterwards(order) if order.is_buyer else {}),
    }
    return render(request, "sales/order.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@portal_user_required
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    order = _visible(request, number)
    if not order.is_buyer:
        raise Http404
    if request.method != "POST":
        form = CancelForm(action=reverse("order-cancel", args=[number]))
        return render(request, "sales/order_cancel.html", {"order": order, "form": form})
    try:
        operations.cancel(order_id=order.pk, now=timezone.now())
        messages.success(request, _("Order %(number)s is cancelled.") % {"number": number})
    except operations.WrongState as refused:
        messages.error(request, str(refused))
    return redirect("order", number)


def _afterwards(order: orders.SeenOrder) -> dict[str, object]:
    """Papers, and returning goods: for the buyer alone."""
    asked = return_requests.of_order(order_id=order.pk)
    last = return_requests.last_day_of(order_id=order.pk)
    stands = any(line.quantity > line.quantity_back for line in order.lines)
    waits = any(one.state == "waiting" for one in asked)
    today = asking.now_and_today()[1]
    return {
        "papers": invoices.of_order(order_id=order.pk),
        "requests": asked,
        "may_ask": last is not None and today <= last and stands and not waits,
        "last_day": last if last and last.year < 9999 else None,
    }


def _visible(request: HttpRequest, number: str) -> orders.SeenOrder:
    try:
        return orders.visible(viewer=asking.viewer(asking.person(request)), number=number)
    except orders.NotVisible:
        raise Http404 from None


def _filter_form(request: HttpRequest) -> FilterForm:
    me = asking.person(request)
    months = orders.months(viewer=asking.viewer(me))
    return FilterForm(request.GET, months=months, asks_buyer=asking.is_distributor(me))


def _sorts(request: HttpRequest, current: str) -> dict[str, dict[str, str]]:
    """For each column that sorts: where its head leads, and how it is sorted now."""
    columns = {}
    for column, first in (("number", "number"), ("placed", "-placed"), ("total", "-total")):
        other = first.removeprefix("-") if first.startswith("-") else f"-{first}"
        values = request.GET.copy()
        values.pop("page", None)
        values["sort"] = other if current == first else first
        direction = "descending" if current.startswith("-") else "ascending"
        columns[column] = {
            "link": f"?{values.urlencode()}",
            "direction": direction if current.removeprefix("-") == column else "",
        }
    return columns
