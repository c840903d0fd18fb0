"""Imports: a file is checked, looked at, recorded as one, and taken back."""

import datetime

import pytest
from django.core.files.base import ContentFile

from members.imports import committing, staging, undoing
from members.models import ImportBatch, Membership, Organisation, User
from tests.factories import create_category, create_country, create_secretary

pytestmark = pytest.mark.django_db


@pytest.fixture
def secretary():
    create_category("A")
    create_category("B")
    create_category("C")
    create_country("KE", name_fr="Kenya", name_en="Kenya", name_es="Kenia")
    return create_secretary()


def imported(text: str | bytes, *, by, name="members.csv") -> ImportBatch:
    data = text.encode() if isinstance(text, str) else text
    batch = staging.request(file=ContentFile(data), name=name, by=by)
    staging.check(batch)
    batch.refresh_from_db()
    assert batch.state == "done", batch.error
    return batch


def recorded(batch: ImportBatch, *, by) -> ImportBatch:
    committing.confirm(batch, by=by)
    committing.commit(batch)
    batch.refresh_from_db()
    assert batch.state == "done", batch.error
    return batch


def test_a_file_is_recorded_as_one_and_taken_back(secretary):
    batch = imported(
        "Nom (français);Catégorie;Pays;Adhésion : du;Adhésion : au;Contact 1 : nom;"
        "Contact 1 : courriel\n"
        "Conseil exemple;A;Kenya;01/01/2026;31/12/2026;Awa Exemple;awa@example.org\n"
        "Autre;C;Kenia;;;;\n",
        by=secretary,
    )
    assert (batch.created, batch.refused) == (2, 0)
    assert not Organisation.objects.exists()
    recorded(batch, by=secretary)
    organisation = Organisation.objects.get(slug="conseil-exemple")
    assert organisation.seat_country_id == "KE"
    assert organisation.history.get().history_change_reason == f"Import {batch.number}"
    period = organisation.memberships.get()
    assert (period.starts_on, period.number) == (datetime.date(2026, 1, 1), "M/2026/001")
    mandate = organisation.mandates.get()
    assert (mandate.person.email, mandate.kind) == ("awa@example.org", "contact")
    assert not mandate.person.has_usable_password()

    undoing.request(batch, by=secretary)
    undoing.undo(batch)
    batch.refresh_from_db()
    assert batch.error == "" and batch.undone_at
    assert not Organisation.objects.exists()
    assert not Membership.objects.exists()
    assert not User.objects.filter(email="awa@example.org").exists()
