"""The gallery shows every component, whether the network has regions yet or not."""

import re

import pytest
from django.urls import reverse
from django.utils import translation

from tests.factories import create_country, create_region, create_secretary

pytestmark = pytest.mark.django_db


def gallery_of(client, language="en"):
    client.force_login(create_secretary())
    with translation.override(language):
        return client.get(reverse("portal:gallery"))


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_it_shows_every_component_in_each_language(client, language):
    create_country("KE", region=create_region("R8"))
    create_region("R9")
    html = gallery_of(client, language).content.decode()
    for part in ("nine", "publication big", "versions", "figures", "steps", "pages", "form"):
        assert f'class="{part}"' in html
    assert html.count('class="cover') == 4
    assert html.count("<progress") == 1
    assert html.count('class="note ') == 3


def test_it_opens_before_the_regions_are_loaded(client):
    response = gallery_of(client)
    assert response.status_code == 200
    assert "map-one-region" not in response.content.decode()


def test_it_has_no_element_twice(client):
    create_country("KE", region=create_region("R8"))
    html = gallery_of(client).content.decode()
    names = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(names) == sorted(set(names))
