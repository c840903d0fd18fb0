"""The texts of the public list are placed under what they count for."""

from django.db import migrations

PLACED = ("total", "kind", "region", "country", "axis", "challenge", "series")


def place(apps, schema_editor):
    """What each text counts for stands on its row already."""
    publications = apps.get_model("publications", "Publication").objects.exclude(counted=[])
    placements = apps.get_model("publications", "Placement").objects
    made = []
    rows = publications.order_by("pk").values_list("pk", "published_on", "counted")
    for pk, day, counted in rows.iterator(chunk_size=2000):
        keys = f" {' '.join(counted)} "
        made += [
            placements.model(publication_id=pk, key=key, day=day, keys=keys)
            for key in counted
            if key.partition(":")[0] in PLACED
        ]
        if len(made) > 5000:
            placements.bulk_create(made)
            made = []
    placements.bulk_create(made)


class Migration(migrations.Migration):
    # In a transaction of its own: PostgreSQL makes no index over rows that are still to be checked.

    dependencies = [
        ('publications', '0012_placements'),
    ]

    operations = [
        migrations.RunPython(place, migrations.RunPython.noop),
    ]
