"""Who stands behind a login, and how people are called."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from django.core.cache import cache

from distributors.models import Distributor, User

Kind = Literal["distributor", "customer", "staff", "newcomer"]
AT_ONCE = 500
# Which ranks there are is found by reading everybody; for so many seconds nobody asks again.
RANKS_KEPT = 600


@dataclass(frozen=True, kw_only=True)
class Me:
    """The signed-in person, as guards and templates know them."""

    kind: Kind
    name: str
    initials: str
    email: str
    number: str
    user_id: int
    distributor_id: int | None
    customer_id: int | None
    shut_out: bool
    country: str = ""
    career_rank: str = ""
    team_count: int | None = None


@dataclass(frozen=True, kw_only=True)
class PersonName:
    """What one person may be called in front of another."""

    id: int
    number: str
    name: str
    initials: str


def me(*, user_id: int) -> Me | None:
    """The person behind a login in one query, or None when the login is gone.

    Staff are staff, whatever else stands behind their login. "newcomer" has signed up and has no place yet.
    """
    row = (
        User.objects.filter(pk=user_id)
        .values(
            "email",
            "is_staff",
            "profile__given_name",
            "profile__family_name",
            "profile__distributor__pk",
            "profile__distributor__number",
            "profile__distributor__status",
            "profile__distributor__career_rank",
            "profile__country",
            "profile__customer__pk",
            "profile__customer__number",
        )
        .first()
    )
    if row is None:
        return None
    distributor_id, customer_id = row["profile__distributor__pk"], row["profile__customer__pk"]
    name = f"{row['profile__given_name'] or ''} {row['profile__family_name'] or ''}".strip() or row["email"]
    return Me(
        kind=_kind(row["is_staff"], distributor_id, customer_id),
        name=name,
        initials=initials(name),
        email=row["email"],
        number=row["profile__distributor__number"] or row["profile__customer__number"] or "",
        user_id=user_id,
        distributor_id=distributor_id,
        customer_id=customer_id,
        shut_out=row["profile__distributor__status"] not in (None, Distributor.Status.GOOD),
        country=row["profile__country"] or "",
        career_rank=row["profile__distributor__career_rank"] or "",
    )


def _kind(is_staff: bool, distributor_id: int | None, customer_id: int | None) -> Kind:
    if is_staff:
        return "staff"
    if distributor_id is not None:
        return "distributor"
    return "customer" if customer_id is not None else "newcomer"


def profile_of_login(*, user_id: int) -> int | None:
    """The personal data behind a login."""
    found: int | None = User.objects.filter(pk=user_id).values_list("profile__pk", flat=True).first()
    return found


def by_user(*, user_id: int) -> int | None:
    """The distributor behind a login."""
    found: int | None = (
        Distributor.objects.filter(profile__user_id=user_id).values_list("pk", flat=True).first()
    )
    return found


def by_numbers(*, numbers: Collection[str]) -> dict[str, int]:
    """Distributors' ids by number; unknown numbers are missing."""
    wanted, found = list(dict.fromkeys(numbers)), {}
    for start in range(0, len(wanted), AT_ONCE):
        rows = Distributor.objects.order_by().filter(number__in=wanted[start : start + AT_ONCE])
        found.update(dict(rows.values_list("number", "pk")))
    return found


def names(*, ids: Collection[int]) -> dict[int, PersonName]:
    """How the distributors with these ids are called; unknown ids are missing."""
    wanted, found = list(dict.fromkeys(ids)), {}
    for start in range(0, len(wanted), AT_ONCE):
        rows = Distributor.objects.order_by().filter(pk__in=wanted[start : start + AT_ONCE])
        fields = ("pk", "number", "profile__given_name", "profile__family_name")
        for pk, number, given, family in rows.values_list(*fields):
            found[pk] = person_name(pk, number, given, family)
    return found


def person_name(pk: int, number: str, given_name: str, family_name: str) -> PersonName:
    """A PersonName from its parts."""
    name = f"{given_name} {family_name}".strip()
    return PersonName(id=pk, number=number, name=name, initials=initials(name))


def career_ranks() -> list[str]:
    """The career ranks that anybody has, sorted; a new one is seen ten minutes after the first has it."""
    return cache.get_or_set("career-ranks", _career_ranks, RANKS_KEPT) or []


def _career_ranks() -> list[str]:
    ranks = Distributor.objects.order_by().exclude(career_rank="").values_list("career_rank", flat=True)
    return sorted(ranks.distinct())


def initials(name: str) -> str:
    """First letters of the first and the last word that start with a letter or a digit."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words if len(words) < 2 else (words[0], words[-1]))).upper()


def profile_of(*, number: str) -> int | None:
    """The key of a distributor's personal data; None for an unknown number."""
    found: int | None = Distributor.objects.filter(number=number).values_list("profile_id", flat=True).first()
    return found
