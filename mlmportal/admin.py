"""Sessions and second factors of people, as the company may see them: ended or taken away, never written by hand."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from common.guards import user_id_of
from distributors.operations import rights


class NeverWritten(admin.ModelAdmin):  # type: ignore[type-arg]
    """Only its owner makes or changes it; staff with the right may take it away."""

    list_select_related = ("user",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SessionAdmin(NeverWritten):
    """Where somebody is signed in. Deleting a row ends that session, not only the note of it."""

    list_display = ("user", "created_at", "last_seen_at", "ip", "user_agent")
    # The session's key would let whoever reads it be that person.
    fields = ("user", "created_at", "last_seen_at", "ip", "user_agent")
    search_fields = ("user__email", "ip")

    def delete_model(self, request: HttpRequest, obj: UserSession) -> None:
        obj.end()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[UserSession]) -> None:
        for session in queryset:
            session.end()


class AuthenticatorAdmin(NeverWritten):
    """A second factor that was lost is deleted; what it is made of is nobody's to read."""

    list_display = ("user", "type", "created_at", "last_used_at")
    search_fields = ("user__email",)
    list_filter = ("type",)
    fields = ("user", "type", "created_at", "last_used_at")

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        rights.take_factors(factor_ids=[obj.pk], by=user_id_of(request), now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Authenticator]) -> None:
        lost = list(queryset.values_list("pk", flat=True))
        rights.take_factors(factor_ids=lost, by=user_id_of(request), now=timezone.now())


admin.site.unregister((UserSession, Authenticator))
admin.site.register(UserSession, SessionAdmin)
admin.site.register(Authenticator, AuthenticatorAdmin)
