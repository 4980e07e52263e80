"""The SHA-256 of what a run knew of everybody and takes into the next period: its snapshots and what is carried.

As for items and lines (fingerprint.py), business keys and whole numbers alone enter it, and the same hash is made of
the arrays a run was computed into and of the rows that were stored.
"""

# ruff: noqa: S608 - names of our tables and whole numbers, never input

from dataclasses import dataclass

import numpy as np
from django.db import connection

from commissions.core.plan import Plan
from commissions.models import Run
from commissions.queries import fingerprint, plans, snapshots
from commissions.queries.fingerprint import Ints, Several, Table, Vocabulary, Words
from common.arrays import NOWHERE
from common.operations import tables
from common.operations.tables import Array, Wide

PLAIN = ("standing", "active", "rank", "title", "own_volume", "group_volume")
NARROW = {"active": "integer"}
WIDE = ("measures", "statuses", "memory", "have")
CARRIED = ("slot", "age", "amount")


class OtherWidth(ValueError):
    """A snapshot holds another number of numbers than its plan has."""


def of_tables(*, tables: dict[str, Table]) -> str:
    """The hash of the snapshots and of what is carried, as tables."""
    return fingerprint.of_tables(tables=tables)


def of_run(*, run: Run, people: Vocabulary | None = None) -> str:
    """The hash of a run's snapshots and carried rows as they are stored; empty where they do not fit the plan."""
    try:
        return of_tables(tables=tables_of_run(run=run, people=people))
    except OtherWidth:
        return ""


def tables_of_run(*, run: Run, people: Vocabulary | None = None) -> dict[str, Table]:
    """A run's snapshots and carried rows as they are stored, by business keys. Raises OtherWidth.

    `people` are the run's, of whoever has read them already.
    """
    names = wide_names(plan=plans.parsed(version=run.plan))
    rows, carried = _snapshots(run.pk, names), _carried(run.pk)
    known = people or fingerprint.people_of(run_id=run.pk)
    known = _and_others(known, rows["sponsor"], carried.numbers["person"])
    return {
        "snapshots": {
            "number": known.column(rows["person"]),
            "sponsor": known.column(rows["sponsor"]),
            **{name: rows[name] for name in PLAIN},
            **{name: several(name=name, values=rows[name], names=names[name]) for name in WIDE},
        },
        "carried": {
            "number": known.column(carried.numbers["person"]),
            **carried.words,
            **{column: carried.numbers[column] for column in CARRIED},
        },
    }


def _and_others(people: Vocabulary, *named: Ints) -> Vocabulary:
    """People, and who else is named: a sponsor, or whoever is carried something, need not be among the run's."""
    others = np.setdiff1d(np.concatenate(named), np.append(people.keys, NOWHERE))
    if not len(others):
        return people
    wanted, keys = tables.listed(others)
    query = f"SELECT p.id, p.number FROM distributors_distributor p JOIN {wanted} w ON w.key = p.id"
    found = tables.read(query=query, parameters=[keys], shape={"key": "int", "word": "text"})
    return Vocabulary(
        np.concatenate([people.keys, found["key"]]), np.concatenate([people.words, found["word"]])
    )


def wide_names(*, plan: Plan) -> dict[str, list[str]]:
    """What each number of a snapshot's wide columns is called."""
    return {
        "measures": snapshots.measure_names(plan=plan),
        "statuses": sorted(plan.statuses),
        "memory": sorted(name for name, one in plan.memories.items() if not one.keeps),
        "have": [
            f"for {rank.name}: {one.label or one.text}" for rank in plan.ladder for one in rank.requirements
        ],
    }


def several(*, name: str, values: Wide, names: list[str]) -> Several:
    """A wide column and what its numbers are called. Raises OtherWidth."""
    if values.shape[1] != len(names):
        raise OtherWidth(f"{name}: {values.shape[1]} numbers, {len(names)} names")
    return Several(names, values)


def _snapshots(run_id: int, names: dict[str, list[str]]) -> dict[str, Array]:
    _demand_widths(run_id, names)
    # PostgreSQL makes a truth an integer, and no bigint.
    plain = ", ".join(f"CAST(CAST({name} AS {NARROW.get(name, 'bigint')}) AS bigint)" for name in PLAIN)
    return tables.read(
        query=f"SELECT distributor_id, COALESCE(sponsor_id, -1), {plain}, {', '.join(WIDE)} "
        f"FROM commissions_snapshot WHERE run_id = {run_id:d}",
        shape={
            **dict.fromkeys(("person", "sponsor", *PLAIN), "int"),
            **{name: f"packed {len(names[name])}" for name in WIDE},
        },
    )


def _demand_widths(run_id: int, names: dict[str, list[str]]) -> None:
    """Rows are read by their width: one of another width would be taken for others."""
    size = "octet_length" if connection.vendor == "postgresql" else "length"
    wrong = " OR ".join(f"{size}({name}) <> {8 * len(names[name])}" for name in WIDE)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM commissions_snapshot WHERE run_id = {run_id:d} AND ({wrong}) LIMIT 1")
        if cursor.fetchone():
            raise OtherWidth(f"run {run_id}")


@dataclass(frozen=True, slots=True)
class _Carried:
    """Carried rows by column: numbers, and what is written in words."""

    numbers: dict[str, Array]
    words: Table


def _carried(run_id: int) -> _Carried:
    kind, kinds = fingerprint.coded("commissions_carried", "kind", run_id)
    name, names = fingerprint.coded("commissions_carried", "name", run_id)
    numbers = ", ".join(f"CAST({column} AS bigint)" for column in CARRIED)
    found = tables.read(
        query=f"SELECT COALESCE(distributor_id, -1), {kind}, {name}, {numbers} FROM commissions_carried "
        f"WHERE run_id = {run_id:d}",
        parameters=[*kinds.tolist(), *names.tolist()],
        shape=dict.fromkeys(("person", "kind", "name", *CARRIED), "int"),
    )
    return _Carried(found, {"of": Words(kinds, found["kind"]), "name": Words(names, found["name"])})
