"""Columns of numbers to and from tables, many rows at once: binary COPY on PostgreSQL, plain cursors on SQLite.

Nothing here looks at a single row: a million rows of ten columns are ten arrays. How PostgreSQL wants to read them, and
sends them, is in `binary`.
"""

# ruff: noqa: S608 - statements are put together from names of tables and columns, never from input

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import Any, cast

import numpy as np
from django.db import connection
from django.db.models import QuerySet

from common.operations import pace
from common.operations.binary import (
    END,
    HEADER,
    LONGEST_TEXT,
    WIDTHS,
    Array,
    Block,
    Column,
    Ints,
    Numbers,
    Packed,
    Wide,
    Words,
    arrays,
    blocks,
    layout,
    len_of,
    several,
    stretch,
    taken,
)  # fmt: skip

__all__ = [
    "Array", "Column", "Ints", "Numbers", "Packed", "Wide", "Words", "bytewise", "constant", "len_of", "listed",
    "moment", "read", "read_rows", "stretch", "values", "write",
]  # fmt: skip
AT_A_TIME = 200_000
READ_AT_A_TIME = 20_000
STRUNG = 50_000  # rows of SQLite in one string
PAGES = 256  # of a table in one array: two megabytes
ROOM = 256 * 1024  # kilobytes


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
                for done, block in _ahead(blocks(columns=list(columns.values()), count=count)):
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


def values(*, rows: "QuerySet[Any, Any]", shape: Mapping[str, str]) -> dict[str, Array]:
    """What a queryset of plain values gives, as `read` does; `shape` names its columns in their order."""
    sql, parameters = rows.query.sql_with_params()
    return read(query=sql, parameters=parameters, shape=shape)


def read_rows(
    *,
    held_by: Sequence[str],
    where: str,
    columns: Mapping[str, tuple[str, str]],
    parameters: Sequence[Any] = (),
) -> dict[str, Ints]:
    """The rows of these tables, many millions perhaps, as one array a column; in no order that means anything.

    `columns` says for each its SQL, whole numbers that may not be null, and its type, a key of WIDTHS; these take the
    parameters. `where` is SQL that takes none. The database hands over a stretch of the table at a time, each column in
    one piece: a message, or a Python number, for each row costs the reader more than the row costs the database.
    """
    # One table after the other, and of several one column after the other: what was read and what it is put together
    # into is never there twice in full.
    parts = []
    for table in held_by:
        if connection.vendor == "postgresql":
            found = list(_stretches(table, where, columns, parameters))
        else:
            chosen = [sql for sql, _ in columns.values()]
            found = list(_strung(table, where, chosen, list(columns), parameters))
        if found:
            parts.append({name: np.concatenate([one.pop(name) for one in found]) for name in columns})
    if len(parts) == 1:
        return parts[0]
    return {
        name: np.concatenate([part.pop(name) for part in parts]) if parts else np.empty(0, np.int64)
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


# --- PostgreSQL: writing ----------------------------------------------------------------------------------------------
def _ahead(found: Iterator[Block]) -> Iterator[Block]:
    """The same blocks; while the server takes one, a thread lays out the next."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        following = pool.submit(next, found, None)
        while (block := following.result()) is not None:
            following = pool.submit(next, found, None)
            yield block


# --- PostgreSQL: reading ----------------------------------------------------------------------------------------------
def _read(query: str, parameters: Sequence[Any], shape: Mapping[str, str]) -> Iterator[dict[str, Array]]:
    if connection.vendor != "postgresql":
        yield from _fetched(query, parameters, shape)
        return
    names = list(shape)
    # Quoted: a column may be called as a word of SQL.
    quoted = {name: connection.ops.quote_name(name) for name in names}
    wanted = ", ".join(_padded(quoted[name]) if shape[name] == "text" else quoted[name] for name in names)
    row = layout(shape=shape)
    found = f"SELECT {wanted} FROM ({query}) AS found ({', '.join(quoted.values())})"
    statement = f"COPY ({found}) TO STDOUT (FORMAT binary)"
    left = b""
    # COPY takes no parameters of its own: the client puts them in, quoted as the driver quotes them.
    whole = cast("Any", connection.ops).compose_sql(statement, list(parameters)) if parameters else statement
    with connection.cursor() as cursor, cursor.copy(whole) as copy:
        for pending in _messages():
            left += pending
            rows = len(left) // row.itemsize
            yield taken(raw=left, rows=rows, row=row, shape=shape)
            left = left[rows * row.itemsize :]
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
    gathered = ", ".join(f"array_agg(CAST({sql} AS {kind}))" for sql, kind in columns.values())
    first, behind = (f"CAST('(' || {page} || ',0)' AS tid)" for page in ("page", f"page + {PAGES}"))
    statement = (
        f"COPY (SELECT part.* FROM generate_series(0, pg_relation_size('{table}') / "
        f"CAST(current_setting('block_size') AS bigint), {PAGES}) AS page, LATERAL (SELECT {gathered} FROM {table} "
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
                yield arrays(row=row, kinds=kinds)


def _padded(name: str) -> str:
    """A text of up to 64 bytes as exactly 64: rows of one width need no parsing."""
    rest = f"substr('\\x{'00' * LONGEST_TEXT}'::bytea, 1, {LONGEST_TEXT} - octet_length({name}))"
    return f"convert_to({name}, 'UTF8') || {rest}"


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


def _strung(
    table: str, where: str, chosen: Sequence[str], names: Sequence[str], parameters: Sequence[Any]
) -> Iterator[dict[str, Ints]]:
    """So many rows at a time, each column as one string of numbers with commas between them."""
    strings = ", ".join(f"group_concat({sql})" for sql in chosen)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min(rowid), max(rowid) FROM {table} WHERE {where}")
        first, last = cursor.fetchone()
        for start in range(first or 0, (last or -1) + 1, STRUNG):
            cursor.execute(
                f"SELECT {strings}, count(*) FROM {table} NOT INDEXED "
                f"WHERE rowid >= {start:d} AND rowid < {start + STRUNG:d} AND {where}",
                parameters,
            )
            *found, count = cursor.fetchone()
            if count:
                part = [np.fromstring(numbers, np.int64, sep=",") for numbers in found]
                # Nothing, which no string holds, would let the rows below move up.
                if any(len(values) != count for values in part):
                    raise ValueError(f"a column of {table} is null in some rows")
                yield dict(zip(names, part, strict=True))


def _column(values: Sequence[Any], kind: str) -> Array:
    if kind.startswith("packed"):
        raw = np.frombuffer(b"".join(values), ">i8")
        return raw.reshape(len(values), several(kind=kind)).astype(np.int64)
    return np.array(values, dtype=_empty(kind).dtype if kind != "text" else np.str_)


def _empty(kind: str) -> Array:
    if kind.startswith("packed"):
        return np.empty((0, several(kind=kind)), np.int64)
    return np.empty(0, {"int": np.int64, "bool": np.bool_, "text": np.str_}[kind])
