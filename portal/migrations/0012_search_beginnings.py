"""Beginnings of words are kept for the index; the repair of the index fills them in."""

from django.db import migrations, models

from portal import indexing


def remove_lexemes(apps, schema_editor):
    indexing.remove_lexemes(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0011_block_pictures'),
    ]

    operations = [
        migrations.RunPython(remove_lexemes, migrations.RunPython.noop),
        migrations.AddField(
            model_name='searchdocument',
            name='begun',
            field=models.TextField(blank=True, help_text='Beginnings of all words, as PostgreSQL asks.'),
        ),
    ]
