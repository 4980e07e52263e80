"""What grows by itself and is only read: enrolments, sponsors, notices, copies of data, leavings."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.readonly import ReadOnly
from distributors.models import (
    DataFile,
    Enrolment,
    Leaving,
    Notice,
    ReferralCode,
    SponsorChange,
    Sponsorship,
    TreeHealth,
)


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
