"""Every kind of report on paper: structure, hostile names, what no font has."""

import datetime
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from publications.models import Report
from publications.models.reports import ReportKind
from publications.reports import making, showing
from publications.reports.kinds import KINDS
from tests import factories, pdf_structure

pytestmark = pytest.mark.django_db

LANGUAGES = ("fr", "en", "es")
PRIVATE = "\U000f1234"  # for private use: no machine has a font for it
ARABIC = "المجلس \u202eلسلجم\u202c"
LONG = "Wohlfahrt" * 20
MARKUP = "<b>Conseil</b> & </svg><script>"
HOSTILE = {
    "markup": f"{MARKUP} {{{{ x }}}}",
    "very long": LONG,
    "right to left": ARABIC,
    "emoji and a script without font": f"Lac 🌍 {PRIVATE}",
}


def year() -> int:
    return timezone.localdate().year


def report_on(kind: str, subject, language: str) -> Report:
    return Report(
        kind=kind,
        organisation=subject["organisation"] if kind in ("certificate", "member") else None,
        region=subject["region"] if kind == "region" else None,
        language=language,
        year=year(),
    )


def paper_of(kind: str, subject: dict, language: str) -> tuple[bytes, str]:
    """The PDF, and the HTML it is laid out from."""
    data = making.frozen_data(report_on(kind, subject, language))
    values = showing.context(kind=kind, data=data, language=language)
    with translation.override(language):
        html = render_to_string(KINDS[kind].TEMPLATE, values)
    return making.render_data(kind=kind, data=data, language=language), html


def said_in(content: bytes) -> str:
    """All that is printed, without spaces and without the hyphens at the ends of lines."""
    with pypdfium2.PdfDocument(content) as document:
        return pdf_structure.compact(
            "".join(page.get_textpage().get_text_bounded() for page in document)
        )


@pytest.fixture
def house():
    """A region with a member that did all there is to do; everything has one name to change."""
    factories.create_network()
    axes = [factories.create_axis(number) for number in range(1, 8)]
    region = factories.create_region("R8")
    kenya = factories.create_country("KE")
    factories.create_grouping(countries=[kenya]).regions.add(region)
    council = factories.create_organisation(
        name="Lake council", category="A", country=kenya, acronym="LAC"
    )
    long_ago = timezone.localdate() - datetime.timedelta(days=90)
    factories.create_invoice(council, issued_on=long_ago, due_on=long_ago)
    factories.create_contact(council)
    today = timezone.localdate()
    activity = factories.create_activity(
        axis=axes[0], regions=[region], organisations=[council], starts_on=today
    )
    event = factories.create_event(axis=axes[1], regions=[region], days=0)
    ahead = factories.create_event(axis=axes[1], regions=[region], days=20)
    publication = factories.create_publication(regions=[region], axes=axes[:2], published_on=today)
    publication.organisations.add(council)
    factories.create_emerging_issue(region=region)
    return {
        "organisation": council,
        "region": region,
        "titled": [activity, event, ahead, publication],
    }


def rename(house: dict, name: str):
    """Give the name to the member and to all it did, in each language it has."""
    organisation = house["organisation"]
    organisation.name_en = organisation.name_fr = organisation.name_es = name
    organisation.acronym = name[:20]
    organisation.save()
    for record in house["titled"]:
        record.title_en = record.title_fr = record.title_es = name
        record.save()


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ReportKind.values)
def test_each_report_has_a_structure_without_fault(house, kind, language):
    content, html = paper_of(kind, house, language)
    with pikepdf.open(BytesIO(content)) as document:
        assert len(document.attachments) == 1
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
    assert pdf_structure.faults(content, language=language, html=html) == []
    assert pdf_structure.outside(content) == []
    said = said_in(content)
    assert {"fr": "(exemple)", "en": "(example)", "es": "(ejemplo)"}[language] in said
    assert "\u202f" not in said


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", ReportKind.values)
def test_no_name_leaves_its_sheet_or_becomes_mark_up(house, kind, name):
    rename(house, HOSTILE[name])
    content, html = paper_of(kind, house, "en")
    # Of a row in which something runs from right to left PDFium turns round the order.
    source = html if name != "right to left" else ""
    assert pdf_structure.faults(content, language="en", html=source) == []
    assert pdf_structure.outside(content) == []
    assert "<script>" not in html
    said = said_in(content)
    if name == "markup":
        assert pdf_structure.compact(MARKUP) in said
    if name == "very long":
        assert LONG in said
    told = "has no font for some characters" in " ".join(html.split())
    assert told == (name == "emoji and a script without font")
    if told:
        assert "U+F1234" in html
        assert PRIVATE not in said


@pytest.mark.slow
def test_what_should_have_been_done_is_marked(house):
    _content, html = paper_of("member", house, "en")
    rows = making.frozen_data(report_on("member", house, "en"))["due"]
    printed = html.split("What is due")[1].split("</ul>")[0].split("<li>")[1:]
    today = timezone.localdate().isoformat()
    assert ["overdue" in row for row in printed] == [row["date"] < today for row in rows]
    assert {row["what"]: row["date"] < today for row in rows}["dues"]
