"""Light editions: small files of public texts, made when they are due, never of anything else."""

import datetime
import io
import re
import zipfile

import pytest
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils import timezone, translation
from pypdf import PdfReader

from portal.light import editions, libraries
from portal.models import LightEdition, Page
from publications.models import Publication
from tests import pdf_structure
from tests.factories import create_contact, create_network, create_publication, create_region

pytestmark = pytest.mark.django_db
BODY = (
    '<h2>Titre : un</h2><p>Du <strong>texte</strong> et <a href="https://example.org/a">un lien</a>'
    ".</p><ul><li>un</li><li>deux<ol><li>dedans</li></ol></li></ul><table><caption>Coûts</caption>"
    '<tr><th scope="col">An</th><td>12</td></tr></table>'
)


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    create_network()


def body_of(answer) -> bytes:
    return b"".join(answer.streaming_content)


def stored() -> set[str]:
    found = set()
    for kind in ("publication", "page", "library"):
        if default_storage.exists(f"light/{kind}"):
            found |= set(default_storage.listdir(f"light/{kind}")[1])
    return found


@pytest.mark.slow
def test_a_public_text_gets_its_files_once_in_each_language_it_can_be_read_in():
    create_publication(symbol="P/2026/14", body_fr=BODY, body_en=BODY)
    assert editions.make_due() == 4  # French and English, text and PDF
    assert editions.make_due() == 0
    rows = LightEdition.objects.order_by("language", "form").values_list("language", "form")
    assert list(rows) == [("en", "pdf"), ("en", "txt"), ("fr", "pdf"), ("fr", "txt")]
    assert len(stored()) == 4


@pytest.mark.slow
def test_a_changed_text_gets_others_and_the_earlier_files_go(django_capture_on_commit_callbacks):
    publication = create_publication(title_en=None, summary_en=None)
    with django_capture_on_commit_callbacks(execute=True):
        editions.make_due()
    publication.title_fr = "Un autre titre"
    publication.save()
    with django_capture_on_commit_callbacks(execute=True):
        assert editions.make_due() == 2
    assert LightEdition.objects.count() == len(stored()) == 2
    text = LightEdition.objects.get(form="txt")
    with text.file.open() as file:
        assert "Un autre titre" in file.read().decode()


@pytest.mark.slow
def test_files_that_look_otherwise_today_are_made_anew_after_those_that_are_missing(
    another_release,
):
    texts = editions.SOURCES["publication"]
    there = create_publication(title_en=None, summary_en=None)
    assert editions.make_due() == 2
    before = set(LightEdition.objects.values_list("look", flat=True))
    another_release()
    missing = create_publication(title_en=None, summary_en=None)
    Publication.objects.filter(pk=missing.pk).update(
        changed_at=there.changed_at - datetime.timedelta(days=1)
    )
    assert list(editions.due(texts, "fr")) == [missing, there]
    assert (editions.make_due(), editions.make_due()) == (4, 0)
    assert not before & set(LightEdition.objects.values_list("look", flat=True))


def test_the_text_reads_well_in_any_program(client):
    publication = create_publication(symbol="P/2026/14", body_fr=BODY, title_fr="Coût : 3 % ?")
    editions.make_due()
    answer = client.get("/fr/light/publications/P-2026-14.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    text = body_of(answer).decode("utf-8-sig")
    assert text.startswith("Coût\u00a0: 3\u00a0%\u00a0?\n")
    assert "## Titre\u00a0: un" in text
    assert "Du texte et un lien (https://example.org/a)." in text
    assert "- un\n- deux\n  1. dedans" in text
    assert "Coûts\u00a0:\nAn | 12" in text or "Coûts:\nAn | 12" in text
    assert f"http://localhost:8000{publication.permanent_path}" in text


def test_the_pdf_is_tagged_titled_and_without_pictures(client):
    picture = '<p>Avant <img src="/pictures/AAAAAAAAAAAAAAAAAAAAAA.png" alt="Une carte"> après</p>'
    create_publication(symbol="P/2026/14", body_fr=BODY + picture)
    editions.make_due()
    answer = client.get("/fr/light/publications/P-2026-14.pdf")
    content = body_of(answer)
    assert answer.headers["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(content))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "fr"
    text = "".join(page.extract_text() for page in reader.pages)
    assert "[Une carte]" in re.sub(r"\s+", " ", text)
    assert not any(page.images for page in reader.pages)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_pdf_is_read_in_its_order_by_whoever_hears_it(language):
    body = f"<h4>Trop bas</h4>{BODY}<ol><li>un<p>deux</p><ul><li><p>trois</p></li></ul></li></ol>"
    record = create_publication(
        title_fr="Titre <b>", title_es="Título", body_fr=body, body_es=body, authors="Awa Exemple"
    )
    told = editions.contents(editions.SOURCES["publication"], record, language)
    with translation.override(language):
        html = render_to_string("portal/light.html", editions.print_context(told))
    assert pdf_structure.faults(editions.as_pdf(told), language=language, html=html) == []


def test_what_it_borrows_is_marked_and_names_are_spaced_as_its_language_does():
    record = create_publication(
        title_fr="Un titre", title_es=None, body_es=BODY, authors="Awa Exemple; secrétariat"
    )
    html = {}
    for language in ("fr", "es"):
        told = editions.contents(editions.SOURCES["publication"], record, language)
        with translation.override(language):
            html[language] = render_to_string("portal/light.html", editions.print_context(told))
    assert '<span class="fallback">en francés</span>' in html["es"]
    assert "Awa Exemple; secrétariat" in html["es"]
    assert 'class="fallback"' not in html["fr"]
    assert "Awa Exemple\u00a0; secrétariat" in html["fr"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "values",
    [{"access": "members"}, {"access": "secretariat"}, {"state": "draft"}, {"state": "withdrawn"}],
)
def test_nothing_else_gets_a_file_and_what_is_taken_back_is_not_given(
    client, values, django_capture_on_commit_callbacks
):
    closed = create_publication(**values)
    opened = create_publication()
    with django_capture_on_commit_callbacks(execute=True):
        editions.make_due()
    assert set(LightEdition.objects.values_list("key", flat=True)) == {str(opened.pk)}
    client.force_login(create_contact())
    for publication in (closed, opened):
        address = f"/fr/light/publications/{publication.dashed_symbol}.txt"
        answer = client.get(address)
        assert answer.status_code == (200 if publication == opened else 404)
        assert publication == closed or body_of(answer)
    for name, value in values.items():
        setattr(opened, name, value)
    opened.save()
    assert client.get(f"/fr/light/publications/{opened.dashed_symbol}.txt").status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        assert editions.clear() == 4
    assert stored() == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    "address",
    [
        "/fr/light/publications/P-2026-14.zip",
        "/fr/light/publications/P-2026-99.txt",
        "/es/light/publications/P-2026-14.txt",
        "/fr/light/pages/none.txt",
        "/fr/light/library/R9.zip",
        "/fr/light/publications/../../secret_key.txt",
    ],
)
def test_there_is_no_other_file(client, address):
    create_publication(symbol="P/2026/14")
    editions.make_due()
    assert client.get(address).status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize(("language", "word"), [("fr", "Édition légère"), ("en", "Light edition")])
def test_the_size_is_on_the_button(client, language, word):
    create_publication(symbol="P/2026/14")
    address = f"/{language}/publications/P-2026-14/"
    assert word not in client.get(address).content.decode()
    editions.make_due()
    size = LightEdition.objects.get(language=language, form="txt").size
    page = client.get(address).content.decode()
    assert word in page
    assert re.search(rf"{size}\s(?:bytes|octets)", page)
    assert f'href="/{language}/light/publications/P-2026-14.pdf"' in page


def test_an_editable_page_has_one_too(client):
    Page.objects.create(slug="about", title_fr="À propos", body_fr=BODY)
    editions.make_due()
    assert "Titre" in body_of(client.get("/fr/light/pages/about.txt")).decode()
    assert "/fr/light/pages/about.pdf" in client.get("/fr/pages/about/").content.decode()


# -- The library of a region ---------------------------------------------------------------------


@pytest.mark.slow
def test_a_region_gets_an_archive_a_month_of_what_everybody_may_read(client):
    region = create_region("R8")
    create_publication(symbol="P/2026/14", regions=[region], body_fr=BODY, body_en=BODY)
    create_publication(symbol="P/2026/15", regions=[region], access="members")
    create_publication(symbol="P/2026/16", regions=[create_region("R2")])
    assert libraries.make_due() == 4  # R2 and R8, French and English
    assert libraries.make_due() == 0
    answer = client.get("/fr/light/library/R8.zip")
    with zipfile.ZipFile(io.BytesIO(body_of(answer))) as archive:
        assert archive.namelist() == ["index.txt", "P-2026-14.txt"]
        assert "P/2026/14" in archive.read("index.txt").decode()
        assert archive.testzip() is None
    period = libraries.period_of(timezone.localdate())
    assert f"ZIP, {period}" in client.get("/fr/regions/R8/").content.decode()


def test_the_next_month_makes_another(django_capture_on_commit_callbacks):
    region = create_region("R8")
    create_publication(regions=[region])
    libraries.make_due()
    LightEdition.objects.update(period="2020-01")
    with django_capture_on_commit_callbacks(execute=True):
        assert libraries.make_due() == 2
    assert LightEdition.objects.count() == len(stored()) == 2


def test_an_archive_with_a_text_taken_back_is_not_given_out_further():
    region = create_region("R8")
    kept, gone = create_publication(regions=[region]), create_publication(regions=[region])
    libraries.make_due()
    assert libraries.withdraw_stale() == 0
    gone.access = "members"
    gone.save()
    assert libraries.withdraw_stale() == 2
    assert libraries.make_due() == 2
    edition = LightEdition.objects.first()
    with edition.file.open("rb") as file, zipfile.ZipFile(file) as archive:
        assert archive.namelist() == ["index.txt", f"{kept.dashed_symbol}.txt"]


def names_in(language: str = "fr") -> list[str]:
    edition = LightEdition.objects.get(kind="library", key="R8", language=language)
    with edition.file.open("rb") as file, zipfile.ZipFile(file) as archive:
        return archive.namelist()


def test_an_archive_has_the_pdfs_that_there_are_while_there_is_room(client, monkeypatch):
    region = create_region("R8")
    dates = [datetime.date(2026, 1, day) for day in (3, 2, 1)]
    first, second, third = (create_publication(regions=[region], published_on=day) for day in dates)
    editions.make_due()
    third.save()  # whose PDF is older than itself
    libraries.make_due()
    texts = [f"{record.dashed_symbol}.txt" for record in (first, second, third)]
    pdfs = [f"{record.dashed_symbol}.pdf" for record in (first, second)]
    assert names_in() == ["index.txt", *texts, *pdfs]
    assert libraries.withdraw_stale() == 0
    answer = client.get("/fr/light/library/R8.zip")
    with zipfile.ZipFile(io.BytesIO(body_of(answer))) as archive:
        content = archive.read(pdfs[0])
    assert PdfReader(io.BytesIO(content)).trailer["/Root"]["/MarkInfo"]["/Marked"]

    size = LightEdition.objects.get(key=str(first.pk), language="fr", form="pdf").size
    monkeypatch.setattr(libraries, "ROOM", size + 10)
    LightEdition.objects.filter(kind="library").delete()
    libraries.make_due()
    assert names_in() == ["index.txt", *texts, *pdfs[:1]]


def test_the_same_texts_give_the_same_bytes():
    region = create_region("R8")
    rows = [create_publication(regions=[region], published_on=datetime.date(2026, 1, 2))]
    packed = [libraries.packed(region, rows, "fr", period="2026-11") for _ in range(2)]
    assert packed[0] == packed[1]
