"""Where a placement tree has room, found in a bounded number of index look-ups however large the tree is."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection

from distributors.models import Distributor, Placement, PlacementTree, PlacementVolume
from distributors.queries.sponsor_tree import DEEPEST

TABLE, PEOPLE = Placement._meta.db_table, Distributor._meta.db_table
# Levels below a position are searched for room until one has some. Every level before it is full, so that d
# full levels hold at least 2**d positions: more than this cannot be full.
FULL_LEVELS = 40
# Legs are counted together, up to a limit that grows: no leg is counted much further than the smallest.
FIRST_LIMIT, GROWTH = 1_000, 8


class Position(NamedTuple):
    """A position as the look-ups need it."""

    id: int
    tree_id: int
    owner_id: int
    slot: int | None
    level: int
    lft: int
    rght: int
    line_from: int
    free_slots: int


class Free(NamedTuple):
    """A free place: this slot below that position."""

    parent_id: int
    slot: int


def position(*, position_id: int) -> Position | None:
    """The position as it is now."""
    found = Placement.objects.filter(pk=position_id).values_list("pk", *Position._fields[1:]).first()
    return Position(*found) if found else None


def top(*, tree_id: int) -> Position | None:
    """The tree's root; None while it is empty."""
    found = Placement.objects.filter(tree_id=tree_id, parent=None).values_list("pk", *Position._fields[1:])
    return next((Position(*row) for row in found), None)


def nearest(*, tree_id: int, distributor_id: int) -> Position | None:
    """The first position of the person, or else of the nearest sponsor above who has one."""
    own = Placement.objects.filter(tree_id=tree_id, owner_id=distributor_id, ordinal=1)
    found = own.values_list("pk", *Position._fields[1:]).first()
    if found:
        return Position(*found)
    sql = f"""WITH RECURSIVE line (id, sponsor_id, distance) AS (
            SELECT id, sponsor_id, 0 FROM {PEOPLE} WHERE id = %s
            UNION ALL
            SELECT above.id, above.sponsor_id, line.distance + 1
            FROM line JOIN {PEOPLE} above ON above.id = line.sponsor_id WHERE line.distance < {DEEPEST}
        )
        SELECT p.id FROM line JOIN {TABLE} p ON p.owner_id = line.id AND p.tree_id = %s AND p.ordinal = 1
        ORDER BY line.distance LIMIT 1"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [distributor_id, tree_id])
        row = cursor.fetchone()
    return position(position_id=row[0]) if row else None


def shallowest(*, tree: PlacementTree, under: Position) -> Free | None:
    """The first free place at or below the position: level by level, each from left to right. None when full.

    One index look-up for each full level above it, at most some twenty in a tree of a million.
    """
    sql = f"""WITH RECURSIVE deeper (level) AS (
            SELECT CAST(%s AS integer) UNION ALL SELECT level + 1 FROM deeper WHERE level < %s
        ), found (level, id) AS (
            SELECT level, (SELECT id FROM {TABLE} p WHERE p.tree_id = %s AND p.level = deeper.level
                           AND p.free_slots > 0 AND p.lft >= %s AND p.lft < %s ORDER BY p.lft LIMIT 1)
            FROM deeper
        )
        SELECT id FROM found WHERE id IS NOT NULL ORDER BY level LIMIT 1"""  # noqa: S608
    with connection.cursor() as cursor:
        span = [under.lft, under.rght]
        cursor.execute(sql, [under.level, under.level + FULL_LEVELS, under.tree_id, *span])
        row = cursor.fetchone()
    return _first_slot(tree, row[0]) if row else None


def outermost(*, tree: PlacementTree, under: Position, slot: int) -> Free | None:
    """The end of the outside of a leg: the first free place when one goes down in the same slot always.

    The positions of such a line share `line_from`, so that its end is one look-up. None at the deepest level.
    """
    line_from = under.line_from if under.slot == slot else under.id
    line = Placement.objects.filter(line_from=line_from, slot=slot).order_by("-level")
    end = line.values_list("pk", "level").first() or (under.id, under.level)
    return None if end[1] == tree.depth_limit else Free(end[0], slot)


def leg_with_fewest(*, under: Position, among: Iterable[int]) -> int:
    """Of these slots that of the leg with the fewest positions; of equal ones the first."""
    counts = dict.fromkeys(among, 0)
    legs = [leg for leg in _legs(under) if leg.slot in counts]
    limit = FIRST_LIMIT
    while True:
        counts |= {leg.slot or 0: _count(leg, limit) for leg in legs}
        fewest = min(counts.values())
        if fewest < limit:
            return min(slot for slot, count in counts.items() if count == fewest)
        limit *= GROWTH


def leg_with_least_volume(*, tree: PlacementTree, under: Position) -> int:
    """The slot of the leg that had the least volume when the tree was last measured; of equal ones that with
    the fewest positions.
    """
    volumes = dict.fromkeys(range(1, tree.width + 1), 0)
    measured = PlacementVolume.objects.filter(position__parent_id=under.id)
    volumes |= {slot or 0: volume for slot, volume in measured.values_list("position__slot", "volume")}
    least = min(volumes.values())
    return leg_with_fewest(under=under, among=[slot for slot in volumes if volumes[slot] == least])


def members_placed(*, tree_id: int, sponsor_id: int) -> int:
    """How many of those a person sponsors have a position in the tree."""
    mine = Placement.objects.filter(tree_id=tree_id, ordinal=1, owner__sponsor_id=sponsor_id)
    return int(mine.count())


def leg(*, under: Position, slot: int) -> Position | None:
    """The position in this slot; None when the slot is free."""
    found = Placement.objects.filter(parent_id=under.id, slot=slot)
    row = found.values_list("pk", *Position._fields[1:]).first()
    return Position(*row) if row else None


def _legs(under: Position) -> list[Position]:
    below = Placement.objects.filter(parent_id=under.id).order_by("slot")
    return [Position(*row) for row in below.values_list("pk", *Position._fields[1:])]


def _count(leg: Position, limit: int) -> int:
    inside = Placement.objects.filter(tree_id=leg.tree_id, lft__gte=leg.lft, lft__lt=leg.rght)
    return int(inside.order_by()[:limit].count())


def _first_slot(tree: PlacementTree, position_id: int) -> Free | None:
    taken = set(Placement.objects.filter(parent_id=position_id).values_list("slot", flat=True))
    slot = next((slot for slot in range(1, tree.width + 1) if slot not in taken), None)
    return None if slot is None else Free(position_id, slot)
