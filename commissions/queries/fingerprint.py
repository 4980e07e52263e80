"""The SHA-256 of what a run pays and why: over business keys and integers, in one order, on every database the same.

No primary key, no collation and no order of storage enters it. The same function hashes the arrays a run was
computed into and the rows that were stored, so that equality proves the rows.
"""

# ruff: noqa: S608 - names of our tables and whole numbers, never input

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commissions.queries import parts
from common.arrays import NOWHERE, different, places
from common.operations import tables

Ints = NDArray[np.int64]
Whole = NDArray[np.signedinteger[Any]]
SIXTEEN_BITS = np.uint16
AT_A_TIME = 1 << 16
# Each column of text says which vocabulary it is written in; people's and orders' are read once for all columns.
ITEM_NUMBERS = ("amount", "line_count")
LINE_NUMBERS = ("position", "kind", "level", "depth", "base", "rate_ppm", "whole", "micro")
# What tells rows apart, in the order in which it decides.
FIRST = ("number", "bonus", "corrects", "kind", "order", "position", "origin", "level")


@dataclass(frozen=True, slots=True)
class Words:
    """A column of text: a vocabulary, and for each row the position of its word in it; NOWHERE for no word."""

    vocabulary: NDArray[np.str_]
    at: Whole


@dataclass(frozen=True, slots=True)
class Several:
    """Several columns of numbers, by their names, in one array of [row, number] or what is read like one: some of them
    are made only when they are asked for, a few rows at a time. They do not tell rows apart."""

    names: Sequence[str]
    values: tables.Wide


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words by the key of their row: the key of the database never enters a hash."""

    keys: Ints
    words: NDArray[np.str_]

    def column(self, wanted: Ints) -> Words:
        return Words(self.words, _small(places(of=wanted, among=self.keys)))


def _small(at: Ints) -> Whole:
    """Places in half the room: no vocabulary has two thousand million words."""
    return at.astype(np.int32)


Column = Words | Several | Whole
Table = dict[str, Column]


def of_tables(*, tables: dict[str, Table]) -> str:
    """The hash of some tables. Rows may come in any order, words in any vocabulary."""
    digest = hashlib.sha256()
    ranks: dict[int, _Ranks] = {}
    for name in sorted(tables):
        digest.update(f"{name}\n".encode())
        _add(digest, tables[name], ranks)
    return digest.hexdigest()


def of_run(*, run_id: int, people: Vocabulary | None = None) -> str:
    """The hash of a run's items and lines as they are stored."""
    return of_tables(tables=tables_of_run(run_id=run_id, people=people))


def people_of(*, run_id: int) -> Vocabulary:
    """Everybody whom a run knew."""
    return vocabulary(
        "SELECT p.id, p.number FROM distributors_distributor p "
        f"JOIN (SELECT distributor_id FROM commissions_snapshot WHERE run_id = {run_id:d}) s ON s.distributor_id = p.id"
    )


def tables_of_run(*, run_id: int, people: Vocabulary | None = None) -> dict[str, Table]:
    """A run's items and lines as they are stored, by business keys; `people` are its own, where somebody has them."""
    people = people or people_of(run_id=run_id)
    return {"items": _items(run_id, people), "lines": _lines(run_id, people)}


class _Ranks:
    """A vocabulary and the order of its words by their code points."""

    def __init__(self, column: Words) -> None:
        self.vocabulary = column.vocabulary  # kept, so that nothing else comes to stand where it is
        self.rank = _ranked(self.vocabulary)

    def of(self, column: Words) -> tuple[NDArray[np.str_], Whole]:
        """The words that occur, sorted, and each row's place among them, in half the room; NOWHERE stays."""
        several = int(self.rank.max(initial=-1)) + 1
        used = np.zeros(len(self.vocabulary) + 1, bool)
        used[column.at] = True
        at = np.flatnonzero(used[:-1])
        first = np.full(several, NOWHERE, np.int64)
        first[self.rank[at]] = at
        words = self.vocabulary[first[first != NOWHERE]]
        place = np.cumsum(first != NOWHERE) - 1
        return words, np.append(place[self.rank], NOWHERE).astype(np.int32)[column.at]


def _add(digest: Any, table: Table, ranks: dict[int, _Ranks]) -> None:
    columns: dict[str, Whole] = {}
    several: list[Several] = []
    for name in sorted(table):
        column = table[name]
        digest.update(f"{name}\n".encode())
        if isinstance(column, Several):
            digest.update("\n".join(column.names).encode() + b"\n")
            several.append(column)
        elif isinstance(column, Words):
            # The same vocabulary may stand behind several columns: people are paid, and others' sales pay them.
            words, columns[name] = ranks.setdefault(id(column.vocabulary), _Ranks(column)).of(column)
            digest.update("\n".join(words.tolist()).encode() + b"\n")
        else:
            columns[name] = column
    order = _order(columns)
    for values in [*columns.values(), *(one.values for one in several)]:
        for start in range(0, len(order), AT_A_TIME):
            part = values[order[start : start + AT_A_TIME]]
            digest.update(np.ascontiguousarray(part, dtype="<i8").data)


def _ranked(words: NDArray[np.str_]) -> Ints:
    """The place of each word among the different words, sorted by their code points."""
    if not len(words):
        return np.empty(0, np.int64)
    order = np.arange(len(words))
    if not (words[:-1] <= words[1:]).all():
        order = _alphabetical(words)
    sorted_words = words[order]
    rank = np.empty(len(words), np.int64)
    rank[order] = np.cumsum(np.concatenate([[False], sorted_words[1:] != sorted_words[:-1]]))
    return rank


def _alphabetical(words: NDArray[np.str_]) -> Ints:
    """An order of the words by their code points. Compared by numbers of four letters each, where all are plain."""
    wide = words.dtype.itemsize // 4
    letters = np.ascontiguousarray(words).view(np.uint32).reshape(len(words), wide)
    if letters.max(initial=0) >= 1 << 16:
        return np.argsort(words, kind="stable")
    keys = []
    for start in range(0, wide, 4):
        key = np.zeros(len(words), np.uint64)
        for at in range(start, start + 4):
            key = key << np.uint64(16) | (letters[:, at] if at < wide else np.uint64(0))
        keys.append(key)
    return np.lexsort(keys[::-1])


def _order(columns: dict[str, Whole]) -> Ints:
    """Rows sorted by their business keys, the first of FIRST deciding, then by all other columns by name.

    Rows mostly come as they were computed, person by person, bonus by bonus and sale by sale: in stretches that are in
    order already, of which there are far fewer than rows. Then it is enough to bring the stretches in order.
    """
    keys = [columns[name] for name in FIRST if name in columns]
    rest = [columns[name] for name in columns if name not in FIRST]
    packed = _packed(keys[1:], len(keys[0]))
    if packed is None:
        return _sorted([*keys, *rest], np.arange(len(keys[0])))
    order = _stretches(keys[0], packed)
    person, others = keys[0][order], packed[order]
    if _decreases(person, others):
        order = _sorted(keys[:1], np.argsort(packed, kind="stable"))
        person, others = keys[0][order], packed[order]
    again = (person[1:] == person[:-1]) & (others[1:] == others[:-1])
    if again.any():
        # Few rows have equal keys, if any: those alone are sorted by everything.
        tied = np.flatnonzero(np.append(again, False) | np.append(False, again))
        order[tied] = _sorted([*keys, *rest], order[tied])
    return order


def _stretches(person: Whole, others: Ints) -> Ints:
    """The rows, those that follow each other in order kept together, by what each such stretch begins with."""
    if not len(person):
        return np.arange(0)
    ends = (person[1:] != person[:-1]) | (others[1:] < others[:-1])
    start = np.concatenate([[0], np.flatnonzero(ends) + 1])
    long = np.diff(start, append=len(person))
    by = _sorted([person[start]], np.argsort(others[start], kind="stable"))
    # Each stretch's rows count on from where it starts: one row behind the other, from place to place.
    first = np.cumsum(long[by]) - long[by]
    return np.repeat(start[by] - first, long[by]) + np.arange(len(person))


def _decreases(person: Whole, others: Ints) -> bool:
    return bool(
        ((person[1:] < person[:-1]) | ((person[1:] == person[:-1]) & (others[1:] < others[:-1]))).any()
    )


def _packed(columns: list[Whole], count: int) -> Ints | None:
    """Columns as one number for each row, the first deciding; None where they are too many bits."""
    found, bits = np.zeros(count, np.int64), 0
    for column in columns:
        least, most = (int(column.min()), int(column.max())) if len(column) else (0, 0)
        width = (most - least).bit_length()
        bits += width
        if bits > 62:
            return None
        if width:
            found <<= width
            found += column
            found -= least
    return found


def _sorted(columns: list[Whole], rows: Ints) -> Ints:
    """lexsort of these rows, the first column deciding, by sixteen bits at a time: numpy sorts those by counting."""
    for column in reversed(columns):
        found = column[rows]
        least, most = (int(found.min()), int(found.max())) if len(found) else (0, 0)
        if most - least >= 1 << 32:
            rows = rows[np.argsort(found, kind="stable")]
            continue
        bits = most - least
        shift = 0
        while bits >> shift:
            part = ((column[rows].astype(np.int64) - least) >> shift).astype(SIXTEEN_BITS)
            rows = rows[np.argsort(part, kind="stable")]
            shift += 16
    return rows


# --- what is stored ---------------------------------------------------------------------------------------------------
def vocabulary(query: str) -> Vocabulary:
    """What a query gives as key and word."""
    found = tables.read(query=query, shape={"key": "int", "word": "text"})
    return Vocabulary(found["key"], found["word"])


def _items(run_id: int, people: Vocabulary) -> Table:
    table = "commissions_statementitem"
    bonus, bonuses = coded(table, "bonus", run_id)
    corrects, periods = coded(table, "corrects_period", run_id)
    found = tables.read(
        query=f"SELECT distributor_id, {bonus}, {corrects}, amount, CAST(line_count AS bigint) "
        f"FROM {table} WHERE run_id = {run_id:d}",
        parameters=[*bonuses.tolist(), *periods.tolist()],
        shape=dict.fromkeys(("person", "bonus", "corrects", "amount", "line_count"), "int"),
    )
    return {
        "number": people.column(found["person"]),
        "bonus": Words(bonuses, found["bonus"]),
        "corrects": Words(periods, found["corrects"]),
        **{name: found[name] for name in ITEM_NUMBERS},
    }


def _lines(run_id: int, people: Vocabulary) -> Table:
    bonus, bonuses = coded("commissions_line", "bonus", run_id)
    found = tables.read_rows(
        held_by=parts.of_run(table="commissions_line", run_id=run_id),
        where=f"run_id = {run_id:d}",
        columns={
            "person": ("distributor_id", "bigint"),
            "bonus": (bonus, "integer"),
            "sold": ("COALESCE(order_line_id, -1)", "bigint"),
            "origin": ("COALESCE(origin_id, -1)", "bigint"),
            "corrected": ("COALESCE(corrects_id, -1)", "bigint"),
            "of_run": ("COALESCE(corrects_run_id, -1)", "bigint"),
            "kind": ("kind", "smallint"),
            "level": ("level", "smallint"),
            "depth": ("depth", "integer"),
            "base": ("base", "bigint"),
            "rate_ppm": ("rate_ppm", "bigint"),
            "whole": ("whole", "bigint"),
            "micro": ("micro", "integer"),
        },
        parameters=bonuses.tolist(),
    )
    # Each key goes as soon as its word is found: of sixty million rows every one is half a gigabyte.
    orders, position = _sold(found["sold"])
    order = orders.column(found.pop("sold"))
    return {
        "number": people.column(found.pop("person")),
        "bonus": Words(bonuses, found.pop("bonus")),
        "order": order,
        "origin": people.column(found.pop("origin")),
        "corrects": _corrected(run_id, found.pop("corrected"), found.pop("of_run")),
        "position": _small(np.append(position, 0))[order.at],
        **{name: found[name] for name in LINE_NUMBERS[1:]},
    }


def _sold(order_lines: Ints) -> tuple[Vocabulary, Ints]:
    """The numbers of the orders of these order lines, by order line, and the lines' positions in them.

    The database is told which: to find it out from millions of lines would take it longer than all else here.
    """
    wanted, keys = tables.listed(different(keys=order_lines[order_lines != NOWHERE]))
    found = tables.read(
        query="SELECT l.id, o.number, CAST(l.position AS bigint) FROM sales_orderline l "
        f"JOIN sales_order o ON o.id = l.order_id JOIN {wanted} w ON w.key = l.id",
        parameters=[keys],
        shape={"key": "int", "word": "text", "position": "int"},
    )
    return Vocabulary(found["key"], found["word"]), found["position"]


def _corrected(run_id: int, wanted: Ints, of_run: Ints) -> Words:
    """The period whose line is taken back; NOWHERE of a line that takes nothing back."""
    periods = vocabulary(
        "SELECT l.id, p.key FROM commissions_line l JOIN commissions_run r ON r.id = l.run_id "
        "JOIN commissions_period p ON p.id = r.period_id JOIN (SELECT DISTINCT corrects_id FROM commissions_line "
        f"WHERE run_id = {run_id:d} AND corrects_id IS NOT NULL) u ON u.corrects_id = l.id"
    )
    if not (of_run >= 0).any():
        return periods.column(wanted)
    runs = vocabulary(
        "SELECT r.id, p.key FROM commissions_run r JOIN commissions_period p ON p.id = r.period_id"
    )
    line, run = periods.column(wanted), runs.column(of_run)
    at = np.where(line.at >= 0, line.at, np.where(run.at >= 0, run.at + len(line.vocabulary), NOWHERE))
    return Words(np.concatenate([line.vocabulary, run.vocabulary]), at)


def coded(table: str, column: str, run_id: int) -> tuple[str, NDArray[np.str_]]:
    """A column of few words as a number, in SQL with the words as parameters; and the words."""
    found = tables.read(
        query=f"SELECT DISTINCT {column} FROM {table} WHERE run_id = {run_id:d}", shape={"word": "text"}
    )["word"]
    cases = " ".join(f"WHEN %s THEN {at}" for at in range(len(found)))
    return (f"CAST(CASE {column} {cases} END AS bigint)" if len(found) else "CAST(0 AS bigint)"), found
