from django.db import migrations


def leave_room(apps, schema_editor):
    """A month changes every balance at once: with half of each page free, no index hears of it."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE commissions_account SET (fillfactor = 50)")


def fill(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE commissions_account RESET (fillfactor)")


class Migration(migrations.Migration):
    dependencies = [("commissions", "0014_one_index_of_keys")]
    operations = [migrations.RunPython(leave_room, fill)]
