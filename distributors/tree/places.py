"""Taking a place in the tree, and moving to another."""

from datetime import datetime
from typing import NamedTuple

from django.db import connection, models
from django.db.models import Max

from distributors.models import Distributor
from distributors.queries.sponsor_tree import walk_up
from distributors.tree import history
from distributors.tree.forest import SPONSORS, Forest
from distributors.tree.labels import TOP, greatest_below, make_room
from distributors.tree.lock import writing

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
        return take_place_inside(distributor=distributor, sponsor_id=sponsor_id)


def take_place_inside(*, distributor: Distributor, sponsor_id: int | None) -> Distributor:
    """The same for a caller who is inside writing() already: nothing is asked of the database twice."""
    spot = new_root() if sponsor_id is None else last_under(sponsor_id)
    distributor.sponsor_id = sponsor_id
    distributor.lft, distributor.rght, distributor.tree_id, distributor.level = spot
    # Past MPTTModel.save, which would number the whole tree anew.
    models.Model.save(distributor, force_insert=True)
    history.began(distributor=distributor)
    return distributor


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


def move(*, distributor_id: int, sponsor_id: int | None, effective_at: datetime) -> None:
    """Puts a person with everybody below under another sponsor, or makes them a root, and keeps from when it counts.

    Writes the tree and its history alone; who decided it and why is the caller's to record.
    Raises SponsorUnknown, SponsorIsBelow, MovesBackwards, TreeBusy.
    """
    with writing():
        person = read(distributor_id)
        history.moved(distributor_id=distributor_id, sponsor_id=sponsor_id, effective_at=effective_at)
        if sponsor_id is not None:
            _refuse_circle(distributor_id, sponsor_id)
        people = Distributor.objects.filter(tree_id=person.tree_id, lft__gte=person.lft, lft__lte=person.rght)
        count = people.count()
        target = new_root() if sponsor_id is None else free_interval(sponsor_id, labels=2 * count)
        # The spreading above may have moved the branch itself.
        person = read(distributor_id)
        _carry(person, target, labels=2 * count)
        models.QuerySet.update(Distributor.objects.filter(pk=distributor_id), sponsor_id=sponsor_id)


def _refuse_circle(distributor_id: int, sponsor_id: int) -> None:
    line = walk_up(distributor_id=sponsor_id)
    if not line:
        raise SponsorUnknown(sponsor_id)
    ids = [step.id for step in line]
    if distributor_id in ids:
        raise SponsorIsBelow([step.number for step in line[: ids.index(distributor_id) + 1]])


def free_interval(sponsor_id: int, *, labels: int, forest: Forest = SPONSORS) -> Spot:
    """A free interval (both ends included) for so many labels below the sponsor, and the level of who comes
    there.

    The caller holds the lock.
    """
    sponsor, before, free = _room(sponsor_id, labels, forest)
    width = min(free, max(labels, free // SHARE))
    return Spot(before + 1, before + width, sponsor.tree_id, sponsor.level + 1)


def _room(
    sponsor_id: int, labels: int, forest: Forest, before_id: int | None = None
) -> tuple[Spot, int, int]:
    """The sponsor as it is now, the label before its rght (or before the place `before_id` below it), and how
    many (at least `labels`) are free between.
    """
    for _ in range(2):
        sponsor = read(sponsor_id, forest)
        end = sponsor.rght if before_id is None else read(before_id, forest).lft
        before = greatest_below(table=forest.table, tree_id=sponsor.tree_id, label=end)
        free = end - before - 1
        if free >= labels:
            return sponsor, before, free
        make_room(table=forest.table, tree_id=sponsor.tree_id, label=end, extra=labels)
    raise AssertionError(f"Spreading made no room below {sponsor_id} among the {forest.many}")


def _carry(branch: Spot, target: Spot, *, labels: int) -> None:
    """One UPDATE: the branch's labels, in their order, spread evenly over the target interval."""
    step = (target.rght - target.lft + 1) // labels
    table = SPONSORS.table
    sql = f"""WITH member AS (
            SELECT id, lft, rght FROM {table} WHERE tree_id = %s AND lft >= %s AND lft <= %s
        ), placed AS (
            SELECT id, is_end, %s + %s * (row_number() OVER (ORDER BY old) - 1) AS new
            FROM (SELECT id, lft AS old, 0 AS is_end FROM member
                  UNION ALL SELECT id, rght, 1 FROM member) AS label
        ), person AS (
            SELECT id, min(new) AS lft, max(new) AS rght FROM placed GROUP BY id
        )
        UPDATE {table} SET lft = person.lft, rght = person.rght, tree_id = %s, level = level + %s
        FROM person WHERE person.id = {table}.id"""  # noqa: S608
    values = [
        branch.tree_id,
        branch.lft,
        branch.rght,
        target.lft,
        step,
        target.tree_id,
        target.level - branch.level,
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
