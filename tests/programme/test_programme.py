"""The page of the programme: the cycle of today, its axes, what is under way."""

import datetime

import pytest
from django.utils import timezone

from tests.factories import create_activity, create_axis, create_cycle, create_region

pytestmark = pytest.mark.django_db
PAGE = "/en/programme/"


def in_days(days: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=days)


def test_before_any_cycle(client):
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert "No programme cycle has begun." in answer.content.decode()


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_cycle_and_its_axes(client, language):
    cycle = create_cycle(introduction_fr="Sept axes.")
    for number in range(1, 8):
        create_axis(number, cycle=cycle)
    shown = client.get(f"/{language}/programme/").content.decode()
    word = {"fr": "Axe", "en": "Axis", "es": "Eje"}[language]
    assert all(f"{word} {number}" in shown for number in range(1, 8))
    assert f'href="/{language}/programme/7/"' in shown
    assert ('<span lang="fr">Sept axes.</span>' in shown) == (language != "fr")


def test_older_cycles_stay_readable_and_a_later_one_is_not_yet_shown(client):
    year = timezone.localdate().year
    old, now, later = (create_cycle(first) for first in (year - 4, year, year + 4))
    create_axis(1, cycle=old, title_en="What was")
    create_axis(1, cycle=later, title_en="What will be")
    answer = client.get(PAGE)
    assert answer.context["cycle"] == now
    assert list(answer.context["older"]) == [old]
    assert "What was" in answer.content.decode()
    assert "What will be" not in answer.content.decode()


def test_activities_under_way(client):
    region = create_region("R8")
    current = create_activity(regions=[region])
    open_ended = create_activity(starts_on=in_days(-400))
    create_activity(starts_on=in_days(-400), ends_on=in_days(-1))
    create_activity(starts_on=in_days(1))
    assert list(client.get(PAGE).context["activities"]) == [current, open_ended]


def test_the_number_of_queries_does_not_grow(client, django_assert_num_queries):
    cycle, old = create_cycle(), create_cycle(timezone.localdate().year - 4)
    create_axis(1, cycle=cycle), create_axis(1, cycle=old)
    create_activity(regions=[create_region("R8")])
    client.get(PAGE)
    for _ in range(2):
        with django_assert_num_queries(6):
            assert client.get(PAGE).status_code == 200
        for number in (2, 3):
            create_axis(number, cycle=cycle), create_axis(number, cycle=old)
            create_activity(regions=[create_region("R1"), create_region("R2")])
