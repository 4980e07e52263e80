from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import IntConverter

from sales.views import (
    cart,
    catalogue,
    guest_orders,
    guest_shop,
    orders,
    returns,
    staff_papers,
    staff_returns,
)


class KeyConverter(IntConverter):
    """A primary key; a longer number is no key of ours, and no database could hold it."""

    regex = "[0-9]{1,18}"


register_converter(KeyConverter, "key")

# An imported order may have a slash in its number.
urlpatterns: list[URLPattern | URLResolver] = [
    path("catalogue/", catalogue.show, name="catalogue"),
    path("cart/", cart.show, name="cart"),
    path("cart/order/", cart.order, name="cart-order"),
    path("cart/<key:product_id>/add/", catalogue.add, name="cart-add"),
    path("cart/<key:product_id>/change/", cart.change, name="cart-change"),
    path("cart/<key:product_id>/remove/", cart.remove, name="cart-remove"),
    path("orders/", orders.listing, name="orders"),
    path("orders/export/", orders.export, name="orders-export"),
    path("orders/<path:number>/return/", returns.ask, name="order-return"),
    path("orders/<path:number>/return/withdraw/", returns.withdraw, name="order-return-withdraw"),
    path("invoices/<str:number>/", returns.invoice, name="invoice"),
    path("invoices/<str:number>/pdf/", returns.invoice_pdf, name="invoice-pdf"),
    path("buy/<str:code>/", guest_shop.show, name="guest-shop"),
    path("buy/<str:code>/cart/", guest_shop.cart, name="guest-cart"),
    path("buy/<str:code>/<key:product_id>/add/", guest_shop.add, name="guest-add"),
    path("buy/<str:code>/<key:product_id>/change/", guest_shop.change, name="guest-change"),
    path("buy/<str:code>/<key:product_id>/remove/", guest_shop.remove, name="guest-remove"),
    path("bought/<str:token>/", guest_orders.one, name="guest-order"),
    path("bought/<str:token>/cancel/", guest_orders.cancel, name="guest-order-cancel"),
    path("bought/<str:token>/return/", guest_orders.ask_back, name="guest-order-return"),
    path("bought/<str:token>/return/withdraw/", guest_orders.keep, name="guest-order-return-withdraw"),
    path("bought/<str:token>/papers/<str:paper_number>/", guest_orders.paper, name="guest-invoice"),
    path(
        "bought/<str:token>/papers/<str:paper_number>/pdf/",
        guest_orders.paper_as_pdf,
        name="guest-invoice-pdf",
    ),
    path("staff/papers/<str:number>/", staff_papers.paper, name="staff-paper"),
    path("staff/papers/<str:number>/pdf/", staff_papers.paper_as_pdf, name="staff-paper-pdf"),
    path("staff/returns/", staff_returns.listing, name="staff-returns"),
    path("staff/returns/<uuid:key>/", staff_returns.one, name="staff-return"),
    path("staff/returns/<uuid:key>/accept/", staff_returns.accept, name="staff-return-accept"),
    path("staff/returns/<uuid:key>/refuse/", staff_returns.refuse, name="staff-return-refuse"),
    path("orders/<path:number>/cancel/", orders.cancel, name="order-cancel"),
    path("orders/<path:number>/", orders.one, name="order"),
]
