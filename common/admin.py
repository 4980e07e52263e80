from django.contrib import admin
from django.contrib.admin.models import LogEntry

from common.models import Job, Letter, Pulse, Sequence, TrailEntry
from common.readonly import ReadOnly


@admin.register(Job)
class JobAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """What is due, what is being done, and what was given up with its error."""

    list_display = ("kind", "subject", "state", "due_at", "attempts", "stage", "finished_at")
    list_filter = ("state", "kind")
    ordering = ("-due_at",)


@admin.register(Letter)
class LetterAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Mail that waits, was sent, or was given up with its error. What it says is not shown: it holds secret links."""

    list_display = ("created_at", "state", "due_at", "attempts", "error", "finished_at")
    list_filter = ("state",)
    exclude = ("content",)


@admin.register(Pulse)
class PulseAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "at")


@admin.register(Sequence)
class SequenceAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "next")


@admin.register(TrailEntry)
class TrailEntryAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """What happened to money and to people's places, each entry tied to the one before."""

    list_display = ("number", "at", "what", "who", "kind", "key")
    list_filter = ("what",)
    search_fields = ("=key",)
    search_help_text = "A distributor's number, or a run's key such as 2026-10/close/1"


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Who changed what in the admin, and when."""

    list_display = ("action_time", "user", "content_type", "object_repr", "change_message")
    list_filter = ("action_flag", "content_type")
    list_select_related = ("user", "content_type")
    date_hierarchy = "action_time"
