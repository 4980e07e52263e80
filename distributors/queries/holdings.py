"""The holding tank: who waits for a place, and which places their sponsor may choose."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from distributors.models import Holding, Placement, PlacementTree
from distributors.queries import free_places, people, sponsor_tree
from distributors.queries.free_places import Free, Position

TABLE = Placement._meta.db_table
# Somebody with more positions than this is offered places below the first of them; any other can be taken too.
MOST_POSITIONS = 9
MOST_SHOWN = 100


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A newcomer whose place the sponsor may still choose."""

    holding_id: int
    tree_id: int
    tree: str
    name: str
    number: str
    since: datetime
    ends_at: datetime

    @property
    def initials(self) -> str:
        """For the round mark beside the name."""
        return people.initials(self.name)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A free place below one of the sponsor's positions.

    `above` is the person right above it, None for somebody the sponsor may not see; `own` is true where that
    is the sponsor. `levels` counts from the sponsor's position.
    """

    parent_id: int
    slot: int
    slot_name: str
    leg_name: str
    ordinal: int
    levels: int
    outside: bool
    own: bool
    above: people.PersonName | None


def waiting(*, sponsor_id: int, now: datetime, limit: int = MOST_SHOWN) -> list[Waiting]:
    """Those the person sponsors who wait for a place, the most urgent first."""
    open_ones = Holding.objects.filter(owner__sponsor_id=sponsor_id, ended_at=None, ends_at__gt=now)
    rows = open_ones.select_related("tree", "owner__profile").order_by("ends_at", "pk")
    return [_waiting(row) for row in rows[:limit]]


def waiting_one(*, tree: str, number: str, sponsor_id: int, now: datetime) -> Waiting | None:
    """The same of one newcomer; None when the person does not sponsor them, or they wait no longer."""
    mine = Holding.objects.filter(owner__sponsor_id=sponsor_id, ended_at=None, ends_at__gt=now)
    one = mine.filter(tree__name=tree, owner__number=number.replace("\x00", ""))
    row = one.select_related("tree", "owner__profile").first()
    return _waiting(row) if row else None


def waiting_count(*, sponsor_id: int, now: datetime) -> int:
    """How many newcomers wait for the person's choice."""
    mine = Holding.objects.filter(owner__sponsor_id=sponsor_id, ended_at=None, ends_at__gt=now)
    return int(mine.order_by().count())


def places(*, tree_id: int, sponsor_id: int) -> list[Place]:
    """Two free places in each leg of the sponsor's positions: the first by level, and the outside of the leg."""
    tree = PlacementTree.objects.get(pk=tree_id)
    mine = Placement.objects.filter(tree=tree, owner_id=sponsor_id).order_by("ordinal")
    fields = ("ordinal", "pk", *Position._fields[1:])
    found: dict[Free, tuple[int, Position, int, bool]] = {}
    for ordinal, *row in mine.values_list(*fields)[:MOST_POSITIONS]:
        under = Position(*row)
        for slot in range(1, tree.width + 1):
            for free, outside in _in_leg(tree, under, slot):
                found.setdefault(free, (ordinal, under, slot, outside))
    return _described(tree, sponsor_id, found)


def _in_leg(tree: PlacementTree, under: Position, slot: int) -> list[tuple[Free, bool]]:
    head = free_places.leg(under=under, slot=slot)
    if head is None:
        return [(Free(under.id, slot), True)] if under.free_slots else []
    ways = [
        (free_places.shallowest(tree=tree, under=head), False),
        (free_places.outermost(tree=tree, under=under, slot=slot), True),
    ]
    return [(free, outside) for free, outside in ways if free is not None]


def _described(
    tree: PlacementTree, sponsor_id: int, found: dict[Free, tuple[int, Position, int, bool]]
) -> list[Place]:
    ids = {free.parent_id for free in found}
    above = {pk: (owner, level) for pk, owner, level in _owners(ids)}
    owners = {owner for owner, _ in above.values()}
    # Spillover brings strangers into one's legs: only one's own downline is named.
    seen = sponsor_tree.below(distributor_id=sponsor_id, ids=owners - {sponsor_id})
    names = people.names(ids=seen | (owners & {sponsor_id}))
    return [
        Place(
            parent_id=free.parent_id,
            slot=free.slot,
            slot_name=tree.slot_name(free.slot),
            leg_name=tree.slot_name(leg),
            ordinal=ordinal,
            levels=above[free.parent_id][1] + 1 - under.level,
            outside=outside,
            own=above[free.parent_id][0] == sponsor_id,
            above=names.get(above[free.parent_id][0]),
        )
        for free, (ordinal, under, leg, outside) in found.items()
    ]


def _owners(ids: Collection[int]) -> list[tuple[int, int, int]]:
    return list(Placement.objects.filter(pk__in=ids).values_list("pk", "owner_id", "level"))


def stands_below(*, tree_id: int, position_id: int, owner_id: int) -> bool:
    """Whether the position is one of the owner's in this tree, or stands below one; by walking up parents."""
    sql = f"""WITH RECURSIVE line (id, parent_id, owner_id) AS (
            SELECT id, parent_id, owner_id FROM {TABLE} WHERE id = %s AND tree_id = %s
            UNION
            SELECT above.id, above.parent_id, above.owner_id
            FROM line JOIN {TABLE} above ON above.id = line.parent_id
        ) SELECT 1 FROM line WHERE owner_id = %s LIMIT 1"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [position_id, tree_id, owner_id])
        return cursor.fetchone() is not None


def _waiting(row: Holding) -> Waiting:
    profile = row.owner.profile
    return Waiting(
        holding_id=row.pk,
        tree_id=row.tree_id,
        tree=row.tree.name,
        name=f"{profile.given_name} {profile.family_name}".strip(),
        number=row.owner.number,
        since=row.since,
        ends_at=row.ends_at,
    )
