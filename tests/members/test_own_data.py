"""What an organisation takes away: all that is its own, nothing of others, whatever its status."""

import csv
import io
import json
import zipfile
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile

from members import dues, own_data, threads
from members.models.organisations import Status
from members.models.threads import Side
from publications.models import Report
from tests.documents import a_pdf, an_upload
from tests.factories import (
    create_contact,
    create_invoice,
    create_mandate,
    create_membership,
    create_organisation,
    create_person,
    create_secretary,
    create_thread,
)

pytestmark = pytest.mark.django_db

PAGE, ARCHIVE = "/en/space/data/", "/en/space/data/archive.zip"


def taken(organisation, language: str = "en") -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(own_data.archive(organisation, language=language))))


def table(archive: zipfile.ZipFile, code: str) -> list[dict]:
    """The rows as JSON; the CSV says the same."""
    rows = json.loads(archive.read(f"{code}.json"))
    text = archive.read(f"{code}.csv").decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(text)))) == len(rows)
    return rows


def test_the_archive_holds_all_that_is_the_organisations_own():
    organisation = create_organisation(name="Lake Council", description_fr="=Nous")
    contact = create_contact(organisation)
    left = create_person(full_name="Former Example", email="former@example.org")
    create_mandate(left, organisation=organisation, until="2021-01-01")
    period = create_membership(organisation, year=2024)
    invoice = create_invoice(organisation, membership=period)
    dues.record_payment(invoice, amount=Decimal("40.00"), currency="EUR", letter=False)
    thread = create_thread(organisation, by=contact, files=[an_upload(a_pdf(), "plan.pdf")])
    Report.objects.create(
        kind="member",
        organisation=organisation,
        language="en",
        year=2024,
        state="done",
        file=ContentFile(b"%PDF-1.7", name="report.pdf"),
    )
    archive = taken(organisation)
    assert archive.testzip() is None
    [record] = table(archive, "organisation")
    assert record["name_en"] == "Lake Council (example)" and record["status"] == "active"
    people = {row["name"]: row["email"] for row in table(archive, "people")}
    assert people == {contact.full_name: contact.email, "Former Example": ""}
    assert [row["starts_on"] for row in table(archive, "periods")] == ["2024-01-01"]
    [bill] = table(archive, "invoices")
    assert (bill["number"], bill["paid"], bill["remaining"]) == (invoice.number, "40.00", "60.00")
    assert [row["amount"] for row in table(archive, "payments")] == ["40.00"]
    assert table(archive, "waivers") == []
    [message] = table(archive, "messages")
    assert (message["thread"], message["author"]) == (thread.pk, contact.full_name)
    [name] = message["attachments"]
    assert archive.read(f"files/messages/{name}") == a_pdf()
    [report] = table(archive, "reports")
    assert archive.read(f"files/reports/{report['file']}") == b"%PDF-1.7"
    # What a spreadsheet would take for a formula is made harmless, in the CSV alone.
    assert "'=Nous" in archive.read("organisation.csv").decode()
    assert record["description_fr"] == "=Nous"


def test_a_report_whose_file_expired_is_listed_without_one():
    organisation = create_organisation()
    Report.objects.create(
        kind="member", organisation=organisation, language="en", year=2024, state="done"
    )
    archive = taken(organisation)
    assert [(row["year"], row["file"]) for row in table(archive, "reports")] == [(2024, "")]
    assert not [name for name in archive.namelist() if name.startswith("files/reports/")]


def test_it_holds_nothing_of_others_and_nothing_internal():
    organisation, other = create_organisation(), create_organisation(name="Secret Neighbour")
    thread = create_thread(organisation)
    create_thread(other, subject="Their affair")
    threads.write(thread, text="Ours.", by=create_secretary(), side=Side.SECRETARIAT, language="en")
    thread.messages.create(
        side=Side.ORGANISATION,
        email="stranger@example.net",
        text="Unverified words",
        via="mail",
        is_verified=False,
    )
    organisation.status_changes.create(
        before="applicant", after="active", reason="Unlike Secret Neighbour"
    )
    archive = taken(organisation)
    content = b"".join(archive.read(name) for name in archive.namelist()).decode(errors="replace")
    for words in ("Secret Neighbour", "Their affair", "Unverified words", "stranger@example.net"):
        assert words not in content
    assert [row["side"] for row in table(archive, "messages")] == ["organisation", "secretariat"]
    assert [row["after"] for row in table(archive, "statuses")] == ["active"]


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_guide_is_in_the_readers_language_and_names_every_table(language):
    archive = taken(create_organisation(), language)
    guide = archive.read("README.txt").decode()
    tables = {name.removesuffix(".json") for name in archive.namelist() if name.endswith(".json")}
    assert tables == {part.code for part in own_data.parts()}
    assert all(f"{code}:" in guide for code in tables)


def test_names_lead_nowhere_when_the_archive_is_unpacked():
    assert own_data.safe("../../etc/passwd") == "_.._etc_passwd"
    assert own_data.safe("a\\b:c\n.pdf") == "a_b_c_.pdf"
    assert own_data.safe("..") == "file"


# -- Who takes it ----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("status", Status.values)
def test_whatever_its_status_an_organisation_keeps_its_rights(client, status):
    """To log in, to see what it owes and renew, to write, and to take its data away."""
    organisation = create_organisation(status=status)
    client.force_login(create_contact(organisation))
    for page in ("", "organisation/", "people/", "messages/", "messages/new/", "data/", "dues/"):
        assert client.get(f"/en/space/{page}").status_code == 200, page
    sent = client.post("/en/space/messages/new/", {"subject": "Hello", "text": "We are here."})
    assert sent.status_code == 302 and organisation.threads.count() == 1
    answer = client.get(ARCHIVE)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert table(archive, "organisation")[0]["status"] == status
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Disposition"].startswith(f'attachment; filename="{organisation.slug}-')


@pytest.mark.parametrize("kind", ["finance", "voter"])
def test_a_single_task_does_not_carry_everybodys_addresses_out(client, kind):
    organisation = create_organisation()
    person = create_person()
    create_mandate(person, kind, organisation=organisation)
    client.force_login(person)
    page = client.get(PAGE)
    assert page.status_code == 200 and "archive.zip" not in page.content.decode()
    assert client.get(ARCHIVE).status_code == 403


def test_nobody_takes_the_data_of_another_organisation(client):
    foreign = create_organisation()
    client.force_login(create_contact())
    assert client.get(f"{ARCHIVE}?organisation={foreign.slug}").status_code == 404
    left = create_person()
    create_mandate(left, organisation=foreign, until="2021-01-01")
    client.force_login(left)
    assert client.get(f"{ARCHIVE}?organisation={foreign.slug}").status_code == 404
