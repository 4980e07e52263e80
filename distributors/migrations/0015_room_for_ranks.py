from django.db import migrations


def leave_room(apps, schema_editor):
    """A month may give every tenth a higher rank: with room on the same page, no index hears of it."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE distributors_distributor SET (fillfactor = 88)")


def fill(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE distributors_distributor RESET (fillfactor)")


class Migration(migrations.Migration):
    dependencies = [("distributors", "0014_newest_and_searched")]
    operations = [migrations.RunPython(leave_room, fill)]
