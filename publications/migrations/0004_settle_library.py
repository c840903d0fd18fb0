"""Brings what was recorded before into the shape of the library: authors in rows, the moment at
which the public first saw a text, and a state of its own for what is still to appear."""

import datetime

from django.db import migrations
from django.utils import timezone


def midnight(day):
    return datetime.datetime.combine(day, datetime.time(), tzinfo=datetime.timezone.utc)


def settle(apps, schema_editor):
    Publication = apps.get_model("publications", "Publication")
    Author = apps.get_model("publications", "Author")
    today = timezone.localdate()
    for record in Publication.objects.order_by("pk").iterator(chunk_size=500):
        rows = []
        for position, name in enumerate(part.strip() for part in record.authors.split(";")):
            words = name.split()
            is_person = len(words) in (2, 3) and all(word[:1].isupper() for word in words)
            if words:
                family = words[-1] if is_person else ""
                rows.append(
                    Author(
                        publication=record,
                        position=position,
                        name=" ".join(words)[:200],
                        family_name=family[:100],
                    )
                )
        Author.objects.bulk_create(rows)
        values = {}
        if record.state == "published" and record.published_on > today:
            values = {"state": "scheduled", "appears_at": midnight(record.published_on)}
        elif record.state == "published" and record.access != "secretariat":
            values = {"announced_at": midnight(record.published_on)}
        if values:
            Publication.objects.filter(pk=record.pk).update(**values)


class Migration(migrations.Migration):
    dependencies = [("publications", "0003_library")]

    operations = [migrations.RunPython(settle, migrations.RunPython.noop)]
