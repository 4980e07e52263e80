"""Profiles and distributors: the tree is shown and never edited."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from common.readonly import ReadOnly
from distributors.admin import indent
from distributors.models import (
    Distributor,
    Profile,
    ReferralCode,
    Sponsorship,
    StatusChange,
)
from distributors.operations import standing
from distributors.queries import people, sponsor_tree

# More than a person looks through: who finds as many is asked to write more.
MOST_FOUND = 500


@admin.register(Profile)
class ProfileAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "city", "country", "erased_at")
    search_fields = ("given_name", "family_name", "user__email", "contact_email")
    autocomplete_fields = ("user",)
    readonly_fields = ("erased_at",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StatusChangeInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = StatusChange
    extra = 0
    fields = ("status", "effective_at", "reason", "by")


class SponsorshipInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    """Everybody who has sponsored the person, and when."""

    model = Sponsorship
    fk_name = "distributor"
    extra = 0
    fields = ("sponsor", "starts_at", "ends_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sponsorship]:
        return super().get_queryset(request).select_related("sponsor")


class ReferralCodeInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = ReferralCode
    extra = 0
    fields = ("code", "campaign", "created_at", "revoked_at")


class ReasonForm(ActionForm):
    """A reason beside the choice of the action."""

    reason = forms.CharField(required=False, max_length=200, label=_("Reason"))


class CareerRank(admin.SimpleListFilter):
    """By the ranks that people have, as they were a little while ago."""

    title, parameter_name = "career rank", "career_rank"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(rank, rank) for rank in people.career_ranks()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Distributor]) -> QuerySet[Distributor]:
        return queryset if self.value() is None else queryset.filter(career_rank=self.value())


@admin.register(Distributor)
class DistributorAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """In the order of the tree, indented; a new distributor comes by sign-up or import, never by this
    form.
    """

    ordering = ("tree_id", "lft")
    list_display = ("indented", "name", "status", "career_rank", "sponsor_number", "joined_at")
    list_display_links = ("indented",)
    list_filter = ("status", CareerRank)
    list_select_related = ("profile", "sponsor")
    list_per_page = 50
    search_fields = ("number", "profile__given_name", "profile__family_name")
    fields = (
        ("number", "status"),
        "profile",
        "sponsor",
        ("joined_at", "career_rank"),
        ("tree_id", "level", "lft", "rght"),
    )
    readonly_fields = (
        "number", "status", "profile", "sponsor", "joined_at",
        "career_rank", "tree_id", "level", "lft", "rght",
    )  # fmt: skip
    inlines = (StatusChangeInline, SponsorshipInline, ReferralCodeInline)
    action_form = ReasonForm
    actions = ("suspend", "reinstate", "record_leaving")

    def get_ordering(self, request: HttpRequest) -> Any:
        # Of a few who were found no index need give the order: it would be read from end to end to meet them.
        found = request.GET.get(SEARCH_VAR, "").strip()
        return tuple(F(name) + 0 for name in self.ordering) if found else self.ordering

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Distributor], search_term: str
    ) -> tuple[QuerySet[Distributor], bool]:
        """By index, as members search their team: admin's own search reads everybody's name."""
        if not search_term.strip():
            return queryset, False
        found = sponsor_tree.named(text=search_term, limit=MOST_FOUND)
        if len(found) >= MOST_FOUND:
            self.message_user(
                request,
                _("Very many match. Looked through the first %(count)d; please write more of the name.")
                % {"count": len(found)},
                messages.WARNING,
            )
        return queryset.filter(pk__in=found), False

    @admin.display(description="Number", ordering="number")
    def indented(self, person: Distributor) -> str:
        return indent.indented(level=person.level, number=person.number)

    @admin.display(description="Name", ordering="profile__family_name")
    def name(self, person: Distributor) -> str:
        return person.profile.name

    @admin.display(description="Sponsor")
    def sponsor_number(self, person: Distributor) -> str:
        return person.sponsor.number if person.sponsor else ""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description="Suspend, with the reason", permissions=["change"])
    def suspend(self, request: HttpRequest, chosen: QuerySet[Distributor]) -> None:
        self._change(request, chosen, Distributor.Status.SUSPENDED)

    @admin.action(description="Take back into good standing, with the reason", permissions=["change"])
    def reinstate(self, request: HttpRequest, chosen: QuerySet[Distributor]) -> None:
        self._change(request, chosen, Distributor.Status.GOOD)

    @admin.action(description="Record that they left, with the reason", permissions=["change"])
    def record_leaving(self, request: HttpRequest, chosen: QuerySet[Distributor]) -> None:
        self._change(request, chosen, Distributor.Status.LEFT)

    def _change(self, request: HttpRequest, chosen: QuerySet[Distributor], status: str) -> None:
        try:
            done = standing.change_many(
                expected=dict(chosen.order_by().values_list("pk", "status")),
                status=status,
                reason=request.POST.get("reason", ""),
                by_id=request.user.pk,
                now=timezone.now(),
            )
        except (standing.ReasonMissing, standing.StandingChanged) as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, _("%(count)s changed.") % {"count": done}, messages.SUCCESS)
