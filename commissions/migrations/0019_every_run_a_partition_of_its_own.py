from django.db import migrations

TABLES = ("commissions_line", "commissions_statementitem", "commissions_snapshot", "commissions_carried")


def no_rest(apps, schema_editor):
    """PostgreSQL alone: what lies in the partition for whatever else becomes a partition of its run, and that one goes.
    While it is there, nobody may read it when a partition is added: a backup would keep a month from being closed."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        for table in TABLES:
            rest = f"{table}_rest"
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [rest])
            if cursor.fetchone()[0]:
                cursor.execute(f"ALTER TABLE {table} DETACH PARTITION {rest}")
                move(cursor, table, rest)
                cursor.execute(f"DROP TABLE {rest}")


def move(cursor, table, rest):
    cursor.execute(
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute "
        "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        [table],
    )
    columns = cursor.fetchone()[0]
    cursor.execute(f"SELECT DISTINCT run_id FROM {rest} ORDER BY run_id")
    for (run,) in cursor.fetchall():
        own = f"{table}_run{run:d}"
        cursor.execute(f"CREATE TABLE {own} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
        cursor.execute(f"INSERT INTO {own} ({columns}) SELECT {columns} FROM {rest} WHERE run_id = {run:d}")
        cursor.execute(f"ALTER TABLE {table} ATTACH PARTITION {own} FOR VALUES IN ({run:d})")


class Migration(migrations.Migration):

    dependencies = [("commissions", "0018_found_by_what_is_there_once")]

    operations = [migrations.RunPython(no_rest, migrations.RunPython.noop)]
