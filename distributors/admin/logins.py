"""Logins and groups: what somebody may do is told to the audit trail."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils import timezone

from common.guards import user_id_of
from common.readonly import NoDelete
from distributors.models import (
    User,
)
from distributors.operations import rights


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
