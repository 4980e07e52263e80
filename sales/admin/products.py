"""Products, and what they cost and carry from a day on."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from sales.admin.readonly import NoDelete
from sales.forms.terms import TermsForm, TermsFormSet
from sales.models import Product, ProductTerms
from sales.operations import products


class TermsInline(NoDelete, admin.TabularInline):  # type: ignore[type-arg]
    """Terms are added, never changed: the past keeps its prices."""

    model = ProductTerms
    form = TermsForm
    formset = TermsFormSet
    extra = 1
    fields = ("valid_from", *products.AMOUNTS, "override_reason", "override_by")
    readonly_fields = ("override_by",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.by = request.user.pk
        return formset

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductTerms]:
        return super().get_queryset(request).select_related("override_by")


@admin.register(Product)
class ProductAdmin(NoDelete, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "sku", "product_class", "is_offered")
    list_filter = ("product_class", "is_offered")
    search_fields = ("name", "sku")
    fields = ("sku", "name", "description", "product_class", "is_offered")
    inlines = (TermsInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # A class that changed would turn past kits into products.
        return ("sku", "product_class") if obj else ()

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        for row in formset.extra_forms:
            if row.has_changed():
                products.set_terms(product_id=form.instance.pk, terms=row.terms(by=request.user.pk))
