import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from regions.models import Country, GroupingMember, Region
from tests.factories import create_country, create_grouping, create_region

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("code", ["R0", "R10", "r8", "8"])
def test_there_are_nine_regions_and_no_tenth(code):
    with pytest.raises(ValidationError):
        Region(code=code, name_fr="Région").full_clean()
    with pytest.raises((IntegrityError, ValueError)), transaction.atomic():
        Region.objects.create(code=code[:2] if code != "R10" else "RX", name_fr="Région")


def test_a_region_is_a_cell_of_the_grid():
    region = create_region("R5")
    assert region.number == 5
    with translation.override("es"):
        assert str(region) == "R5 Region R5 (ejemplo)"


def test_a_country_needs_a_region():
    with pytest.raises(IntegrityError), transaction.atomic():
        Country.objects.create(code="XX", alpha3="XXX", name_fr="X", un_status="member")


@pytest.mark.parametrize(
    ("language", "order"),
    [
        ("fr", ["Allemagne", "Égypte", "Émirats", "Équateur", "Espagne", "Zambie"]),
        ("es", ["Alemania", "Ecuador", "Egipto", "Emiratos", "España", "Zambia"]),
        ("en", ["Ecuador", "Egypt", "Emirates", "Germany", "Spain", "Zambia"]),
    ],
)
def test_countries_are_sorted_as_the_language_sorts(language, order):
    for code, french, english, spanish in (
        ("ZM", "Zambie", "Zambia", "Zambia"),
        ("EG", "Égypte", "Egypt", "Egipto"),
        ("ES", "Espagne", "Spain", "España"),
        ("EC", "Équateur", "Ecuador", "Ecuador"),
        ("AE", "Émirats", "Emirates", "Emiratos"),
        ("DE", "Allemagne", "Germany", "Alemania"),
    ):
        create_country(code, name_fr=french, name_en=english, name_es=spanish)
    with translation.override(language):
        assert [country.name for country in Country.objects.in_order()] == order


def test_who_was_in_a_grouping_on_a_day():
    grouping = create_grouping()
    country = create_country()
    GroupingMember.objects.create(
        grouping=grouping,
        country=country,
        since=datetime.date(2000, 1, 1),
        until=datetime.date(2010, 1, 1),
    )
    days = [datetime.date(year, 1, 1) for year in (1999, 2000, 2009, 2010)]
    found = [grouping.memberships.on(day).full().exists() for day in days]
    assert found == [False, True, True, False]
