"""Printed documents: contents made from the headings, spaces that fonts have, kept texts."""

import pytest
from django.template import Context, Template
from django.utils import translation

from portal.lib import paper


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


def test_the_narrow_space_becomes_one_that_print_fonts_have():
    assert paper.fit_for_paper("93\u202f%") == "93\u00a0%"


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
