"""Whom a distributor may see, and what of them: the only place that decides it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from distributors.models import Distributor, Openness
from distributors.queries.people import PersonName, person_name
from distributors.queries.sponsor_tree import levels_below, walk_up

FIELDS = ("phone", "email", "city")


class NotVisible(LookupError):
    """Nobody of this number, or nobody the viewer may see: the same answer for both."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A person the viewer may see.

    tier "self": everything. tier "upline" (the viewer stands above): name, rank, volumes, join date; of contact
    data what the person has opened to them (`contacts`).
    """

    distributor_id: int
    number: str
    tier: Literal["self", "upline"]
    level_below: int
    path: tuple[PersonName, ...]


def find(*, viewer_id: int, number: str) -> Seen:
    """The person of this number, seen by a distributor; path leads from the viewer down to them.

    Decided by walking up sponsor_id from the person, never by intervals. Raises NotVisible.
    """
    person_id = (
        Distributor.objects.filter(number=number.replace("\x00", "")).values_list("pk", flat=True).first()
    )
    if person_id is None:
        raise NotVisible
    line = walk_up(distributor_id=person_id)
    level = next((step.distance for step in line if step.id == viewer_id), None)
    if level is None:
        raise NotVisible
    path = tuple(
        person_name(step.id, step.number, step.given_name, step.family_name)
        for step in reversed(line[: level + 1])
    )
    return Seen(
        distributor_id=person_id,
        number=number,
        tier="self" if level == 0 else "upline",
        level_below=level,
        path=path,
    )


@dataclass(frozen=True, kw_only=True)
class Contact:
    """What a viewer may see of somebody's contact data; empty is what they may not, or what was not given."""

    phone: str = ""
    email: str = ""
    city: str = ""


def contacts(*, viewer_id: int, ids: Collection[int]) -> dict[int, Contact]:
    """The contact data that distributors have opened to this viewer, in two queries; who opened nothing is missing.

    Where each stands is decided by walking up: level 1 below the viewer makes the viewer the sponsor.
    """
    levels = levels_below(distributor_id=viewer_id, ids=list(ids))
    opened = Openness.objects.filter(profile__distributor__in=levels, profile__erased_at__isnull=True)
    rows = opened.values_list(
        "profile__distributor__pk", "phone", "email", "city", "profile__phone", "profile__user__email", "profile__city"
    )  # fmt: skip
    found = {}
    for person, *rest in rows:
        allowed = {Openness.To.UPLINE} | ({Openness.To.SPONSOR} if levels[person] == 1 else set())
        values = zip(FIELDS, rest[:3], rest[3:], strict=True)
        shown = {name: value for name, to, value in values if to in allowed and value}
        if shown:
            found[person] = Contact(**shown)
    return found
