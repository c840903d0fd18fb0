"""A dossier: texts that a reader chose, as one small file, with nothing kept of who chose what."""

import io
import re

import pytest
from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape
from pypdf import PdfReader

from portal.light import dossiers, editions
from tests import pdf_structure, printed
from tests.factories import create_network, create_publication, create_region

pytestmark = pytest.mark.django_db
BODY = (
    '<h2>Titre : un</h2><p>Du texte<sup><a href="#fn-1" id="fnref-1" role="doc-noteref" '
    'aria-label="Note 1">1</a></sup>.</p><section class="footnotes"><ol><li id="fn-1"><p>La note. '
    '<a href="#fnref-1" role="doc-backlink">↩</a></p></li></ol></section>'
)
PAGE = "/fr/light/dossier/"


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    create_network()


@pytest.fixture
def texts():
    return [
        create_publication(symbol=f"P/2026/{number}", title_fr=f"Texte {number}", body_fr=BODY)
        for number in (14, 15, 16)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_pdf_is_read_in_its_order_and_says_where_it_is_from(texts, language):
    texts[0].body_fr = "<h4>Trop bas</h4><p>Texte.</p>"
    texts[0].save()
    create_publication(
        title_es="Título",
        body_fr=BODY,
        symbol="P/2026/17",
    )
    chosen = dossiers.chosen(["P-2026-14", "P-2026-17"], "fr").texts
    parts = dossiers.told(chosen, language)
    content = dossiers.as_pdf(parts, language)
    with translation.override(language):
        values = dossiers.print_context(parts, language) | {"language": language}
        html = render_to_string("portal/light_dossier.html", values)
    assert pdf_structure.faults(content, language=language, html=html) == []
    words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    address = f"http://localhost:8000/{language}/light/dossier/?p=P-2026-14&p=P-2026-17"
    assert address in words.replace(" ", "").replace("\n", "")
    assert dossiers.as_pdf(parts, language) == content
    # On which page each begins.
    listed = printed.words_of(content)
    assert "P/2026/142" in listed and "P/2026/173" in listed


@pytest.mark.slow
def test_hostile_names_stay_within_the_page_and_bring_nothing_along():
    texts = [
        create_publication(
            title_fr=name, authors=name, body_fr=f"<h2>Un</h2><p>{escape(name) * 9}</p>"
        )
        for name in printed.HOSTILE
    ]
    content = dossiers.as_pdf(dossiers.told(texts, "fr"), "fr")
    assert printed.outside(content) == []
    assert printed.brought_along(content) == []
    words = printed.words_of(content)
    for name in (printed.HOSTILE[0], printed.HOSTILE[2]):
        assert "".join(name.split()) in words


def boxes(page: str) -> dict[str, bool]:
    """The texts of the page, and whether each is ticked."""
    found = re.findall(r'<input type="checkbox" name="p" [^>]*value="([^"]+)"( checked)?', page)
    return {value: bool(checked) for value, checked in found}


def test_a_reader_chooses_and_has_one_file(client, texts):
    page = client.get(PAGE).content.decode()
    assert boxes(page) == {"P-2026-16": False, "P-2026-15": False, "P-2026-14": False}
    assert "dossier.txt" not in page

    page = client.get(f"{PAGE}?p=P-2026-16&p=P-2026-14").content.decode()
    assert boxes(page) == {"P-2026-16": True, "P-2026-14": True, "P-2026-15": False}
    assert 'href="/fr/light/dossier.txt?p=P-2026-16&amp;p=P-2026-14"' in page

    answer = client.get("/fr/light/dossier.txt?p=P-2026-16&p=P-2026-14")
    text = answer.content.decode("utf-8-sig")
    assert text.index("Texte 16") < text.index("Texte 14")
    assert text.count(dossiers.RULE) == text.count("## Titre") == 2
    assert "Texte 15" not in text
    assert "\ufeff" not in text
    assert re.search(rf"{len(answer.content):,}".replace(",", ".") + r"|\d[,.]\d\sKio", page)
    assert answer["Content-Disposition"] == 'attachment; filename="dossier-fr.txt"'
    assert answer.cookies == {}


@pytest.mark.parametrize("is_made", [True, False])
def test_the_pdf_is_tagged_and_about_as_large_as_its_button_says(client, texts, is_made):
    if is_made:
        editions.make_due()
    answer = client.post("/fr/light/dossier.pdf", {"p": ["P-2026-16", "P-2026-14"]})
    assert answer["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fr"
    pages = [page.extract_text().replace("\u00a0", " ") for page in reader.pages]
    assert len(pages) == 3
    assert "Texte 16" in pages[1]
    assert "Texte 14" in pages[2]
    assert "no-store" in answer["Cache-Control"]
    assert answer.cookies == {}
    chosen = [texts[2], texts[0]]
    told = dossiers.pdf_size(chosen, dossiers.told(chosen, "fr"), "fr")
    assert abs(told - len(answer.content)) < len(answer.content) * 0.2


def test_each_text_keeps_its_own_notes(texts):
    body = dossiers.told(texts[:1], "fr")[0]["body"]
    named = dossiers.apart(body, "P-2026-14").value
    assert 'href="#P-2026-14-fn-1"' in named
    assert 'id="P-2026-14-fnref-1"' in named
    assert dossiers.apart(body._replace(value='<p>id="x"</p>'), "P").value == '<p>id="x"</p>'


@pytest.mark.parametrize(
    "values",
    [{"access": "members"}, {"access": "secretariat"}, {"state": "draft"}, {"state": "withdrawn"}],
)
def test_what_not_everybody_may_read_is_in_no_dossier(client, texts, values):
    create_publication(symbol="P/2026/20", title_fr="Réservé", body_fr=BODY, **values)
    for symbol in ("P-2026-20", "P-2026-99"):  # which answers like a text that is not
        page = client.get(f"{PAGE}?p={symbol}&p=P-2026-14").content.decode()
        assert "Réservé" not in page
        assert f"par tout le monde\u00a0: {symbol.replace('-', '/')}." in page
        assert client.get(f"/fr/light/dossier.txt?p={symbol}").status_code == 404
        answer = client.post("/fr/light/dossier.pdf", {"p": [symbol]})
        assert answer.url == "/fr/light/dossier/?"


def test_a_text_that_is_not_in_the_language_is_left_out(client):
    create_publication(symbol="P/2026/14", title_en=None, summary_en=None)
    assert client.get("/en/light/dossier.txt?p=P-2026-14").status_code == 404
    page = client.get("/en/light/dossier/?p=P-2026-14").content.decode()
    assert "P/2026/14" in page
    assert boxes(page) == {}


def test_there_is_an_end_to_it(client, texts, monkeypatch):
    monkeypatch.setattr(dossiers, "MOST", 2)
    page = client.get(f"{PAGE}?p=P-2026-14&p=P-2026-15&p=P-2026-16").content.decode()
    assert "au plus 2 textes" in page
    monkeypatch.setattr(dossiers, "LARGEST", 100)
    page = client.get(f"{PAGE}?p=P-2026-14").content.decode()
    assert "choisissez moins de textes" in page
    assert 'action="/fr/light/dossier.pdf"' not in page
    answer = client.post("/fr/light/dossier.pdf", {"p": ["P-2026-14"]})
    assert answer.url == "/fr/light/dossier/?p=P-2026-14"


def test_the_list_that_was_filtered_is_offered_and_the_words_narrow_it(
    client, texts, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        create_publication(
            symbol="P/2026/21", title_fr="Pluies", regions=[create_region("R8")], kind="report"
        )
        create_publication(symbol="P/2026/22", title_fr="Pluies et vents", kind="speech")
    page = client.get(f"{PAGE}?region=R8").content.decode()
    assert boxes(page) == {"P-2026-21": False}
    assert '<input type="hidden" name="region" value="R8">' in page
    page = client.get(f"{PAGE}?q=pluies&p=P-2026-14").content.decode()
    assert boxes(page) == {"P-2026-14": True, "P-2026-21": False, "P-2026-22": False}
    assert boxes(client.get(f"{PAGE}?q=orages").content.decode()) == {}


@pytest.mark.parametrize("query", ["p=%00", "p=", "p=../..", "p=P-2026-14%27", "q=%00", "p=é" * 50])
def test_whatever_stands_in_the_address_is_borne(client, texts, query):
    assert client.get(f"{PAGE}?{query}").status_code == 200


def test_another_site_cannot_have_it_laid_out_and_nobody_without_end(client, texts):
    sent = {"p": ["P-2026-14"]}
    elsewhere = {"sec-fetch-site": "cross-site"}
    assert client.post("/fr/light/dossier.pdf", sent, headers=elsewhere).status_code == 403
    cache.set("rate:dossier:127.0.0.1", 30)
    assert client.post("/fr/light/dossier.pdf", sent).status_code == 429
    assert client.get("/fr/light/dossier.pdf").url == PAGE


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_asks_as_often_for_three_texts(client, django_assert_num_queries, count):
    for number in range(count):
        create_publication(symbol=f"P/2026/{40 + number}", body_fr=BODY)
        create_publication(symbol=f"P/2026/{50 + number}", body_fr=BODY)
    query = "&".join(f"p=P-2026-{40 + number}" for number in range(count))
    client.get("/fr/contact/")
    with django_assert_num_queries(3):
        client.get(f"{PAGE}?{query}")


def test_a_text_and_the_list_lead_to_it(client, texts):
    editions.make_due()
    assert (
        f'href="{PAGE}?p=P-2026-14"' in client.get("/fr/publications/P-2026-14/").content.decode()
    )
    page = client.get("/fr/publications/?kind=report").content.decode()
    assert f'href="{PAGE}?kind=report"' in page
