from django.db import migrations, models
from django.utils import timezone


def free_what_is_stuck(apps, schema_editor):
    """What workers that died have left behind is sent once more, or let go with its month."""
    now = timezone.now()
    apps.get_model("publications", "AxisDelivery").objects.filter(state="claimed").update(
        state="deferred",
        next_attempt_at=now,
        repeated_at=now,
        error="its worker died while it was under way: it may come twice",
    )


class Migration(migrations.Migration):

    dependencies = [
        ('publications', '0025_repeated_deliveries'),
    ]

    operations = [
        migrations.AddField(
            model_name='axisdelivery',
            name='attempted_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='axisdelivery',
            name='attempts',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='axisdelivery',
            name='audience',
            field=models.CharField(choices=[('public', 'public'), ('members', 'members')], default='public', max_length=7),
        ),
        migrations.AddField(
            model_name='axisdelivery',
            name='claim',
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AddField(
            model_name='axisdelivery',
            name='claimed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='axisdelivery',
            name='domain',
            field=models.CharField(blank=True, max_length=253),
        ),
        migrations.AddField(
            model_name='axisdelivery',
            name='error',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='axisdelivery',
            name='next_attempt_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='axisdelivery',
            name='repeated_at',
            field=models.DateTimeField(null=True, verbose_name='sent again on'),
        ),
        migrations.AlterField(
            model_name='axisdelivery',
            name='state',
            field=models.CharField(choices=[('queued', 'waiting'), ('claimed', 'being sent'), ('deferred', 'to be tried again'), ('sent', 'sent'), ('failed', 'failed'), ('bounced', 'came back'), ('skipped', 'left out'), ('suppressed', 'not written to'), ('unknown', 'unknown')], default='queued', max_length=10),
        ),
        migrations.RunPython(free_what_is_stuck, migrations.RunPython.noop, elidable=True),
    ]
