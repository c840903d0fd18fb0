"""Hostile files leave nothing behind; personal data is taken out of others."""

import io

import pikepdf
import pytest
from django.contrib.messages import get_messages

from publications import filing
from tests import hostile
from tests.documents import a_docx, a_pdf, an_epub, an_upload
from tests.factories import (
    create_executive,
    create_mandate,
    create_organisation,
    create_publication,
    create_region,
    create_secretary,
)
from tests.publications.desk_form import LIST, as_stored, errors_of, page_of, typed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def secretary(client):
    person = create_secretary()
    client.force_login(person)
    return person


def stored(folder) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


# -- Hostile files through the forms -------------------------------------------------------------

BY_FORM = [
    "pdf and zip",
    "script in a pdf",
    "program in a pdf",
    "pdf with a password",
    "pdf cut off",
    "macros of another make",
    "template elsewhere",
    "OLE object",
    "macros of LibreOffice",
    "script in a book",
    "bomb of one part",
    "archive inside",
    "absurdly many parts",
    "path that climbs",
    "enormous picture in a document",
    "drawing",
]


@pytest.mark.slow
@pytest.mark.parametrize("attack", BY_FORM)
def test_a_hostile_file_leaves_nothing_behind(client, secretary, tmp_path, attack):
    content, name, code = hostile.FILES[attack]
    publication = create_publication(title_en="Before")
    told = set()
    for language in ("fr", "en", "es"):
        address = page_of(publication, base=LIST.replace("/en/", f"/{language}/"))
        sent = as_stored(publication, title_en="After", file_fr=an_upload(content, name))
        answer = client.post(address, sent)
        assert errors_of(answer) == ["file_fr"]
        errors = answer.context["form"].errors
        assert [error.code for error in errors["file_fr"].as_data()] == [code]
        told.add(errors["file_fr"][0])
        assert errors["file_fr"][0][:12] in answer.content.decode()
    assert len(told) == 3
    publication.refresh_from_db()
    assert publication.title_en == "Before"
    assert not publication.files.exists()
    assert stored(tmp_path) == []


def test_one_hostile_file_holds_up_the_others(client, secretary, tmp_path):
    content, name, _code = hostile.FILES["script in a pdf"]
    sent = typed(file_fr=an_upload(), file_en=an_upload(content, name))
    assert errors_of(client.post(f"{LIST}new/", sent)) == ["file_en"]
    assert stored(tmp_path) == []


@pytest.mark.parametrize("name", ["../../../etc/cron.d/a.pdf", "..\\..\\a.pdf", "/etc/a.pdf"])
def test_a_path_in_the_name_never_reaches_the_storage(client, secretary, tmp_path, name):
    publication = create_publication(symbol="P/2026/14")
    upload = an_upload(name="a.pdf")
    upload._name = name  # what a browser would never, and an attacker does send
    client.post(page_of(publication), as_stored(publication, file_fr=upload))
    assert stored(tmp_path) in ([], ["P-2026-14-fr.pdf"])
    assert [path for path in tmp_path.parent.rglob("a.pdf")] == []


def test_a_scanner_that_is_away_keeps_nothing(client, secretary, settings, tmp_path):
    settings.CLAMD = "127.0.0.1:1"
    publication = create_publication()
    answer = client.post(page_of(publication), as_stored(publication, file_fr=an_upload()))
    assert errors_of(answer) == ["file_fr"]
    assert "could not be checked for viruses" in answer.content.decode()
    assert stored(tmp_path) == []


# -- Personal data -------------------------------------------------------------------------------


def a_signed_pdf() -> bytes:
    def change(document):
        document.docinfo["/Author"] = "Awa Diallo (example)"

    return hostile.pdf_with(change)


def author_of(publication, language="fr") -> str:
    file = publication.files.get(language=language)
    with file.file.open("rb") as content, pikepdf.open(io.BytesIO(content.read())) as document:
        return str(document.docinfo.get("/Author", ""))


@pytest.mark.slow
def test_personal_data_is_taken_out_when_it_is_asked_for(client, secretary):
    publication = create_publication()
    sent = as_stored(publication, file_fr=an_upload(a_signed_pdf()))
    client.post(page_of(publication), sent)
    assert author_of(publication) == "Awa Diallo (example)"
    assert not publication.files.get().is_stripped
    client.post(page_of(publication), sent | {"file_fr": an_upload(a_signed_pdf())} | TICKED)
    assert author_of(publication) == ""
    file = publication.files.get()
    assert file.is_stripped
    with file.file.open("rb") as content:
        assert file.size == len(content.read())
    assert "without personal data" in client.get(page_of(publication)).content.decode()


TICKED = {"strip_files": "on"}


def is_ticked(client, address) -> bool:
    return bool(client.get(address).context["form"]["strip_files"].value())


@pytest.mark.slow
def test_the_tick_is_set_where_a_discreet_member_contributes(client, secretary):
    publication = create_publication()
    assert not is_ticked(client, page_of(publication))
    assert not is_ticked(client, f"{LIST}new/")
    publication.organisations.add(create_organisation(category="C"))
    assert not is_ticked(client, page_of(publication))
    publication.organisations.add(create_organisation(category="C", discreet=True))
    assert is_ticked(client, page_of(publication))
    # The secretariat may decide otherwise.
    client.post(page_of(publication), as_stored(publication, file_fr=an_upload(a_signed_pdf())))
    assert author_of(publication) == "Awa Diallo (example)"


@pytest.mark.slow
def test_the_tick_tells_nobody_else_who_is_discreet(client):
    """An executive sees it set for every text alike, whoever of other regions contributed."""
    region = create_region("R8")
    plain, discreet = create_publication(regions=[region]), create_publication(regions=[region])
    discreet.organisations.add(create_organisation(category="C", discreet=True))
    client.force_login(create_executive(region=region))
    executive = [is_ticked(client, page_of(text)) for text in (plain, discreet)]
    assert executive == [True, True]


@pytest.mark.slow
def test_whoever_acts_for_a_discreet_member_leaves_no_name(client, secretary):
    create_mandate(secretary, organisation=create_organisation(category="C", discreet=True))
    publication = create_publication()
    form = client.get(page_of(publication)).context["form"]
    assert form.fields["strip_files"].disabled and form["strip_files"].value()
    # Not ticked in what is sent, which a disabled box never is.
    client.post(page_of(publication), as_stored(publication, file_fr=an_upload(a_signed_pdf())))
    assert author_of(publication) == ""


def test_what_cannot_be_cleaned_is_refused(client, secretary, tmp_path):
    """Its comments are no XML: harmless to read, but nobody could promise what is left in it."""
    broken = a_docx({"customXml/item1.xml": "<x>"})
    publication = create_publication()
    sent = as_stored(publication, file_fr=an_upload(broken, "a.docx"), **TICKED)
    answer = client.post(page_of(publication), sent)
    assert errors_of(answer) == ["file_fr"]
    assert "could not be taken out" in answer.content.decode()
    assert stored(tmp_path) == []


# -- The language of the file ----------------------------------------------------------------------


def warnings_of(answer) -> list[str]:
    return [
        str(message) for message in get_messages(answer.wsgi_request) if "warning" in message.tags
    ]


def a_pdf_in(language: str) -> bytes:
    return hostile.pdf_with(lambda document: setattr(document.Root, "Lang", language))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "name", "warned"),
    [
        (a_pdf_in("fr-CA"), "a.pdf", False),
        (a_pdf_in("fra"), "a.pdf", False),
        (a_pdf_in("und"), "a.pdf", False),
        (a_pdf(), "a.pdf", False),
        (a_pdf_in("en-GB"), "a.pdf", True),
        (a_pdf_in("pt-BR"), "a.pdf", True),
        (an_epub(), "a.epub", True),
    ],
    ids=["same", "three letters", "unknown", "none", "other", "a fourth", "book"],
)
def test_another_language_is_a_warning_and_no_refusal(client, secretary, content, name, warned):
    publication = create_publication()
    sent = as_stored(publication, file_fr=an_upload(content, name))
    answer = client.post(page_of(publication), sent)
    assert answer.status_code == 302
    assert publication.files.get().declares_another_language is warned
    assert bool(warnings_of(answer)) is warned
    shown = client.get(page_of(publication)).content.decode()
    assert ("says that it is in" in shown) is warned


def test_the_warning_names_both_languages():
    facts = filing.judge(an_upload(a_pdf_in("en-GB"))).facts
    assert "The file for French says that it is in English." in filing.language_warning("fr", facts)
    assert filing.language_warning("en", facts) == ""


# -- What goes, goes from the storage too ----------------------------------------------------------


@pytest.fixture
def shelved(tmp_path, django_capture_on_commit_callbacks):
    """A publication with a file that has been read, and so has a picture."""
    publication = create_publication(state="draft")  # what has been out is withdrawn instead
    with django_capture_on_commit_callbacks(execute=True):
        filing.keep_file(publication, "fr", filing.judge(an_upload()))
    assert len(stored(tmp_path)) == 2
    return publication


@pytest.mark.parametrize("way", ["record", "set", "file", "files"])
def test_a_deleted_publication_takes_its_files_along(
    shelved, tmp_path, django_capture_on_commit_callbacks, way
):
    rows = type(shelved).objects.filter(pk=shelved.pk)
    act = {
        "record": shelved.delete,
        "set": rows.delete,
        "file": shelved.files.get().delete,
        "files": shelved.files.all().delete,
    }[way]
    with django_capture_on_commit_callbacks(execute=True):
        act()
        assert len(stored(tmp_path)) == 2
    assert stored(tmp_path) == []


@pytest.mark.parametrize("way", ["one", "several"])
def test_deleting_in_the_back_room(
    client, secretary, shelved, tmp_path, django_capture_on_commit_callbacks, way
):
    base = "/en/secretariat/records/publications/publication/"
    addresses = {
        "one": (f"{base}{shelved.pk}/delete/", {"post": "yes"}),
        "several": (
            base,
            {"action": "delete_selected", "_selected_action": [shelved.pk], "post": "yes"},
        ),
    }
    address, sent = addresses[way]
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address, sent).status_code == 302
    assert not type(shelved).objects.exists()
    assert stored(tmp_path) == []
