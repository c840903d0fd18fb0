"""The income group of a country on a day, and the file it comes from."""

import datetime
import json
from collections import Counter
from pathlib import Path

import pytest
from django.db import IntegrityError

from portal.loading import load_network
from regions.models import CountryIncome, income_on
from tests.factories import create_country

DATA = Path(__file__).parents[2] / "regions" / "data"
YEARS = json.loads((DATA / "income.json").read_text("utf-8"))["years"]
CODES = {
    row["code"] for row in json.loads((DATA / "countries.json").read_text("utf-8"))["countries"]
}
GROUPS = {"low", "lower_middle", "upper_middle", "high", "not_classified"}


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def group_in(year: int, code: str) -> str:
    [found] = [group for group, codes in YEARS[str(year)].items() if code in codes.split()]
    return found


def test_every_year_lists_the_same_countries_once_and_only_known_ones():
    lists = []
    for groups in YEARS.values():
        assert set(groups) == GROUPS
        codes = [code for group in groups.values() for code in group.split()]
        assert [code for code, times in Counter(codes).items() if times > 1] == []
        lists.append(sorted(codes))
    assert lists[0] == lists[-1] and len(lists[0]) == 219
    assert all(listed == lists[0] for listed in lists)
    assert set(lists[0]) <= CODES


@pytest.mark.parametrize(
    ("code", "groups"),
    [
        ("KE", ["lower_middle"] * 5),
        ("ZM", ["low"] + ["lower_middle"] * 4),
        ("JO", ["upper_middle", "lower_middle", "lower_middle", "lower_middle", "upper_middle"]),
        ("BG", ["upper_middle"] * 2 + ["high"] * 3),
        ("NA", ["upper_middle"] * 3 + ["lower_middle"] * 2),
        ("CR", ["upper_middle"] * 3 + ["high"] * 2),
        ("VN", ["lower_middle"] * 4 + ["upper_middle"]),
        ("TG", ["low"] * 4 + ["lower_middle"]),
        ("PS", ["lower_middle", "upper_middle", "lower_middle", "lower_middle", "lower_middle"]),
        ("VE", ["not_classified"] * 5),
        ("ET", ["low"] * 3 + ["not_classified"] * 2),
    ],
)
def test_what_the_world_bank_announced(code, groups):
    assert [group_in(year, code) for year in range(2022, 2027)] == groups


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2024-06-30", "low"),
        ("2024-07-01", "high"),
        ("2025-06-30", "high"),
        ("2031-01-01", "upper_middle"),  # the last known year stands
        ("2019-01-01", "low"),  # before the first one, the first
    ],
)
def test_a_list_holds_from_july_and_until_another_is_known(on, expected):
    known = [(2023, "low"), (2024, "high"), (2026, "upper_middle")]
    assert income_on(day(on), known) == expected


def test_a_country_of_which_nothing_is_known_is_not_classified():
    assert income_on(day("2026-01-01"), []) == "not_classified"
    assert income_on(day("2026-01-01"), [], []) == "not_classified"


@pytest.mark.django_db
def test_a_territory_without_a_group_is_in_that_of_its_state():
    france = create_country("FR")
    reunion = create_country("RE", sovereign=france)
    CountryIncome.objects.create(country=france, year=2025, group="high")
    assert CountryIncome.objects.group_on(reunion, day("2026-01-01")) == "high"
    CountryIncome.objects.create(country=reunion, year=2025, group="low")
    assert CountryIncome.objects.group_on(reunion, day("2026-01-01")) == "low"


@pytest.mark.django_db
def test_a_country_has_one_group_a_year():
    kenya = create_country("KE")
    CountryIncome.objects.create(country=kenya, year=2025, group="low")
    with pytest.raises(IntegrityError):
        CountryIncome.objects.create(country=kenya, year=2025, group="high")


@pytest.mark.slow
@pytest.mark.django_db
def test_what_the_network_corrected_stands_until_it_asks_for_the_file():
    load_network()
    row = CountryIncome.objects.get(country="KE", year=2026)
    row.group = "high"
    row.save()
    assert load_network()["income groups"].created == 0
    row.refresh_from_db()
    assert row.group == "high"
    assert load_network(reset=True)["income groups"].changed == 1
    row.refresh_from_db()
    assert row.group == "lower_middle"
