"""The versions of a record with links: each keeps the links that stood then."""

import pytest

from publications.models import Publication
from tests.factories import create_publication, create_region

pytestmark = pytest.mark.django_db


def test_each_version_keeps_the_links_of_its_time():
    region = create_region("R1")
    publication = create_publication(regions=[region])
    publication.save()
    publication.regions.clear()
    versions = [
        (version.history_type, [link.region for link in version.regions.all()])
        for version in publication.history.order_by("history_id")
    ]
    assert versions == [("+", []), ("~", [region]), ("~", [region]), ("~", [])]


def test_of_a_new_record_no_links_are_looked_for(django_assert_num_queries):
    with django_assert_num_queries(2):  # the record and its version
        Publication.objects.create(symbol="P/1999/01", title_fr="Texte", summary_fr="Court.")
