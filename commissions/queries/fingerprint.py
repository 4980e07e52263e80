"""The SHA-256 of what a run pays and why: over business keys and integers, in one order, on every database the same.

No primary key, no collation and no order of storage enters it. The same function hashes the arrays a run was
computed into and the rows that were stored, so that equality proves the rows.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from commissions.models import Line, StatementItem

Ints = NDArray[np.int64]
AT_A_TIME = 50_000
ITEM_WORDS, ITEM_NUMBERS = ("number", "bonus", "corrects"), ("amount", "line_count")
LINE_WORDS = ("number", "bonus", "order", "corrects")
LINE_NUMBERS = ("position", "level", "depth", "base", "rate_ppm", "whole", "micro")


@dataclass(frozen=True, slots=True)
class Words:
    """A column of text: a vocabulary, and for each row the position of its word in it."""

    vocabulary: NDArray[np.str_]
    at: Ints


Column = Words | Ints
Table = dict[str, Column]


def of_tables(*, tables: dict[str, Table]) -> str:
    """The hash of some tables. Rows may come in any order, words in any vocabulary."""
    digest = hashlib.sha256()
    for name in sorted(tables):
        digest.update(f"{name}\n".encode())
        _add(digest, tables[name])
    return digest.hexdigest()


def of_run(*, run_id: int) -> str:
    """The hash of a run's items and lines as they are stored."""
    items = StatementItem.objects.filter(run_id=run_id).values_list(
        "distributor__number", "bonus", "corrects_period", "amount", "line_count"
    )
    lines = Line.objects.filter(run_id=run_id).values_list(
        "distributor__number",
        "bonus",
        "order_line__order__number",
        "corrects__run__period__key",
        "order_line__position",
        "level",
        "depth",
        "base",
        "rate_ppm",
        "whole",
        "micro",
    )
    return of_tables(
        tables={
            "items": _read(items, ITEM_WORDS, ITEM_NUMBERS),
            "lines": _read(lines, LINE_WORDS, LINE_NUMBERS),
        }
    )


def _add(digest: Any, table: Table) -> None:
    columns: list[Ints] = []
    for name in sorted(table):
        column = table[name]
        digest.update(f"{name}\n".encode())
        if isinstance(column, Words):
            used, at = np.unique(column.at, return_inverse=True)
            words, rank = np.unique(column.vocabulary[used], return_inverse=True)
            digest.update("\n".join(words.tolist()).encode() + b"\n")
            columns.append(rank.astype(np.int64)[at])
        else:
            columns.append(column)
    order = np.lexsort(columns[::-1])
    for column in columns:
        digest.update(np.ascontiguousarray(column[order], dtype="<i8").tobytes())


class _Vocabulary:
    """Gives each word a position when it is first met."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}
        self.at: list[int] = []

    def add(self, word: str | None) -> None:
        self.at.append(self.known.setdefault(word or "", len(self.known)))

    def column(self) -> Words:
        return Words(np.array(list(self.known), dtype=np.str_), np.array(self.at, dtype=np.int64))


def _read(rows: "QuerySet[Any, Any]", words: tuple[str, ...], numbers: tuple[str, ...]) -> Table:
    """A queryset of tuples, words first, as a table."""
    vocabularies = [_Vocabulary() for _ in words]
    values: list[list[int]] = [[] for _ in numbers]
    for row in rows.iterator(chunk_size=AT_A_TIME):
        for vocabulary, word in zip(vocabularies, row, strict=False):
            vocabulary.add(word)
        for column, value in zip(values, row[len(words) :], strict=True):
            column.append(value)
    table: Table = {name: found.column() for name, found in zip(words, vocabularies, strict=True)}
    return table | {
        name: np.array(column, dtype=np.int64) for name, column in zip(numbers, values, strict=True)
    }
