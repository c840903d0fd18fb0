"""The members of the members: lists, figures, and what is refused."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from members import associations
from members.models import Affiliation, Association, Headcount
from tests.factories import (
    create_affiliation,
    create_contact,
    create_country,
    create_executive,
    create_organisation,
    create_person,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def umbrella():
    return create_organisation(category="A", country=create_country("KE"))


def refused(code):
    return pytest.raises(ValidationError, check=lambda error: getattr(error, "code", None) == code)


def test_an_association_without_country_gets_its_umbrellas(umbrella):
    entry = create_affiliation(umbrella, "Lake shelters", since=1998)
    assert entry.association.country_id == "KE"
    assert (entry.since, entry.is_public, entry.checked_on) == (1998, False, timezone.localdate())


def test_of_an_international_umbrella_it_may_have_none():
    assert create_affiliation(create_organisation(category="B")).association.country is None


def test_only_a_category_with_members_of_its_own_lists_them():
    other = create_organisation(category="C")
    with refused("no_own_members"):
        create_affiliation(other)
    with refused("no_own_members"):
        associations.count(other, figure=3, source="Report", as_of=timezone.localdate(), by=None)


def test_the_same_name_otherwise_written_is_on_the_list_already(umbrella):
    create_affiliation(umbrella, "Fédération des abris du lac")
    with refused("already_listed"):
        create_affiliation(umbrella, "FEDERATION DU LAC, DES ABRIS")
    assert Association.objects.count() == 1
    create_affiliation(umbrella, "Fédération des abris du lac", country=create_country("TZ"))
    create_affiliation(create_organisation(category="B"), "Fédération des abris du lac")
    assert Association.objects.count() == 3


def test_the_database_refuses_a_second_place_on_a_list(umbrella):
    entry = create_affiliation(umbrella)
    with pytest.raises(IntegrityError), transaction.atomic():
        Affiliation.objects.create(
            umbrella=umbrella, key=entry.key, association=Association.objects.create(name="x")
        )


def test_a_change_keeps_what_was_before_in_history(umbrella):
    entry = create_affiliation(umbrella, "Old name", acronym="ON")
    by = create_person()
    associations.record(entry, {"name": "New name"}, {"is_public": True}, by=by)
    entry.refresh_from_db()
    assert (entry.association.name, entry.association.acronym) == ("New name", "ON")
    assert (entry.is_public, entry.recorded_by) == (True, by)
    assert {row.name for row in entry.association.history.all()} == {"Old name", "New name"}
    assert {key.key for key in entry.association.keys.all()} == {"name:name new", "acronym:on"}


def test_a_change_into_a_name_of_the_list_is_refused_and_changes_nothing(umbrella):
    create_affiliation(umbrella, "First")
    entry = create_affiliation(umbrella, "Second")
    with refused("already_listed"):
        associations.record(entry, {"name": "First"}, {}, by=None)
    assert Association.objects.filter(name="Second").exists()


def test_what_is_taken_off_the_list_is_gone_but_for_its_history(umbrella):
    entry = create_affiliation(umbrella, "Lake shelters")
    associations.remove(entry)
    assert not Association.objects.exists() and not Affiliation.objects.exists()
    assert Association.history.filter(name="Lake shelters", history_type="-").exists()


def test_confirming_dates_the_whole_list(umbrella):
    create_affiliation(umbrella)
    create_affiliation(umbrella)
    day = timezone.localdate() + datetime.timedelta(days=30)
    assert associations.confirm(umbrella, today=day) == 2
    assert set(umbrella.affiliations.values_list("checked_on", flat=True)) == {day}


def test_a_figure_has_a_source_and_a_day_that_has_come(umbrella):
    today = timezone.localdate()
    with refused(None):
        associations.count(umbrella, figure=3, source=" ", as_of=today, by=None)
    tomorrow = today + datetime.timedelta(days=1)
    with refused(None):
        associations.count(umbrella, figure=3, source="Report", as_of=tomorrow, by=None)
    assert not Headcount.objects.exists()


def test_a_figure_of_the_same_day_is_replaced_and_an_older_one_stays(umbrella):
    for figure, day in ((40, 1), (50, 2), (52, 2)):
        as_of = datetime.date(2025, 3, day)
        associations.count(umbrella, figure=figure, source="Report", as_of=as_of, by=None)
    assert list(umbrella.headcounts.values_list("figure", flat=True)) == [52, 40]


def test_who_may_change_a_list(umbrella):
    create_affiliation(umbrella)
    rows = Affiliation.objects.all()
    entitled = (create_contact(umbrella), create_executive(create_region()), create_secretary())
    for person in entitled:
        assert rows.editable_by(person).count() == 1
    strangers = (create_contact(), create_executive(create_region("R2")), create_person())
    for person in strangers:
        assert rows.editable_by(person).count() == 0
