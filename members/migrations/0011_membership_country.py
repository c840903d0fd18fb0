from django.db import migrations
from django.db.models import OuterRef, Subquery


def give_country(apps, schema_editor):
    """A period recorded so far was of the country that its organisation has now."""
    organisation = apps.get_model("members", "Organisation")
    for name in ("Membership", "HistoricalMembership"):
        periods = apps.get_model("members", name).objects
        own = organisation.objects.filter(pk=OuterRef("organisation_id"))
        periods.filter(country=None).update(country_id=Subquery(own.values("country_id")[:1]))


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0010_decisions'),
    ]

    operations = [
        migrations.RunPython(give_country, migrations.RunPython.noop),
    ]
