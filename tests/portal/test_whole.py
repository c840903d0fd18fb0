"""The PDF made from a text: of which texts, to whom, what is in it, and what never is."""

import datetime
import io
import re

import pikepdf
import pytest
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.html import escape
from pypdf import PdfReader

from portal.lib import revision
from portal.light import whole
from portal.models import LightEdition, NetworkIdentity
from portal.tasks import make_whole_text
from publications import printable
from publications.models import Correction, Publication
from tests import pdf_structure, printed
from tests.documents import a_pdf, add_file
from tests.factories import (
    create_contact,
    create_network,
    create_picture,
    create_publication,
    create_region,
)

pytestmark = pytest.mark.django_db
ADDRESS = "/fr/publications/P-2026-14.pdf"
PAGE = "/fr/publications/P-2026-14/"
NOTE = (
    '<p>Du texte<sup><a href="#fn-1" id="fnref-1" role="doc-noteref" aria-label="Note 1">1</a>'
    '</sup> : <strong>fort</strong>.</p><section class="footnotes" role="doc-endnotes"><ol>'
    '<li id="fn-1"><p>La note. <a href="#fnref-1" role="doc-backlink" aria-label="Retour">↩</a></p>'
    "</li></ol></section>"
)
TABLE = (
    '<table><caption>Coûts</caption><thead><tr><th scope="col">An</th><th scope="col">Coût</th>'
    '</tr></thead><tbody><tr><th scope="row">2026</th><td>12</td></tr></tbody></table>'
)
PARTS = "".join(
    f"<h2>Partie {n}</h2><p>{'Une phrase assez longue. ' * 90}</p><h4>Détail {n}</h4><p>Fin.</p>"
    for n in (1, 2, 3)
)


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    create_network()


def a_text(**values) -> Publication:
    given = {"symbol": "P/2026/14", "body_fr": "<h2>Un</h2><p>Texte.</p>", **values}
    return create_publication(**given)


def body_of(answer) -> bytes:
    return b"".join(answer.streaming_content)


def words_of(content: bytes) -> str:
    return " ".join(
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split()
    )


def source_of(record: Publication, language: str) -> str:
    with translation.override(language):
        values = whole.contents(record, language) | {"language": language}
        return render_to_string("portal/whole.html", values)


# -- Which texts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "languages"),
    [
        ({}, ["fr"]),
        ({"body_en": "<p>Text.</p>"}, ["fr", "en"]),
        ({"body_fr": "", "body_en": "<p>Text.</p>", "original_language": "en"}, ["en"]),
        ({"access": "members"}, []),
        ({"access": "secretariat"}, []),
        ({"state": "draft"}, []),
        ({"state": "scheduled"}, []),
        ({"state": "withdrawn"}, []),
        ({"body_fr": ""}, []),
    ],
)
def test_what_everybody_may_read_and_is_written_in_the_language(values, languages):
    record = a_text(**values)
    found = [code for code in ("fr", "en", "es") if printable.texts(code).exists()]
    assert found == languages
    assert [c for c in ("fr", "en", "es") if printable.is_printable(record, c)] == languages


@pytest.mark.parametrize("state", ["machine", "outdated", "in_progress"])
def test_a_translation_that_is_not_finished_is_not_printed(state):
    record = a_text(body_en="<p>Text.</p>")
    Publication.objects.update(state_en=state)
    record.refresh_from_db()
    assert not printable.texts("en").exists()
    assert not printable.is_printable(record, "en")


def test_where_a_file_was_uploaded_that_is_the_document():
    record = a_text(body_en="<p>Text.</p>")
    add_file(record, "en", a_pdf())
    assert [c for c in ("fr", "en", "es") if printable.texts(c).exists()] == ["fr"]
    assert [c for c in ("fr", "en", "es") if printable.is_printable(record, c)] == ["fr"]


# -- Made once, and anew ---------------------------------------------------------------------------


def test_it_is_made_once_and_again_when_the_text_has_changed(django_capture_on_commit_callbacks):
    record = a_text()
    assert (whole.make_due(), whole.make_due()) == (1, 0)
    first = LightEdition.objects.get()
    record.save()
    with django_capture_on_commit_callbacks(execute=True):
        assert whole.make_due() == 1
    second = LightEdition.objects.get()
    assert second.made_at > first.made_at
    assert second.digest == first.digest  # the same words, the same bytes
    assert len(default_storage.listdir("light/whole")[1]) == 1


def test_one_that_looks_otherwise_today_is_given_until_it_is_made_anew(client, another_release):
    a_text()
    whole.make_due()
    first = LightEdition.objects.get()
    another_release()
    assert body_of(client.get(ADDRESS)).startswith(b"%PDF-")
    a_text(symbol="P/2026/15", body_en="<p>Text.</p>", body_fr="", original_language="en")
    french_and_english = whole.make_due(most=1)
    assert (french_and_english, whole.make_due()) == (2, 0)
    second = LightEdition.objects.get(language="fr")
    assert second.made_at > first.made_at
    assert second.look != first.look


def test_a_text_without_a_file_comes_before_those_that_look_otherwise(another_release):
    record = a_text()
    whole.make_due()
    another_release()
    other = a_text(symbol="P/2026/15")
    Publication.objects.filter(pk=other.pk).update(
        changed_at=record.changed_at - datetime.timedelta(days=1)
    )
    assert list(whole.due("fr")) == [other, record]


def test_the_name_of_the_network_is_on_every_sheet():
    a_text()
    whole.make_due()
    NetworkIdentity.objects.update(name_fr="Un autre conseil (exemple)")
    revision.move()
    assert whole.make_due() == 1


@pytest.mark.slow
def test_one_that_cannot_be_made_anew_stays_as_it_looks(client, settings, another_release):
    record = a_text()
    whole.make_due()
    another_release()
    Publication.objects.update(body_fr=f"<p>{'mot ' * 40}</p>" * 3_000)
    settings.REPORT_SECONDS = 1
    assert whole.make(record.pk, "fr").size > 0
    assert whole.make_due() == 0
    assert body_of(client.get(ADDRESS)).startswith(b"%PDF-")


def test_what_is_no_longer_printed_leaves_the_storage(django_capture_on_commit_callbacks):
    record = a_text(body_en="<p>Text.</p>")
    whole.make_due()
    assert whole.clear() == 0
    add_file(record, "en", a_pdf())
    with django_capture_on_commit_callbacks(execute=True):
        assert whole.clear() == 1
    assert LightEdition.objects.get().language == "fr"
    assert len(default_storage.listdir("light/whole")[1]) == 1


@pytest.mark.slow
def test_a_text_that_runs_away_is_not_tried_all_the_time(client, settings):
    settings.REPORT_SECONDS = 1
    record = a_text(body_fr=f"<p>{'mot ' * 40}</p>" * 3_000)
    assert whole.make(record.pk, "fr").size == 0
    assert whole.make_due() == 0
    assert client.get(ADDRESS).status_code == 404
    assert ADDRESS not in client.get(PAGE).content.decode()
    LightEdition.objects.update(made_at=timezone.now() - datetime.timedelta(days=2))
    Publication.objects.update(changed_at=timezone.now() - datetime.timedelta(days=3))
    settings.REPORT_SECONDS = 60
    Publication.objects.update(body_fr="<p>Court.</p>")
    assert whole.make_due() == 1
    assert body_of(client.get(ADDRESS)).startswith(b"%PDF-")


# -- Given -----------------------------------------------------------------------------------------


def test_a_reader_is_told_that_it_is_being_made_and_has_it_then(
    client, django_capture_on_commit_callbacks
):
    record = a_text()
    page = client.get(PAGE).content.decode()
    assert f'href="{ADDRESS}">PDF' in page
    waiting = client.get(ADDRESS)
    assert waiting.status_code == 202
    assert waiting.headers["Retry-After"] == "60"
    assert "no-store" in waiting.headers["Cache-Control"]
    assert waiting.cookies == {}
    assert PAGE in waiting.content.decode()

    make_whole_text(record.pk, "fr")
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    edition = LightEdition.objects.get()
    assert answer.headers["ETag"] == f'"{edition.digest}"'
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"].startswith("public, max-age=0")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert 'filename="P-2026-14-fr.pdf"' in answer.headers["Content-Disposition"]
    assert answer.cookies == {}
    assert body_of(answer).startswith(b"%PDF-")
    head = client.head(ADDRESS)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(edition.size))
    assert body_of(head) == b""
    known = client.get(ADDRESS, headers={"if-none-match": answer.headers["ETag"]})
    assert known.status_code == 304
    page = client.get(PAGE).content.decode()
    assert re.search(rf'href="{ADDRESS}">PDF[^<]*, \d', page)


def test_the_page_that_waits_names_the_text_and_leads_to_it_in_each_language(client):
    a_text(title_fr="Un titre")
    waiting = client.get(ADDRESS).content.decode()
    assert "Un titre" in waiting
    for language in ("en", "es"):
        assert f'href="/{language}/publications/P-2026-14/" lang="{language}"' in waiting
        assert client.get(f"/{language}/publications/P-2026-14/").status_code == 200


def test_search_engines_for_scholars_are_told_of_the_pdf(client):
    """In the language of the page, as long as everybody may have one made from the text there."""
    record = a_text()
    told = f'<meta name="citation_pdf_url" content="http://localhost:8000{ADDRESS}">'
    assert "citation_pdf_url" not in client.get(PAGE).content.decode()
    whole.make_due()
    assert client.get(PAGE).content.decode().count("citation_pdf_url") == 1
    assert told in client.get(PAGE).content.decode()
    assert "citation_pdf_url" not in client.get("/en/publications/P-2026-14/").content.decode()
    add_file(record, "fr", a_pdf())
    revision.move()
    page = client.get(PAGE).content.decode()
    assert page.count("citation_pdf_url") == 1
    assert told not in page


def test_the_first_reader_rings_for_a_worker_and_the_next_does_not(
    client, django_capture_on_commit_callbacks
):
    a_text()
    with django_capture_on_commit_callbacks() as bells:
        client.get(ADDRESS)
        client.get(ADDRESS)
    assert len(bells) == 1


def test_the_page_with_its_button_costs_no_further_query(client, django_assert_num_queries):
    a_text()
    whole.make_due()
    first = client.get(PAGE).content
    with django_assert_num_queries(3):
        assert client.get(PAGE).content == first


def test_members_find_it_in_their_area_too(client):
    record, reserved = a_text(), a_text(symbol="P/2026/15", access="members")
    client.force_login(create_contact())
    assert ADDRESS in client.get("/fr/space/library/P-2026-14/").content.decode()
    page = client.get(f"/fr/space/library/{reserved.dashed_symbol}/").content.decode()
    assert "<h2>Un</h2>" in page
    assert ".pdf" not in page
    add_file(record, "fr", a_pdf())
    assert ADDRESS not in client.get("/fr/space/library/P-2026-14/").content.decode()


def test_a_changed_text_is_not_given_as_it_was(client):
    record = a_text()
    whole.make_due()
    record.body_fr = "<p>Autre.</p>"
    record.save()
    assert client.get(ADDRESS).status_code == 202
    whole.make_due()
    assert "Autre." in words_of(body_of(client.get(ADDRESS)))


@pytest.mark.parametrize(
    "values",
    [{"access": "members"}, {"access": "secretariat"}, {"state": "draft"}, {"state": "withdrawn"}],
)
def test_nobody_is_given_what_is_no_longer_public(client, values):
    record = a_text()
    whole.make_due()
    for name, value in values.items():
        setattr(record, name, value)
    record.save()
    assert client.get(ADDRESS).status_code == 404
    client.force_login(create_contact())
    assert client.get(ADDRESS).status_code == 404
    assert ADDRESS not in client.get(PAGE).content.decode()
    assert whole.make(record.pk, "fr") is None


@pytest.mark.parametrize(
    "address",
    ["/es/publications/P-2026-14.pdf", "/en/publications/P-2026-14.pdf", "/fr/publications/x.pdf"],
)
def test_there_is_no_other_document(client, address):
    a_text()
    assert client.get(address).status_code == 404


def test_a_former_address_leads_to_it(client):
    record = a_text(symbol="P/2026/13")
    record.symbol = "P/2026/14"
    record.save()
    answer = client.get("/fr/publications/P-2026-13.pdf")
    assert (answer.status_code, answer.url) == (301, ADDRESS)


# -- The document ----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_it_is_a_whole_tagged_document_in_its_language(language):
    picture = create_picture()
    drawing = f'<figure><img src="/pictures/{picture.name}" alt="Une carte" width="9" height="9">'
    body = f"{PARTS}{TABLE}{drawing}<figcaption>Carte.</figcaption></figure>{NOTE}"
    record = a_text(
        regions=[create_region("R8")],
        references="Exemple, A. (2026). Un livre. https://example.org/livre",
        **{
            f"{name}_{code}": text
            for code in ("fr", "en", "es")
            for name, text in (
                ("title", "Titre <b>: 3 % ?"),
                ("summary", "Résumé."),
                ("body", body),
            )
        },
    )
    Correction.objects.create(publication=record, wording_fr="Une faute corrigée.")
    content = whole.as_pdf(record, language)

    assert pdf_structure.faults(content, language=language, html=source_of(record, language)) == []
    words = words_of(content)
    assert {"fr": "Sommaire", "en": "Contents", "es": "Índice"}[language] in words
    assert {"fr": "Page 2 sur", "en": "Page 2 of", "es": "Página 2 de"}[language] in words
    assert "/id/P-2026-14" in words
    assert "CC BY 4.0" in words
    assert "https://example.org/livre" in words.replace(" ", "")
    with pikepdf.open(io.BytesIO(content)) as document:
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
        assert len(document.pages) > 2
    assert whole.as_pdf(record, language) == content


def test_a_short_text_has_no_contents():
    assert "contents-title" not in source_of(a_text(), "fr")


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert('Hostile')</script>",
        '<img src="data:image/png;base64,iVBORw0KGgo=" alt="Hostile">',
        '<img src="file:///etc/passwd" alt="Hostile">',
        '<img src="http://127.0.0.1:1/a.png" alt="Hostile">',
        '<img src="http://localhost:8000/static/css/print.css" alt="Hostile">',
        '<img src="/pictures/../secret.png" alt="Hostile">',
        '<p style="background: url(file:///etc/passwd)">Texte</p>',
        '<link rel="stylesheet" href="http://169.254.169.254/latest">',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<iframe src="file:///etc/passwd"></iframe><object data="file:///etc/passwd"></object>',
        '<svg><image href="file:///etc/passwd"/></svg>',
        '<a href="javascript:alert(1)">lien</a>',
    ],
)
def test_a_hostile_text_brings_nothing_along(hostile):
    """Written past every form. Anything the renderer would fetch, it would refuse, and fail."""
    record = a_text()
    Publication.objects.update(body_fr=f"<p>Avant.</p>{hostile}<p>Après.</p>")
    record.refresh_from_db()
    content = whole.as_pdf(record, "fr")
    words = words_of(content)
    assert "Avant." in words
    assert "Après." in words
    assert "alert" not in words
    assert "root:" not in words
    assert printed.brought_along(content) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", printed.HOSTILE)
def test_a_hostile_name_stays_within_the_page(name):
    chapters = "".join(f"<h2>{escape(name)}</h2><p>{'Texte. ' * 400}</p>" for _number in range(3))
    table = f"<table><tr><th>{escape(name)}</th><td>{escape(name)}</td></tr></table>"
    record = a_text(
        title_fr=name, authors=name, summary_fr=name, references=name, body_fr=chapters + table
    )
    content = whole.as_pdf(record, "fr")
    assert printed.outside(content) == []
    assert printed.brought_along(content) == []
    if name.isascii():
        assert "".join(name.split()) in printed.words_of(content)


def test_a_picture_that_has_gone_is_told_in_words():
    text = '<p><img src="/pictures/AAAAAAAAAAAAAAAAAAAAAA.png" alt="Une carte"></p>'
    assert "[Une carte]" in words_of(whole.as_pdf(a_text(body_fr=text), "fr"))
