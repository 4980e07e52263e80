"""Everything can be looked up; money and what is closed cannot be written here. Months are run on their own page."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from commissions.core.linter import Doubt
from commissions.core.plan import PlanError
from commissions.models import (
    Account,
    Adjustment,
    BooksCheck,
    Freeze,
    Line,
    Period,
    PlanVersion,
    Promotion,
    Run,
    Snapshot,
    StatementItem,
    TeamExport,
    Transfer,
    Withholding,
)
from commissions.operations import plans
from commissions.queries import doubts
from commissions.queries.plans import bonus_names, is_used, parsed
from common.readonly import ReadOnly
from sales.queries.terms import company_day


class Looked(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Long tables that are looked at."""

    list_per_page = 50


class OfBonus(admin.SimpleListFilter):
    """By the bonuses of the adopted plans: to ask the rows which ones there are would read them all."""

    title = parameter_name = "bonus"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in bonus_names()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.value() is None else queryset.filter(bonus=self.value())


@admin.register(Period)
class PeriodAdmin(Looked):
    list_display = (
        "key",
        "calendar",
        "state",
        "starts_at",
        "ends_at",
        "line_drawn_at",
        "closed_at",
        "run_the_month",
    )
    list_filter = ("calendar", "state")

    @admin.display(description="Close, review, approve")
    def run_the_month(self, period: Period) -> str:
        return format_html('<a href="{}">Open {}</a>', reverse("staff-month", args=[period.key]), period.key)


@admin.register(Run)
class RunAdmin(Looked):
    list_display = ("period", "kind", "number", "state", "stage", "total", "item_count", "computed_at")
    list_filter = ("kind", "state")
    list_select_related = ("period",)


@admin.register(Snapshot)
class SnapshotAdmin(Looked):
    list_display = ("run", "distributor", "active", "rank", "title", "own_volume", "group_volume")
    list_select_related = ("run__period", "distributor")
    search_fields = ("=distributor__number",)
    search_help_text = "A distributor's number"


@admin.register(StatementItem)
class StatementItemAdmin(Looked):
    list_display = ("run", "distributor", "bonus", "corrects_period", "amount", "line_count")
    list_filter = (OfBonus,)
    list_select_related = ("run__period", "distributor")
    search_fields = ("=distributor__number",)
    search_help_text = "A distributor's number"


@admin.register(Line)
class LineAdmin(Looked):
    list_display = (
        "run",
        "bonus",
        "distributor",
        "order_line",
        "level",
        "base",
        "rate_ppm",
        "whole",
        "micro",
    )
    list_filter = (OfBonus,)
    list_select_related = ("run__period", "distributor", "order_line__order")
    search_fields = ("=distributor__number", "=order_line__order__number")
    search_help_text = "A distributor's or an order's number"


@admin.register(Promotion)
class PromotionAdmin(Looked):
    list_display = ("run", "distributor", "before", "rank")
    list_select_related = ("run__period", "distributor")
    search_fields = ("=distributor__number",)


@admin.register(Account)
class AccountAdmin(Looked):
    list_display = ("kind", "name", "owner", "currency", "balance")
    list_filter = ("kind",)
    list_select_related = ("owner",)
    search_fields = ("=owner__number", "=name")


@admin.register(Transfer)
class TransferAdmin(Looked):
    list_display = ("key", "debit", "credit", "amount", "currency", "period", "posted_at")
    list_select_related = ("debit", "credit", "period")
    search_fields = ("^key",)
    search_help_text = "How a key begins, such as comm:2026-10:"


@admin.register(Adjustment)
class AdjustmentAdmin(Looked):
    list_display = ("distributor", "label", "amount", "currency", "state", "period", "requested_at")
    list_filter = ("state",)
    list_select_related = ("distributor", "period")
    search_fields = ("=distributor__number",)


@admin.register(Withholding)
class WithholdingAdmin(Looked):
    list_display = ("distributor", "reason", "note", "set_at", "ended_at")
    list_filter = ("reason",)
    list_select_related = ("distributor",)
    search_fields = ("=distributor__number",)


@admin.register(BooksCheck)
class BooksCheckAdmin(Looked):
    list_display = ("at", "which", "milliseconds", "transfer_count")
    list_filter = ("which",)


@admin.register(Freeze)
class FreezeAdmin(Looked):
    list_display = ("set_at", "lifted_at", "lifted_by", "reason")


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]
    """The document says everything else about the plan; its errors stand beside it."""

    class Meta:
        model = PlanVersion
        fields = ("document",)

    def clean_document(self) -> str:
        document: str = self.cleaned_data["document"]
        try:
            plans.check(document=document, instead_of=self.instance.pk)
        except PlanError as error:
            raise forms.ValidationError([str(problem) for problem in error.problems]) from error
        except plans.VersionIsUsed as error:
            raise forms.ValidationError(str(error)) from error
        return document


@admin.register(PlanVersion)
class PlanVersionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A new version is adopted; one that no period has used may still be corrected; nothing is deleted."""

    form = PlanForm
    list_display = ("name", "version", "calendar", "starts", "sha256", "adopted_at")
    readonly_fields = ("warnings",)

    @admin.display(description="Warnings")
    def warnings(self, version: PlanVersion) -> str:
        """What there is to doubt about this version, with the reason and its source."""
        if not version.pk:
            return "Told when the plan is saved."
        found = _doubts(version)
        told = format_html_join(
            "", "<li>{}: {}. <small>{}</small></li>", ((d.where, d.says, d.source) for d in found)
        )
        return format_html("<ul>{}</ul>", told) if found else "None."

    def has_change_permission(self, request: HttpRequest, obj: PlanVersion | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or not is_used(version_id=obj.pk))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: PlanVersion, form: Any, change: bool) -> None:
        adopted = plans.adopt(document=form.cleaned_data["document"], now=timezone.now(), by=request.user.pk)
        obj.pk = adopted.pk
        obj.refresh_from_db()
        for doubt in _doubts(obj):
            messages.warning(request, f"{doubt.where}: {doubt.says}. ({doubt.source})")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PlanVersion]:
        return super().get_queryset(request).order_by("name", "-version")


def _doubts(version: PlanVersion) -> list[Doubt]:
    return doubts.of_plan(plan=parsed(version=version), day=company_day(moment=timezone.now()))


@admin.register(TeamExport)
class TeamExportAdmin(Looked):
    """Who took their team as a file, when, what of it, and of how many people."""

    list_display = ("at", "distributor", "format", "period", "people", "query")
    list_filter = ("format",)
    list_select_related = ("distributor",)
    date_hierarchy = "at"
