"""All of an import is recorded or nothing, under one number, and can be taken back."""

import datetime

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from members.imports import committing, inviting, staging, undoing
from members.models import (
    ImportBatch,
    ImportRow,
    ImportTrace,
    Mandate,
    Membership,
    Notice,
    Organisation,
    StatusChange,
    User,
)
from portal.models import SearchDocument
from tests.factories import (
    create_category,
    create_contact,
    create_country,
    create_executive,
    create_membership,
    create_network,
    create_organisation,
    create_region,
    create_secretary,
)
from tests.members.spreadsheets import checked, recorded, requested, row

pytestmark = pytest.mark.django_db

WHOLE = (
    "Nom (français);Name (English);Catégorie;Pays;Adhésion : du;Adhésion : au;Contact 1 : nom;"
    "Contact 1 : courriel;Contact 1 : rôle\n"
    "Conseil exemple;Example council;A;Kenya;01/01/2026;31/12/2026;Awa Exemple;awa@example.org;"
    "head; contact\n"
    "Autre exemple;;C;Kenya;;;;;\n"
).replace("head; contact", '"head; contact"')


@pytest.fixture
def secretary():
    create_network()
    for code in "ABC":
        create_category(code)
    create_country("KE", name_fr="Kenya", name_en="Kenya", name_es="Kenia")
    return create_secretary()


def undone(batch: ImportBatch, *, by) -> ImportBatch:
    undoing.request(batch, by=by)
    undoing.undo(batch)
    batch.refresh_from_db()
    return batch


def counts() -> dict[str, int]:
    models = (Organisation, Membership, Mandate, User, StatusChange)
    return {model.__name__: model.objects.count() for model in models}


def test_what_recording_writes(secretary, django_capture_on_commit_callbacks):
    batch = checked(WHOLE, by=secretary)
    with django_capture_on_commit_callbacks(execute=True):
        recorded(batch, by=secretary)
    organisation = Organisation.objects.get(slug="conseil-exemple")
    assert (organisation.status, organisation.seat_country_id) == ("active", "KE")
    assert organisation.state_en == "ready" and organisation.state_es == "missing"
    past = organisation.history.get()
    assert (past.history_type, past.history_user) == ("+", secretary)
    assert past.history_change_reason == f"Import {batch.number}"
    period = organisation.memberships.get()
    assert (period.number, period.country_id, period.recorded_by) == ("M/2026/001", "KE", secretary)
    assert period.history.get().history_change_reason == f"Import {batch.number}"
    kinds = {mandate.kind for mandate in organisation.mandates.all()}
    assert kinds == {"head", "contact"}
    person = User.objects.get(email="awa@example.org")
    assert not person.has_usable_password()
    assert person.emailaddress_set.get().primary
    step = organisation.status_changes.get()
    assert (step.before, step.after, step.changed_by) == ("applicant", "active", secretary)
    # Found by the search, and nobody was written to.
    assert SearchDocument.objects.filter(object_id=str(organisation.pk)).exists()
    assert Notice.objects.count() == 0 and mail.outbox == []


def test_changes_keep_history_and_translations(secretary):
    organisation = create_organisation(
        name="Lake", description_fr="Avant", description_en="Before", acronym="LK"
    )
    batch = checked(
        f"Identifiant;Sigle;Description (français);Régions d’activité\n"
        f"{organisation.slug};LC;Après;\n",
        by=secretary,
    )
    recorded(batch, by=secretary)
    organisation = Organisation.objects.get(pk=organisation.pk)
    assert (organisation.acronym, organisation.description_fr) == ("LC", "Après")
    assert organisation.state_en == "outdated"
    assert organisation.history.first().history_type == "~"


def test_regions_and_words_are_recorded_with_their_history(secretary):
    create_region("R4")
    create_region("R8")
    batch = checked("Name,Category,Regions of activity\nInternational,B,R4; R8\n", by=secretary)
    recorded(batch, by=secretary)
    organisation = Organisation.objects.get()
    assert [region.code for region in organisation.regions.all()] == ["R4", "R8"]
    assert organisation.history.get().regions.count() == 2


def test_renewal_makes_active_again(secretary):
    today = timezone.localdate()
    organisation = create_organisation(status="grace")
    create_membership(organisation, year=today.year - 1)
    batch = checked(
        "Identifier,Membership: from,Membership: until\n"
        f"{organisation.slug},{today.year}-01-01,{today.year}-12-31\n",
        by=secretary,
    )
    recorded(batch, by=secretary)
    organisation.refresh_from_db()
    assert (organisation.status, organisation.memberships.count()) == ("active", 2)


def test_slugs_never_meet(secretary):
    create_organisation(slug="council")
    text = "Name,Category,Country,Not a duplicate\n" + "Council,C,KE,yes\n" * 3
    recorded(checked(text, by=secretary), by=secretary)
    slugs = sorted(Organisation.objects.values_list("slug", flat=True))
    assert slugs == ["council", "council-2", "council-3", "council-4"]


def test_a_number_in_the_file_is_not_given_to_another_period(secretary):
    recorded(
        checked(
            "Name,Category,Country,Membership: from,Membership: until,Membership number\n"
            "One,C,KE,2026-01-01,2026-12-31,\nTwo,C,KE,2026-01-01,2026-12-31,M/2026/001\n",
            by=secretary,
        ),
        by=secretary,
    )
    numbers = Membership.objects.order_by("pk").values_list("number", flat=True)
    assert list(numbers) == ["M/2026/002", "M/2026/001"]


def test_refused_rows_are_left_out(secretary):
    batch = checked("Name,Category,Country\nOne,C,KE\nTwo,Z,KE\n", by=secretary)
    recorded(batch, by=secretary)
    assert Organisation.objects.count() == 1


def test_batches_are_numbered_one_after_the_other(secretary):
    year = timezone.localdate().year
    first, second = (requested("Name\nA\n", by=secretary) for _time in range(2))
    assert [first.number, second.number] == [f"I/{year}/001", f"I/{year}/002"]


# -- What recording refuses ------------------------------------------------------------------------


def test_a_stale_preview_is_refused_as_a_whole(secretary):
    organisation = create_organisation(acronym="OLD")
    batch = checked(
        f"Identifier,Name,Category,Country,Acronym\n{organisation.slug},,,,NEW\n,Second,C,KE,\n",
        by=secretary,
    )
    organisation.acronym = "MEANWHILE"
    organisation.save()
    committing.confirm(batch, by=secretary)
    assert committing.commit(batch) is False
    batch.refresh_from_db()
    assert batch.state == "failed" and "(lines 2)" in batch.error
    assert batch.committed_at is None
    assert Organisation.objects.count() == 1  # the second row neither
    # Checked again, it is recorded.
    staging.again(batch, by=secretary)
    staging.check(batch)
    batch.refresh_from_db()
    recorded(batch, by=secretary)
    organisation.refresh_from_db()
    assert organisation.acronym == "NEW"


@pytest.mark.parametrize("meanwhile", ["duplicate", "seat", "period", "number"])
def test_what_was_recorded_meanwhile_makes_stale(secretary, meanwhile):
    known = create_organisation(name="Known")
    batch = checked(
        "Identifier,Name,Category,Country,Status,Membership: from,Membership: until,"
        "Membership number\n"
        ",Council,A,KE,active,,,\n"
        f"{known.slug},,,,,2026-01-01,2026-12-31,M/7\n",
        by=secretary,
    )
    assert batch.writes == 2
    if meanwhile == "duplicate":
        create_organisation(name_en="Council", category="C")
    elif meanwhile == "seat":
        create_organisation(name="Other", category="A")
    elif meanwhile == "period":
        create_membership(known, year=2026)
    else:
        create_membership(create_organisation(name="Third"), year=2020, number="M/7")
    before = counts()
    committing.confirm(batch, by=secretary)
    assert committing.commit(batch) is False
    batch.refresh_from_db()
    assert batch.state == "failed" and batch.error
    assert counts() == before


def test_an_import_is_recorded_once(secretary):
    batch = recorded(checked("Name,Category,Country\nOne,C,KE\n", by=secretary), by=secretary)
    with pytest.raises(ValidationError) as refused:
        committing.confirm(batch, by=secretary)
    assert refused.value.code == "not_checked"
    assert committing.commit(batch) is False


def test_nothing_to_record_is_said(secretary):
    batch = checked("Name,Category,Country\nOne,Z,KE\n", by=secretary)
    with pytest.raises(ValidationError) as refused:
        committing.confirm(batch, by=secretary)
    assert refused.value.code == "nothing"


def test_rights_are_asked_again(secretary):
    executive = create_executive()
    batch = checked("Name,Category,Country\nOne,C,KE\n", by=executive)
    with pytest.raises(ValidationError):
        committing.confirm(batch, by=create_executive(create_region("R4")))
    committing.confirm(batch, by=executive)
    Mandate.objects.filter(person=executive).update(until=datetime.date(2021, 1, 1))
    batch = ImportBatch.objects.get(pk=batch.pk)
    assert committing.commit(batch) is False
    assert not Organisation.objects.exists()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has one writer")
def test_a_commit_that_would_hold_the_lock_is_refused_on_sqlite(secretary):
    batch = checked("Name,Category,Country\nOne,C,KE\n", by=secretary)
    batch.check_seconds = 4.0
    batch.save()
    with pytest.raises(ValidationError) as refused:
        committing.confirm(batch, by=secretary)
    assert refused.value.code == "lock_too_long"
    assert "PostgreSQL" in refused.value.messages[0]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has one writer")
def test_the_rate_is_what_was_measured_on_this_database(secretary):
    batch = checked("Name,Category,Country\nOne,C,KE\n", by=secretary)
    ImportBatch.objects.number_next(
        file_name="a", committed_at=timezone.now(), created=1000, commit_seconds=20000.0
    )
    assert committing.seconds_expected(batch) == 20.0


def test_a_commit_that_takes_too_long_is_rolled_back(secretary, monkeypatch):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has one writer")
    batch = checked("Name,Category,Country\nOne,C,KE\n", by=secretary)
    committing.confirm(batch, by=secretary)
    monkeypatch.setattr(committing, "LOCK_SECONDS", -1.0)
    assert committing.commit(batch) is False
    batch.refresh_from_db()
    assert "PostgreSQL" in batch.error
    assert not Organisation.objects.exists()


# -- The job ---------------------------------------------------------------------------------------


def test_a_cancelled_check_leaves_no_rows(secretary):
    batch = requested("Name,Category,Country\nOne,C,KE\n", by=secretary)
    assert batch.cancel()
    assert staging.check(batch) is False
    assert not batch.rows.exists()


def test_a_check_cancelled_while_it_runs_stops(secretary, monkeypatch):
    batch = requested("Name,Category,Country\n" + "One,Z,KE\n" * 5, by=secretary)
    monkeypatch.setattr(staging, "LOT", 1)
    beat, beaten = ImportBatch.beat, []

    def beat_and_cancel(job, *numbers):
        beaten.append(numbers)
        if len(beaten) == 2:
            ImportBatch.objects.get(pk=job.pk).cancel()
        beat(job, *numbers)

    monkeypatch.setattr(ImportBatch, "beat", beat_and_cancel)
    assert staging.check(batch) is False
    batch.refresh_from_db()
    assert batch.state == "cancelled" and not batch.rows.exists()
    assert [progress for progress, _total in beaten] == [1, 2]


def test_a_check_whose_worker_died_is_made_again(secretary):
    batch = requested("Name,Category,Country\nOne,C,KE\n", by=secretary)
    batch.claim()
    ImportRow.objects.create(batch=batch, line=2, outcome="created")
    silent = timezone.now() - datetime.timedelta(minutes=6)
    ImportBatch.objects.filter(pk=batch.pk).update(heartbeat_at=silent)
    assert staging.requeue_stale() == 1
    batch.refresh_from_db()
    assert staging.check(batch)
    assert [row.changes != [] for row in batch.rows.all()] == [True]


def test_a_commit_whose_worker_died_wrote_nothing_and_is_made_again(secretary):
    batch = checked("Name,Category,Country\nOne,C,KE\n", by=secretary)
    committing.confirm(batch, by=secretary)
    batch.claim()
    silent = timezone.now() - datetime.timedelta(minutes=6)
    ImportBatch.objects.filter(pk=batch.pk).update(heartbeat_at=silent)
    assert staging.requeue_stale() == 1
    batch.refresh_from_db()
    assert committing.commit(batch)
    assert Organisation.objects.count() == 1


# -- Undoing ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_undoing_leaves_everything_as_it_was(secretary, django_capture_on_commit_callbacks):
    known = create_organisation(name="Known", acronym="OLD", status="grace", name_es=None)
    known.save()
    create_membership(known, year=2025)
    before, state = counts(), Organisation.objects.filter(pk=known.pk).values().get()
    batch = checked(
        WHOLE + f"{known.name_fr};;;;01/01/2026;31/12/2026;Ben;ben@example.org;\n"
        f"{known.name_fr};Renamed;;;;;;;\n",
        by=secretary,
    )
    assert batch.refused == 0, [r.problems for r in batch.rows.refused()]
    with django_capture_on_commit_callbacks(execute=True):
        recorded(batch, by=secretary)
    assert counts() != before
    with django_capture_on_commit_callbacks(execute=True):
        undone(batch, by=secretary)
    assert batch.undone_at and batch.error == ""
    assert counts() == before
    assert Organisation.objects.filter(pk=known.pk).values().get() == state
    created = ImportTrace.objects.get(batch=batch, model="organisation", line=2).record
    past = Organisation.history.filter(id=created)
    assert [entry.history_type for entry in past] == ["-", "+"]
    assert not SearchDocument.objects.filter(object_id=str(created)).exists()


@pytest.mark.parametrize("what", ["edited", "period", "message", "logged in", "mandate", "gone"])
def test_what_was_changed_since_stands_in_the_way(secretary, what):
    batch = recorded(checked(WHOLE, by=secretary), by=secretary)
    organisation = Organisation.objects.get(slug="conseil-exemple")
    person = User.objects.get(email="awa@example.org")
    if what == "edited":
        organisation.website = "https://example.org"
        organisation.save()
    elif what == "period":
        create_membership(organisation, year=2031)
    elif what == "message":
        create_contact(organisation)
    elif what == "logged in":
        User.objects.filter(pk=person.pk).update(last_login=timezone.now())
    elif what == "mandate":
        mandate = organisation.mandates.first()
        mandate.until = timezone.localdate()
        mandate.save()
    else:
        organisation.memberships.get().delete()
    before = counts()
    with pytest.raises(ValidationError) as refused:
        undoing.request(batch, by=secretary)
    assert refused.value.code == "changed"
    assert "lines 2" in refused.value.messages[0]
    assert counts() == before


def test_an_import_is_undone_for_thirty_days(secretary):
    batch = recorded(checked(WHOLE, by=secretary), by=secretary)
    ImportBatch.objects.filter(pk=batch.pk).update(
        committed_at=timezone.now() - datetime.timedelta(days=31)
    )
    batch.refresh_from_db()
    with pytest.raises(ValidationError) as refused:
        undoing.request(batch, by=secretary)
    assert refused.value.code == "too_late"


@pytest.mark.slow
def test_an_import_is_undone_once(secretary):
    batch = undone(recorded(checked(WHOLE, by=secretary), by=secretary), by=secretary)
    with pytest.raises(ValidationError) as refused:
        undoing.request(batch, by=secretary)
    assert refused.value.code == "not_recorded"


def test_files_and_rows_are_deleted_when_nothing_can_be_undone(secretary):
    batch = recorded(checked(WHOLE, by=secretary), by=secretary)
    today = timezone.localdate()
    assert staging.forget(today + datetime.timedelta(days=30)) == 0
    assert staging.forget(today + datetime.timedelta(days=32)) == 1
    assert staging.forget(today + datetime.timedelta(days=32)) == 0
    batch.refresh_from_db()
    assert not batch.file and not batch.rows.exists() and batch.created == 2


# -- People ----------------------------------------------------------------------------------------


def test_people_are_written_to_only_when_asked_and_once(secretary):
    batch = recorded(checked(WHOLE, by=secretary), by=secretary)
    assert inviting.invite(batch, by=secretary) == 1
    assert inviting.invite(batch, by=secretary) == 0
    notice = Notice.objects.get()
    assert (notice.email, notice.language) == ("awa@example.org", "fr")
    assert "Conseil exemple" in notice.text and "/fr/" in notice.text


def test_somebody_known_under_another_address_is_not_made_twice(secretary):
    known = create_contact(create_organisation())
    known.emailaddress_set.create(email="awa@example.org", verified=True)
    recorded(checked(WHOLE, by=secretary), by=secretary)
    assert not User.objects.filter(email="awa@example.org").exists()
    assert known.mandates.filter(organisation__slug="conseil-exemple").count() == 2
    assert row(ImportBatch.objects.get(), 2).outcome == "created"
