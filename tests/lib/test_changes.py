"""Whatever writes where a public page may look is told once, after its commit, and never before."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from portal.lib import changes, revision
from portal.lib.prepared import Prepared
from portal.models import Heartbeat
from publications.models import Publication
from tests import factories


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT * FROM publications_publication", False),
        ("INSERT INTO publications_publication (id) VALUES (1)", True),
        ('INSERT OR IGNORE INTO "publications_publication_axes" (id) VALUES (1)', True),
        ('UPDATE "members_organisation" SET "name_fr" = %s', True),
        ('  delete from "regions_region"', True),
        ('DELETE FROM "public"."regions_region"', True),
        ("a_table_of_tomorrow", True),
        ("INSERT INTO a_table_of_tomorrow VALUES (1)", True),
        ("TRUNCATE django_session, regions_region", True),
        ("ALTER TABLE regions_region ADD x int", True),
        ("WITH x AS (SELECT 1) SELECT * FROM x", False),
        ("WITH x AS (SELECT 1) INSERT INTO regions_region SELECT * FROM x", True),
        ("INSERT INTO django_session VALUES (1)", False),
        ('UPDATE "portal_heartbeat" SET "at" = %s', False),
        ('INSERT INTO "publications_historicalpublication" VALUES (1)', True),
        ('INSERT INTO "members_historicaluser" VALUES (1)', False),
        ("SAVEPOINT s1", False),
        ("BEGIN IMMEDIATE", False),
        ("PRAGMA foreign_keys=ON", False),
        ("SET statement_timeout = 5", False),
        ("PREPARE x (bigint) AS UPDATE regions_region SET id = $1", False),
        ("EXECUTE of_a_table_that_is_seen (1)", True),
        ("EXECUTE of_one_that_is_not (1)", False),
        ("EXECUTE of_another_process (1)", True),
    ],
)
def test_what_counts_as_a_write_that_the_public_may_see(sql, expected):
    update = "UPDATE {} SET id = %(over)s"
    Prepared("of_a_table_that_is_seen", update.format("regions_region"), {"over": "bigint"})
    Prepared("of_one_that_is_not", update.format("portal_heartbeat"), {"over": "bigint"})
    assert changes.is_seen_write(sql) is expected


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def publication():
    return factories.create_publication(title_fr="Avant")


@pytest.fixture
def axis():
    return factories.create_axis(1)


WRITES = {
    "save": lambda p, a: p.save(),
    "rows at once": lambda p, a: Publication.objects.update(title_fr="Après"),
    "a relation": lambda p, a: p.axes.add(a),
    "raw": lambda p, a: connection.cursor().execute(
        "UPDATE publications_publication SET title_fr = 'x'"
    ),
    "another thread": lambda p, a: in_a_thread(lambda: p.axes.clear()),
    "deletion": lambda p, a: p.delete(),
}


def in_a_thread(act):
    def carried_out():
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(carried_out).result()


@pytest.mark.slow
def test_every_way_of_writing_moves_the_revision(publication, axis):
    for way, write in WRITES.items():
        before = revision.current()
        write(publication, axis)
        assert revision.current() != before, way


def test_reading_and_what_nobody_sees_leave_it_alone(publication, client):
    secretary = factories.create_secretary()
    before = revision.current()
    list(Publication.objects.all())
    Heartbeat.record("worker")
    client.force_login(secretary)
    assert client.get("/fr/publications/").status_code == 200
    assert revision.current() == before


def test_it_moves_with_the_commit_and_once(publication):
    before = revision.current()
    told = []
    with transaction.atomic():
        for _ in range(3):
            publication.save()
        transaction.on_commit(lambda: told.append(revision.current()))
        assert revision.current() == before
    assert told == [revision.current()] != [before]


def test_what_is_rolled_back_moves_nothing(publication):
    before = revision.current()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publication.save()
        1 / 0  # noqa: B018
    assert revision.current() == before


def test_a_write_after_a_rolled_back_savepoint_is_told(publication, axis):
    before = revision.current()
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            publication.axes.add(axis)
            1 / 0  # noqa: B018
        publication.axes.add(axis)
    assert revision.current() != before


def test_a_listener_that_fails_does_not_undo_what_was_written(publication, caplog):
    def fails():
        raise OSError("no cache today")

    changes.listen(fails)
    try:
        Publication.objects.update(published_on=timezone.localdate())
    finally:
        changes._listeners.remove(fails)
    assert "public pages were not told of a change" in caplog.text
