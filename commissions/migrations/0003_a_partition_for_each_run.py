from django.db import migrations

# What a run writes by the million. Each table becomes one partition for each run, and one for whatever else.
TABLES = ("commissions_line", "commissions_statementitem", "commissions_snapshot", "commissions_carried")


def partition(apps, schema_editor):
    """PostgreSQL alone: the same tables, by run. SQLite has no partitions and keeps its tables."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        for table in TABLES:
            for statement in statements(cursor, table):
                cursor.execute(statement)


def statements(cursor, table):
    cursor.execute(
        "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = %s "
        "AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass)",
        [table, table],
    )
    indexes = [definition for (definition,) in cursor.fetchall()]
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'u'",
        [table],
    )
    unique = cursor.fetchall()
    yield f"ALTER TABLE {table} RENAME TO {table}_before"
    yield f"CREATE TABLE {table} (LIKE {table}_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY LIST (run_id)"
    yield f"CREATE TABLE {table}_rest PARTITION OF {table} DEFAULT"
    yield f"INSERT INTO {table} SELECT * FROM {table}_before"
    yield f"DROP TABLE {table}_before"
    yield f"CREATE SEQUENCE {table}_id_seq OWNED BY {table}.id"
    yield f"SELECT setval('{table}_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM {table}), false)"
    yield f"ALTER TABLE {table} ALTER COLUMN id SET DEFAULT nextval('{table}_id_seq')"
    # A key of a partitioned table holds what the table is divided by.
    yield f"ALTER TABLE {table} ADD PRIMARY KEY (run_id, id)"
    for name, definition in unique:
        yield f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"
    yield from indexes


class Migration(migrations.Migration):

    dependencies = [("commissions", "0002_wider_lines_and_what_is_carried")]

    operations = [migrations.RunPython(partition, migrations.RunPython.noop)]
