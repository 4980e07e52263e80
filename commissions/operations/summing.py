"""What a run writes down of those with thousands below them, or thousands of lines, so that no page has to add it up.

A few thousand rows of a company of a million. Everybody else's sums are added up when somebody asks.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from django.db.models import Model
from numpy.typing import NDArray

from commissions.core import network
from commissions.core.result import Lines, Result
from commissions.models import LevelSum, TeamSum
from commissions.queries.facts import Loaded
from common.operations import tables
from common.operations.tables import Column, Numbers, Words

Ints = NDArray[np.int64]
# More people below, or more lines, than this are summed beforehand.
MANY_PEOPLE = 1_000
MANY_LINES = 2_000
ROOM = 50_000_000  # cells
ALL = -1  # in place of a bonus, or of a level
KEYS = ("person", "bonus", "level")
HOW: Mapping[str, np.ufunc] = {
    "base": np.add, "low_ppm": np.minimum, "high_ppm": np.maximum, "whole": np.add, "micro": np.add,
}  # fmt: skip
Sums = Mapping[str, Ints]


Rows = Mapping[type[Model], Mapping[str, Column]]


def rows(*, result: Result, loaded: Loaded, active: str) -> Rows:
    """The sums of a run, as columns of their tables without the run. Asks no database."""
    return {TeamSum: _teams(result, loaded, active), LevelSum: _levels(result, loaded)}


def store(*, run_id: int, sums: Rows) -> None:
    """Write the sums of a run that has none yet. Belongs into a transaction."""
    for model, columns in sums.items():
        count = tables.len_of(columns["distributor_id"])
        whole = {"run_id": tables.constant(run_id, count), **columns}
        tables.write(table=model._meta.db_table, columns=whole)


def drop(*, run_id: int) -> None:
    """Delete the sums of a run."""
    for model in (TeamSum, LevelSum):
        model._default_manager.filter(run_id=run_id).delete()


def _teams(result: Result, loaded: Loaded, active: str) -> dict[str, Column]:
    tree = network.of_sorted(loaded.facts.people.sponsor)
    below = tree.team(np.ones(len(tree), np.int64))
    large = np.flatnonzero(below > MANY_PEOPLE)
    are_active = tree.team(result.statuses[active].astype(np.int64)) if len(large) else below
    return {
        "distributor_id": Numbers(loaded.person_ids[large]),
        "below": Numbers(below[large], "integer"),
        "active": Numbers(are_active[large], "integer"),
    }


def _levels(result: Result, loaded: Loaded) -> dict[str, Column]:
    lines = result.lines
    many = np.bincount(lines.beneficiary, minlength=len(loaded.person_ids)) > MANY_LINES
    at = np.flatnonzero(many[lines.beneficiary] & (np.asarray(lines.source) >= 0))
    sold = np.asarray(lines.source, np.int64)[at]
    behind = loaded.order_ids[sold], np.asarray(loaded.facts.lines.seller, np.int64)[sold]
    of_level, group = _by_level(lines, at, np.cumsum(many) - 1)
    parts = [_counted(of_level, group, behind)]
    for wider in (("person", "bonus"), ("person",)):
        # What was summed for each level is summed on: only what is counted needs all lines again.
        summed, to = _by(of_level, wider)
        parts.append(_counted(summed, to[group], behind))
    found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    names = ["", *(one.name for one in result.plan.bonuses)]
    return {
        "distributor_id": Numbers(loaded.person_ids[np.flatnonzero(many)[found["person"]]]),
        "bonus": Words(names, found["bonus"] + 1),
        "level": Numbers(found["level"], "smallint", null=found["level"] == ALL),
        "orders": Numbers(found["orders"], "integer"),
        "people": Numbers(found["people"], "integer"),
        **{name: Numbers(found[name]) for name in HOW},
    }


def _by_level(lines: Lines, at: Ints, place: Ints) -> tuple[Sums, Ints]:
    """One element for each person, bonus and level of the lines `at`, people by their `place`; and to which of them
    each line belongs."""

    def column(name: str) -> Ints:
        return np.asarray(getattr(lines, name)[at], np.int64)

    rates = column("rate_ppm")
    each = {"person": place[column("beneficiary")], "low_ppm": rates, "high_ppm": rates} | {
        name: column(name) for name in ("bonus", "level", "base", "whole", "micro")
    }
    return _by(each, KEYS)


def _by(rows: Sums, keys: Sequence[str]) -> tuple[Sums, Ints]:
    """The rows summed by these keys, sorted by them, ALL in place of other keys; and where each row went."""
    packed = np.zeros(len(rows["person"]), np.int64)
    least: dict[str, int] = {}
    widths: dict[str, int] = {}
    for key in keys:
        least[key], most = _ends(rows[key])
        widths[key] = most - least[key] + 1
        packed = packed * widths[key] + (rows[key] - least[key])
    packed, to = _numbered(packed)
    found = dict.fromkeys(KEYS, np.full(len(packed), ALL, np.int64))
    for key in reversed(keys):
        packed, rest = np.divmod(packed, widths[key])
        found[key] = rest + least[key]
    ends = np.iinfo(np.int64)
    for name, how in HOW.items():
        begin = 0 if how is np.add else ends.max if how is np.minimum else ends.min
        found[name] = np.full(len(packed), begin, np.int64)
        how.at(found[name], to, rows[name])
    return found, to


def _numbered(values: Ints) -> tuple[Ints, Ints]:
    """The different values, sorted, and the place of each value among them. Where there is room, a cell for each
    possible value says it: sorting millions to find a thousand takes a hundred times as long."""
    _, most = _ends(values)
    if most >= ROOM:
        return np.unique(values, return_inverse=True)
    there = np.zeros(most + 1, bool)
    there[values] = True
    different = np.flatnonzero(there) if len(values) else values
    return different, (np.cumsum(there) - 1)[values]


def _counted(summed: Sums, group: Ints, behind: tuple[Ints, Ints]) -> Sums:
    """The sums, and behind each how many different orders, and how many people who placed them."""
    orders, people = (_different(group, values, len(summed["person"])) for values in behind)
    return {**summed, "orders": orders, "people": people}


def _different(group: Ints, values: Ints, groups: int) -> Ints:
    """How many different values each group has."""
    least, most = _ends(values)
    width = most - least + 1
    pairs = np.sort(group * width + (values - least))
    new = np.concatenate([np.ones(len(pairs[:1]), bool), np.diff(pairs) != 0])
    return np.bincount(pairs[new] // width, minlength=groups)


def _ends(values: Ints) -> tuple[int, int]:
    return (int(values.min()), int(values.max())) if len(values) else (0, 0)
