"""Documents for members: who sees them, for how long, and what is new to whom."""

import datetime
import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from members import documents
from members.models import Document
from portal.lib import files
from tests.documents import a_pdf, an_upload
from tests.factories import (
    create_category,
    create_contact,
    create_country,
    create_document,
    create_executive,
    create_organisation,
    create_person,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
ONE_DAY = datetime.timedelta(days=1)


def typed(**values):
    texts = {"title_fr": "Procès-verbal", "title_en": "", "title_es": "", "original_language": "fr"}
    return texts | {"audience": "everybody", "until": ""} | values


def seen_by(person) -> list[Document]:
    return list(Document.objects.visible_to(person))


# -- Who sees it -----------------------------------------------------------------------------------


def test_each_sees_what_is_for_them():
    here = create_organisation(category="A")
    there = create_organisation(country=create_country("BR", region=create_region("R4")))
    worldwide = create_organisation(category="B")
    worldwide.regions.add(create_region("R4"))
    for_all = create_document()
    for_category = create_document(audience="category", category=create_category("A"))
    for_region = create_document(audience="region", region=create_region("R4"))
    for_one = create_document(audience="organisation", organisation=there)
    assert set(seen_by(create_contact(here))) == {for_all, for_category}
    assert set(seen_by(create_contact(there))) == {for_all, for_region, for_one}
    assert set(seen_by(create_contact(worldwide))) == {for_all, for_region}
    # The desk has its own pages.
    for stranger in (create_person(), create_executive(), create_secretary()):
        assert seen_by(stranger) == []


@pytest.mark.parametrize(
    ("status", "sees_all"),
    [("active", True), ("grace", True)]
    + [(status, False) for status in ("applicant", "lapsed", "suspended", "withdrawn", "excluded")],
)
def test_whoever_is_no_member_in_good_standing_sees_only_what_is_for_them_alone(status, sees_all):
    organisation = create_organisation(status=status)
    for_all = create_document()
    for_one = create_document(audience="organisation", organisation=organisation)
    expected = {for_all, for_one} if sees_all else {for_one}
    assert set(seen_by(create_contact(organisation))) == expected


def test_it_is_shown_until_its_last_day_and_not_when_it_is_withdrawn():
    contact, secretary = create_contact(), create_secretary()
    today = create_document(until=TODAY)
    create_document(until=TODAY - ONE_DAY)
    withdrawn = create_document()
    documents.withdraw(withdrawn, by=secretary)
    assert seen_by(contact) == [today]
    assert not withdrawn.is_open and today.is_open
    documents.show_again(withdrawn)
    assert set(seen_by(contact)) == {today, withdrawn}


def test_the_database_keeps_audience_and_name_together():
    for values in ({"audience": "region"}, {"region": create_region()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            create_document(**values)


# -- New -------------------------------------------------------------------------------------------


def test_it_is_new_until_opened_and_again_when_the_file_changes(client):
    document = create_document()
    contact, colleague = create_contact(), create_contact()

    def is_new(person):
        return Document.objects.with_new(person).get().is_new

    client.force_login(contact)
    answer = client.get(f"/en/space/documents/{document.pk}/all/")
    assert b"".join(answer.streaming_content) == b"%PDF-1.7"
    assert (is_new(contact), is_new(colleague)) == (False, True)
    upload = documents.judge(an_upload(a_pdf()))
    documents.put(document, by=create_secretary(), uploads={"": upload})
    assert is_new(contact)


def test_a_corrected_title_is_no_news():
    document, contact = create_document(), create_contact()
    documents.opened(document, by=contact)
    document.title_en = "Corrected"
    documents.put(document, by=create_secretary(), uploads={})
    assert not Document.objects.with_new(contact).get().is_new


# -- In the members' area --------------------------------------------------------------------------


def test_the_file_is_private_and_has_a_name_of_ours(client):
    document = create_document(title_en="Minutes: “May”")
    client.force_login(create_contact())
    answer = client.get(f"/en/space/documents/{document.pk}/all/")
    b"".join(answer.streaming_content)  # which closes the file
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == 'attachment; filename="minutes-may.pdf"'
    assert client.get(f"/en/space/documents/{document.pk}/fr/").status_code == 404


def test_documents_for_others_are_not_found(client):
    other = create_document(audience="organisation", organisation=create_organisation())
    ended = create_document(until=TODAY - ONE_DAY)
    client.force_login(create_contact())
    for document in (other, ended):
        assert client.get(f"/en/space/documents/{document.pk}/all/").status_code == 404


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_they_stand_beside_the_reports_in_three_languages(client, language):
    document = create_document()
    client.force_login(create_contact())
    with translation.override(language):
        address = reverse("publications:documents")
        file_address = document.files.get().get_absolute_url()
    html = client.get(address).content.decode()
    assert f"{document.title_fr[:-2]}{language}" in html and file_address in html


# -- At the desk -----------------------------------------------------------------------------------


def test_the_secretariat_adds_replaces_and_withdraws(client, django_capture_on_commit_callbacks):
    secretary = create_secretary()
    client.force_login(secretary)
    page = client.post("/en/secretariat/documents/new/", typed(file_all=an_upload(a_pdf(1))))
    assert page.url == "/en/secretariat/documents/"
    document = Document.objects.get()
    assert (document.put_by, document.audience) == (secretary, "everybody")
    first = document.files.get()
    assert (first.kind, first.pages) == ("PDF", 1)
    path = f"/en/secretariat/documents/{document.pk}/"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(path, typed(file_all=an_upload(a_pdf(3)), file_es=an_upload(a_pdf(2))))
    assert {row.language: row.pages for row in document.files.all()} == {"": 3, "es": 2}
    assert not first.file.storage.exists(first.file.name)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(path, typed(remove_all="on"))
    assert [row.language for row in document.files.all()] == ["es"]
    client.post(f"{path}withdraw/")
    document.refresh_from_db()
    assert document.withdrawn_by == secretary
    assert client.get("/en/secretariat/documents/").status_code == 200
    client.post(f"{path}withdraw/")
    document.refresh_from_db()
    assert document.withdrawn_at is None
    assert document.history.count() >= 4


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "file_all"),
        ({"file_all": b"MZ a program"}, "file_all"),
        ({"audience": "region"}, "region"),
        ({"audience": "organisation", "organisation": "no-such"}, "organisation"),
        ({"title_fr": ""}, "title_fr"),
    ],
)
def test_what_is_missing_or_wrong_is_said(client, values, field):
    client.force_login(create_secretary())
    values = {key: an_upload(v) if isinstance(v, bytes) else v for key, v in values.items()}
    if field != "file_all":
        values["file_all"] = an_upload()
    page = client.post("/en/secretariat/documents/new/", typed(**values))
    assert list(page.context["form"].errors) == [field]
    assert not Document.objects.exists()


def test_an_epub_is_for_the_library():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", files.EPUB)
    with pytest.raises(ValidationError, match="PDF, ODT, DOCX"):
        documents.judge(an_upload(content.getvalue(), "book.epub"))


def test_the_last_file_cannot_be_removed():
    document = create_document()
    with pytest.raises(ValidationError, match="at least one file"):
        documents.put(document, by=create_secretary(), uploads={}, removed=[""])
    assert document.files.exists()


@pytest.mark.slow
def test_an_executive_writes_to_the_own_region_alone(client):
    region, elsewhere = create_region("R8"), create_region("R4")
    foreign = create_document(audience="region", region=elsewhere)
    own = create_organisation(slug="lake-council", country=create_country("KE", region=region))
    create_organisation(slug="rio", country=create_country("BR", region=elsewhere))
    create_document()
    client.force_login(create_executive(region))
    assert client.get("/en/secretariat/documents/").context["page"].paginator.count == 0
    assert client.get(f"/en/secretariat/documents/{foreign.pk}/").status_code == 404

    def put(**values):
        values["file_all"] = an_upload()
        return client.post("/en/secretariat/documents/new/", typed(**values))

    assert list(put().context["form"].errors) == ["audience"]
    assert list(put(audience="region", region=elsewhere.pk).context["form"].errors) == ["region"]
    refused = put(audience="organisation", organisation="rio")
    assert list(refused.context["form"].errors) == ["organisation"]
    assert put(audience="region", region=region.pk).status_code == 302
    assert put(audience="organisation", organisation="lake-council").status_code == 302
    assert Document.objects.filter(organisation=own).count() == 1


def test_the_page_of_an_organisation_leads_to_a_document_for_it(client):
    organisation = create_organisation(slug="lake-council")
    client.force_login(create_secretary())
    link = "/en/secretariat/documents/new/?organisation=lake-council"
    assert (
        link in client.get(f"/en/secretariat/organisations/{organisation.slug}/").content.decode()
    )
    page = client.get(link).content.decode()
    assert 'value="lake-council"' in page
    assert '<option value="organisation" selected>' in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow(client, django_assert_num_queries, count):
    contact, secretary = create_contact(), create_secretary()
    for _number in range(count):
        create_document(audience="organisation", organisation=contact.standing.organisations[0])
    client.force_login(contact)
    with translation.override("en"):
        address = reverse("publications:documents")
    client.get(address)
    with django_assert_num_queries(10):
        client.get(address)
    client.force_login(secretary)
    client.get("/en/secretariat/documents/")
    with django_assert_num_queries(6):
        client.get("/en/secretariat/documents/")
