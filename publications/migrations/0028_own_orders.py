from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('publications', '0027_cancelled_sendings'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalissueblock',
            name='position_en',
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='historicalissueblock',
            name='position_es',
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='historicalissueblock',
            name='position_fr',
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='issueblock',
            name='position_en',
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='issueblock',
            name='position_es',
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='issueblock',
            name='position_fr',
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='issueitem',
            name='position_en',
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='issueitem',
            name='position_es',
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='issueitem',
            name='position_fr',
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
    ]
