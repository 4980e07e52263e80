"""Customers, returns, carts and the books."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from common.readonly import NoDelete, ReadOnly
from sales.admin.amounts import money, volume
from sales.models import Books, Cart, CartLine, Customer, Invoice, Return, ReturnLine


@admin.register(Customer)
class CustomerAdmin(NoDelete, admin.ModelAdmin):  # type: ignore[type-arg]
    """Customers come by a referral link or an import. Their kind may change; past orders keep theirs."""

    list_display = ("number", "profile", "kind", "distributor", "since")
    list_filter = ("kind",)
    list_select_related = ("profile", "distributor")
    search_fields = ("number", "profile__given_name", "profile__family_name", "distributor__number")
    fields = ("number", "profile", "distributor", "kind", "since")
    readonly_fields = ("number", "profile", "distributor", "since")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Invoice)
class InvoiceAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Invoices and credit notes, by number, buyer or order; each leads to the paper."""

    list_display = ("number", "paper", "kind", "issued_on", "name", "order", "amount")
    list_filter = ("kind",)
    list_select_related = ("order",)
    search_fields = ("number", "name", "order__number")
    date_hierarchy = "issued_on"
    fields = (
        "number",
        "paper",
        "kind",
        "order",
        "returned",
        "corrects",
        "issued_on",
        "name",
        "address",
        "amount",
    )
    readonly_fields = ("paper", "amount")
    list_per_page = 50

    @admin.display(description="paper")
    def paper(self, invoice: Invoice) -> str:
        return format_html('<a href="{}">{}</a>', reverse("staff-paper", args=[invoice.number]), "Open")

    @admin.display(description="total", ordering="total")
    def amount(self, invoice: Invoice) -> str:
        return money(invoice.total, invoice.currency)


class ReturnLineInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = ReturnLine
    extra = 0
    fields = ("product", "quantity", "paid_back", "points_back")
    readonly_fields = ("product", "paid_back", "points_back")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("order_line__product")

    def product(self, line: ReturnLine) -> str:
        return f"{line.order_line.position}. {line.order_line.product.name}"

    @admin.display(description="price")
    def paid_back(self, line: ReturnLine) -> str:
        return money(line.price)

    @admin.display(description="commissionable")
    def points_back(self, line: ReturnLine) -> str:
        return volume(line.commissionable)


@admin.register(Return)
class ReturnAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """A return is recorded on its order's page."""

    list_display = ("number", "order", "returned_at", "booked_at", "refunded", "reason")
    list_select_related = ("order",)
    search_fields = ("number", "order__number")
    date_hierarchy = "booked_at"
    fields = ("number", "order", "returned_at", "booked_at", "booked_by", "refunded", "reason")
    readonly_fields = ("refunded",)
    inlines = (ReturnLineInline,)

    @admin.display(description="refund", ordering="refund")
    def refunded(self, returned: Return) -> str:
        return money(returned.refund, returned.order.currency)


@admin.register(Books)
class BooksAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Closing a month moves it; nobody does by hand."""

    list_display = ("__str__", "shut_until")


class CartLineInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = CartLine
    extra = 0
    fields = ("product", "quantity")


@admin.register(Cart)
class CartAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("user",)
    list_select_related = ("user",)
    fields = ("user",)
    inlines = (CartLineInline,)
