from django.db import migrations


def drop_foreign_keys(apps, schema_editor):
    """PostgreSQL alone: guards that look at a whole statement take their place (operations/guards.py)."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        # A table with checks that are still to be made cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'commissions_transfer'::regclass AND contype = 'f'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE commissions_transfer DROP CONSTRAINT "{name}"')


def take_keys_by_the_thousand(apps, schema_editor):
    """What is written by the million need not ask the sequence for each row."""
    if schema_editor.connection.vendor == "postgresql":
        for table in ("commissions_line", "commissions_statementitem", "commissions_snapshot"):
            schema_editor.execute(f"ALTER SEQUENCE {table}_id_seq CACHE 1000")


class Migration(migrations.Migration):

    dependencies = [("commissions", "0009_sums_of_great_teams")]

    operations = [
        migrations.RunPython(drop_foreign_keys, migrations.RunPython.noop),
        migrations.RunPython(take_keys_by_the_thousand, migrations.RunPython.noop),
    ]
