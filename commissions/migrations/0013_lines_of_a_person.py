from django.db import migrations, models

TABLES = ("commissions_line", "commissions_statementitem", "commissions_snapshot", "commissions_carried")


def many_keys_at_once(apps, schema_editor):
    """PostgreSQL alone: whoever writes millions of rows asks for their keys a thousand at a time."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER SEQUENCE {table}_id_seq CACHE 1000")


class Migration(migrations.Migration):

    dependencies = [("commissions", "0012_what_is_missing")]

    operations = [
        migrations.RemoveIndex(model_name="line", name="line_of_item"),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(fields=["distributor", "run"], name="line_of_person"),
        ),
        migrations.RunPython(many_keys_at_once, migrations.RunPython.noop),
    ]
