"""What machines are told of a publication, read back by the programs that will read it."""

import io
import json
import re

import bibtexparser
import pytest
import rispy
from bibtexparser.bparser import BibTexParser
from bibtexparser.customization import convert_to_unicode
from django.db import transaction
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from publications import credits
from publications.credits import Credit
from publications.metadata import bibtex, csl, dublin_core, jsonld, ris
from publications.metadata.citation import citation
from publications.metadata.record import Person, Record, record_of
from publications.models import Series
from tests.documents import add_file
from tests.factories import create_axis, create_country, create_publication, create_region

pytestmark = pytest.mark.django_db
FORMS = ("bib", "ris", "csl.json", "jsonld", "dc.xml")
DC = "{http://purl.org/dc/elements/1.1/}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def publication():
    series = Series.objects.create(
        slug="notes", title_fr="Cahiers (exemple)", title_en="Notes (example)", issn="1234-5679"
    )
    found = create_publication(
        symbol="P/2026/14",
        title_fr="L’équité & le coût : 50 % d’{équité} #1_a",
        title_en="Work & cost: 50% {equity} #1_a <b>",
        summary_fr="Résumé à lire.",
        summary_en="A summary.",
        doi="10.1234/abc",
        series=series,
        number_in_series="12",
        axes=[create_axis(4)],
        regions=[create_region("R8")],
        countries=[create_country("KE")],
    )
    credits.record(
        found,
        [
            Credit(
                "Zoé Exemple-Muestra", "Exemple-Muestra", "Conseil (exemple)", "0000-0002-1825-0097"
            ),
            Credit("Groupe régional R8"),
        ],
    )
    add_file(found, "fr")
    return found


def got(client, form: str, symbol: str = "P-2026-14"):
    answer = client.get(f"/id/{symbol}.{form}")
    assert answer.status_code == 200
    assert not answer.cookies
    return answer


# -- Read back -----------------------------------------------------------------------------------


def test_bibtex_is_read_back(client, publication):
    answer = got(client, "bib")
    assert answer.headers["Content-Type"] == "application/x-bibtex; charset=utf-8"
    text = answer.content.decode()
    assert text.isascii()
    parser = BibTexParser(common_strings=True)
    parser.customization = convert_to_unicode
    (entry,) = bibtexparser.loads(text, parser).entries
    assert (entry["ENTRYTYPE"], entry["ID"]) == ("techreport", "P-2026-14")
    title = re.sub(r"[{}\\\\]", "", entry["title"])
    assert title == "L'équité & le coût : 50 % d'textbraceleftéquitétextbraceright #1_a"
    people = [re.sub(r"[{}]", "", name) for name in entry["author"].split(" and ")]
    assert people == ["Exemple-Muestra, Zoé", "Groupe régional R8"]
    assert (entry["year"], entry["doi"], entry["issn"], entry["volume"]) == (
        str(publication.published_on.year),
        "10.1234/abc",
        "1234-5679",
        "12",
    )
    assert entry["url"] == "http://localhost:8000/id/P-2026-14"


def test_bibtex_writes_letters_as_tex_does():
    assert bibtex.escaped("Œuvre, ñandú, Łódź, l’«Île»…") == (
        "{\\OE}uvre, {\\~{n}}and{\\'{u}}, {\\L}{\\'{o}}d{\\'{z}}, "
        "l'{\\guillemotleft}{\\^{I}}le{\\guillemotright}{\\ldots}"
    )


def test_ris_is_read_back(client, publication):
    answer = got(client, "ris")
    (entry,) = rispy.load(io.StringIO(answer.content.decode(), newline=None))
    assert entry["type_of_reference"] == "RPRT"
    assert entry["title"] == "L’équité & le coût : 50 % d’{équité} #1_a"
    assert entry["authors"] == ["Exemple-Muestra, Zoé", "Groupe régional R8"]
    assert entry["year"] == str(publication.published_on.year)
    assert (entry["doi"], entry["issn"]) == ("10.1234/abc", "1234-5679")
    assert entry["urls"] == ["http://localhost:8000/id/P-2026-14"]


def test_csl_json_is_read_back(client, publication):
    (item,) = json.loads(got(client, "csl.json").content)
    assert item["type"] == "report"
    assert item["title"] == publication.title_fr
    assert item["author"] == [
        {"family": "Exemple-Muestra", "given": "Zoé"},
        {"literal": "Groupe régional R8"},
    ]
    day = publication.published_on
    assert item["issued"] == {"date-parts": [[day.year, day.month, day.day]]}
    assert (item["collection-title"], item["collection-number"]) == ("Cahiers (exemple)", "12")


def test_jsonld_tells_each_text_with_its_language(client, publication):
    thing = json.loads(got(client, "jsonld").content)
    assert thing["@id"] == "http://localhost:8000/id/P-2026-14"
    assert thing["name"] == [
        {"@language": "fr", "@value": publication.title_fr},
        {"@language": "en", "@value": publication.title_en},
    ]
    assert thing["inLanguage"] == ["fr", "en"]
    assert thing["author"][0]["@id"] == "https://orcid.org/0000-0002-1825-0097"
    assert thing["encoding"][0]["contentUrl"].endswith("/fr/publications/P-2026-14/fr/file")
    assert thing["isPartOf"]["issn"] == "1234-5679"


def test_dublin_core_tells_each_text_with_its_language(client, publication):
    root = etree.fromstring(got(client, "dc.xml").content)
    titles = [(child.get(XML_LANG), child.text) for child in root.iter(f"{DC}title")]
    assert titles == [("fr", publication.title_fr), ("en", publication.title_en)]
    assert [child.text for child in root.iter(f"{DC}creator")] == [
        "Exemple-Muestra, Zoé",
        "Groupe régional R8",
    ]
    assert "10.1234/abc" in etree.tostring(root, encoding="unicode")


# -- Where it is given ---------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_of_a_members_text_no_file_and_of_the_secretariats_nothing_is_told(client, form):
    reserved = create_publication(
        symbol="P/2026/15", access="members", body_fr="<p>Corps</p>", title_fr="Réservé"
    )
    add_file(reserved, "fr")
    shown = got(client, form, "P-2026-15").content.decode()
    assert "Corps" not in shown and "fr/file" not in shown
    for values in ({"access": "secretariat"}, {"state": "draft"}, {"state": "withdrawn"}):
        hidden = create_publication(**values)
        assert client.get(f"/id/{hidden.dashed_symbol}.{form}").status_code == 404


@pytest.mark.parametrize("address", ["/id/P-2026-14.exe", "/id/P-2026-99.bib", "/id/x.bib"])
def test_there_is_no_other_form_and_no_other_text(client, publication, address):
    assert client.get(address).status_code == 404


def test_a_symbol_in_small_letters_leads_to_the_one_address(client, publication):
    answer = client.get("/id/p-2026-14.bib")
    assert (answer.status_code, answer.url) == (301, "/id/P-2026-14.bib")


@pytest.mark.parametrize(
    ("accept", "address"),
    [
        ("application/x-bibtex", "/id/P-2026-14.bib"),
        ("application/x-research-info-systems", "/id/P-2026-14.ris"),
        ("application/vnd.citationstyles.csl+json", "/id/P-2026-14.csl.json"),
        ("application/ld+json", "/id/P-2026-14.jsonld"),
        ("application/xml;q=0.5, application/ld+json", "/id/P-2026-14.jsonld"),
        (
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "/fr/publications/P-2026-14/",
        ),
        ("*/*", "/fr/publications/P-2026-14/"),
        ("image/png", "/fr/publications/P-2026-14/"),
        ("", "/fr/publications/P-2026-14/"),
    ],
)
def test_a_program_gets_the_form_it_asks_for(client, publication, accept, address):
    answer = client.get("/id/P-2026-14", headers={"accept": accept} if accept else {})
    assert answer.url == address
    assert answer.status_code == (302 if "publications" in address else 303)
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_page_tells_machines_what_it_is(client, publication, language):
    page = client.get(f"/{language}/publications/P-2026-14/").content.decode()
    thing = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert thing == json.loads(json.dumps(jsonld.jsonld(record_of(publication))))
    assert '<meta name="citation_author" content="Exemple-Muestra, Zoé">' in page
    assert '<link rel="cite-as" href="http://localhost:8000/id/P-2026-14">' in page
    for form in ("bib", "ris", "csl.json", "dc.xml"):
        assert f'href="/id/P-2026-14.{form}"' in page


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("fr", "Exemple-Muestra, Z. et Groupe régional R8"),
        ("en", "Exemple-Muestra, Z. and Groupe régional R8"),
        ("es", "Exemple-Muestra, Z. y Groupe régional R8"),
    ],
)
def test_the_citation_is_in_the_readers_language(publication, language, written):
    with translation.override(language):
        shown = str(citation(record_of(publication)))
    assert shown.split(").")[0] == f"{written} ({publication.published_on.year}"
    code = "fr" if language == "es" else language
    assert f'<cite lang="{code}">' in shown
    assert "https://doi.org/10.1234/abc" in shown and "(P/2026/14)" in shown


# -- Nothing a title holds can break a form ------------------------------------------------------

texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("{}\\%&$#_~^\"'<>\n@,=éñŁœ"),
    min_size=1,
    max_size=60,
).filter(lambda text: text.strip())


@pytest.fixture(scope="module")
def plain_record(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        found = record_of(create_publication())
        transaction.set_rollback(True)
    return found


@pytest.mark.slow
@settings(deadline=None)
@given(title=texts, name=texts)
def test_any_text_is_held(plain_record, title, name):
    values = plain_record.__dict__ | {
        "titles": {"fr": title},
        "summaries": {"fr": title},
        "authors": [Person(name=name), Person(name=name, family=name)],
    }
    record = Record(**values)
    written = bibtex.bibtex(record)
    assert written.count("{") == written.count("}")
    assert len(bibtexparser.loads(written, BibTexParser(common_strings=True)).entries) == 1
    lines = ris.ris(record).split("\r\n")
    assert all(re.match(r"^[A-Z][A-Z0-9]  - ", line) for line in lines if line)
    assert lines[-2] == "ER  - "
    assert csl.csl(record)[0]["title"] == title
    embedded = str(jsonld.in_page(record))
    assert "<" not in embedded and json.loads(embedded)["name"][0]["@value"] == title
    root = etree.fromstring(dublin_core.dublin_core(record))
    assert root.find(f"{DC}title") is not None
