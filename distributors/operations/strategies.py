"""Where a newcomer goes: small functions of one signature, each a way to fill a placement tree.

A strategy is given the tree and the position below which the newcomer comes, and answers with a free place, or
None where its way ends at the deepest level. `find` then looks level by level: what the strategy cannot take
spills over below the same position, and at last anywhere in the tree.
"""

from collections.abc import Callable, Mapping

from distributors.models import PlacementTree
from distributors.queries import free_places
from distributors.queries.free_places import Free, Position

Strategy = Callable[[PlacementTree, Position], Free | None]


class TreeIsFull(RuntimeError):
    """A tree of limited depth has no free place left."""


def find(*, tree: PlacementTree, under: Position) -> Free:
    """The free place the tree's strategy finds at or below the position. Raises TreeIsFull."""
    free = STRATEGIES[tree.fill](tree, under) or free_places.shallowest(tree=tree, under=under)
    if free is None and (top := free_places.top(tree_id=tree.pk)):
        free = free_places.shallowest(tree=tree, under=top)
    if free is None:
        raise TreeIsFull(f"The placement tree {tree.name} has no free place left")
    return free


def _left(tree: PlacementTree, under: Position) -> Free | None:
    """The outside of the first leg."""
    return free_places.outermost(tree=tree, under=under, slot=1)


def _right(tree: PlacementTree, under: Position) -> Free | None:
    """The outside of the last leg."""
    return free_places.outermost(tree=tree, under=under, slot=tree.width)


def _first_free_by_level(tree: PlacementTree, under: Position) -> Free | None:
    return free_places.shallowest(tree=tree, under=under)


def _weaker_leg_by_count(tree: PlacementTree, under: Position) -> Free | None:
    slots = range(1, tree.width + 1)
    return _in_leg(tree, under, free_places.leg_with_fewest(under=under, among=slots))


def _weaker_leg_by_volume(tree: PlacementTree, under: Position) -> Free | None:
    return _in_leg(tree, under, free_places.leg_with_least_volume(tree=tree, under=under))


def _alternate(tree: PlacementTree, under: Position) -> Free | None:
    """The outside of one leg after the other, by how many of the owner's own members are placed already."""
    placed = free_places.members_placed(tree_id=tree.pk, sponsor_id=under.owner_id)
    return free_places.outermost(tree=tree, under=under, slot=1 + placed % tree.width)


def _in_leg(tree: PlacementTree, under: Position, slot: int) -> Free | None:
    """The leg's head where its slot is free, else the first free place in the leg, level by level."""
    head = free_places.leg(under=under, slot=slot)
    if head is None:
        return Free(under.id, slot) if under.free_slots else None
    return free_places.shallowest(tree=tree, under=head)


STRATEGIES: Mapping[str, Strategy] = {
    PlacementTree.Fill.LEFT: _left,
    PlacementTree.Fill.RIGHT: _right,
    PlacementTree.Fill.FIRST_FREE: _first_free_by_level,
    PlacementTree.Fill.FEWER: _weaker_leg_by_count,
    PlacementTree.Fill.LESS: _weaker_leg_by_volume,
    PlacementTree.Fill.ALTERNATE: _alternate,
}
