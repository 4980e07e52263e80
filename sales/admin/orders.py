"""Orders: recorded by a form of their own, carried on by actions, never edited."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from common.readonly import ReadOnly
from sales.admin import order_pages
from sales.admin.amounts import money, volume
from sales.models import Invoice, Order, OrderLine, Return
from sales.operations import orders
from sales.operations.orders import OrderRefused


def _may(request: HttpRequest, right: str) -> bool:
    return bool(cast("Any", request.user).has_perm(right))


class OrderLineInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = OrderLine
    extra = 0
    fields = ("position", "product", "product_class", "quantity", "paid", "qualifies", "commissions")
    readonly_fields = ("paid", "qualifies", "commissions")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("product")

    @admin.display(description="price")
    def paid(self, line: OrderLine) -> str:
        return money(line.price)

    @admin.display(description="qualifying")
    def qualifies(self, line: OrderLine) -> str:
        return volume(line.qualifying)

    @admin.display(description="commissionable")
    def commissions(self, line: OrderLine) -> str:
        return volume(line.commissionable)


class ReturnInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = Return
    extra = 0
    fields = ("number", "returned_at", "booked_at", "reason")
    show_change_link = True


class InvoiceInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    """What the buyer has on paper: the invoice, and a credit note for each return."""

    model = Invoice
    extra = 0
    fields = ("paper", "kind", "issued_on", "amount")
    readonly_fields = ("paper", "amount")

    @admin.display(description="number")
    def paper(self, invoice: Invoice) -> str:
        address = reverse("staff-paper", args=[invoice.number])
        return format_html('<a href="{}">{}</a>', address, invoice.number)

    @admin.display(description="total")
    def amount(self, invoice: Invoice) -> str:
        return money(invoice.total, invoice.currency)


class CameLate(admin.SimpleListFilter):
    """Orders whose payment was marked when the books were shut already."""

    title = lazy("late payment")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", lazy("Counts later than it was paid"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        return queryset.filter(booked_at__gt=F("paid_at")) if self.value() == "yes" else queryset


@admin.register(Order)
class OrderAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = (
        "number", "placed_at", "state", "seller", "customer", "amount", "booked_at", "late", "source",
    )  # fmt: skip
    # By moments, not by a hierarchy of days: that reads every order to know which days there are.
    list_filter = ("state", "source", "purpose", "buyer_standing", CameLate, "placed_at")
    list_select_related = ("seller", "customer")
    search_fields = ("number", "seller__number", "customer__number")
    list_per_page = 50
    fields = (
        ("number", "state", "source"),
        ("seller", "customer", "buyer_standing", "purpose"),
        "amount",
        ("placed_at", "paid_at", "paid_by", "booked_at", "late"),
        ("shipped_at", "cancelled_at"),
    )
    readonly_fields = ("amount", "late")
    inlines = (OrderLineInline, InvoiceInline, ReturnInline)
    actions = ("mark_paid", "ship", "cancel", "record_return")
    change_form_template = "sales/admin/order.html"

    @admin.display(description="total", ordering="total")
    def amount(self, order: Order) -> str:
        return money(order.total, order.currency)

    @admin.display(description="late")
    def late(self, order: Order) -> str:
        """Paid before the books were shut, and marked after: it counts from then."""
        is_late = order.paid_at is not None and order.paid_at != order.booked_at
        return _("counts later than it was paid") if is_late else ""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may(request, "sales.add_order")

    def has_carry_on_permission(self, request: HttpRequest) -> bool:
        """To mark, ship and cancel; nobody may edit an order itself."""
        return _may(request, "sales.change_order")

    def has_return_permission(self, request: HttpRequest) -> bool:
        return _may(request, "sales.add_return")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.return_view)
        return [path("<int:order_id>/return/", view, name="sales_order_return"), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return order_pages.record_order(self, request)

    def return_view(self, request: HttpRequest, order_id: int) -> HttpResponse:
        return order_pages.record_return(self, request, order_id)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["may_return"] = self.has_return_permission(request)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.action(description=lazy("Mark as paid now"), permissions=["carry_on"])
    def mark_paid(self, request: HttpRequest, chosen: QuerySet[Order]) -> None:
        now, by = timezone.now(), request.user.pk
        self._each(
            request,
            chosen,
            lambda pk: orders.mark_paid(order_id=pk, paid_at=now, by=by, now=now),
            _("marked as paid"),
        )

    @admin.action(description=lazy("Mark as shipped now"), permissions=["carry_on"])
    def ship(self, request: HttpRequest, chosen: QuerySet[Order]) -> None:
        now = timezone.now()
        self._each(request, chosen, lambda pk: orders.ship(order_id=pk, now=now), _("marked as shipped"))

    @admin.action(description=lazy("Cancel, where not paid"), permissions=["carry_on"])
    def cancel(self, request: HttpRequest, chosen: QuerySet[Order]) -> None:
        now = timezone.now()
        self._each(request, chosen, lambda pk: orders.cancel(order_id=pk, now=now), _("cancelled"))

    @admin.action(description=lazy("Record a return of one order"), permissions=["return"])
    def record_return(self, request: HttpRequest, chosen: QuerySet[Order]) -> HttpResponse | None:
        keys = list(chosen.values_list("pk", flat=True)[:2])
        if len(keys) != 1:
            self.message_user(request, _("Choose one order."), messages.ERROR)
            return None
        return redirect(reverse("admin:sales_order_return", args=keys))

    def _each(
        self, request: HttpRequest, chosen: QuerySet[Order], act: Callable[[int], bool], word: str
    ) -> None:
        """Do it order by order, each in its own transaction; say how many changed and why others did not."""
        done = 0
        for order in chosen.order_by("pk"):
            try:
                changed = act(order.pk)
            except OrderRefused as refused:
                self.message_user(request, f"{order.number}: {refused}", messages.ERROR)
                continue
            if changed:
                done += 1
                self.log_change(request, order, word)
        self.message_user(
            request,
            ngettext("%(n)s order %(word)s.", "%(n)s orders %(word)s.", done) % {"n": done, "word": word},
        )
