"""The page of an axis: what was published, is under way and lies ahead on it."""

import datetime

import pytest
from django.utils import timezone

from tests import factories

pytestmark = pytest.mark.django_db


def days(number: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=number)


def test_an_axis_shows_what_is_on_it_and_nothing_else(client):
    axis, other = factories.create_axis(3), factories.create_axis(4)
    for place, name in ((axis, "here"), (other, "elsewhere")):
        factories.create_publication(axes=[place], title_en=f"Text {name}")
        factories.create_activity(axis=place, title_en=f"Work {name}")
        factories.create_event(axis=place, title_en=f"Forum {name}")
    factories.create_publication(axes=[axis], title_en="Reserved", access="secretariat")
    factories.create_activity(axis=axis, title_en="Finished", starts_on=days(-9), ends_on=days(-8))
    factories.create_event(axis=axis, title_en="Closed", is_public=False)

    html = client.get("/en/programme/3/").content.decode()

    for word in ("Text here", "Work here", "Forum here"):
        assert word in html
    for word in ("elsewhere", "Reserved", "Finished", "Closed"):
        assert word not in html


@pytest.mark.parametrize(
    ("number", "neighbours"), [(1, ["next"]), (2, ["prev", "next"]), (3, ["prev"])]
)
def test_an_axis_leads_to_its_neighbours(client, number, neighbours):
    for each in (1, 2, 3):
        factories.create_axis(each)
    html = client.get(f"/fr/programme/{number}/").content.decode()
    assert [rel for rel in ("prev", "next") if f'<a rel="{rel}"' in html] == neighbours


def test_the_axes_are_those_of_the_current_cycle(client):
    year = timezone.localdate().year
    factories.create_axis(1, cycle=factories.create_cycle(year - 4), title_en="Before")
    factories.create_axis(1, cycle=factories.create_cycle(year), title_en="Now")
    factories.create_axis(1, cycle=factories.create_cycle(year + 4), title_en="Later")
    assert client.get("/en/programme/1/").context["axis"].title_en == "Now"


@pytest.mark.parametrize("number", [0, 8, 99999999999999999999])
def test_an_unknown_axis_says_so(client, number):
    factories.create_axis(1)
    assert client.get(f"/en/programme/{number}/").status_code == 404
