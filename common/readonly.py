"""What the admin shows and nobody edits by hand."""

from typing import Any

from django.http import HttpRequest


class NoDelete:
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(NoDelete):
    """Neither added, changed nor deleted here. Stands before ModelAdmin or an inline among the bases."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
