"""Which guards the database should have, and whether it has them as they should be: triggers that refuse to change
what is final. What each says stands here; operations/guards.py puts them in place.

On PostgreSQL they look once at each statement, so that a bulk insert costs no row by row; on SQLite, which knows only
row triggers, at each row. There REPLACE deletes what is in its way without asking the delete's trigger, on connections
that do not set recursive_triggers: so whatever would take the place of a final row is refused as well.

On PostgreSQL guards also prove where transfers lead, and keep what they lead to. Foreign keys would look at each row
by itself, four times, when the transaction ends: for half a million transfers half of what posting them takes.
"""

# ruff: noqa: S608 - names of our tables, no input

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from commissions.queries import parts

# Rows of a run: nothing of a final run is inserted, updated or deleted.
BY_RUN = ("commissions_line", "commissions_statementitem", "commissions_snapshot", "commissions_carried")
SUMS = ("commissions_teamsum", "commissions_levelsum")
OF_RUNS = (*BY_RUN, *SUMS, "commissions_promotion", "commissions_correcting")
RUN, TRANSFER = "commissions_run", "commissions_transfer"
TRAIL = "common_trailentry"
ACCOUNT, PERIOD, PLAN = "commissions_account", "commissions_period", "commissions_planversion"
# Where transfers lead, by their column. On PostgreSQL guards prove it of all rows of a statement at once.
LEADS = {"debit_id": ACCOUNT, "credit_id": ACCOUNT, "period_id": PERIOD, "run_id": RUN}
EVENTS = ("insert", "update", "delete")
DONE = "('final', 'posted')"  # states of runs of which nothing changes any more
FINAL = "What is final is not changed; a correction is a row of its own"
CLOSED = "'closed'"
ANOTHER_S = "number = NEW.number OR previous = NEW.previous OR hash = NEW.hash"


@dataclass(frozen=True)
class Guard:
    """A trigger: on which table, and the statement that makes it."""

    name: str
    table: str
    statement: str


def wanted() -> list[Guard]:
    """All guards that this database should have."""
    return _postgresql() if connection.vendor == "postgresql" else _sqlite()


def of_table(*, table: str) -> list[Guard]:
    """The guards of a table, or of a partition, whose rows belong to runs."""
    return _postgresql_of(table) if connection.vendor == "postgresql" else _sqlite_of(table)


def functions() -> Mapping[str, str]:
    """What PostgreSQL's guards do, by the name of their function; SQLite's say it themselves."""
    return _functions() if connection.vendor == "postgresql" else {}


def missing() -> list[str]:
    """The guards that should be there and are not, or are switched off."""
    there = _there()
    return sorted(one.name for one in wanted() if (one.table, one.name) not in there)


def altered() -> list[str]:
    """The guards that are there and do not do what they should, and the functions of which that is true."""
    there = _there()
    triggers = {
        one.name
        for one in wanted()
        if (one.table, one.name) in there and there[one.table, one.name] != _plain(one.statement)
    }
    bodies = _bodies()
    return sorted(triggers | {name for name, body in functions().items() if bodies.get(name) != _plain(body)})


def guarded() -> tuple[str, ...]:
    """The tables whose rows belong to runs; on PostgreSQL each partition too, and each part of one: their
    names can be written to."""
    return (*OF_RUNS, *parts.of_tables(tables=BY_RUN))


def _there() -> Mapping[tuple[str, str], str]:
    """The triggers of the database that fire, by table and name: what they say."""
    if connection.vendor == "postgresql":
        return _there_on_postgresql()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'")
        return {(str(table), str(name)): _plain(said) for table, name, said in cursor.fetchall()}


def _there_on_postgresql() -> Mapping[tuple[str, str], str]:
    """Put together from the catalogue's rows, which are of the moment that is looked at. PostgreSQL's own words for a
    trigger are of this moment: one of a draft that was dropped meanwhile would be there and say nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname, t.tgtype, f.proname, f.pronamespace = c.relnamespace, "
            "t.tgoldtable, t.tgnewtable, (SELECT array_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a "
            "WHERE a.attrelid = t.tgrelid AND a.attnum = ANY(t.tgattr)), "
            # A condition, arguments, or to wait until the end: none of the guards has any of it.
            "t.tgqual IS NOT NULL OR t.tgnargs > 0 OR t.tgconstraint <> 0 FROM pg_trigger t "
            "JOIN pg_class c ON c.oid = t.tgrelid AND c.relnamespace = current_schema()::regnamespace "
            "JOIN pg_proc f ON f.oid = t.tgfoid "
            # 'R' fires only where a replica takes rows over, 'D' never.
            "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')"
        )
        return {(str(row[0]), str(row[1])): _said(*row) for row in cursor.fetchall()}


def _said(
    table: str,
    name: str,
    bits: int,
    function: str,
    ours: bool,
    old: str | None,
    new: str | None,
    columns: Sequence[str] | None,
    more: bool,
) -> str:
    """What makes this trigger, in the words of `_guard` and `_before`; its bits are those of pg_trigger.tgtype."""
    time = "BEFORE" if bits & 2 else "INSTEAD OF" if bits & 64 else "AFTER"
    words = ((4, "INSERT"), (8, "DELETE"), (16, "UPDATE"), (32, "TRUNCATE"))
    events = " OR ".join(word for bit, word in words if bits & bit)
    only = f" OF {', '.join(columns)}" if columns else ""
    seen = [f"{which} TABLE AS {given}" for which, given in (("OLD", old), ("NEW", new)) if given]
    return _plain(
        f"CREATE TRIGGER {name} {time} {events}{only} ON {table} "
        f"{'REFERENCING' if seen else ''} {' '.join(seen)} FOR EACH {'ROW' if bits & 1 else 'STATEMENT'} "
        f"{'WHEN more than that' if more else ''} EXECUTE FUNCTION {'' if ours else 'another.'}{function}()"
    )


def _bodies() -> Mapping[str, str]:
    if connection.vendor != "postgresql":
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace "
            "AND proname = ANY(%s)",
            [list(functions())],
        )
        return {str(name): _plain(body) for name, body in cursor.fetchall()}


def _plain(statement: str) -> str:
    return " ".join(statement.split())


# --- SQLite -----------------------------------------------------------------------------------------------------------
def _sqlite() -> list[Guard]:
    found = [one for table in OF_RUNS for one in _sqlite_of(table)]
    run, period = _as_final("run"), f"period.state = {CLOSED}"
    # What a run, or a month, would take the place of: by its own key, or by what is there once.
    of_run = (
        f"EXISTS (SELECT 1 FROM {RUN} run WHERE {run} AND {{other}} (run.id = NEW.id OR run.turn = NEW.turn OR "
        "(run.period_id = NEW.period_id AND ((run.kind = NEW.kind AND run.number = NEW.number) "
        "OR (run.state = 'final' AND NEW.state = 'final')))))"
    )
    of_period = (
        f"EXISTS (SELECT 1 FROM {PERIOD} period WHERE {period} AND {{other}} "
        "(period.id = NEW.id OR period.key = NEW.key))"
    )
    another = "{}.id <> OLD.id AND".format
    used = f"EXISTS (SELECT 1 FROM {RUN} run WHERE run.plan_id = OLD.id AND {run})"
    # A transfer is never another one's, and none comes into a month that is closed.
    transfer = (
        f"EXISTS (SELECT 1 FROM {TRANSFER} WHERE id = NEW.id OR key = NEW.key) "
        f"OR (SELECT state FROM {PERIOD} WHERE id = NEW.period_id) = {CLOSED}"
    )
    return [
        *found,
        _sqlite_guard(RUN, "insert", of_run.format(other="")),
        _sqlite_guard(RUN, "update", f"OLD.state IN {DONE} OR {of_run.format(other=another('run'))}"),
        _sqlite_guard(RUN, "delete", f"OLD.state IN {DONE}"),
        _sqlite_guard(TRANSFER, "insert", transfer),
        *(_sqlite_guard(TRANSFER, event, "1") for event in ("update", "delete")),
        _sqlite_guard(PERIOD, "insert", of_period.format(other="")),
        _sqlite_guard(
            PERIOD, "update", f"OLD.state = {CLOSED} OR {of_period.format(other=another('period'))}"
        ),
        _sqlite_guard(PERIOD, "delete", f"OLD.state = {CLOSED}"),
        *(_sqlite_guard(PLAN, event, used) for event in ("update", "delete")),
        _sqlite_guard(TRAIL, "insert", f"EXISTS (SELECT 1 FROM {TRAIL} WHERE {ANOTHER_S})"),
        *(_sqlite_guard(TRAIL, event, "1") for event in ("update", "delete")),
    ]


def _sqlite_of(table: str) -> list[Guard]:
    found = []
    for event, rows in (("insert", ("NEW",)), ("update", ("OLD", "NEW")), ("delete", ("OLD",))):
        final = [f"(SELECT state FROM {RUN} WHERE id = {row}.run_id) IN {DONE}" for row in rows]
        if "NEW" in rows:
            other = " AND one.id <> OLD.id" if "OLD" in rows else ""
            final.append(
                f"EXISTS (SELECT 1 FROM {table} one JOIN {RUN} run ON run.id = one.run_id "
                f"WHERE one.id = NEW.id{other} AND {_as_final('run')})"
            )
        found.append(_sqlite_guard(table, event, " OR ".join(final)))
    return found


def _sqlite_guard(table: str, event: str, condition: str) -> Guard:
    name = f"{table}_final_{event}"
    return Guard(
        name,
        table,
        f"CREATE TRIGGER {name} BEFORE {event.upper()} ON {table} "
        f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{FINAL}'); END",
    )


def _as_final(run: str) -> str:
    return f"{run}.state IN {DONE}"


# --- PostgreSQL -------------------------------------------------------------------------------------------------------
def _postgresql() -> list[Guard]:
    found = [one for table in guarded() for one in _postgresql_of(table)]
    for table, function in (
        (RUN, "commissions_guard_runs"),
        (TRANSFER, "commissions_guard_all"),
        (PLAN, "commissions_guard_plans"),
        (TRAIL, "commissions_guard_all"),
    ):
        found += [_guard(table, event, function) for event in ("update", "delete")]
    found += [
        _guard(PERIOD, "update", "commissions_guard_closed"),
        _guard(TRANSFER, "insert", "commissions_guard_leads", name="leads"),
        _guard(ACCOUNT, "delete", "commissions_guard_all"),
        *(_guard(table, "delete", f"{table}_guard_posted", name="posted") for table in (PERIOD, RUN)),
        *(_before(table, "TRUNCATE", "truncate") for table in (RUN, TRANSFER, ACCOUNT, TRAIL)),
        *(_before(table, "UPDATE OF id", "key") for table in sorted(set(LEADS.values()))),
    ]
    return found


def _postgresql_of(table: str) -> list[Guard]:
    return [
        *(_guard(table, event, "commissions_guard_rows") for event in ("insert", "delete")),
        _guard(table, "update", "commissions_guard_moved", " NEW TABLE AS become"),
        _before(table, "TRUNCATE", "truncate"),
    ]


def _guard(table: str, event: str, function: str, also: str = "", name: str = "") -> Guard:
    name = f"{table}_final_{name or event}"
    seen = "NEW TABLE AS touched" if event == "insert" else f"OLD TABLE AS touched{also}"
    return Guard(
        name,
        table,
        f"CREATE TRIGGER {name} AFTER {event.upper()} ON {table} "
        f"REFERENCING {seen} FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
    )


def _before(table: str, event: str, word: str) -> Guard:
    """What is refused whatever the rows are."""
    name = f"{table}_final_{word}"
    return Guard(
        name,
        table,
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION commissions_guard_truncate()",
    )


def _functions() -> Mapping[str, str]:
    raised = f"RAISE EXCEPTION '{FINAL}' USING ERRCODE = 'restrict_violation';"

    def refused(rows: str) -> str:
        return f"IF EXISTS ({rows}) THEN {raised} END IF; RETURN NULL;"

    return {
        name: f" BEGIN {body} END "
        for name, body in {
            "commissions_guard_rows": refused(
                "SELECT 1 FROM (SELECT DISTINCT run_id FROM touched) t "
                f"JOIN {RUN} r ON r.id = t.run_id WHERE r.state IN {DONE}"
            ),
            "commissions_guard_moved": refused(
                "SELECT 1 FROM (SELECT run_id FROM touched UNION SELECT run_id FROM become) t "
                f"JOIN {RUN} r ON r.id = t.run_id WHERE r.state IN {DONE}"
            ),
            "commissions_guard_runs": refused(f"SELECT 1 FROM touched WHERE state IN {DONE}"),
            "commissions_guard_closed": refused(f"SELECT 1 FROM touched WHERE state = {CLOSED}"),
            "commissions_guard_plans": refused(
                f"SELECT 1 FROM touched t JOIN {RUN} r ON r.plan_id = t.id WHERE r.state IN {DONE}"
            ),
            "commissions_guard_all": refused("SELECT 1 FROM touched"),
            "commissions_guard_truncate": f"{raised} RETURN NULL;",
            "commissions_guard_leads": _leads(raised),
            **{
                # Whoever looks at an older state of the database would not see what was posted just now.
                f"{table}_guard_posted": "IF EXISTS (SELECT 1 FROM touched) AND "
                "(current_setting('transaction_isolation') <> 'read committed' "
                f"OR EXISTS (SELECT 1 FROM touched p JOIN {TRANSFER} t ON t.{column} = p.id){also}) "
                f"THEN {raised} END IF; RETURN NULL;"
                for column, table, also in (
                    ("period_id", PERIOD, f" OR EXISTS (SELECT 1 FROM touched WHERE state = {CLOSED})"),
                    ("run_id", RUN, ""),
                )
            },
        }.items()
    }


def _leads(raised: str) -> str:
    """What foreign keys of transfers would keep: each leads somewhere, and nothing it leads to goes away. Nor does one
    come into a month that is closed.

    Accounts are never deleted at all. Periods and runs are where nothing is posted: they are locked as a foreign key
    locks them, so that none goes while something is being posted. What is planned anew at each call is planned for as
    many rows as there are.
    """
    locks = " ".join(
        f"PERFORM 1 FROM {table} WHERE id IN (SELECT {column} FROM touched) FOR KEY SHARE;"
        for column, table in LEADS.items()
        if table != ACCOUNT
    )
    lost = " UNION ALL ".join(
        f"SELECT ''{column}'' FROM (SELECT DISTINCT {column} AS id FROM touched WHERE {column} IS NOT NULL) t "
        f"WHERE NOT EXISTS (SELECT 1 FROM {table} l WHERE l.id = t.id)"
        for column, table in LEADS.items()
    )
    return (
        f"{locks} IF EXISTS (SELECT 1 FROM (SELECT DISTINCT period_id FROM touched) t JOIN {PERIOD} p "
        f"ON p.id = t.period_id WHERE p.state = {CLOSED}) THEN {raised} END IF; "
        f"DECLARE lost text; BEGIN EXECUTE '{lost} LIMIT 1' INTO lost; IF lost IS NOT NULL THEN "
        "RAISE EXCEPTION 'A transfer leads nowhere: %', lost USING ERRCODE = 'foreign_key_violation'; "
        "END IF; END; RETURN NULL;"
    )
