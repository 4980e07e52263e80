"""Bringing the labels of a branch to where it stands now: at once, or a great team part by part.

Part by part: the head's labels are moved alone, to an interval wide enough for everybody, and the branches below
wait in rows of Carrying. Each next step carries small branches whole and moves the heads of great ones alone,
whose own branches then wait in turn. Every step is a short transaction under the tree's lock and leaves labels in
which people may join anywhere; who joins in a branch that waits is carried with it. A process that dies leaves
rows that the next one goes on with.
"""

from django.db import connection
from django.db.models import QuerySet

from distributors.models import Carrying, Distributor
from distributors.tree.forest import SPONSORS
from distributors.tree.lock import writing
from distributors.tree.places import Spot, free_interval, interval_of, new_root, read

# So many people are carried under one hold of the lock: a fraction of a second.
AT_ONCE = 1_000
QUESTIONS = 10


def begin(*, distributor_id: int) -> None:
    """Lets the labels of a branch follow later. The caller holds the lock."""
    Carrying.objects.create(distributor_id=distributor_id, step=0)


def on_the_way() -> bool:
    """Whether the labels of some branch still have to follow."""
    return Carrying.objects.exists()


def carry_on() -> bool:
    """Carries the next part; True when more is to do. Raises TreeBusy."""
    with writing():
        left = AT_ONCE
        while left > 0:
            waiting = Carrying.objects.order_by("pk").first()
            if waiting is None:
                return False
            left -= _carry_next(waiting)
            Carrying.objects.filter(pk=waiting.pk).delete()
    return True


def finish() -> None:
    """Carries whoever is on the way to the end, part by part. Raises TreeBusy."""
    while carry_on():
        pass


def _carry_next(waiting: Carrying) -> int:
    """One branch whole, or its head alone; what it cost, in people written: a few questions are worth as many."""
    person = read(waiting.distributor_id)
    sponsor_id = Distributor.objects.values_list("sponsor_id", flat=True).get(pk=waiting.distributor_id)
    # No further than matters: a long line is asked about at each of its heads.
    count = _inside(person)[:AT_ONCE].count() + 1
    if count <= AT_ONCE:
        target = _target(waiting, sponsor_id, count)
        # Making room may have moved the branch itself.
        _relabel(read(waiting.distributor_id), target, labels=2 * count)
        return count + QUESTIONS
    return _head_alone(waiting, sponsor_id, person)


def _head_alone(waiting: Carrying, sponsor_id: int | None, person: Spot) -> int:
    """To an interval as wide as its share; those right below wait in turn."""
    beside = Carrying.objects.filter(distributor__sponsor_id=sponsor_id).exclude(pk=waiting.pk)
    if waiting.step and not beside.exists():
        # All that is left is its share, but for those who join beside it later.
        target, step = interval_of(sponsor_id or 0, labels=2, spare=2 * waiting.step), waiting.step
    else:
        count = _inside(person).count() + 1
        target = _target(waiting, sponsor_id, count)
        step = waiting.step or max(1, (target.rght - target.lft + 1) // (2 * count))
    below = Distributor.objects.order_by("lft").filter(sponsor_id=waiting.distributor_id)
    branches = list(below.values_list("pk", flat=True))
    QuerySet(Distributor).filter(pk=waiting.distributor_id).update(**target._asdict())
    Carrying.objects.bulk_create(
        (Carrying(distributor_id=pk, step=step) for pk in branches), batch_size=2_000
    )
    return len(branches) + QUESTIONS


def _target(waiting: Carrying, sponsor_id: int | None, count: int) -> Spot:
    """Where the branch goes: the first head to a wide interval, those below it side by side."""
    if not waiting.step or sponsor_id is None:
        return _place(sponsor_id, count)
    return interval_of(sponsor_id, labels=2 * count, width=2 * count * waiting.step)


def carry(*, distributor_id: int, sponsor_id: int | None, count: int) -> None:
    """Carries a branch of so many people under its sponsor at once. The caller holds the lock."""
    target = _place(sponsor_id, count)
    _relabel(read(distributor_id), target, labels=2 * count)


def _inside(place: Spot) -> QuerySet[Distributor]:
    return QuerySet(Distributor).filter(tree_id=place.tree_id, lft__gt=place.lft, lft__lt=place.rght)


def _place(sponsor_id: int | None, count: int) -> Spot:
    return new_root() if sponsor_id is None else free_interval(sponsor_id, labels=2 * count)


def _relabel(branch: Spot, target: Spot, *, labels: int) -> None:
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
