"""Products, and what they cost and carry from a day on."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.readonly import NoDelete, ReadOnly
from sales.admin.amounts import money, volume
from sales.forms.terms import TermsForm, TermsFormSet
from sales.models import Product, ProductTerms
from sales.operations import products


class PastTermsInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    """Terms are added, never changed: the past keeps its prices."""

    model = ProductTerms
    verbose_name_plural = "terms so far"
    fields = ("valid_from", "retail", "preferred", "distributors", "qualifies", "commissions", "why", "who")
    readonly_fields = fields[1:]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductTerms]:
        return super().get_queryset(request).select_related("override_by")

    @admin.display(description="retail price")
    def retail(self, terms: ProductTerms) -> str:
        return money(terms.retail_price)

    @admin.display(description="preferred price")
    def preferred(self, terms: ProductTerms) -> str:
        return money(terms.preferred_price)

    @admin.display(description="distributor's price")
    def distributors(self, terms: ProductTerms) -> str:
        return money(terms.distributor_price)

    @admin.display(description="qualifying")
    def qualifies(self, terms: ProductTerms) -> str:
        return volume(terms.qualifying)

    @admin.display(description="commissionable")
    def commissions(self, terms: ProductTerms) -> str:
        return volume(terms.commissionable)

    @admin.display(description="why it carries volume all the same")
    def why(self, terms: ProductTerms) -> str:
        return terms.override_reason

    @admin.display(description="who decided")
    def who(self, terms: ProductTerms) -> str:
        return str(terms.override_by or "")


class NewTermsInline(NoDelete, admin.StackedInline):  # type: ignore[type-arg]
    """Terms from a day on. Whoever gives a reason for a kit's volume puts their name to it."""

    model = ProductTerms
    form = TermsForm
    formset = TermsFormSet
    verbose_name, verbose_name_plural = "new terms", "new terms"
    extra = 1
    fields = (
        "valid_from",
        ("retail_price", "preferred_price", "distributor_price"),
        ("qualifying", "commissionable"),
        "override_reason",
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductTerms]:
        return super().get_queryset(request).none()

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.by = request.user.pk
        return formset


@admin.register(Product)
class ProductAdmin(NoDelete, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "sku", "product_class", "is_offered")
    list_filter = ("product_class", "is_offered")
    search_fields = ("name", "sku")
    fields = ("sku", "name", "description", "product_class", "is_offered")
    inlines = (NewTermsInline, PastTermsInline)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # A class that changed would turn past kits into products.
        return ("sku", "product_class") if obj else ()

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        # Called for what the admin tells of the change; the operation writes.
        formset.save(commit=False)
        for row in getattr(formset, "filled", list)():
            products.set_terms(product_id=form.instance.pk, terms=row.terms(by=request.user.pk))
