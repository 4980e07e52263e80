"""Orders of the signed-in person and of their customers."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from common.guards import portal_user_required
from sales.forms.orders import FilterForm
from sales.queries import orders
from sales.views import asking, order_pages, orders_export, ways

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
    return order_pages.show(request, ways.signed_in(request), number)


@require_http_methods(["GET", "HEAD", "POST"])
@portal_user_required
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    return order_pages.cancel(request, ways.signed_in(request), number)


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
