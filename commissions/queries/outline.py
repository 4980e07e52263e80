"""A team as an outline: one page of members under each person who stands open.

The number of queries depends on how many persons stand open, never on how many people there are.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from commissions.queries import members, sizes
from distributors.queries import sponsor_tree

PAGE = 25


@dataclass(frozen=True, kw_only=True)
class Person:
    """Whom a row is about: what anybody above them may know."""

    id: int
    number: str
    name: str
    joined_at: datetime


@dataclass(frozen=True, kw_only=True)
class Member:
    """One row. `position` and `size` tell the place among the people beside them.

    `figures` is None for people the month's run did not know; `below` counts everybody under the person.
    """

    person: Person
    level: int
    position: int
    size: int
    below: int
    figures: members.Figures | None
    branch: "Branch | None" = None


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A page of the people directly under one person."""

    rows: tuple[Member, ...]
    total: int
    page: int = 1

    @property
    def more(self) -> int:
        """How many people come after this page."""
        return max(0, self.total - self.page * PAGE)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, kw_only=True)
class _Slice:
    people: tuple[Person, ...]
    positions: tuple[int, ...]
    total: int
    page: int


@dataclass(frozen=True, kw_only=True)
class _Facts:
    below: Mapping[int, int]
    figures: Mapping[int, members.Figures]


def as_person(row: Any) -> Person:
    """A person from a distributor that was read with its profile."""
    return Person(id=row.pk, number=row.number, name=row.profile.name, joined_at=row.joined_at)


def people_of(*, ids: Collection[int]) -> dict[int, Person]:
    """The people of these ids; who is not there is missing. Whom one may see is decided by the caller."""
    return {row.pk: as_person(row) for row in sponsor_tree.with_profiles(ids=ids)}


def opened(
    *,
    path: Sequence[int],
    month: members.Month,
    sort: str = members.DEFAULT_SORT,
    page: int = 1,
    level: int = 1,
) -> Branch:
    """The branch of `path[0]` with each further person of the path open inside it.

    `page` is the page of the last person's members; above it the first page is shown, and the next person of
    the path is put below it when they stand on a later one. `level` is that of the first branch's rows.
    """
    slices = [
        _slice(
            under=person,
            month=month,
            sort=sort,
            page=page if at == len(path) - 1 else 1,
            keep=path[at + 1] if at + 1 < len(path) else None,
        )
        for at, person in enumerate(path)
    ]
    facts = _facts([one.id for part in slices for one in part.people], month)
    inner: dict[int, Branch] = {}
    for at in range(len(path) - 1, -1, -1):
        inner = {path[at]: _branch(level + at, slices[at], facts, inner)}
    return inner[path[0]]


def alone(*, person: Person, level: int, position: int, size: int, month: members.Month) -> Member:
    """One row by itself, shut."""
    return _member(person, level, position, size, _facts([person.id], month), None)


def rows_of(*, people: Sequence[Person], month: members.Month) -> list[Member]:
    """People one below the other, without their branches: the table, what a search found."""
    facts = _facts([person.id for person in people], month)
    return [_member(person, 1, at + 1, len(people), facts, None) for at, person in enumerate(people)]


def known_in(*, people: QuerySet[Any], month: members.Month) -> QuerySet[Any]:
    """Those who had joined before the month ended."""
    return people if month.is_open else people.filter(joined_at__lt=month.ends_at)


def _slice(*, under: int, month: members.Month, sort: str, page: int, keep: int | None) -> _Slice:
    direct = known_in(people=sponsor_tree.direct_members(distributor_id=under), month=month)
    total = direct.count()
    page = max(1, min(page, -(-total // PAGE)))
    start = (page - 1) * PAGE
    ordered = members.in_order(people=direct, month=month, sort=sort)
    people = [as_person(row) for row in ordered[start : start + PAGE]]
    positions = list(range(start + 1, start + len(people) + 1))
    if keep is not None and keep not in {person.id for person in people}:
        people.extend(as_person(row) for row in direct.filter(pk=keep))
        positions.extend([total] * (len(people) - len(positions)))
    return _Slice(people=tuple(people), positions=tuple(positions), total=total, page=page)


def _facts(ids: list[int], month: members.Month) -> _Facts:
    return _Facts(
        below=sizes.people_below(ids=ids),
        figures=members.figures(month=month, ids=ids),
    )


def _branch(level: int, part: _Slice, facts: _Facts, inner: Mapping[int, Branch]) -> Branch:
    rows = (
        _member(person, level, position, part.total, facts, inner.get(person.id))
        for person, position in zip(part.people, part.positions, strict=True)
    )
    return Branch(rows=tuple(rows), total=part.total, page=part.page)


def _member(
    person: Person, level: int, position: int, size: int, facts: _Facts, branch: Branch | None
) -> Member:
    return Member(
        person=person,
        level=level,
        position=position,
        size=size,
        below=facts.below.get(person.id, 0),
        figures=facts.figures.get(person.id),
        branch=branch,
    )
