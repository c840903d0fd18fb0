"""One row for each address with its choices, in place of one for each address and letter."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import Min, OuterRef, Q, Subquery
from django.db.models.functions import Lower

import publications.models.subscribers
from publications.models.subscribers import reader_token

LANGUAGES = [("fr", "French"), ("en", "English"), ("es", "Spanish")]
BATCH = 1000


def gather_addresses(apps, schema_editor):
    Subscription = apps.get_model("publications", "Subscription")
    Subscriber = apps.get_model("publications", "Subscriber")
    rows = Subscription.objects.annotate(address=Lower("email")).order_by("address", "pk")
    waiting, group = [], []

    def close():
        if group:
            waiting.append(address_of(Subscriber, group))
            group.clear()
        if len(waiting) >= BATCH:
            Subscriber.objects.bulk_create(waiting)
            waiting.clear()

    for row in rows.iterator(chunk_size=BATCH):
        if group and group[0].address != row.address:
            close()
        group.append(row)
    close()
    Subscriber.objects.bulk_create(waiting)
    own = Subscriber.objects.filter(email=Lower(OuterRef("email"))).values("pk")[:1]
    Subscription.objects.update(subscriber_id=Subquery(own))
    join_deliveries(apps)
    join_twins(Subscription)
    if schema_editor.connection.vendor == "postgresql":
        # Else the tables could not be altered within the same transaction.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def address_of(Subscriber, group):
    """The address in the language it chose last; what it reads counts before what it left."""
    last = max(
        group,
        key=lambda row: (
            row.confirmed_at is not None and row.ended_at is None,
            row.confirmed_at or row.requested_at,
            row.pk,
        ),
    )
    is_erased = last.address.endswith("@erased.invalid")
    return Subscriber(
        email=last.address,
        language=last.language,
        token=reader_token(),
        since=min(row.requested_at for row in group),
        confirmed_at=min((row.confirmed_at for row in group if row.confirmed_at), default=None),
        erased_at=last.ended_at or last.requested_at if is_erased else None,
    )


def join_deliveries(apps):
    """Point each delivery at the address; of two for one issue the first stays."""
    Delivery = apps.get_model("publications", "Delivery")
    Subscription = apps.get_model("publications", "Subscription")
    own = Subscription.objects.filter(pk=OuterRef("subscription_id")).values("subscriber")[:1]
    Delivery.objects.update(subscriber_id=Subquery(own))
    first = (
        Delivery.objects.filter(issue=OuterRef("issue"), subscriber=OuterRef("subscriber"))
        .order_by()
        .values("subscriber")
        .annotate(first=Min("pk"))
        .values("first")
    )
    twins = Delivery.objects.annotate(first=Subquery(first)).exclude(pk=models.F("first"))
    Delivery.objects.filter(pk__in=list(twins.values_list("pk", flat=True))).delete()


def join_twins(Subscription):
    """Two rows for one letter, whose addresses differed in their capitals, become one."""
    active = Q(confirmed_at__isnull=False, ended_at__isnull=True)
    kept = (
        Subscription.objects.filter(
            subscriber=OuterRef("subscriber"), newsletter=OuterRef("newsletter")
        )
        .annotate(is_active=models.Case(models.When(active, then=1), default=0))
        .order_by("-is_active", "pk")
        .values("pk")[:1]
    )
    twins = Subscription.objects.annotate(kept=Subquery(kept)).exclude(pk=models.F("kept"))
    Subscription.objects.filter(pk__in=list(twins.values_list("pk", flat=True))).delete()


class Migration(migrations.Migration):

    dependencies = [
        ("members", "0023_category_translations"),
        ("programme", "0004_event_days"),
        ("publications", "0013_place_publications"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Subscriber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="e-mail address")),
                ("language", models.CharField(choices=LANGUAGES, max_length=2, verbose_name="language")),
                ("token", models.CharField(default=publications.models.subscribers.reader_token, editable=False, max_length=40, unique=True)),
                ("since", models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="known since")),
                ("confirmed_at", models.DateTimeField(editable=False, null=True, verbose_name="confirmed on")),
                ("paused_until", models.DateField(blank=True, help_text="Letters come again from this day.", null=True, verbose_name="paused until")),
                ("suppressed_at", models.DateTimeField(editable=False, null=True, verbose_name="suppressed on")),
                ("erased_at", models.DateTimeField(editable=False, null=True, verbose_name="erased on")),
                ("person", models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="person")),
            ],
            options={"verbose_name": "subscriber", "verbose_name_plural": "subscribers", "ordering": ("pk",)},
        ),
        migrations.RemoveConstraint(model_name="subscription", name="subscription_once_per_address"),
        # Before it gets its new name: PostgreSQL's second index is found by the old one.
        migrations.AlterField(
            model_name="subscription",
            name="token",
            field=models.CharField(blank=True, default="", editable=False, max_length=40),
            preserve_default=False,
        ),
        migrations.RenameField(model_name="subscription", old_name="token", new_name="old_token"),
        migrations.AddField(
            model_name="subscription",
            name="subscriber",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="subscriptions", to="publications.subscriber", verbose_name="subscriber"),
        ),
        migrations.AddField(
            model_name="subscription",
            name="axis",
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="subscriptions", to="programme.axis", verbose_name="axis"),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="newsletter",
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="subscriptions", to="publications.newsletter", verbose_name="newsletter"),
        ),
        migrations.RemoveConstraint(model_name="delivery", name="delivery_once_per_subscriber"),
        migrations.AddField(
            model_name="delivery",
            name="subscriber",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="publications.subscriber"),
        ),
        migrations.AddField(
            model_name="delivery",
            name="audience",
            field=models.CharField(default="public", max_length=7),
        ),
        migrations.RunPython(gather_addresses, elidable=False),
        migrations.RemoveField(model_name="delivery", name="subscription"),
        migrations.AlterField(
            model_name="delivery",
            name="subscriber",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="publications.subscriber"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("issue", "subscriber"), name="delivery_once_per_subscriber"),
        ),
        migrations.RemoveField(model_name="subscription", name="email"),
        migrations.RemoveField(model_name="subscription", name="language"),
        migrations.AlterField(
            model_name="subscription",
            name="subscriber",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="subscriptions", to="publications.subscriber", verbose_name="subscriber"),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(fields=("subscriber", "newsletter"), name="subscription_once_per_letter"),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(fields=("subscriber", "axis"), name="subscription_once_per_axis"),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("axis__isnull", True), ("newsletter__isnull", False)) | models.Q(("axis__isnull", False), ("newsletter__isnull", True)),
                name="subscription_is_to_a_letter_or_an_axis",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(condition=models.Q(("old_token", ""), _negated=True), fields=("old_token",), name="subscription_once_per_link"),
        ),
        migrations.CreateModel(
            name="LetterLeft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="on")),
                ("newsletter", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="left_by", to="publications.newsletter", verbose_name="newsletter")),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="letters_left", to=settings.AUTH_USER_MODEL, verbose_name="person")),
            ],
            options={
                "verbose_name": "letter that a member has left",
                "verbose_name_plural": "letters that members have left",
                "ordering": ("pk",),
                "constraints": (models.UniqueConstraint(fields=("person", "newsletter"), name="letter_left_once"),),
            },
        ),
        migrations.CreateModel(
            name="Bounce",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("hard", "not deliverable"), ("soft", "not deliverable for now"), ("complaint", "complaint")], max_length=9, verbose_name="kind")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="on")),
                ("key", models.CharField(editable=False, max_length=64, unique=True)),
                ("status", models.CharField(blank=True, help_text="As in RFC 3463.", max_length=20, verbose_name="status")),
                ("delivery", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="bounces", to="publications.delivery")),
                ("subscriber", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="bounces", to="publications.subscriber", verbose_name="subscriber")),
            ],
            options={"verbose_name": "bounce", "verbose_name_plural": "bounces", "ordering": ("-at", "-pk")},
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(editable=False, max_length=64)),
                ("reason", models.CharField(choices=[("bounces", "three times not deliverable"), ("complaint", "complaint"), ("asked", "asked never to be written to")], max_length=9, verbose_name="reason")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="on")),
                ("lifted_at", models.DateTimeField(blank=True, null=True, verbose_name="lifted on")),
                ("lifted_why", models.TextField(blank=True, verbose_name="why it was lifted")),
                ("lifted_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="lifted by")),
            ],
            options={
                "verbose_name": "suppressed address",
                "verbose_name_plural": "suppressed addresses",
                "ordering": ("-at", "-pk"),
                "constraints": (
                    models.UniqueConstraint(condition=models.Q(("lifted_at__isnull", True)), fields=("digest",), name="suppression_once_in_force"),
                    models.CheckConstraint(condition=models.Q(("lifted_at__isnull", True), models.Q(("lifted_why", ""), _negated=True), _connector="OR"), name="suppression_is_lifted_with_a_reason"),
                ),
            },
        ),
    ]
