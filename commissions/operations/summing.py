"""What a run writes down of those with thousands below them, or thousands of lines, so that no page has to add it up.

A few thousand rows of a company of a million. Everybody else's sums are added up when somebody asks.
"""

from collections.abc import Mapping

import numpy as np
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
ALL = -1  # in place of a bonus, or of a level


def store(*, run_id: int, result: Result, loaded: Loaded, active: str) -> None:
    """Write the sums of a run that has none yet. Belongs into a transaction."""
    for model, columns in ((TeamSum, _teams(result, loaded, active)), (LevelSum, _levels(result, loaded))):
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
    bonus, level = (np.asarray(column, np.int64)[at] for column in (lines.bonus, lines.level))
    everything = np.full(len(at), ALL, np.int64)
    parts = [
        _summed(lines, loaded, at, one, deep)
        for one, deep in ((bonus, level), (bonus, everything), (everything, everything))
    ]
    found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    names = ["", *(one.name for one in result.plan.bonuses)]
    return {
        "distributor_id": Numbers(found["person"]),
        "bonus": Words(names, found["bonus"] + 1),
        "level": Numbers(found["level"], "smallint", null=found["level"] == ALL),
        "orders": Numbers(found["orders"], "integer"),
        "people": Numbers(found["people"], "integer"),
        **{name: Numbers(found[name]) for name in ("base", "low_ppm", "high_ppm", "whole", "micro")},
    }


def _summed(lines: Lines, loaded: Loaded, at: Ints, bonus: Ints, level: Ints) -> Mapping[str, Ints]:
    """One element for each person, bonus and level of the lines `at`."""
    who = np.asarray(lines.beneficiary, np.int64)[at]
    order = np.lexsort((level, bonus, who))
    at, who, bonus, level = at[order], who[order], bonus[order], level[order]
    new = (np.diff(who) != 0) | (np.diff(bonus) != 0) | (np.diff(level) != 0)
    starts = np.flatnonzero(np.concatenate([np.ones(len(at[:1]), bool), new]))
    group = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(at))))

    def column(name: str) -> Ints:
        return np.asarray(getattr(lines, name)[at], np.int64)

    def reduced(how: np.ufunc, values: Ints) -> Ints:
        return how.reduceat(values, starts) if len(starts) else values

    rates, source = column("rate_ppm"), column("source")
    sellers = np.asarray(loaded.facts.lines.seller, np.int64)[source]
    return {
        "person": loaded.person_ids[who[starts]],
        "bonus": bonus[starts],
        "level": level[starts],
        "orders": _different(group, loaded.order_ids[source], len(starts)),
        "people": _different(group, sellers, len(starts)),
        "base": reduced(np.add, column("base")),
        "low_ppm": reduced(np.minimum, rates),
        "high_ppm": reduced(np.maximum, rates),
        "whole": reduced(np.add, column("whole")),
        "micro": reduced(np.add, column("micro")),
    }


def _different(group: Ints, values: Ints, groups: int) -> Ints:
    """How many different values each group has."""
    order = np.lexsort((values, group))
    group, values = group[order], values[order]
    new = np.concatenate([np.ones(len(group[:1]), bool), (np.diff(group) != 0) | (np.diff(values) != 0)])
    return np.bincount(group[new], minlength=groups)
