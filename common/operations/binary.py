"""Columns of numbers in PostgreSQL's binary formats, to and from bytes. Pure: nothing is asked of a database.

The rows of a block have one width, so that numpy lays them out as the server wants to read them, and reads them as it
sends them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Array = NDArray[Any]
LAID_OUT = 50_000  # rows that wait for the server, and as many that are being laid out
HEADER = b"PGCOPY\n\xff\r\n\0" + b"\0" * 8
END = b"\xff\xff"
ARRAY_HEAD = 20  # how many dimensions, whether there are nulls, of what, how many, from where
WIDTHS = {"bigint": ">i8", "integer": ">i4", "smallint": ">i2", "boolean": "?"}
LONGEST_TEXT = 64
PLAIN = 128  # letters below are one byte


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of whole numbers or truths; where `null` is true the database holds nothing."""

    values: Array
    type: str = "bigint"  # a key of WIDTHS
    null: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A column of text with few different words: each row's is `vocabulary[at]`."""

    vocabulary: Sequence[str]
    at: NDArray[np.signedinteger[Any]]


class Wide(Protocol):
    """An array of [row, number], or what is read like one."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, rows: Any, /) -> Ints: ...


@dataclass(frozen=True, slots=True)
class Packed:
    """A column in which each row holds several whole numbers, as 64-bit big-endian bytes."""

    values: Wide  # [row, number]


Column = Numbers | Words | Packed
Block = tuple[int, bytes]  # how many rows are done when it is written, and what is written


def len_of(column: Column) -> int:
    """How many rows a column has."""
    return len(column.at if isinstance(column, Words) else column.values)


def stretch(column: Column, start: int, stop: int) -> Column:
    """Some rows of a column; nothing is copied."""
    if isinstance(column, Words):
        return Words(column.vocabulary, column.at[start:stop])
    if isinstance(column, Packed):
        return Packed(column.values[start:stop])
    null = None if column.null is None else column.null[start:stop]
    return Numbers(column.values[start:stop], column.type, null)


# --- writing ----------------------------------------------------------------------------------------------------------
def blocks(*, columns: Sequence[Column], count: int) -> Iterator[Block]:
    """All rows, some ten thousand at a time."""
    for start in range(0, count, LAID_OUT):
        stop = min(count, start + LAID_OUT)
        for block in _alike(columns, start, stop):
            yield stop, block


def _alike(columns: Sequence[Column], start: int, stop: int) -> Iterator[bytes]:
    """The rows in COPY's binary format. Rows that differ in a word, or in what is null, differ in width: each such
    kind is a block of its own, in which the rows keep their order."""
    code = np.zeros(stop - start, np.int64)
    for column in columns:
        if isinstance(column, Words):
            code = code * len(column.vocabulary) + column.at[start:stop]
        elif isinstance(column, Numbers) and column.null is not None:
            code = code * 2 + column.null[start:stop]
    if not len(code) or (code == code[0]).all():
        yield _block(columns, np.arange(start, stop))
        return
    order = np.argsort(code, kind="stable")
    ends = np.flatnonzero(np.diff(code[order])) + 1
    for rows in np.split(order, ends):
        yield _block(columns, rows + start)


def _block(columns: Sequence[Column], rows: Ints) -> bytes:
    fields: list[Any] = [("fields", ">i2")]
    filled: dict[str, Any] = {"fields": len(columns)}
    for at, column in enumerate(columns):
        width, kind, value = _field(column, rows)
        fields.append((f"length{at}", ">i4"))
        filled[f"length{at}"] = width
        if kind is not None:
            fields.append((f"value{at}", *kind))
            filled[f"value{at}"] = value
    block = np.empty(len(rows), np.dtype(fields))
    for name, value in filled.items():
        block[name] = value
    return block.tobytes()


def _field(column: Column, rows: Ints) -> tuple[int, tuple[Any, ...] | None, Any]:
    """How many bytes a value has, its layout, and the values; all rows of a block have the same word, or are null."""
    if isinstance(column, Words):
        word = column.vocabulary[int(column.at[rows[0]])].encode()
        return len(word), (f"V{len(word)}",) if word else None, np.void(word) if word else None
    if isinstance(column, Packed):
        wide = column.values.shape[1]
        return 8 * wide, (">i8", (wide,)) if wide else None, column.values[rows] if wide else None
    if column.null is not None and column.null[rows[0]]:
        return -1, None, None
    kind = np.dtype(WIDTHS[column.type])
    return kind.itemsize, (kind,), column.values[rows]


# --- reading ----------------------------------------------------------------------------------------------------------
def arrays(*, row: bytes, kinds: Mapping[str, np.dtype[Any]]) -> dict[str, Ints]:
    """One row of arrays: of each its width, the dimension, and each element behind its own width. Raises ValueError
    where an element is null: it has no bytes of its own.
    """
    found, at = {}, 2
    for name, kind in kinds.items():
        width = int.from_bytes(row[at : at + 4], "big")
        has_nulls = int.from_bytes(row[at + 8 : at + 12], "big")
        if has_nulls:
            raise ValueError(f"{name} is null in some rows")
        elements = np.frombuffer(row, kind, (width - ARRAY_HEAD) // kind.itemsize, at + 4 + ARRAY_HEAD)
        found[name] = elements["value"].astype(kind["value"].newbyteorder("="))
        at += 4 + width
    return found


def layout(*, shape: Mapping[str, str]) -> np.dtype[Any]:
    """That of a row: how many fields it has, and each behind its own width."""
    return np.dtype(
        [("fields", ">i2"), *(part for name, kind in shape.items() for part in _part(name, kind))]
    )


def _part(name: str, kind: str) -> tuple[Any, Any]:
    if kind.startswith("packed"):
        return (f"{name}_length", ">i4"), (name, ">i8", (several(kind=kind),))
    width = {"int": ">i8", "bool": "?", "text": f"S{LONGEST_TEXT}"}[kind]
    return (f"{name}_length", ">i4"), (name, width)


def several(*, kind: str) -> int:
    """How many numbers a packed column has in each row."""
    return int(kind.removeprefix("packed "))


def taken(*, raw: bytes, rows: int, row: np.dtype[Any], shape: Mapping[str, str]) -> dict[str, Array]:
    """So many rows as columns."""
    table = np.frombuffer(raw, row, count=rows)
    return {name: _native(table[name], kind) for name, kind in shape.items()}


def _native(values: Array, kind: str) -> Array:
    if kind == "int" or kind.startswith("packed"):
        return values.astype(np.int64)
    return words(values=values) if kind == "text" else values.copy()


def words(*, values: Array) -> Array:
    """Bytes of UTF-8 as words. Where all are plain letters, each byte is the number of its letter."""
    wide = values.dtype.itemsize
    letters = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), wide)
    if not len(letters) or letters.max() >= PLAIN:
        return np.char.decode(values, "utf-8")
    used = max(1, int(np.flatnonzero(letters.any(axis=0))[-1:].sum()) + 1)
    return letters[:, :used].astype(np.uint32).view(f"<U{used}").ravel()
