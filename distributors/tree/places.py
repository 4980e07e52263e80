"""Taking a place in the tree, and finding room for one."""

from typing import NamedTuple

from django.db import models
from django.db.models import Max

from common.operations import statements
from common.operations.statements import Statement
from distributors.models import Distributor
from distributors.tree import history
from distributors.tree.forest import SPONSORS, Forest
from distributors.tree.labels import TOP, comfortable, greatest_below, make_room, with_last_gap
from distributors.tree.lock import TreeUnsound, writing

# The first newcomer under a sponsor takes a quarter of the free labels, the next a quarter of the rest: with
# this share thousands under one sponsor, long chains and ordinary growth all move few labels.
SHARE = 4


class SponsorUnknown(LookupError):
    """There is no place with this id."""

    def __init__(self, sponsor_id: int, many: str = SPONSORS.many) -> None:
        super().__init__(f"There is none of the {many} with the key {sponsor_id}")


class SponsorIsBelow(ValueError):
    """The sponsor stands below the person, or is the person: the line would close into a circle."""

    def __init__(self, path: list[str]) -> None:
        self.path = path
        super().__init__("A sponsor cannot stand below the person: " + " → ".join(path))


class Spot(NamedTuple):
    lft: int
    rght: int
    tree_id: int
    level: int


def take_place(*, distributor: Distributor, sponsor_id: int | None) -> Distributor:
    """Saves a new distributor as the last one under the sponsor, or as the root of a new tree.

    Everything but sponsor, lft, rght, tree_id and level is the caller's to fill. One transaction under the
    tree's lock; moves nobody, or on average a few dozen labels. Raises SponsorUnknown, TreeBusy.
    """
    if not distributor._state.adding:
        raise ValueError("This distributor already has a place; use move()")
    with writing():
        statements.run([take_place_inside(distributor=distributor, sponsor_id=sponsor_id)])
    return distributor


def take_place_inside(*, distributor: Distributor, sponsor_id: int | None) -> Statement:
    """The same for a caller who is inside writing() already and has more to write.

    Returns what is still to be run before the transaction ends (who stood under whom and when), so that the caller
    can send it together with what is theirs: everybody else waits for each answer.
    """
    spot = new_root() if sponsor_id is None else last_under(sponsor_id)
    distributor.sponsor_id = sponsor_id
    distributor.lft, distributor.rght, distributor.tree_id, distributor.level = spot
    # Past MPTTModel.save, which would number the whole tree anew.
    models.Model.save(distributor, force_insert=True)
    return history.beginning(distributor=distributor)


def new_root() -> Spot:
    """The place of a new root. The caller holds the lock, so that two roots never share a tree_id."""
    last = Distributor.objects.aggregate(last=Max("tree_id"))["last"] or 0
    return Spot(lft=1, rght=TOP - 1, tree_id=last + 1, level=0)


def last_under(sponsor_id: int, forest: Forest = SPONSORS) -> Spot:
    """The place of a newcomer, the last one under the sponsor. The caller holds the lock."""
    sponsor, before, free = _room(sponsor_id, 2, forest)
    lft = before + 1
    return Spot(lft=lft, rght=lft + max(1, free // SHARE), tree_id=sponsor.tree_id, level=sponsor.level + 1)


def between(parent_id: int, before_id: int | None, forest: Forest) -> Spot:
    """The place of a newcomer under the parent, before this one of those below it (after all where None).

    Free labels stay on both sides, for those who come between later. The caller holds the lock.
    """
    parent, before, free = _room(parent_id, 2, forest, before_id)
    lft = before + 1 + free // SHARE
    return Spot(lft=lft, rght=lft + max(1, free // SHARE), tree_id=parent.tree_id, level=parent.level + 1)


def read(place_id: int, forest: Forest = SPONSORS) -> Spot:
    """The place as it is now. Raises SponsorUnknown."""
    found = forest.places().filter(pk=place_id).values_list("lft", "rght", "tree_id", "level").first()
    if found is None:
        raise SponsorUnknown(place_id, forest.many)
    return Spot(*found)


def free_interval(sponsor_id: int, *, labels: int, forest: Forest = SPONSORS) -> Spot:
    """A free interval (both ends included) for so many labels below the sponsor, and the level of who comes
    there.

    The caller holds the lock.
    """
    sponsor, before, free = _room(sponsor_id, labels, forest)
    return _first(sponsor, before, min(free, max(labels, free // SHARE)))


def interval_of(sponsor_id: int, *, labels: int, width: int | None = None, spare: int = 0) -> Spot:
    """The same of this width, or of what there is; without a width all there is but for the `spare` labels."""
    sponsor, before, free = _room(sponsor_id, labels, SPONSORS)
    wanted = free - spare if width is None else width
    return _first(sponsor, before, min(free, max(labels, wanted)))


def _first(sponsor: Spot, before: int, width: int) -> Spot:
    return Spot(before + 1, before + width, sponsor.tree_id, sponsor.level + 1)


def _room(
    sponsor_id: int, labels: int, forest: Forest, before_id: int | None = None
) -> tuple[Spot, int, int]:
    """The sponsor as it is now, the label before its rght (or before the place `before_id` below it), and how
    many (at least `labels`) are free between.
    """
    for enough in (comfortable(labels), labels):
        sponsor, end, before = _gap(sponsor_id, before_id, forest)
        free = end - before - 1
        if free >= enough:
            return sponsor, before, free
        make_room(table=forest.table, tree_id=sponsor.tree_id, label=end, extra=labels)
    # In a sound tree spreading always makes room.
    raise TreeUnsound


def _gap(sponsor_id: int, before_id: int | None, forest: Forest) -> tuple[Spot, int, int]:
    """The sponsor, and the labels at both ends of the gap. Raises SponsorUnknown."""
    if before_id is None:
        found = with_last_gap(table=forest.table, place_id=sponsor_id)
        if found is None:
            raise SponsorUnknown(sponsor_id, forest.many)
        *place, before = found
        return Spot(*place), place[1], before
    sponsor, end = read(sponsor_id, forest), read(before_id, forest).lft
    return sponsor, end, greatest_below(table=forest.table, tree_id=sponsor.tree_id, label=end)
