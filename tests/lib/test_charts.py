"""Charts: one scale, one table, no meaning by colour alone."""

import re

import pytest
from django.template import Context, Template
from django.utils import translation

from portal.lib import charts


def drawn(tag: str, language: str = "en", **values) -> str:
    with translation.override(language):
        return Template("{% load charts %}" + tag).render(Context(values))


def test_something_is_never_drawn_as_nothing():
    assert [charts.share_of(value, 1284) for value in (0, 1, 642, 1284)] == [0, 1, 50, 100]
    assert charts.share_of(0, 0) == 0


def test_small_multiples_share_one_scale():
    chart = charts.multiples(
        [{"label": "a", "values": [1, 2]}, {"label": "b", "values": [4, 0]}], ["2025", "2026"]
    )
    heights = [[column["height"] for column in panel["columns"]] for panel in chart["panels"]]
    assert heights == [[11, 22], [44, 0]]
    assert chart["highest"] == 4


def test_a_timeline_numbers_its_marks_by_date_and_lets_none_cover_another():
    items = [{"date": f"2026-03-{day}", "label": str(day)} for day in ("18", "14", "16")]
    chart = charts.timeline("2026-01-01", "2026-12-31", items)
    assert [(item["number"], item["label"]) for item in chart["items"]] == [
        (1, "14"),
        (2, "16"),
        (3, "18"),
    ]
    assert len({item["y"] for item in chart["items"]}) == 3
    assert len(chart["months"]) == 12


def test_a_day_outside_the_line_of_time_stands_at_its_end():
    item = {"date": "2027-05-01", "label": "late"}
    chart = charts.timeline("2026-01-01", "2026-12-31", [item])
    assert chart["items"][0]["x"] == charts.TIMELINE_WIDTH - 14


@pytest.mark.parametrize(
    ("last", "marks"), [("2026-06-30", 6), ("2028-12-31", 12), ("2033-01-01", 8)]
)
def test_a_long_time_has_fewer_marks(last, marks):
    assert len(charts.timeline("2026-01-01", last, [])["months"]) == marks


def test_a_square_says_by_letter_and_border_what_it_is():
    cells = [
        {"label": c, "name": c, "codes": codes}
        for c, codes in (("KE", ["C", "A"]), ("UG", ["C"]), ("RW", []))
    ]
    assert [(cell["look"], cell["text"]) for cell in charts.coverage(cells)["cells"]] == [
        ("full", "AC"),
        ("part", "C"),
        ("none", ""),
    ]


def test_many_states_go_on_in_a_second_row():
    cells = [{"label": "KE", "name": "Kenya", "codes": []}] * 21
    chart = charts.coverage(cells)
    assert chart["height"] == 2 * charts.CELL
    assert (chart["cells"][20]["x"], chart["cells"][20]["y"]) == (1, charts.CELL + 1)


ROW = {"label": {"value": "Lac <b>", "language": "fr"}, "count": 3}
CELL = {"label": "KE", "name": "Kenya", "codes": ["A"]}
CHARTS = {
    "bars": ('{% bar_chart "Claim" rows "Country" "Members" %}', {"rows": [ROW]}),
    "multiples": (
        '{% small_multiples "Claim" rows periods "Region" %}',
        {"rows": [{**ROW, "values": [1]}], "periods": ["2026"]},
    ),
    "timeline": (
        '{% timeline "Claim" "2026-01-01" "2026-12-31" rows "Event" %}',
        {"rows": [{**ROW, "date": "2026-02-03"}]},
    ),
    "coverage": (
        '{% coverage_grid "Claim" rows legend "Grouping" %}',
        {"rows": [{**ROW, "cells": [CELL]}], "legend": [("A", "national council")]},
    ),
}


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_has_its_claim_its_table_and_a_title_in_each_drawing(name):
    tag, values = CHARTS[name]
    html = drawn(tag, **values)
    assert '<span class="claim">Claim</span>' in html
    assert html.count("<svg") == len(re.findall(r"<svg[^>]*><title>[^<]+</title>", html))
    assert len(re.findall('<th scope="(?:col|row)"', html)) == html.count("<th ")
    assert '<th scope="row"><span lang="fr">Lac &lt;b&gt;</span>' in html
    assert "<b>" not in html


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_without_rows_is_drawn(name):
    tag, values = CHARTS[name]
    assert "Claim" in drawn(tag, **{**values, "rows": []})


@pytest.mark.parametrize("name", ["multiples", "timeline", "coverage"])
def test_a_drawing_is_the_same_in_every_language(name):
    """A French decimal comma in an attribute would be a list of two numbers."""
    tag, values = CHARTS[name]
    places = [
        re.findall(
            r' (?:x|y|cx|cy|d|width|height|viewBox)="([^"]*)"', drawn(tag, language, **values)
        )
        for language in ("en", "fr", "es")
    ]
    assert places[0] == places[1] == places[2] != []
    assert "," not in "".join(places[1])
