"""The search documents take another shape; the repair of the index makes them again."""

import django.db.models.deletion
from django.db import migrations, models

from portal import indexing


def remove_former_index(apps, schema_editor):
    indexing.remove_former(schema_editor.connection)


LANGUAGES = [('fr', 'French'), ('en', 'English'), ('es', 'Spanish')]


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0007_translation_desk'),
    ]

    operations = [
        migrations.RunPython(remove_former_index, migrations.RunPython.noop),
        migrations.DeleteModel('SearchDocument'),
        migrations.CreateModel(
            name='SearchDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('object_id', models.CharField(max_length=40)),
                ('language', models.CharField(choices=LANGUAGES, max_length=2)),
                ('audience', models.CharField(choices=[('everybody', 'everybody'), ('public', 'the public alone'), ('members', 'members alone')], default='everybody', max_length=10)),
                ('title', models.CharField(max_length=300)),
                ('title_language', models.CharField(choices=LANGUAGES, max_length=2)),
                ('body', models.TextField(blank=True)),
                ('path', models.CharField(help_text='Without the language prefix.', max_length=200)),
                ('regions', models.CharField(blank=True, help_text='Codes between spaces.', max_length=30)),
                ('day', models.PositiveIntegerField(default=0, help_text='As a number, 20261231; 0 without.')),
                ('file_kind', models.CharField(blank=True, max_length=10)),
                ('title_words', models.TextField()),
                ('title_stems', models.TextField(blank=True)),
                ('body_words', models.TextField(blank=True)),
                ('body_stems', models.TextField(blank=True)),
                ('file_words', models.TextField(blank=True)),
                ('file_stems', models.TextField(blank=True)),
                ('lead', models.TextField(blank=True, help_text='Words and stems the text begins with.')),
                ('marks', models.TextField(help_text='Kind, language, regions, symbols: what is looked for whole.')),
                ('digest', models.CharField(max_length=32)),
            ],
            options={
                'verbose_name': 'search document',
                'verbose_name_plural': 'search documents',
                'ordering': ('pk',),
                'indexes': [models.Index(fields=['kind', 'id'], name='search_document_kind')],
                'constraints': [models.UniqueConstraint(fields=('kind', 'object_id', 'language', 'audience'), name='search_document_once')],
            },
        ),
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(max_length=60)),
                ('language', models.CharField(choices=LANGUAGES, max_length=2)),
                ('count', models.IntegerField(default=0)),
            ],
            options={
                'verbose_name': 'word of the search',
                'verbose_name_plural': 'words of the search',
                'ordering': ('word', 'language'),
                'constraints': [models.UniqueConstraint(fields=('word', 'language'), name='search_word_once')],
            },
        ),
        migrations.CreateModel(
            name='SearchSpelling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(db_index=True, max_length=60)),
                ('word', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='spellings', to='portal.searchword')),
            ],
            options={
                'verbose_name': 'spelling',
                'verbose_name_plural': 'spellings',
                'ordering': ('pk',),
            },
        ),
    ]
