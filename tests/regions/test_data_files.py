"""The data files beside the regions app: complete, consistent, and drawn within their size."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "regions" / "data"
LANGUAGES = ("fr", "en", "es")
REGIONS = {f"R{number}" for number in range(1, 10)}


def read(name):
    return json.loads((DATA / name).read_text("utf-8"))


COUNTRIES = read("countries.json")["countries"]
GROUPINGS = {grouping["code"]: grouping for grouping in read("groupings.json")["groupings"]}


def now(code, kind="member"):
    return {
        link["country"]
        for link in GROUPINGS[code]["members"]
        if link["kind"] == kind and link["until"] is None
    }


# -- Countries -----------------------------------------------------------------------------------


def test_every_country_is_listed_once_with_codes_of_the_right_form():
    for field, length in (("code", 2), ("alpha3", 3), ("numeric", 3)):
        values = [country[field] for country in COUNTRIES]
        assert len(values) == 250
        assert len(set(values)) == 250
        assert {len(value) for value in values} == {length}
    assert [c["code"] for c in COUNTRIES] == sorted(c["code"] for c in COUNTRIES)


def test_every_country_is_in_one_of_the_nine_regions_and_no_region_is_empty():
    assert {country["region"] for country in COUNTRIES} == REGIONS


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_has_a_name_of_its_own(language):
    names = [country["names"][language] for country in COUNTRIES]
    assert all(name.strip() == name and name for name in names)
    assert len(set(names)) == 250
    assert not [name for name in names if "'" in name or "&" in name]


def test_status_at_the_united_nations():
    count = Counter(country["un"] for country in COUNTRIES)
    assert count == {"member": 193, "observer": 2, "non_member": 4, "territory": 51}
    codes = {country["code"] for country in COUNTRIES}
    for country in COUNTRIES:
        assert ("of" in country) == (country["un"] == "territory")
        assert country.get("of") is None or country["of"] in codes


def test_overrides_are_what_the_list_uses():
    names = {country["code"]: country["names"] for country in COUNTRIES}
    for override in read("countries.json")["overrides"]:
        assert names[override["code"]][override["language"]] == override["used"]
        assert override["used"] != override["cldr"]
        assert override["reason"]


@pytest.mark.parametrize(
    ("code", "region"),
    [("MX", "R4"), ("CU", "R1"), ("GY", "R1"), ("AO", "R8"), ("CD", "R7"), ("SD", "R5")],
)
def test_decisions_about_countries_between_two_regions(code, region):
    assert {c["code"]: c["region"] for c in COUNTRIES}[code] == region


# -- Regions -------------------------------------------------------------------------------------


def test_nine_regions_are_named_and_described_in_three_languages():
    regions = read("regions.json")["regions"]
    assert [region["code"] for region in regions] == sorted(REGIONS)
    for region in regions:
        assert set(region["names"]) == set(LANGUAGES)
        assert set(region["descriptions"]) == set(LANGUAGES)
        for text in region["descriptions"].values():
            assert text.endswith(".")
            assert "'" not in text


# -- Groupings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "members"),
    [
        ("ASEAN", 11),
        ("PIF", 18),
        ("ECOWAS", 12),
        ("EU", 27),
        ("COE", 46),
        ("MERCOSUR", 5),
        ("SADC", 16),
        ("SAARC", 8),
        ("EAC", 8),
        ("IGAD", 7),
        ("CARICOM", 15),
        ("AU", 55),
        ("CAN", 4),
        ("LAS", 22),
    ],
)
def test_number_of_members_now(code, members):
    assert len(now(code)) == members


def test_departures_and_suspensions_are_kept():
    left = {
        (code, link["country"], link["until"])
        for code, grouping in GROUPINGS.items()
        for link in grouping["members"]
        if link["kind"] == "member" and link["until"]
    }
    assert {
        ("ECOWAS", "BF", "2025-01-29"),
        ("ECOWAS", "ML", "2025-01-29"),
        ("ECOWAS", "NE", "2025-01-29"),
        ("EU", "GB", "2020-02-01"),
        ("COE", "RU", "2022-03-16"),
    } <= left
    assert now("MERCOSUR", "suspended") == {"VE"}


def test_links_name_known_countries_and_possible_dates():
    codes = {country["code"] for country in COUNTRIES}
    for grouping in GROUPINGS.values():
        assert set(grouping["names"]) == set(grouping["acronyms"]) == set(LANGUAGES)
        assert set(grouping["regions"]) <= REGIONS
        assert grouping["site"].startswith("https://")
        keys = [(m["country"], m["kind"], m["since"]) for m in grouping["members"]]
        assert len(set(keys)) == len(keys)
        for link in grouping["members"]:
            assert link["country"] in codes
            assert link["kind"] in ("member", "associate", "observer", "suspended")
            days = [date.fromisoformat(day) for day in (link["since"], link["until"]) if day]
            assert days == sorted(set(days))


def test_no_country_has_two_kinds_of_link_to_a_grouping_at_once():
    for code, grouping in GROUPINGS.items():
        current = [link["country"] for link in grouping["members"] if not link["until"]]
        assert len(set(current)) == len(current), code


# -- Shapes --------------------------------------------------------------------------------------


def test_every_country_has_a_shape_or_a_place_or_is_declared_missing():
    shapes = read("countries_shapes.json")
    codes = {country["code"] for country in COUNTRIES}
    assert shapes["missing"] == ["AQ"]
    assert set(shapes["countries"]) <= codes
    assert set(shapes["centers"]) | set(shapes["missing"]) == codes
    assert set(shapes["frames"]) == REGIONS
    assert set(read("world.json")["countries"]) <= codes


def test_files_stay_small():
    assert (DATA / "world.json").stat().st_size < 40_000
    assert (DATA / "countries_shapes.json").stat().st_size < 240_000
