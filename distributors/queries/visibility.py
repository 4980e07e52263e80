"""Whom a distributor may see: the only place that decides it."""

from dataclasses import dataclass
from typing import Literal

from distributors.models import Distributor
from distributors.queries.people import PersonName, person_name
from distributors.queries.sponsor_tree import walk_up


class NotVisible(LookupError):
    """Nobody of this number, or nobody the viewer may see: the same answer for both."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A person the viewer may see.

    tier "self": everything. tier "upline" (the viewer stands above): name, rank, volumes, join date.
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
