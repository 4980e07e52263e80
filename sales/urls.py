from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import IntConverter

from sales.views import cart, catalogue, orders


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
    path("orders/<path:number>/cancel/", orders.cancel, name="order-cancel"),
    path("orders/<path:number>/", orders.one, name="order"),
]
