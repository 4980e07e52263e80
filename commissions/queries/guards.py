"""Which guards the database has, and which it should have: triggers that refuse to change what is final."""

from django.db import connection

# Rows of a run: nothing of a final run is inserted, updated or deleted.
BY_RUN = ("commissions_line", "commissions_statementitem", "commissions_snapshot", "commissions_carried")
OF_RUNS = (*BY_RUN, "commissions_promotion", "commissions_correcting")
RUN, TRANSFER = "commissions_run", "commissions_transfer"
ACCOUNT, PERIOD = "commissions_account", "commissions_period"
# Where transfers lead, by their column. On PostgreSQL guards prove it of all rows of a statement at once.
LEADS = {"debit_id": ACCOUNT, "credit_id": ACCOUNT, "period_id": PERIOD, "run_id": RUN}
EVENTS = ("insert", "update", "delete")


def guarded() -> tuple[str, ...]:
    """The tables whose rows belong to runs; on PostgreSQL each partition too, since its name can be written to."""
    if connection.vendor != "postgresql":
        return OF_RUNS
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT child.relname FROM pg_inherits i JOIN pg_class child ON child.oid = i.inhrelid "
            "JOIN pg_class parent ON parent.oid = i.inhparent WHERE child.relkind = 'r' AND parent.relname = ANY(%s)",
            [list(BY_RUN)],
        )
        return (*OF_RUNS, *sorted(name for (name,) in cursor.fetchall()))


def expected() -> set[str]:
    """The names of all guards on this database."""
    tables = guarded()
    names = {f"{table}_final_{event}" for table in tables for event in EVENTS}
    names |= {f"{table}_final_{event}" for table in (RUN, TRANSFER) for event in ("update", "delete")}
    if connection.vendor == "postgresql":
        # SQLite has no TRUNCATE; it has INSERT OR REPLACE, which is a delete.
        names |= {f"{table}_final_truncate" for table in (*tables, RUN, TRANSFER, ACCOUNT)}
        names |= {f"{TRANSFER}_final_leads", f"{ACCOUNT}_final_delete"}
        names |= {f"{table}_final_posted" for table in (PERIOD, RUN)}
        names |= {f"{table}_final_key" for table in LEADS.values()}
    else:
        names.add(f"{TRANSFER}_final_insert")
    return names


def missing() -> list[str]:
    """The guards that should be there and are not."""
    sql = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found = {name for (name,) in cursor.fetchall()}
    return sorted(expected() - found)
