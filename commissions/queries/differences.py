"""The first row in which two runs' tables differ, by business keys: what is stored beside what is computed again."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commissions.queries.fingerprint import FIRST, Several, Table, Words
from common.arrays import NOWHERE

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Difference:
    """`key` says which row; `stored` and `again` what stands there, None where there is no such row."""

    table: str
    key: Mapping[str, str]
    stored: Mapping[str, int] | None
    again: Mapping[str, int] | None

    def __str__(self) -> str:
        key = ", ".join(f"{name} {word}" for name, word in self.key.items() if word)
        stored, again = _where_they_differ(self.stored, self.again)
        return f"{self.table} of {key}: stored {_said(stored)}, computed again {_said(again)}"


def first(*, stored: Mapping[str, Table], again: Mapping[str, Table]) -> Difference | None:
    """The first difference, in the order of the tables' names; None where both say the same."""
    for name in sorted(stored):
        if found := _first(name, stored[name], again[name]):
            return found
    return None


def _first(name: str, stored: Table, again: Table) -> Difference | None:
    mine, theirs = _spread(stored), _spread(again)
    pairs = {column: _in_one_vocabulary(mine[column], theirs[column]) for column in mine}
    keys = [column for column in FIRST if column in pairs]
    keys += sorted(column for column, (_, _, words) in pairs.items() if words and column not in keys)
    values = sorted(column for column in pairs if column not in keys)
    one, other = (np.column_stack([pairs[column][side] for column in (*keys, *values)]) for side in range(2))
    one, other = one[np.lexsort(one.T[::-1])], other[np.lexsort(other.T[::-1])]
    least = min(len(one), len(other))
    differs = np.flatnonzero((one[:least] != other[:least]).any(axis=1))
    if not len(differs) and len(one) == len(other):
        return None
    at = int(differs[0]) if len(differs) else least
    first, second = (tuple(rows[at].tolist()) if at < len(rows) else None for rows in (one, other))
    return _told(name, keys, values, first, second, {column: pairs[column][2] for column in keys})


def _spread(table: Table) -> dict[str, Words | Ints]:
    """Each column by itself, those too that are kept several at once."""
    found: dict[str, Words | Ints] = {}
    for name, column in table.items():
        if isinstance(column, Several):
            values = np.asarray(column.values[:])
            found |= {f"{name} {at} ({word})": values[:, at] for at, word in enumerate(column.names)}
        elif isinstance(column, Words):
            found[name] = column
        else:
            found[name] = column.astype(np.int64)
    return found


def _told(
    name: str,
    keys: list[str],
    values: list[str],
    stored: tuple[int, ...] | None,
    again: tuple[int, ...] | None,
    words: Mapping[str, list[str]],
) -> Difference:
    """The row that comes first is there alone, unless both have the same key."""
    if stored and again and stored[: len(keys)] != again[: len(keys)]:
        stored, again = (stored, None) if stored < again else (None, again)
    row = stored or again or ()
    return Difference(
        table=name,
        key={key: _word(words[key], number) for key, number in zip(keys, row, strict=False)},
        stored=dict(zip(values, stored[len(keys) :], strict=True)) if stored else None,
        again=dict(zip(values, again[len(keys) :], strict=True)) if again else None,
    )


def _in_one_vocabulary(one: Words | Ints, other: Words | Ints) -> tuple[Ints, Ints, list[str]]:
    """Both columns as numbers that mean the same, and the words they stand for; none for a column of numbers."""
    if not isinstance(one, Words) or not isinstance(other, Words):
        return np.asarray(one, dtype=np.int64), np.asarray(other, dtype=np.int64), []
    both = np.concatenate([one.vocabulary.astype(np.str_), other.vocabulary.astype(np.str_)])
    words, rank = np.unique(both, return_inverse=True)
    mine = np.append(rank[: len(one.vocabulary)], NOWHERE)
    theirs = np.append(rank[len(one.vocabulary) :], NOWHERE)
    return mine[one.at], theirs[other.at], words.tolist()


def _word(words: list[str], number: int) -> str:
    if not words:
        return str(number)
    return words[number] if number != NOWHERE else ""


def _where_they_differ(
    stored: Mapping[str, int] | None, again: Mapping[str, int] | None
) -> tuple[Mapping[str, int] | None, Mapping[str, int] | None]:
    """Of a row that is in both, the values that are not the same."""
    if stored is None or again is None:
        return stored, again
    names = [name for name in stored if stored[name] != again[name]]
    return {name: stored[name] for name in names}, {name: again[name] for name in names}


def _said(values: Mapping[str, int] | None) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items()) if values else "nothing"
