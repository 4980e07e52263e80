"""The columns that a computed run is stored as: arrays to tables, no row is looked at by itself."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from commissions.core.run import Result
from commissions.operations.taken import MICRO, NOBODY, Corrections
from commissions.queries.facts import Loaded
from common.operations.tables import Column, Numbers, Packed, Words

PLACES = 32  # bits of a line's key that say its place

Ints = NDArray[np.int64]
Whole = NDArray[np.signedinteger[Any]]


def snapshots(*, result: Result, loaded: Loaded, active: str, titles: Ints) -> dict[str, Column]:
    """Everybody as the run saw them."""
    people, ids, plan = loaded.facts.people, loaded.person_ids, result.plan
    return {
        "distributor_id": Numbers(ids),
        "sponsor_id": Numbers(ids[people.sponsor], null=people.sponsor < 0),
        "standing": Numbers(people.standing, "smallint"),
        "active": Numbers(result.statuses[active], "boolean"),
        "rank": Numbers(result.rank, "smallint"),
        "title": Numbers(titles, "smallint"),
        "own_volume": Numbers(result.measures[plan.own_volume]),
        "group_volume": Numbers(result.measures[plan.group_volume]),
        "measures": _packed(list(result.measures.values()), len(ids)),
        "statuses": _packed([result.statuses[name] for name in sorted(result.statuses)], len(ids)),
        "memory": _packed([result.memory_after[name] for name in sorted(result.memory_after)], len(ids)),
        "have": Packed(result.have),
    }


def first_key(*, run_id: int) -> int:
    """The key of a run's first line."""
    return run_id << PLACES


def lines(*, run_id: int, result: Result, loaded: Loaded, back: Corrections) -> dict[str, Column]:
    """Why money was earned, and what returns take back of earlier lines. A line's key is its run and its place among
    the run's lines: nobody has to be asked for one, and keys ascend from part to part of a great run."""
    paid, taken = result.lines, back.lines
    people, order_lines = loaded.person_ids, loaded.order_line_ids
    split = [divmod(line.exact, MICRO) for line in taken]
    sold = _with(_at(order_lines, paid.source), [line.order_line_id or NOBODY for line in taken])
    origin = _with(_at(people, paid.origin), [line.origin_id for line in taken])
    return {
        "id": Numbers(first_key(run_id=run_id) + np.arange(len(paid) + len(taken))),
        "distributor_id": Numbers(
            _with(people[paid.beneficiary], [line.item.distributor_id for line in taken])
        ),
        "bonus": _bonuses(result, paid.bonus, [line.item.bonus for line in taken]),
        "kind": Numbers(_with(paid.kind, [line.kind for line in taken]), "smallint"),
        "order_line_id": Numbers(sold, null=sold == NOBODY),
        "origin_id": Numbers(origin, null=origin == NOBODY),
        "level": Numbers(_with(paid.level, [line.level for line in taken]), "smallint"),
        "depth": Numbers(_with(paid.depth, [line.depth for line in taken]), "integer"),
        "base": Numbers(_with(paid.base, [line.base for line in taken])),
        "rate_ppm": Numbers(_with(paid.rate_ppm, [line.rate_ppm for line in taken])),
        "whole": Numbers(_with(paid.whole, [whole for whole, _ in split])),
        "micro": Numbers(_with(paid.micro, [micro for _, micro in split]), "integer"),
        "corrects_id": _if_any(len(paid), [line.corrects_id or NOBODY for line in taken]),
        "corrects_run_id": _if_any(
            len(paid), [NOBODY if line.corrects_id else line.item.run_id for line in taken]
        ),
    }


def items(*, result: Result, loaded: Loaded, back: Corrections) -> dict[str, Column]:
    """What each bonus pays each person, rounded once, and what is taken back of earlier items."""
    paid, taken = result.items, back.items
    periods = ["", *sorted({item.period for item in taken})]
    corrected = _with(np.zeros(len(paid), np.int64), [periods.index(item.period) for item in taken])
    return {
        "distributor_id": Numbers(
            _with(loaded.person_ids[paid.beneficiary], [item.item.distributor_id for item in taken])
        ),
        "bonus": _bonuses(result, paid.bonus, [item.item.bonus for item in taken]),
        "corrects_period": Words(periods, corrected),
        "amount": Numbers(_with(paid.amount, [item.amount for item in taken])),
        "line_count": Numbers(_with(paid.line_count, [item.line_count for item in taken]), "integer"),
    }


def _at(keys: Ints, places: Whole) -> Ints:
    """The keys at these places; NOBODY where a place is -1."""
    return np.append(keys, NOBODY)[places]


def _packed(columns: list[NDArray[np.generic]], rows: int) -> Packed:
    return Packed(np.column_stack(columns).astype(np.int64) if columns else np.empty((rows, 0), np.int64))


def _bonuses(result: Result, at: Whole, more: list[str]) -> Words:
    names = [bonus.name for bonus in result.plan.bonuses]
    # A later plan may have given up the bonus that is taken back.
    names += sorted(set(more) - set(names))
    return Words(names, _with(at, [names.index(name) for name in more]))


def _with(first: Whole, more: list[int]) -> Whole:
    """The rows that were computed, and behind them those of returns, which mostly are none."""
    if not more:
        return first
    return np.concatenate([first, np.array(more, np.int64)])


def _if_any(before: int, keys: list[int]) -> Numbers:
    """Nothing in the rows before, these keys in the last ones; nothing where a key is NOBODY."""
    found = _with(np.zeros(before, np.int64), keys)
    return Numbers(found, null=found == NOBODY)
