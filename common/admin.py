from django.contrib import admin
from django.contrib.admin.models import LogEntry

from common.models import Job, Sequence
from common.readonly import ReadOnly


@admin.register(Job)
class JobAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """What is due, what is being done, and what was given up with its error."""

    list_display = ("kind", "subject", "state", "due_at", "attempts", "stage", "finished_at")
    list_filter = ("state", "kind")
    ordering = ("-due_at",)


@admin.register(Sequence)
class SequenceAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "next")


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Who changed what in the admin, and when."""

    list_display = ("action_time", "user", "content_type", "object_repr", "change_message")
    list_filter = ("action_flag", "content_type")
    list_select_related = ("user", "content_type")
    date_hierarchy = "action_time"
