"""Columns of numbers to and from tables, many rows at once: binary COPY on PostgreSQL, plain cursors on SQLite.

Nothing here looks at a single row: a million rows of ten columns are ten arrays. On PostgreSQL the rows of a block
have one width, so that numpy lays them out as the server wants to read them.
"""

# ruff: noqa: S608 - statements are put together from names of tables and columns, never from input

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import Any, Protocol, cast

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from common.operations import pace

Ints = NDArray[np.int64]
Array = NDArray[Any]
AT_A_TIME = 200_000
READ_AT_A_TIME = 20_000
LAID_OUT = 50_000  # rows that wait for the server, and as many that are being laid out
HEADER = b"PGCOPY\n\xff\r\n\0" + b"\0" * 8
END = b"\xff\xff"
PAGES = 256  # of a table in one array: two megabytes
ARRAY_HEAD = 20  # how many dimensions, whether there are nulls, of what, how many, from where
WIDTHS = {"bigint": ">i8", "integer": ">i4", "smallint": ">i2", "boolean": "?"}
LONGEST_TEXT = 64
PLAIN = 128  # letters below are one byte
ROOM = 256 * 1024  # kilobytes


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


def write(*, table: str, columns: Mapping[str, Column], fresh: bool = False) -> int:
    """Insert one row for each element of the columns, and return how many. Belongs into a transaction.

    A `fresh` table is one that this transaction created: on PostgreSQL its rows are written as if they had been there
    for long, and whoever reads them first need not find out who wrote them.
    A column that holds nothing in any row is left to the database, where nothing is what it begins with.
    """
    count = len_of(next(iter(columns.values()))) if columns else 0
    columns = {name: column for name, column in columns.items() if not _is_nothing(column)}
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    target = connection.ops.quote_name(table)
    if not count:
        return 0
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            how = "FORMAT binary, FREEZE" if fresh else "FORMAT binary"
            with cursor.copy(f"COPY {target} ({names}) FROM STDIN ({how})") as copy:
                copy.write(HEADER)
                for done, block in _ahead(_all_blocks(list(columns.values()), count)):
                    copy.write(block)
                    pace.tell(done, count)
                copy.write(END)
        else:
            marks = ", ".join(["%s"] * len(columns))
            with _roomy(cursor, count):
                for start in range(0, count, AT_A_TIME):
                    parts = (_plain(one, start, start + AT_A_TIME) for one in columns.values())
                    rows = list(zip(*parts, strict=True))
                    cursor.executemany(f"INSERT INTO {target} ({names}) VALUES ({marks})", rows)
                    pace.tell(min(count, start + AT_A_TIME), count)
    return count


def read(*, query: str, parameters: Sequence[Any] = (), shape: Mapping[str, str]) -> dict[str, Array]:
    """What a query gives, as one array a column. `shape` says each column's kind: int, bool, text or `packed 3`.

    Whole numbers must be cast to bigint in the query and must not be null; text has at most 64 bytes. A packed column
    of so many numbers gives a row of them for each row.
    """
    parts = list(_read(query, parameters, shape))
    return {
        name: np.concatenate([part[name] for part in parts]) if parts else _empty(kind)
        for name, kind in shape.items()
    }


def read_rows(
    *, table: str, where: str, columns: Mapping[str, tuple[str, str]], parameters: Sequence[Any] = ()
) -> dict[str, Ints]:
    """The rows of one table, many millions perhaps, as one array a column; in no order that means anything.

    `columns` says for each its SQL, which may not be null, and its type, a key of WIDTHS; `where` is SQL. Both together
    take the parameters, the columns' first. On PostgreSQL the server sends arrays, each of a stretch of the table:
    a message for each row costs the reader more than the row costs the server.
    """
    if connection.vendor == "postgresql":
        parts = list(_stretches(table, where, columns, parameters))
    else:
        chosen = ", ".join(sql for sql, _ in columns.values())
        query, shape = f"SELECT {chosen} FROM {table} WHERE {where}", dict.fromkeys(columns, "int")
        parts = list(_fetched(query, parameters, shape))
    return {
        name: np.concatenate([part[name] for part in parts]) if parts else np.empty(0, np.int64)
        for name in columns
    }


def moment(column: str) -> str:
    """SQL for a moment as whole microseconds since 1970-01-01 UTC."""
    if connection.vendor == "postgresql":
        return f"CAST(EXTRACT(EPOCH FROM {column}) * 1000000 AS bigint)"
    # SQLite keeps a moment as UTC text, with six digits behind the second or with none.
    return (
        f"(CAST(strftime('%%s', substr({column}, 1, 19)) AS bigint) * 1000000 "
        f"+ CAST(substr({column} || '.000000', 21, 6) AS bigint))"
    )


def bytewise(column: str) -> str:
    """SQL to sort text by its bytes, as numpy does, on every database alike."""
    return f'({column}) COLLATE "C"' if connection.vendor == "postgresql" else column


def listed(keys: Ints) -> tuple[str, str]:
    """SQL for a table of one column, `key`, that holds these keys, however many; and the parameter it takes."""
    words = ",".join(map(str, keys.tolist()))
    if connection.vendor == "postgresql":
        return "(SELECT unnest(CAST(%s AS bigint[])) AS key)", f"{{{words}}}"
    return "(SELECT value AS key FROM json_each(%s))", f"[{words}]"


def constant(value: int, count: int) -> Numbers:
    """A column that says the same in each of `count` rows."""
    return Numbers(np.broadcast_to(np.int64(value), (count,)))


def _is_nothing(column: Column) -> bool:
    return isinstance(column, Numbers) and column.null is not None and bool(column.null.all())


def len_of(column: Column) -> int:
    """How many rows a column has."""
    return len(column.at if isinstance(column, Words) else column.values)


# --- PostgreSQL: writing ----------------------------------------------------------------------------------------------
def _ahead(blocks: Iterator[Block]) -> Iterator[Block]:
    """The same blocks; while the server takes one, a thread lays out the next."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        following = pool.submit(next, blocks, None)
        while (block := following.result()) is not None:
            following = pool.submit(next, blocks, None)
            yield block


def _all_blocks(columns: Sequence[Column], count: int) -> Iterator[Block]:
    for start in range(0, count, LAID_OUT):
        stop = min(count, start + LAID_OUT)
        for block in _blocks(columns, start, stop):
            yield stop, block


def _blocks(columns: Sequence[Column], start: int, stop: int) -> Iterator[bytes]:
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
    layout: list[Any] = [("fields", ">i2")]
    filled: dict[str, Any] = {"fields": len(columns)}
    for at, column in enumerate(columns):
        width, kind, value = _field(column, rows)
        layout.append((f"length{at}", ">i4"))
        filled[f"length{at}"] = width
        if kind is not None:
            layout.append((f"value{at}", *kind))
            filled[f"value{at}"] = value
    block = np.empty(len(rows), np.dtype(layout))
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


# --- PostgreSQL: reading ----------------------------------------------------------------------------------------------
def _read(query: str, parameters: Sequence[Any], shape: Mapping[str, str]) -> Iterator[dict[str, Array]]:
    if connection.vendor != "postgresql":
        yield from _fetched(query, parameters, shape)
        return
    names = list(shape)
    # Quoted: a column may be called as a word of SQL.
    quoted = {name: connection.ops.quote_name(name) for name in names}
    wanted = ", ".join(_padded(quoted[name]) if shape[name] == "text" else quoted[name] for name in names)
    layout = np.dtype([("fields", ">i2"), *(part for name in names for part in _layout(name, shape[name]))])
    found = f"SELECT {wanted} FROM ({query}) AS found ({', '.join(quoted.values())})"
    statement = f"COPY ({found}) TO STDOUT (FORMAT binary)"
    left = b""
    # COPY takes no parameters of its own: the client puts them in, quoted as the driver quotes them.
    whole = cast("Any", connection.ops).compose_sql(statement, list(parameters)) if parameters else statement
    with connection.cursor() as cursor, cursor.copy(whole) as copy:
        for pending in _messages():
            left += pending
            rows = len(left) // layout.itemsize
            yield _taken(left, rows, layout, shape)
            left = left[rows * layout.itemsize :]
        copy.read()
    if left != END:
        raise ValueError("PostgreSQL sent columns of another width than asked for")


def _messages() -> Iterator[bytes]:
    """What the server sends up to its end, without what a file begins with, some hundred thousand rows at a time.

    Asked of the driver's own connection: its reader looks at the socket before each row, which for a million
    rows takes longer than the query. And a row is a message of its own, so that no Python is run for one.
    """
    ask = cast("Any", connection.connection).pgconn.get_copy_data
    _, data = ask(0)
    yield bytes(data)[len(HEADER) :]
    if len(data) == len(HEADER) + len(END):
        return
    messages = map(bytes, map(itemgetter(1), iter(partial(ask, 0), (len(END), END))))
    while pending := b"".join(islice(messages, AT_A_TIME)):
        yield pending
    yield END


def _stretches(
    table: str, where: str, columns: Mapping[str, tuple[str, str]], parameters: Sequence[Any]
) -> Iterator[dict[str, Ints]]:
    """So many pages of the table at a time, each column as an array of PostgreSQL's."""
    arrays = ", ".join(f"array_agg(CAST({sql} AS {kind}))" for sql, kind in columns.values())
    first, behind = (f"CAST('(' || {page} || ',0)' AS tid)" for page in ("page", f"page + {PAGES}"))
    statement = (
        f"COPY (SELECT part.* FROM generate_series(0, pg_relation_size('{table}') / "
        f"CAST(current_setting('block_size') AS bigint), {PAGES}) AS page, LATERAL (SELECT {arrays} FROM {table} "
        f"WHERE ctid >= {first} AND ctid < {behind} AND {where}) AS part) TO STDOUT (FORMAT binary)"
    )
    whole = cast("Any", connection.ops).compose_sql(statement, list(parameters)) if parameters else statement
    kinds = {
        name: np.dtype([("length", ">i4"), ("value", WIDTHS[kind])]) for name, (_, kind) in columns.items()
    }
    with connection.cursor() as cursor, cursor.copy(whole) as copy:
        for message in copy:
            # The header comes with the first row, and the end by itself; of a stretch without rows nothing is sent.
            row = bytes(message).removeprefix(HEADER)
            if row[: len(END)] != END and int.from_bytes(row[2:6], "big", signed=True) != -1:
                yield _arrays(row, kinds)


def _arrays(row: bytes, kinds: Mapping[str, np.dtype[Any]]) -> dict[str, Ints]:
    """One row of arrays without nulls: its width, the dimension, and each element behind its own width."""
    found, at = {}, 2
    for name, kind in kinds.items():
        width = int.from_bytes(row[at : at + 4], "big")
        elements = np.frombuffer(row, kind, (width - ARRAY_HEAD) // kind.itemsize, at + 4 + ARRAY_HEAD)
        found[name] = elements["value"].astype(kind["value"].newbyteorder("="))
        at += 4 + width
    return found


def _padded(name: str) -> str:
    """A text of up to 64 bytes as exactly 64: rows of one width need no parsing."""
    rest = f"substr('\\x{'00' * LONGEST_TEXT}'::bytea, 1, {LONGEST_TEXT} - octet_length({name}))"
    return f"convert_to({name}, 'UTF8') || {rest}"


def _layout(name: str, kind: str) -> tuple[Any, Any]:
    if kind.startswith("packed"):
        wide = _wide(kind)
        return (f"{name}_length", ">i4"), (name, ">i8", (wide,))
    width = {"int": ">i8", "bool": "?", "text": f"S{LONGEST_TEXT}"}[kind]
    return (f"{name}_length", ">i4"), (name, width)


def _wide(kind: str) -> int:
    """How many numbers a packed column has in each row."""
    return int(kind.removeprefix("packed "))


def _taken(raw: bytes, rows: int, layout: np.dtype[Any], shape: Mapping[str, str]) -> dict[str, Array]:
    table = np.frombuffer(raw, layout, count=rows)
    return {name: _native(table[name], kind) for name, kind in shape.items()}


def _native(values: Array, kind: str) -> Array:
    if kind == "int" or kind.startswith("packed"):
        return values.astype(np.int64)
    return _words(values) if kind == "text" else values.copy()


def _words(values: Array) -> Array:
    """Bytes of UTF-8 as words. Where all are plain letters, each byte is the number of its letter."""
    wide = values.dtype.itemsize
    letters = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), wide)
    if not len(letters) or letters.max() >= PLAIN:
        return np.char.decode(values, "utf-8")
    used = max(1, int(np.flatnonzero(letters.any(axis=0))[-1:].sum()) + 1)
    return letters[:, :used].astype(np.uint32).view(f"<U{used}").ravel()


# --- SQLite -----------------------------------------------------------------------------------------------------------
@contextmanager
def _roomy(cursor: Any, count: int) -> Iterator[None]:
    """Room to keep the pages of indexes while many rows are written: with the two megabytes that SQLite takes for
    itself, each row that belongs elsewhere in an index reads and writes a page."""
    if count < AT_A_TIME:
        yield
        return
    cursor.execute("PRAGMA cache_size")
    (before,) = cursor.fetchone()
    cursor.execute(f"PRAGMA cache_size = -{ROOM}")
    try:
        yield
    finally:
        cursor.execute(f"PRAGMA cache_size = {before}")


def _plain(column: Column, start: int, stop: int) -> list[Any]:
    """The rows of a column as Python values."""
    if isinstance(column, Words):
        return [column.vocabulary[at] for at in column.at[start:stop].tolist()]
    if isinstance(column, Packed):
        raw, wide = column.values[start:stop].astype(">i8").tobytes(), 8 * column.values.shape[1]
        rows = len(column.values[start:stop])
        return [raw[at * wide : (at + 1) * wide] for at in range(rows)]
    values: list[Any] = column.values[start:stop].tolist()
    if column.null is None:
        return values
    gone = column.null[start:stop].tolist()
    return [None if empty else value for value, empty in zip(values, gone, strict=True)]


def _fetched(query: str, parameters: Sequence[Any], shape: Mapping[str, str]) -> Iterator[dict[str, Array]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, parameters)
        while rows := cursor.fetchmany(READ_AT_A_TIME):
            yield {
                name: _column(values, kind)
                for (name, kind), values in zip(shape.items(), zip(*rows, strict=True), strict=True)
            }


def _column(values: Sequence[Any], kind: str) -> Array:
    if kind.startswith("packed"):
        raw = np.frombuffer(b"".join(bytes(value) for value in values), ">i8")
        return raw.reshape(len(values), _wide(kind)).astype(np.int64)
    return np.array(values, dtype=_empty(kind).dtype if kind != "text" else np.str_)


def _empty(kind: str) -> Array:
    if kind.startswith("packed"):
        return np.empty((0, _wide(kind)), np.int64)
    return np.empty(0, {"int": np.int64, "bool": np.bool_, "text": np.str_}[kind])
