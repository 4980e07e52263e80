"""Worlds that many tests begin with: built once in each process, and from then on their rows are put back as they were.

`@remembered` stands under `@pytest.fixture`, at a fixture that builds part of a company. What it wrote is kept by the
worlds it was built upon, one after the other from an empty database, with what it returned. A fixture is built anew, as
if nothing were remembered, wherever a copy might be another: in tests that commit, after anything else was written, and
while something is patched or the clock is moved.
"""

import functools
import inspect
import io
import pickle
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from django.apps import apps
from django.db import connection

T = TypeVar("T")
Chain = tuple[str, ...]  # the fixtures that built what is there, in their order
Rows = dict[Any, Any]  # of a table, by primary key: the columns on SQLite, their JSON on PostgreSQL
READS = re.compile(
    r"\s*(SELECT|BEGIN|SAVEPOINT|RELEASE|ROLLBACK|COMMIT|PRAGMA|SET|SHOW|EXPLAIN|DECLARE|FETCH|CLOSE)\b",
    re.IGNORECASE,
)
INSERT = re.compile(r"\s*INSERT (?:OR \w+ )?INTO \"?(\w+)", re.IGNORECASE)
PLAIN = (int, str, bytes, float, type(None))
PERIOD = "commissions_period"
DEFINES = re.compile(r"\s*(CREATE|ALTER|DROP|COMMENT)\b", re.IGNORECASE)
# No row may be added to what belongs to a final run, and no transfer leads to a run that is not there.
LAST = ("commissions_run", "commissions_transfer")


@dataclass
class Change:
    """What a fixture did to one table."""

    table: str
    key: str
    columns: list[str]
    new: Rows
    changed: Rows
    gone: list[Any]


@dataclass
class World:
    """What a fixture left: definitions (of partitions, on PostgreSQL; on SQLite only guards step aside and come back),
    rows, and what it returned, pickled.
    """

    definitions: list[str]
    changes: list[Change]
    returned: bytes


@dataclass
class Memory:
    """Of one process."""

    worlds: dict[Chain, World] = field(default_factory=dict)
    chain: Chain = ()
    written: bool = False  # by anything but the chain's fixtures
    definitions: list[str] = field(default_factory=list)
    filled: dict[str, None] = field(
        default_factory=dict
    )  # tables, in the order in which they were first filled

    def begin(self) -> None:
        """A test begins, before its fixtures."""
        self.chain, self.written = (), False
        if self.watch not in connection.execute_wrappers:
            connection.execute_wrappers.append(self.watch)

    def forget(self) -> None:
        """The database was emptied and its rights and kinds have other keys: nothing that is known is valid."""
        self.worlds.clear()

    def watch(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Notes what is written, as a wrapper of every statement."""
        if not READS.match(sql):
            self.written = True
            if DEFINES.match(sql) and connection.vendor == "postgresql":
                self.definitions.append(sql)
            elif filled := INSERT.match(sql):
                self.filled.setdefault(filled[1])
        return execute(sql, params, many, context)


memory = Memory()


def remembered(build: Callable[..., T]) -> Callable[..., T]:
    """A fixture's function, which is called once in a process for each way to come to it."""
    name = f"{build.__module__}.{build.__qualname__}"

    @functools.wraps(build)
    def fixture(**given: Any) -> T:
        wanted = {key: value for key, value in given.items() if key in inspect.signature(build).parameters}
        if not _can_be_copied(given["request"]):
            return build(**wanted)
        chain = (*memory.chain, name)
        if chain in memory.worlds:
            returned = _put_back(memory.worlds[chain], given=wanted)
        else:
            memory.worlds[chain], returned = _built(build, given=wanted)
        memory.chain, memory.written = chain, False
        return returned

    parameters = inspect.signature(build).parameters
    asked = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    fixture.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [*parameters.values(), *([] if "request" in parameters else [asked])]
    )
    return fixture


def _can_be_copied(request: pytest.FixtureRequest) -> bool:
    if memory.written or not connection.in_atomic_block or hasattr(request, "param"):
        return False
    if not memory.chain and apps.get_model("distributors.User").objects.exists():
        return False
    return not any(_is_in_use(request, name, *what) for name, *what in (
        ("monkeypatch", "_setattr", "_setitem"), ("settings", "_to_restore"), ("time_machine", "traveller"),
    ))  # fmt: skip


def _is_in_use(request: pytest.FixtureRequest, name: str, *what: str) -> bool:
    """Whether a fixture that changes what everything reads has changed something already."""
    if name not in request.fixturenames:
        return False
    value = request.getfixturevalue(name)
    return any(getattr(value, each) for each in what)


# --- building ---------------------------------------------------------------------------------------------------------
def _built(build: Callable[..., Any], *, given: dict[str, Any]) -> tuple[World, Any]:
    memory.definitions, memory.filled = [], {}
    before = photograph()
    returned = build(**given)
    after = photograph()
    order = [*memory.filled, *(table for table in after if table not in memory.filled)]
    order.sort(key=lambda table: LAST.index(table) if table in LAST else -1)
    changes = [change for table in order if table in after and (change := _change(table, before, after))]
    return World([*memory.definitions], _closed_last(changes), _pickled(returned, given)), returned


def _closed_last(changes: list[Change]) -> list[Change]:
    """Nothing is posted in a period that is closed: each is closing until everything else is there."""
    found = []
    for each in changes:
        if each.table == PERIOD:
            rows = {**each.new, **each.changed}
            closed = {at: row for at, row in rows.items() if _before_the_end(row) != row}
            for some in (each.new, each.changed):
                some.update({at: _before_the_end(row) for at, row in some.items()})
            found.append(Change(PERIOD, each.key, each.columns, {}, closed, []))
    return [*changes, *found]


def _before_the_end(row: Any) -> Any:
    if isinstance(row, str):
        return row.replace('"closed"', '"closing"')
    return tuple("closing" if value == "closed" else value for value in row)


def photograph() -> dict[str, Rows]:
    """Every row of every table."""
    with _cursor() as cursor:
        found = {}
        for table, (key, columns) in _tables().items():
            if connection.vendor == "sqlite":
                # A sign before it keeps a column from being converted on its way out.
                cursor.execute(
                    f"SELECT {', '.join(f'+{_named(one)}' for one in columns)} FROM {_named(table)}"
                )
                at = columns.index(key)
                found[table] = {row[at]: row for row in cursor.fetchall()}
            else:
                cursor.execute(f"SELECT {_named(key)}, to_jsonb(each)::text FROM {_named(table)} each")
                found[table] = dict(cursor.fetchall())
        return found


def _change(table: str, before: dict[str, Rows], after: dict[str, Rows]) -> Change | None:
    was, is_ = before[table], after[table]
    if was == is_:
        return None
    key, columns = _tables()[table]
    return Change(
        table,
        key,
        columns,
        {at: row for at, row in is_.items() if at not in was},
        {at: row for at, row in is_.items() if at in was and was[at] != row},
        [at for at in was if at not in is_],
    )


# --- putting back -----------------------------------------------------------------------------------------------------
# A period is closed before the next is opened: what changed comes before what is new.
def _put_back(world: World, *, given: dict[str, Any]) -> Any:
    write = _on_sqlite if connection.vendor == "sqlite" else _on_postgresql
    with _cursor() as cursor:
        for statement in world.definitions:
            cursor.execute(statement)
        for change in world.changes:
            write(cursor, change)
    return _unpickled(world.returned, given)


def _on_sqlite(cursor: Any, change: Change) -> None:
    table, key = _named(change.table), _named(change.key)
    names = [_named(column) for column in change.columns]
    if change.gone:
        cursor.executemany(f"DELETE FROM {table} WHERE {key} = ?", [(at,) for at in change.gone])
    if change.changed:
        cursor.executemany(
            f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in names)} WHERE {key} = ?",
            [(*row, at) for at, row in change.changed.items()],
        )
    if change.new:
        places = ", ".join("?" * len(names))
        cursor.executemany(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})",
            list(change.new.values()),
        )


def _on_postgresql(cursor: Any, change: Change) -> None:
    table, key = _named(change.table), _named(change.key)
    names = [_named(column) for column in change.columns]
    listed, rows = ", ".join(names), f"jsonb_populate_recordset(NULL::{table}, %s::jsonb) each"
    if change.gone:
        cursor.execute(f"DELETE FROM {table} WHERE {key} = ANY(%s)", [change.gone])
    if change.changed:
        others = [name for name in names if name != key]
        found = ", ".join(f"{name} = each.{name}" for name in others)
        cursor.execute(
            f"UPDATE {table} there SET {found} FROM {rows} WHERE there.{key} = each.{key}",
            [_listed(change.changed)],
        )
    if change.new:
        cursor.execute(
            f"INSERT INTO {table} ({listed}) SELECT {listed} FROM {rows}",
            [_listed(change.new)],
        )


def _listed(rows: Rows) -> str:
    return f"[{', '.join(rows.values())}]"


@functools.cache
def _tables() -> dict[str, tuple[str, list[str]]]:
    """Of each table, its primary key and its columns."""
    return {
        model._meta.db_table: (
            model._meta.pk.column,
            [each.column for each in model._meta.local_concrete_fields if not each.generated],
        )
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }


@contextmanager
def _cursor() -> Iterator[Any]:
    """The driver's own: what is put back is not counted, watched or converted."""
    connection.ensure_connection()
    cursor = connection.connection.cursor()
    try:
        yield cursor
    finally:
        cursor.close()


def _named(name: str) -> str:
    return connection.ops.quote_name(name)


# --- what a fixture returned ------------------------------------------------------------------------------------------
class _Pickler(pickle.Pickler):
    """Of what the fixture was given, the name instead of a copy."""

    def __init__(self, stream: io.BytesIO, given: dict[str, Any]) -> None:
        super().__init__(stream)
        self.names = {id(value): name for name, value in given.items() if not isinstance(value, PLAIN)}

    def persistent_id(self, value: Any) -> str | None:
        return self.names.get(id(value))


class _Unpickler(pickle.Unpickler):
    def __init__(self, stream: io.BytesIO, given: dict[str, Any]) -> None:
        super().__init__(stream)
        self.given = given

    def persistent_load(self, name: str) -> Any:
        return self.given[name]


def _pickled(returned: Any, given: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    _Pickler(stream, given).dump(returned)
    return stream.getvalue()


def _unpickled(returned: bytes, given: dict[str, Any]) -> Any:
    return _Unpickler(io.BytesIO(returned), given).load()
