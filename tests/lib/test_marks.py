"""The marks: valid drawings, the right cell and rib, and words for who cannot see them."""

import re
from xml.etree import ElementTree

import pytest
from django.template import Context, Template
from django.utils import translation

from portal.lib import marks
from portal.lib.maps import REGION_FILLS
from tests.factories import create_axis, create_organisation, create_publication, create_region

DRAWINGS = {
    "grid": lambda title: marks.region_grid(8, title),
    "logo": lambda title: marks.logo(title),
    "fan": lambda title: marks.axis_fan(3, title),
    "empty fan": lambda title: marks.axis_fan(0, title),
}


def parsed(svg):
    return ElementTree.fromstring(svg)


def classes(element):
    return element.get("class", "").split()


def rendered(source, language="en", **context):
    with translation.override(language):
        return Template("{% load marks text %}" + source).render(Context(context))


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).strip()


# -- Drawings --------------------------------------------------------------------------------------


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_a_drawing_with_a_title_is_a_picture(draw):
    svg = parsed(draw("Région 8 <sur> 9"))
    assert svg.get("role") == "img"
    assert svg.find("title").text == "Région 8 <sur> 9"
    assert svg.get("aria-hidden") is None


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_a_drawing_without_a_title_is_hidden_from_readers(draw):
    svg = parsed(draw(""))
    assert svg.get("aria-hidden") == "true"
    assert svg.find("title") is None


@pytest.mark.parametrize("number", range(1, 10))
def test_a_region_is_where_its_cell_is(number):
    others, own = parsed(marks.region_grid(number))
    assert classes(own) == ["m-region", f"r{number}"]
    assert own.get("fill") == REGION_FILLS[f"R{number}"]
    x, y = re.match(r"M(\d+) (\d+)", own.get("d")).groups()
    assert (int(x) // 8, int(y) // 8) == ((number - 1) % 3, (number - 1) // 3)
    assert others.get("d").count("M") == 8
    assert own.get("d") not in others.get("d")


def test_the_logo_has_nine_cells_in_nine_colours():
    cells = list(parsed(marks.logo()))
    assert [classes(cell)[1] for cell in cells] == [f"r{number}" for number in range(1, 10)]
    assert len({cell.get("fill") for cell in cells}) == 9


@pytest.mark.parametrize("number", range(1, 8))
def test_an_axis_is_the_rib_that_is_filled(number):
    others, own = parsed(marks.axis_fan(number))
    assert (classes(others), classes(own)) == (["m-off"], ["m-on"])
    assert others.get("d").count("M") == 6
    points = [float(x) for x in re.findall(r"[ML](-?[\d.]+) ", own.get("d"))]
    middle = sum(points) / len(points)
    neighbours = [rib_middle(n) for n in range(1, 8)]
    assert neighbours == sorted(neighbours)
    assert middle == pytest.approx(neighbours[number - 1])


def rib_middle(number):
    points = [float(x) for x in re.findall(r"[ML](-?[\d.]+) ", marks.rib_path(number))]
    return sum(points) / len(points)


def test_the_fan_stays_within_its_frame():
    numbers = re.findall(
        r"(-?[\d.]+) (-?[\d.]+)(?=[LAz])", "".join(map(marks.rib_path, range(1, 8)))
    )
    assert all(0 <= float(x) <= 50 and 0 <= float(y) <= 26 for x, y in numbers)


def test_marks_are_small():
    """A list shows dozens of them: what one costs, compressed or not, is multiplied."""
    assert len(marks.region_grid(8)) <= 420
    assert len(marks.axis_fan(3)) <= 720
    assert len(marks.logo()) <= 720


# -- Tags ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_region_mark_says_code_and_name_in_the_language_it_is_in():
    region = create_region("R8", original_language="es", name_fr=None, name_en=None)
    html = rendered("{% region_mark region %}", language="fr", region=region)
    assert text_of(html) == "R8 Region R8 (ejemplo) en espagnol"
    assert '<span lang="es">Region R8 (ejemplo)</span>' in html
    assert text_of(rendered("{% region_mark region short=True %}", region=region)) == "R8"


def test_an_axis_mark_says_its_number():
    assert text_of(rendered("{% axis_mark 4 %}")) == "Axis 4"


def test_a_pill_carries_its_kind_and_escapes_its_label():
    assert rendered('{% pill "warn" label %}', label="a < b") == (
        '<span class="pill warn">a &lt; b</span>'
    )


@pytest.mark.parametrize("state", ["missing", "in_progress", "ready", "outdated", "machine"])
def test_language_cells_say_each_state_in_words(state):
    html = rendered("{% language_cells states %}", states=[("fr", "ready"), ("es", state)])
    cells = re.findall(r'role="listitem" class="(\w+)"', html)
    assert cells == ["ready", state]
    words = {"missing": "missing", "in_progress": "being translated", "ready": "available"}
    words |= {"outdated": "to be revised", "machine": "machine draft"}
    assert text_of(html) == f"FRFrançais: availableESEspañol: {words[state]}"


def test_language_cells_may_stand_within_a_line():
    html = rendered("{% language_cells states %}", states=[("fr", "ready")])
    assert set(re.findall(r"<([a-z]+)", html)) == {"span"}


@pytest.mark.django_db
def test_cells_of_a_record_follow_its_states():
    organisation = create_organisation(original_language="fr", name_en=None, name_es=None)
    html = rendered("{% language_cells record %}", record=organisation)
    assert re.findall(r'role="listitem" class="(\w+)"', html) == ["ready", "missing", "missing"]


@pytest.mark.django_db
def test_a_cover_is_drawn_from_first_region_and_axis():
    publication = create_publication(title_en="Floors <example>")
    publication.regions.add(create_region("R7"))
    publication.axes.add(create_axis(number=6))
    html = rendered("{% cover publication %}", publication=publication)
    assert 'class="cover r7" aria-hidden="true" lang="en"' in html
    assert marks.axis_fan(6) in html
    assert f"<i>{publication.symbol}</i>" in html


@pytest.mark.django_db
def test_a_cover_without_region_or_axis_is_drawn_all_the_same():
    html = rendered("{% cover publication %}", publication=create_publication())
    assert 'class="cover "' in html
    assert marks.axis_fan(0) in html


def test_a_text_in_another_language_is_marked():
    assert rendered('{% fallback_mark "es" %}') == '<span class="fallback">in Spanish</span>'
    assert rendered('{% fallback_mark "en" %}') == ""
