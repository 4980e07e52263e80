"""What paid somebody in a run, order by order, of those with thousands of lines: gathered once for each run and kept on
the shelf of this machine, so that a page of it is a slice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import BigIntegerField, QuerySet, Sum
from django.db.models.functions import Cast
from numpy.typing import NDArray

from commissions.models import LevelSum, Line
from commissions.queries import counting, kept, plans
from common.operations import shelf, tables

Ints = NDArray[np.int64]
FORMAT = 2  # of what lies on the shelf
MICRO = 1_000_000
KINDS: Mapping[str, type[np.generic]] = {"bonus": np.int16, "level": np.int16, "order": np.int64}
ALL = -1  # in place of a level
# Of somebody with fewer orders than this, all of them are added up on each page in a few milliseconds.
FEWEST = 10_000


@dataclass(frozen=True, slots=True)
class EarnerOrders:
    """`paid` are the keys of all orders of the run's own period that paid the person, sorted. Element i of `bonus`,
    `level` and `order` says that an order paid under a bonus (its index in the plan) on a level: sorted by bonus and
    level, those that paid most first. With the level ALL each order of a bonus stands once."""

    paid: Ints
    bonus: Ints
    level: Ints
    order: Ints


def of(*, run_id: int, person_id: int) -> EarnerOrders | None:
    """Of somebody with many orders, of whom the run itself says how many; None of anybody else."""
    sums = LevelSum.objects.filter(run_id=run_id, distributor_id=person_id, bonus="", orders__gte=FEWEST)
    if not sums.exists():
        return None
    name = kept.name_once(what=f"earner-{FORMAT}-{run_id}-{person_id}")
    found = shelf.look(name=name, gather=lambda: _gather(run_id, person_id), room="people")
    return EarnerOrders(**{column: found[column] for column in EarnerOrders.__slots__})


def of_item(*, run_id: int, person_id: int, bonus: str, level: int | None) -> Ints | None:
    """The orders of an item, or of one level of it, of somebody with many, those that paid most first; None of anybody
    else's."""
    great = of(run_id=run_id, person_id=person_id)
    names = [] if great is None else [one.name for one in plans.of_run(run_id=run_id).bonuses]
    if great is None or bonus not in names:
        return None
    asked = (great.bonus == names.index(bonus)) & (great.level == (ALL if level is None else level))
    return np.asarray(great.order[asked], np.int64)


def greatest(*, run_id: int, most: int) -> list[int]:
    """Those whom a run pays for the most orders, of those of whom they are kept."""
    sums = LevelSum.objects.filter(run_id=run_id, bonus="", orders__gte=FEWEST).order_by(
        "-orders", "distributor_id"
    )
    return list(sums.values_list("distributor_id", flat=True)[:most])


def paid(*, run_id: int, person_id: int) -> Ints:
    """The keys of the orders of its own period for which a run pays a person, sorted; two queries at most."""
    great = of(run_id=run_id, person_id=person_id)
    if great is not None:
        return great.paid
    rows = _lines(run_id, person_id).values_list("order_line__order_id")
    return np.unique(tables.values(rows=rows, shape={"order": "int"})["order"])


def _lines(run_id: int, person_id: int) -> QuerySet[Line]:
    """Lines of the run's own period that come from orders."""
    lines = Line.objects.filter(run_id=run_id, distributor_id=person_id, order_line__isnull=False)
    return lines.filter(counting.lines_about(corrects="")).order_by()


def _gather(run_id: int, person_id: int) -> dict[str, NDArray[Any]]:
    sums = {name: Cast(Sum(name), BigIntegerField()) for name in ("whole", "micro")}
    rows = _lines(run_id, person_id).values_list(
        "bonus", Cast("level", BigIntegerField()), "order_line__order_id"
    )
    shape = {"bonus": "text", **dict.fromkeys(("level", "order", "whole", "micro"), "int")}
    found = tables.values(rows=rows.annotate(w=sums["whole"], m=sums["micro"]), shape=shape)
    names, at = np.unique(found["bonus"], return_inverse=True)
    places = {one.name: place for place, one in enumerate(plans.of_run(run_id=run_id).bonuses)}
    bonus = np.array([places.get(name, ALL) for name in names.tolist()], np.int64)[at]
    amount = found["whole"] * MICRO + found["micro"]
    parts = [
        _sorted(bonus, found["level"], found["order"], amount),
        _sorted(*_of_items(bonus, found["order"], amount)),
    ]
    return {
        "paid": np.unique(found["order"]),
        **{
            name: np.concatenate([part[place] for part in parts]).astype(kind)
            for place, (name, kind) in enumerate(KINDS.items())
        },
    }


def _of_items(bonus: Ints, order: Ints, amount: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Every order of a bonus once, whatever the levels."""
    by = np.lexsort((order, bonus))
    bonus, order, amount = bonus[by], order[by], amount[by]
    new = np.ones(len(by), bool)
    new[1:] = (np.diff(bonus) != 0) | (np.diff(order) != 0)
    starts = np.flatnonzero(new)
    summed = np.add.reduceat(amount, starts) if len(starts) else amount
    return bonus[starts], np.full(len(starts), ALL, np.int64), order[starts], summed


def _sorted(bonus: Ints, level: Ints, order: Ints, amount: Ints) -> tuple[Ints, Ints, Ints]:
    by = np.lexsort((order, -amount, level, bonus))
    return bonus[by], level[by], order[by]
