"""What the company publishes: documents and news."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from common.readonly import NoDelete
from distributors.models import (
    Document,
    NewsItem,
)
from distributors.operations import news


@admin.register(Document)
class DocumentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A published document is not edited: correct it with the next version."""

    list_display = ("title", "kind", "version", "published_on")
    list_filter = ("kind",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


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
