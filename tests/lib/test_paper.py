"""Printed documents: contents made from the headings, spaces that fonts have, kept texts."""

from io import BytesIO

import pikepdf
import pypdfium2 as pdfium
import pytest
from django.template import Context, Template
from django.utils import translation

from portal.lib import paper, pdf
from tests import pdf_structure


def test_every_h2_becomes_a_line_and_gets_a_place():
    html = '<h2>One</h2><h3>Under it</h3><h2 id="own" lang="es">Dos</h2>'
    headings, placed = paper.with_places(html)
    assert headings == [("section-1", "One", "", 2), ("own", "Dos", "es", 2)]
    assert placed == ('<h2 id="section-1">One</h2><h3>Under it</h3><h2 id="own" lang="es">Dos</h2>')


def test_deeper_headings_are_lines_when_asked_for():
    headings, placed = paper.with_places("<h2>One</h2><h3 class=x>Under it</h3>", depth=3)
    assert [(heading.text, heading.level) for heading in headings] == [("One", 2), ("Under it", 3)]
    assert '<h3 id="section-2" class=x>' in placed


def test_a_line_is_the_words_of_its_heading_alone():
    html = "<h2><svg><title>Axis 1</title></svg> Law &amp; <b>rights</b>\n &lt;b&gt;</h2>"
    headings, _placed = paper.with_places(html)
    assert headings[0].text == "Law &amp; rights &lt;b&gt;"


def test_the_number_of_a_note_is_no_part_of_a_line():
    note = '<sup><a href="#fn-1" id="fnref-1" role="doc-noteref">1</a></sup>'
    headings, _placed = paper.with_places(f"<h2>Law{note}</h2>")
    assert headings[0].text == "Law"


def test_headings_skip_no_level():
    html = "<h3>A</h3><h4 lang=es>B</h4><h2>C</h2><h4>D</h4><h4>E</h4><h3>F</h3>"
    assert paper.without_gaps(html) == (
        "<h2>A</h2><h3 lang=es>B</h3><h2>C</h2><h3>D</h3><h3>E</h3><h3>F</h3>"
    )
    assert paper.without_gaps("<h2>A</h2><h4>B</h4>", under=2) == "<h3>A</h3><h4>B</h4>"


def test_the_narrow_space_becomes_one_that_print_fonts_have():
    assert paper.fit_for_paper("93\u202f%") == ("93\u00a0%", [], False)


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("<p>du 1er janvier au 31 mars</p>", "<p>du 1<sup>er</sup>~janvier au 31~mars</p>"),
        ("<p>10 July 2026</p>", "<p>10~July~2026</p>"),
        ("<p>el 1 de enero de 2026</p>", "<p>el 1~de~enero~de~2026</p>"),
        (
            "<p>1er\u00a0juin, 3 de mayo de ese año</p>",
            "<p>1<sup>er</sup>~juin, 3~de~mayo de ese año</p>",
        ),
        ("<p>3 de 8, 4 sur 16, 1 of 2</p>", "<p>3~de~8, 4~sur~16, 1~of~2</p>"),
        ("<p>3 de ocho</p>", "<p>3 de ocho</p>"),
        (
            '<a href="https://example.org/a">https://example.org/a</a>',
            '<a href="https://example.org/a"><span class="together">https://example</span>.org/a</a>',
        ),
        ("<h1 lang=fr>Un socle de bas en haut</h1>", "<h1 lang=fr>Un socle de bas en~haut</h1>"),
        ("<h1><span>Le soin (exemple)</span>\n</h1>", "<h1><span>Le soin~(exemple)</span>\n</h1>"),
        ("<h1>Un mot indivisiblement long</h1>", "<h1>Un mot indivisiblement long</h1>"),
        (
            '<p class="lead">and fishery\n workers.</p>',
            '<p class="lead">and fishery\n workers.</p>',
        ),
        ('<p class="lead">and fishery workers.</p>', '<p class="lead">and fishery~workers.</p>'),
        ("<p>and fishery workers.</p>", "<p>and fishery workers.</p>"),
        ("<p>14 marchers, 2026 May</p>", "<p>14 marchers, 2026 May</p>"),
        ("<title>le 1er mai</title><p title='1er mai'>a</p>",) * 2,
    ],
)
def test_no_line_ends_where_a_reader_would_stumble(written, printed):
    assert paper.fit_for_paper(written).html == printed.replace("~", "\u00a0")


def test_our_fonts_have_names_in_these_scripts():
    names = "Łódź Đắk Lắk Εθνικό Συμβούλιο Национальный المجلس राष्ट्रीय"
    html, unshown, has_other_scripts = paper.fit_for_paper(f"<p>{names}</p>")
    assert (html, unshown, has_other_scripts) == (f"<p>{names}</p>", [], True)


def test_what_no_font_has_is_replaced_and_told():
    """Planes for private use: a machine with fonts for every script has none for these."""
    html = "<p title='\U000f1234'>Lac\U000f1234 &amp; \U000f1235\U000e0001</p><p>seen</p>"
    fitted = paper.fit_for_paper(html)
    assert fitted.html == "<p title='\U000f1234'>Lac\ufffd &amp; \ufffd</p><p>seen</p>"
    assert fitted.unshown == [("Lac\ufffd &amp; \ufffd", "U+F1234 U+F1235")]


def test_the_document_says_which_names_it_could_not_show():
    page = "{% load paper %}{% paper %}<head></head><body>{{ name }}</body>{% endpaper %}"
    with translation.override("en"):
        html = Template(page).render(Context({"name": "<b>\U000f1234"}))
    assert "<li>&lt;b&gt;\ufffd (U+F1234)</li>" in html
    assert "print_scripts" not in html
    html = Template(page).render(Context({"name": "Ελλάς"}))
    assert "print_scripts.css" in html
    assert "<li>" not in html


def test_no_box_is_printed_for_hostile_names():
    """Each name is either shown by a font that has it, or told at the end."""
    page = (
        '{% load paper %}{% paper %}<html lang="en"><head><title>Names</title>'
        '<link rel="stylesheet" href="/static/css/print.css"></head><body>'
        "<h1>{{ name }}</h1></body></html>{% endpaper %}"
    )
    name = "Εθνικό राष्ट्रीय المجلس \U000f1234 " + "long" * 60 + "<script>"
    with translation.override("en"):
        content = pdf.from_html(Template(page).render(Context({"name": name})))
    with pikepdf.open(BytesIO(content)) as document:
        fonts = {
            str(font.BaseFont) for page in document.pages for font in page.Resources.Font.values()
        }
    assert any("Noto" in font and "Devanagari" in font for font in fonts)
    assert any("Noto" in font and "Arabic" in font for font in fonts)
    assert "<script>" in "".join(pdf_structure.marked_words(content).values())
    page_width = pdfium.PdfDocument(content)[0].get_width()
    boxes = [item.get_bounds() for item in pdfium.PdfDocument(content)[0].get_objects()]
    assert max(box[2] for box in boxes) < page_width - 40


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ({"value": "Lac <b>", "language": "en"}, "Lac &lt;b&gt;"),
        (
            {"value": "Lac", "language": "fr"},
            '<span lang="fr">Lac</span> <span class="fallback">in French</span>',
        ),
        ("<i>plain</i>", "&lt;i&gt;plain&lt;/i&gt;"),
        (None, ""),
    ],
)
def test_a_kept_text_says_its_language(text, printed):
    with translation.override("en"):
        html = Template("{% load paper %}{% kept text %}").render(Context({"text": text}))
    assert html == printed
