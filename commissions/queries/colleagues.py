"""The company's people around a month: how logins are called, and who may approve."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

FIELDS = ("pk", "email", "profile__given_name", "profile__family_name")


def names(*, user_ids: Iterable[int | None]) -> dict[int, str]:
    """How the people behind these logins are called: by name, or by address where no name is known."""
    wanted = {pk for pk in user_ids if pk is not None}
    if not wanted:
        return {}
    rows = get_user_model()._default_manager.filter(pk__in=wanted).values_list(*FIELDS)
    return {pk: _name(email, given, family) for pk, email, given, family in rows}


def may_approve(*, except_ids: Iterable[int | None]) -> list[str]:
    """The names of those who may approve a run, without those who prepared or reviewed it."""
    people = _approvers().exclude(pk__in=[pk for pk in except_ids if pk is not None])
    return sorted({_name(email, given, family) for _pk, email, given, family in people.values_list(*FIELDS)})


def approvers() -> list[tuple[int, str]]:
    """Those who may approve a run: key of the login and address."""
    return sorted(set(_approvers().values_list("pk", "email")))


def _approvers() -> "QuerySet[Any]":
    right = {"codename": "approve_run", "content_type__app_label": "commissions"}
    direct = Q(**{f"user_permissions__{name}": value for name, value in right.items()})
    by_group = Q(**{f"groups__permissions__{name}": value for name, value in right.items()})
    people = get_user_model()._default_manager.filter(is_staff=True, is_active=True)
    found: QuerySet[Any] = people.filter(Q(is_superuser=True) | direct | by_group)
    return found


def _name(email: str, given: str | None, family: str | None) -> str:
    return f"{given or ''} {family or ''}".strip() or email
