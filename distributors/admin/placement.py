"""Placement trees and the holding tank, as they stand."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.readonly import ReadOnly
from distributors.admin import indent
from distributors.models import (
    Holding,
    Placement,
    PlacementTree,
)


@admin.register(PlacementTree)
class PlacementTreeAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Opened by `manage.py open_placement_tree`; its shape stays."""

    list_display = ("name", "width", "depth_limit", "positions_per_person", "fill", "holding_hours")


@admin.register(Placement)
class PlacementAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """In the order of the tree, indented: who stands in which slot below whom."""

    ordering = ("tree_id", "lft")
    list_display = ("indented", "name", "tree", "slot", "ordinal", "parent_number", "how", "placed_at")
    list_display_links = ("indented",)
    list_filter = ("tree",)
    list_select_related = ("tree", "owner__profile", "parent__owner")
    search_fields = ("owner__number", "owner__profile__given_name", "owner__profile__family_name")

    @admin.display(description="Number", ordering="owner__number")
    def indented(self, position: Placement) -> str:
        return indent.indented(level=position.level, number=position.owner.number)

    @admin.display(description="Name")
    def name(self, position: Placement) -> str:
        return position.owner.profile.name

    @admin.display(description="Below")
    def parent_number(self, position: Placement) -> str:
        return position.parent.owner.number if position.parent else ""


class StillWaiting(admin.SimpleListFilter):
    """Those in the holding tank, unless everybody who ever waited is asked for."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "waiting"), ("placed", "placed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Holding]) -> QuerySet[Holding]:
        if self.value() is None:
            return queryset
        return queryset.filter(ended_at__isnull=self.value() == "waiting")


@admin.register(Holding)
class HoldingAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """The holding tank: who waits for which sponsor's choice, and until when."""

    list_display = ("number", "name", "tree", "sponsor_number", "since", "ends_at", "ended_at")
    list_filter = (StillWaiting, "tree")
    list_select_related = ("tree", "owner__profile", "owner__sponsor")
    search_fields = ("owner__number", "owner__sponsor__number")

    @admin.display(description="Number", ordering="owner__number")
    def number(self, held: Holding) -> str:
        return held.owner.number

    @admin.display(description="Name")
    def name(self, held: Holding) -> str:
        return held.owner.profile.name

    @admin.display(description="Sponsor")
    def sponsor_number(self, held: Holding) -> str:
        return held.owner.sponsor.number if held.owner.sponsor else ""
