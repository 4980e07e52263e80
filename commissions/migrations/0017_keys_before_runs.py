from django.db import migrations

TABLES = ("commissions_line", "commissions_statementitem", "commissions_snapshot", "commissions_carried")


def keys_first(apps, schema_editor):
    """PostgreSQL alone: in a partition all rows have the same run. An index that begins with the key is sorted by the
    key at once, and finds a row whose run nobody says."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p'", [table]
            )
            (name,) = cursor.fetchone()
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            cursor.execute(f"ALTER TABLE {table} ADD PRIMARY KEY (id, run_id)")


class Migration(migrations.Migration):

    dependencies = [("commissions", "0016_where_the_trail_stood")]

    operations = [migrations.RunPython(keys_first, migrations.RunPython.noop)]
