"""What a run writes by the million: on PostgreSQL one partition a run, on SQLite rows like any others.

A partition is written bare, then indexed, then proved against what its rows point to, and only then attached
(`bare`). Dropping a draft of five million lines is dropping its partitions.

Of a great run two connections write at the same time; its lines are several tables then, of which each writes the next
one that nobody has begun (docs/decisions/0012).
"""

# ruff: noqa: S608 - names of our tables and whole numbers, never input

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import or_

from django.db import connection, models, transaction

from commissions.models import Carried, Line, Run, Snapshot, StatementItem
from commissions.operations import bare, guards
from commissions.operations.bare import Busy, Dangling
from commissions.queries import parts
from common.operations import pace, tables
from common.operations.tables import Column

__all__ = [
    "OF_RUNS",
    "Busy",
    "Dangling",
    "Rows",
    "attach",
    "drop",
    "has_any",
    "keep",
    "may_be_by_two",
    "store",
    "store_by_two",
    "sweep",
]

OF_RUNS: tuple[type[models.Model], ...] = (Line, StatementItem, Snapshot, Carried)
# What is proved of a partition before it is attached, since no foreign key does: its columns, and where they lead.
REFERENCES: Mapping[type[models.Model], Mapping[str, str]] = {
    Snapshot: {"distributor_id": "distributors_distributor"},
    Line: {"order_line_id": "sales_orderline"},
}
GREAT = 100_000
# The parts of a great run's lines: so many rows each, and so few that finding a row in all of them costs nothing much.
OF_A_PART, MOST_PARTS = 2_000_000, 8

Rows = Callable[[], Mapping[str, Column]]  # columns of millions of rows are made when it is their turn


def store(*, run_id: int, model: type[models.Model], columns: Mapping[str, Column]) -> int:
    """Write all rows of a run to a table at once, and return how many. Belongs into a transaction; `attach` belongs to
    the end of it. Raises Dangling.

    `columns` are columns of the database without the run, and without the key where the database gives it.
    """
    table, count = model._meta.db_table, tables.len_of(next(iter(columns.values())))
    if connection.vendor == "postgresql":
        _write_bare(model, run_id, columns)
        return count
    whole = {"run_id": tables.constant(run_id, count), **columns}
    with guards.asked_once(table=table, run_id=run_id):
        return tables.write(table=table, columns=whole)


def may_be_by_two(*, run_id: int) -> bool:
    """Whether a run's tables may be written by two connections: on PostgreSQL, in a transaction that is not a part of
    another, and when nothing was dropped in it, and nothing of the run is there to be dropped first: the other
    connection would wait for that, and this one for the other."""
    return (
        connection.vendor == "postgresql"
        and len(connection.atomic_blocks) == 1
        and not any(_there(model._meta.db_table, run_id) for model in OF_RUNS)
        and not bare.keeps_out(tables=[model._meta.db_table for model in OF_RUNS])
    )


def store_by_two(
    *,
    run_id: int,
    model: type[models.Model],
    columns: Mapping[str, Column],
    first_key: int,
    others: Mapping[type[models.Model], Rows],
) -> None:
    """Write all rows of a run by two connections at once: another one the tables of `others`, and both by turns the
    parts of the greatest table, in whose `columns` keys count up from the first. Belongs into a transaction that nobody
    has begun before it and that nothing was dropped in; `attach` belongs to the end of it. Raises Dangling.

    The other connection commits tables that belong to nothing yet. When this transaction, or all of the process, comes
    to nothing, they are left behind: whoever stores the run next drops them, and so does `sweep`.
    """
    count = tables.len_of(next(iter(columns.values())))
    own = _parts(model._meta.db_table, run_id, count, first_key)
    waiting = deque(own)
    with ThreadPoolExecutor(max_workers=1) as pool:
        beside = pool.submit(_write_beside, run_id, others, model, columns, waiting)
        try:
            while part := _taken(waiting.popleft):
                with pace.as_part(after=part.start, of=own[-1].stop):
                    _write_part(model, run_id, columns, part)
        finally:
            waiting.clear()
    beside.result()
    _join(model, run_id, {part.name: part.values for part in own})


def attach(*, run_id: int) -> None:
    """What was written of a run becomes the run's: from now on it is read, and guarded by every name. On SQLite it is
    already.

    Two that attach wait for each other, each table in its turn; nobody who reads does (docs/decisions/0013).
    """
    if connection.vendor != "postgresql":
        return
    for model in OF_RUNS:
        table = model._meta.db_table
        bare.attach(name=bare.name_of(table=table, run_id=run_id), to=table, run_id=run_id)


def sweep() -> list[str]:
    """Drop what was written beside and became no run's; the names of what was dropped.

    Whoever is storing a run holds its row: what belongs to such a run is left alone. So is what carries the name of a
    run that is final: somebody has taken its rows out of its table, and they may be all that is left of them.
    """
    dropped: list[str] = []
    if connection.vendor != "postgresql":
        return dropped
    for part, run_id in _left_behind():
        with transaction.atomic():
            free = Run.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=run_id).first()
            stored = free is None and Run.objects.filter(pk=run_id).exists()
            final = free is not None and free.state in (Run.State.FINAL, Run.State.POSTED)
            # Whoever held the row until now may have made it a partition.
            if not stored and not final and part in dict(_left_behind()):
                # What a backup is reading is left to the next tick: a tick waits for nobody.
                with suppress(Busy):
                    bare.keep_out(partitions=[part], of=[])
                    bare.execute(f"DROP TABLE {part}")
                    dropped.append(part)
    return dropped


def _left_behind() -> list[tuple[str, int]]:
    return bare.left_behind(names="|".join(model._meta.db_table for model in OF_RUNS))


# --- one table, one connection ----------------------------------------------------------------------------------------
def _write_bare(
    model: type[models.Model], run_id: int, columns: Mapping[str, Column], *, alone: bool = True
) -> None:
    table = model._meta.db_table
    name = bare.name_of(table=table, run_id=run_id)
    bare.write(name=name, like=table, run_id=run_id, columns=columns, alone=alone)
    bare.prove(name=name, references=REFERENCES.get(model, {}))


# --- several tables, two connections ----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Part:
    """Rows `start` to `stop` of a great table, and which keys they have: as a condition, and as bounds."""

    name: str
    start: int
    stop: int
    bounds: str
    values: str


def _parts(table: str, run_id: int, count: int, first_key: int) -> list[_Part]:
    """The first and the last part take every other key as well: somebody may add a row later."""
    several = min(MOST_PARTS, max(2, -(-count // OF_A_PART)))
    ends = [count * at // several for at in range(several + 1)]
    found = []
    for at, (start, stop) in enumerate(pairwise(ends)):
        least = [first_key + start] if at else []
        behind = [first_key + stop] if at < several - 1 else []
        said = [f"id >= {key}" for key in least] + [f"id < {key}" for key in behind]
        low, high = (*least, "MINVALUE")[0], (*behind, "MAXVALUE")[0]
        name = bare.name_of(table=table, run_id=run_id, part=at)
        found.append(_Part(name, start, stop, " AND ".join(said), f"FROM ({low}) TO ({high})"))
    return found


def _taken(take: Callable[[], _Part]) -> _Part | None:
    """The next part that nobody has begun."""
    try:
        return take()
    except IndexError:
        return None


def _write_part(model: type[models.Model], run_id: int, columns: Mapping[str, Column], part: _Part) -> None:
    rows = {name: tables.stretch(column, part.start, part.stop) for name, column in columns.items()}
    bare.write(
        name=part.name,
        like=model._meta.db_table,
        run_id=run_id,
        columns=rows,
        bounds=part.bounds,
        alone=False,
    )


def _write_beside(
    run_id: int,
    others: Mapping[type[models.Model], Rows],
    model: type[models.Model],
    columns: Mapping[str, Column],
    waiting: deque[_Part],
) -> None:
    """In a thread, which has a connection of its own: the other tables, then parts from the end on."""
    try:
        for other, rows in others.items():
            with transaction.atomic():
                _write_bare(other, run_id, rows(), alone=False)
        while part := _taken(waiting.pop):
            with transaction.atomic():
                _write_part(model, run_id, columns, part)
    finally:
        connection.close()


def _join(model: type[models.Model], run_id: int, parts: Mapping[str, str]) -> None:
    """The parts become one table, which is proved."""
    table = model._meta.db_table
    name = bare.name_of(table=table, run_id=run_id)
    bare.gather(name=name, like=table, parts=parts)
    bare.prove(name=name, references=REFERENCES.get(model, {}))


# --- afterwards -------------------------------------------------------------------------------------------------------
def keep(*, run_id: int) -> None:
    """Let nobody change what a run wrote, not even past this program, until the transaction ends; it is read on. On
    SQLite nobody writes while another one does.
    """
    names = [bare.name_of(table=model._meta.db_table, run_id=run_id) for model in OF_RUNS]
    if connection.vendor == "postgresql" and (there := [name for name in names if bare.exists(name=name)]):
        bare.execute(f"LOCK TABLE {', '.join(there)} IN SHARE MODE")


def drop(*, of: Mapping[int, Sequence[type[models.Model]]]) -> None:
    """Delete everything that runs wrote to tables, by run; the database refuses it for a final run. Belongs to the end
    of a transaction: on PostgreSQL nobody else can read these tables until it ends. Raises Busy, and has deleted
    nothing then.
    """
    named = [(model, run_id) for run_id, written in of.items() for model in written]
    if connection.vendor == "postgresql":
        held = [(model._meta.db_table, run_id) for model, run_id in named]
        _keep_out({bare.name_of(table=table, run_id=run_id): table for table, run_id in held})
    for model, run_id in named:
        _drop(model, run_id)


def _keep_out(names: Mapping[str, str]) -> None:
    """All at once: whoever waited for one while another is kept would keep everybody waiting."""
    there = {name: table for name, table in names.items() if bare.is_partition(name=name)}
    if there:
        bare.keep_out(partitions=list(there), of=sorted(set(there.values())))


def _drop(model: type[models.Model], run_id: int) -> None:
    if connection.vendor == "postgresql":
        for name in _there(model._meta.db_table, run_id):
            # A DELETE of next to nothing asks the guards' question first: a partition of a final run is not dropped.
            bare.execute(f"DELETE FROM {name} WHERE id = (SELECT min(id) FROM {name})", f"DROP TABLE {name}")
    with guards.asked_once(table=model._meta.db_table, run_id=run_id), _without_indexes(model, run_id):
        model._default_manager.filter(run_id=run_id)._raw_delete("default")


def has_any(*, run_ids: Iterable[int], written: Sequence[type[models.Model]] = OF_RUNS) -> list[int]:
    """Which of these runs still have rows in these tables; on PostgreSQL, partitions of them."""
    if connection.vendor != "postgresql":
        held = [
            models.Q(models.Exists(one._default_manager.filter(run_id=models.OuterRef("pk"))))
            for one in written
        ]
        return list(Run.objects.filter(reduce(or_, held), pk__in=list(run_ids)).values_list("pk", flat=True))
    tables_of = [one._meta.db_table for one in written]
    there = set(parts.of_tables(tables=tables_of))
    named = {run: {bare.name_of(table=table, run_id=run) for table in tables_of} for run in run_ids}
    return [run for run, names in named.items() if names & there]


@contextmanager
def _without_indexes(model: type[models.Model], run_id: int) -> Iterator[None]:
    """On SQLite each row that goes is looked for in each index. Where a great run is most of its table it takes a
    third of the time to make the indexes anew of what stays. In the transaction that the guards stand aside in.
    """
    if connection.vendor == "postgresql":
        yield
        return
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), count(*) FILTER (WHERE run_id = {int(run_id)}) FROM {table}")
        every, own = cursor.fetchone()
        aside = []
        if own >= GREAT and own * 2 > every:
            # What a constraint brought has no statement of its own, and stays.
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql IS NOT NULL",
                [table],
            )
            aside = cursor.fetchall()
    bare.execute(*(f'DROP INDEX "{name}"' for name, _ in aside))
    yield
    bare.execute(*(statement for _, statement in aside))


def _there(table: str, run_id: int) -> list[str]:
    """A run's partition, and what belongs to no table."""
    whole = bare.name_of(table=table, run_id=run_id)
    apart = [name for name, _ in bare.left_behind(names=table, run_id=run_id) if name != whole]
    return [*([whole] if bare.exists(name=whole) else []), *apart]
