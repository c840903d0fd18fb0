"""Maps drawn from the shipped shapes: complete, inside their frame, and within their size."""

import json
import math
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from portal.lib import maps, plane

DATA = Path(__file__).parents[2] / "regions" / "data"
WORLD = DATA / "world.json"
SHAPES = DATA / "countries_shapes.json"
REGIONS = [f"R{number}" for number in range(1, 10)]
COUNTRIES = json.loads((DATA / "countries.json").read_text("utf-8"))["countries"]
ASSIGNMENT = {country["code"]: country["region"] for country in COUNTRIES}
SVG = "{http://www.w3.org/2000/svg}"


def codes_of(region):
    return {code for code, its_region in ASSIGNMENT.items() if its_region == region}


def rings_of(path):
    """The outlines of an SVG path as lists of points."""
    rings = []
    for x, y, deltas in re.findall(r"M(-?\d+) (-?\d+)l([^z]*)z", path):
        points = [(int(x), int(y))]
        numbers = [int(n) for n in re.findall(r"-?\d+", deltas)]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            points.append((points[-1][0] + dx, points[-1][1] + dy))
        rings.append(points)
    return rings


def largest(path):
    return max(rings_of(path), key=plane.area)


def signed_area(path):
    """The area of all outlines together, holes taken off."""
    total = 0
    for ring in rings_of(path):
        total += sum(a[0] * b[1] - b[0] * a[1] for a, b in plane.edges(ring)) / 2
    return abs(total)


# -- The world -------------------------------------------------------------------------------------


def test_the_world_has_nine_shapes_within_eighteen_kilobytes():
    world = maps.world_regions(WORLD, ASSIGNMENT)
    assert [region["code"] for region in world["regions"]] == REGIONS
    assert [region["number"] for region in world["regions"]] == list("123456789")
    assert sum(len(region["path"]) for region in world["regions"]) <= 18_000


def test_the_number_of_a_region_stands_in_its_largest_piece():
    for region in maps.world_regions(WORLD, ASSIGNMENT)["regions"]:
        assert plane.is_inside(region["center"], largest(region["path"])), region["code"]


def test_no_outline_crosses_the_map_from_edge_to_edge():
    for region in maps.world_regions(WORLD, ASSIGNMENT)["regions"]:
        for ring in rings_of(region["path"]):
            assert max(math.dist(a, b) for a, b in plane.edges(ring)) < 120, region["code"]


def test_a_country_moves_to_another_region_with_its_area():
    def areas(assignment):
        world = maps.world_regions(WORLD, assignment)
        return {r["code"]: signed_area(r["path"]) for r in world["regions"]}

    before, after = areas(ASSIGNMENT), areas({**ASSIGNMENT, "AO": "R7"})
    moved = after["R7"] - before["R7"]
    assert moved > 200
    assert before["R8"] - after["R8"] == moved
    assert after["R1"] == before["R1"]


def test_neighbours_merge_without_the_border_between_them():
    both = maps.world_regions(WORLD, {"ES": "R2", "PT": "R2"})["regions"][0]
    apart = maps.world_regions(WORLD, {"ES": "R2", "PT": "R3"})["regions"]
    assert len(both["path"]) < sum(len(region["path"]) for region in apart)


@pytest.fixture
def fine_world(tmp_path):
    """The finer shapes with the head of a world map: the coarse file has no disputed strip left."""
    data = json.loads(SHAPES.read_text("utf-8"))
    path = tmp_path / "world.json"
    path.write_text(json.dumps(data | {"anchors": {}, "view_box": [0, 0, 1, 1]}), "utf-8")
    return path


def test_a_strip_between_two_states_belongs_to_a_region_only_with_both(fine_world):
    def total(assignment):
        regions = maps.world_regions(fine_world, assignment)["regions"]
        return sum(signed_area(region["path"]) for region in regions)

    together = total({"IN": "R6", "PK": "R6"})
    assert total({"IN": "R6", "PK": "R5"}) < together
    assert total({"IN": "R5", "PK": "R5"}) == together


def test_details_are_added_and_each_call_gives_its_own_copy():
    details = {"R8": {"href": "/en/regions/R8/", "name": "East and Southern Africa", "count": 3}}
    first = maps.world_regions(WORLD, ASSIGNMENT, details)["regions"][7]
    assert (first["href"], first["count"]) == ("/en/regions/R8/", 3)
    first["href"] = "changed"
    again = maps.world_regions(WORLD, ASSIGNMENT)["regions"][7]
    assert (again["href"], again["name"], again["count"]) == ("", "R8", None)


# -- One region ------------------------------------------------------------------------------------


@pytest.mark.parametrize("region", REGIONS)
def test_every_country_of_a_region_is_drawn_or_said_to_be_outside(region):
    drawn = maps.region_map(SHAPES, region, codes_of(region))
    shown = {country["code"] for country in drawn["countries"]}
    assert shown | set(drawn["outside"]) == codes_of(region) - {"AQ"}
    members = {c["code"] for c in COUNTRIES if c["un"] == "member"}
    assert not members & set(drawn["outside"])


@pytest.mark.parametrize("region", REGIONS)
def test_centres_stand_inside_the_largest_piece_and_inside_the_frame(region):
    drawn = maps.region_map(SHAPES, region, codes_of(region))
    for country in drawn["countries"]:
        x, y = country["center"]
        assert 0 <= x <= drawn["width"], country["code"]
        assert 0 <= y <= drawn["height"], country["code"]
        if not country["small"]:
            assert plane.is_inside((x, y), largest(country["path"])), country["code"]


@pytest.mark.parametrize("region", REGIONS)
def test_a_region_with_a_figure_on_every_second_country_is_small_enough(region):
    codes = sorted(codes_of(region))
    names = {country["code"]: country["names"]["fr"] for country in COUNTRIES}
    drawn = maps.region_map(SHAPES, region, codes, dict.fromkeys(codes[::2], 2), names)
    svg = render_to_string(
        "components/region_map.html",
        {"map": drawn, "title": "Carte", "description": "Une région", "id": "map"},
    )
    assert len(svg.encode()) <= 26_000


def test_figures_do_not_cover_one_another():
    for region in REGIONS:
        codes = codes_of(region)
        sovereign = [c["code"] for c in COUNTRIES if c["code"] in codes and c["un"] == "member"]
        drawn = maps.region_map(SHAPES, region, codes, dict.fromkeys(sovereign, 1))
        labels = [country["label"] for country in drawn["countries"] if country["count"]]
        assert len(labels) == len(sovereign)
        closest = min(math.dist(a, b) for i, a in enumerate(labels) for b in labels[:i])
        # A little overlap of the rims is accepted where Europe or the Caribbean is full.
        assert closest >= 1.6 * maps.LABEL_RADIUS, region


def test_a_region_without_a_frame_shows_the_centres_of_its_countries():
    drawn = maps.region_map(SHAPES, "R0", {"FJ", "WS", "TO"})
    assert drawn["outside"] == []
    assert {country["code"] for country in drawn["countries"]} == {"FJ", "WS", "TO"}


def test_an_empty_region_is_an_empty_map():
    drawn = maps.region_map(SHAPES, "R6", set())
    assert drawn["countries"] == []
    assert drawn["land"]


# -- As SVG ----------------------------------------------------------------------------------------


def test_the_world_as_svg_has_title_description_and_named_links():
    details = {code: {"href": f"/en/regions/{code}/", "name": f"{code} Name"} for code in REGIONS}
    context = {"title": "Nine regions", "description": "A map.", "id": "world"}
    context["world"] = maps.world_regions(WORLD, ASSIGNMENT, details)
    svg = ElementTree.fromstring(
        render_to_string("components/world_map.html", context).replace(
            "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1
        )
    )
    assert [child.tag for child in svg][:2] == [f"{SVG}title", f"{SVG}desc"]
    links = svg.findall(f".//{SVG}a")
    assert [(a.get("href"), a.get("aria-label")) for a in links] == [
        (f"/en/regions/{code}/", f"{code} Name") for code in REGIONS
    ]
    assert not [element for element in svg.iter() if element.get("style")]


def test_a_region_as_svg_has_a_figure_for_each_country_with_a_member():
    drawn = maps.region_map(SHAPES, "R8", codes_of("R8"), {"KE": 3, "MU": 1}, {"KE": "Kenya"})
    context = {"map": drawn, "title": "East", "description": "A map.", "id": "r8"}
    svg = ElementTree.fromstring(
        render_to_string("components/region_map.html", context).replace(
            "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1
        )
    )
    assert [child.tag for child in svg][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert [text.text for text in svg.iter(f"{SVG}text")] == ["3", "1"]
    with_member = [e for e in svg.iter() if "has-member" in e.get("class", "")]
    assert [element.findtext(f"{SVG}title") for element in with_member] == ["Kenya", "MU"]
