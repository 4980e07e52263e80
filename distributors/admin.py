"""Distributors' side of the admin: the tree is shown and never edited; history only grows."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.views.main import SEARCH_VAR
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from common.guards import user_id_of
from common.readonly import NoDelete, ReadOnly
from distributors.models import (
    DataFile,
    Distributor,
    Document,
    Enrolment,
    Holding,
    Leaving,
    NewsItem,
    Notice,
    Placement,
    PlacementTree,
    Profile,
    ReferralCode,
    SponsorChange,
    Sponsorship,
    StatusChange,
    TreeHealth,
    User,
)
from distributors.operations import news, rights, standing
from distributors.queries import people, sponsor_tree

DEEPEST_INDENT = 12
# More than a person looks through: who finds as many is asked to write more.
MOST_FOUND = 500


class RightsAreTold(admin.ModelAdmin):  # type: ignore[type-arg]
    """What somebody may do is told to the audit trail in the transaction that changes it."""

    kind: str

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        form.rights_before = rights.held(kind=self.kind, key=obj.pk)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        rights.tell(
            kind=self.kind,
            key=form.instance.pk,
            before=form.rights_before,
            by=user_id_of(request),
            now=timezone.now(),
        )


@admin.register(User)
class UserAdmin(RightsAreTold, DjangoUserAdmin):  # type: ignore[type-arg]
    """Logins. A password is set by its owner, through the mail that resets it."""

    kind = rights.LOGIN
    ordering = ("email",)
    list_display = ("email", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "is_active")}),
        ("Rights", {"fields": ("is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "password1", "password2")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Whoever may edit logins must not thereby be able to give themselves every right.
        given = (
            () if request.user.is_superuser else ("is_staff", "is_superuser", "groups", "user_permissions")
        )
        return (*self.readonly_fields, *given)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(NoDelete, RightsAreTold, DjangoGroupAdmin):
    """What several logins may do together. A group that is not needed any more is left without rights."""

    kind = rights.GROUP


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
        # A class per level: no lengths in the markup under a strict policy.
        return format_html(
            '<span class="indent indent-{}">{}</span>', min(person.level, DEEPEST_INDENT), person.number
        )

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


@admin.register(Document)
class DocumentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A published document is not edited: correct it with the next version."""

    list_display = ("title", "kind", "version", "published_on")
    list_filter = ("kind",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("profile", "kind", "sponsor", "signed_up_at", "place_taken_at")
    list_filter = ("kind",)
    list_select_related = ("profile", "sponsor")
    search_fields = ("profile__given_name", "profile__family_name", "user__email", "sponsor__number")
    date_hierarchy = "signed_up_at"


@admin.register(ReferralCode)
class ReferralCodeAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("code", "distributor", "campaign", "created_at", "revoked_at")
    list_select_related = ("distributor",)
    search_fields = ("code", "distributor__number")


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
        level = min(position.level, DEEPEST_INDENT)
        return format_html('<span class="indent indent-{}">{}</span>', level, position.owner.number)

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


@admin.register(SponsorChange)
class SponsorChangeAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Asked for and decided on the staff's own pages."""

    list_display = (
        "distributor",
        "kind",
        "from_sponsor",
        "to_sponsor",
        "state",
        "effective_at",
        "requested_by",
        "decided_by",
    )
    list_filter = ("state", "kind")
    list_select_related = ("distributor", "from_sponsor", "to_sponsor", "requested_by", "decided_by")


@admin.register(Sponsorship)
class SponsorshipAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Who stood under whom, and when; the latest first."""

    ordering = ("-pk",)
    list_display = ("distributor", "sponsor", "starts_at", "ends_at", "moved")
    list_filter = ("moved",)
    list_select_related = ("distributor", "sponsor")
    search_fields = ("distributor__number",)


@admin.register(TreeHealth)
class TreeHealthAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """What the last check of the tree found."""

    list_display = ("sound", "checked_at", "problems")


@admin.register(Notice)
class NoticeAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Who was told of what, and when it was read or goes out by mail."""

    list_display = ("user", "kind", "reference", "created_at", "read_at", "mail_at")
    list_filter = ("kind",)
    list_select_related = ("user",)
    search_fields = ("user__email", "reference")


@admin.register(DataFile)
class DataFileAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Who took a copy of their data, and when. What is in a file is its owner's alone."""

    list_display = ("user", "asked_at", "ready_at", "size", "fetched", "fetched_at", "gone_at", "error")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    exclude = ("content",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DataFile]:
        return super().get_queryset(request).defer("content")


@admin.register(Leaving)
class LeavingAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Who is leaving, until when they can withdraw it, and who waits for something to be settled."""

    list_display = ("profile", "state", "erase", "asked_at", "due_at", "done_at")
    list_filter = ("state", "erase")
    list_select_related = ("profile",)


class NewsForm(forms.ModelForm):  # type: ignore[type-arg]
    """Lists of words as people write them."""

    class Meta:
        model = NewsItem
        fields = ("title", "body", "to", "countries", "ranks", "published_at", "withdrawn_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("countries", "ranks"):
            self.initial[name] = ", ".join((self.initial.get(name) or "").strip(",").split(","))

    def clean_countries(self) -> str:
        kept = news.kept_list(text=self.cleaned_data["countries"])
        if any(len(word) != 2 for word in kept.strip(",").split(",") if word):
            raise forms.ValidationError(_("Countries are codes of two letters, such as BE, NL."))
        return kept

    def clean_ranks(self) -> str:
        return news.kept_list(text=self.cleaned_data["ranks"])


@admin.register(NewsItem)
class NewsItemAdmin(NoDelete, admin.ModelAdmin):  # type: ignore[type-arg]
    """What the company says. What should be seen no longer is withdrawn, and stays here."""

    form = NewsForm
    list_display = ("title", "to", "countries", "ranks", "published_at", "withdrawn_at", "read_by")
    list_filter = ("to",)
    search_fields = ("title",)
    date_hierarchy = "published_at"
    fieldsets = (
        (None, {"fields": ("title", "body")}),
        ("To whom", {"fields": ("to", "countries", "ranks")}),
        ("When", {"fields": ("published_at", "withdrawn_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[NewsItem]:
        found: QuerySet[NewsItem] = super().get_queryset(request).annotate(read_count=Count("reads"))
        return found

    @admin.display(description="Read by", ordering="read_count")
    def read_by(self, item: Any) -> int:
        return int(item.read_count)
