"""Who holds the seat of a country, who held it, and what a derogation changes."""

import datetime
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members import daily, seats, transitions
from members.models import Derogation, Notice, Organisation, StatusChange
from tests.factories import (
    create_category,
    create_country,
    create_membership,
    create_network,
    create_organisation,
    create_person,
    create_secretary,
)

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
ONE = datetime.timedelta(days=1)


# -- Who may be told -------------------------------------------------------------------------------


def test_the_holder_is_told_to_whom_asks_for_the_same_seat():
    holder = create_organisation(category="A")
    country, category = holder.country, holder.category
    assert seats.holder_to_tell(country, category) == holder
    assert seats.holder_to_tell(country, create_category("C")) is None
    assert seats.holder_to_tell(None, category) is None
    assert seats.holder_to_tell(create_country("TZ"), category) is None


def test_a_discreet_holder_is_told_to_nobody():
    holder = create_organisation(category="A", discreet=True)
    assert seats.holder_to_tell(holder.country, holder.category) is None


# -- Derogations that run out ----------------------------------------------------------------------


def exempted(until: datetime.date | None) -> Organisation:
    """A second A, active by a derogation granted long ago."""
    organisation = create_organisation(category="A", status="applicant")
    Derogation.objects.create(
        organisation=organisation,
        country=organisation.country,
        reason="Two councils by treaty",
        granted_on=TODAY - 400 * ONE,
        granted_by=create_person(),
        until=until,
    )
    transitions.change_status(organisation, "active", by=None)
    return organisation


def run_out(organisation: Organisation):
    organisation.derogations.update(until=TODAY - ONE)


def test_who_comes_out_of_a_derogation_gets_the_seat_when_it_is_free():
    organisation = exempted(TODAY)
    assert seats.settle_ended_derogations() == 0
    run_out(organisation)
    assert [seats.settle_ended_derogations() for _again in range(2)] == [1, 0]
    organisation.refresh_from_db()
    assert organisation.seat_country_id == "KE"


def test_when_the_seat_is_taken_the_secretariat_is_told_once_and_nothing_fails():
    create_network()
    secretary = create_secretary(language="es")
    holder = create_organisation(category="A")
    organisation = exempted(TODAY)
    run_out(organisation)
    assert list(Organisation.objects.without_their_seat()) == [organisation]
    assert daily.do_what_is_due()["seats.settle_ended_derogations"] == 1
    assert daily.do_what_is_due()["seats.settle_ended_derogations"] == 0
    organisation.refresh_from_db()
    assert (organisation.status, organisation.seat_country) == ("active", None)
    notice = Notice.objects.get(kind="seat_claimed")
    assert (notice.person, notice.language) == (secretary, "es")
    assert f"/es/secretariat/organisations/{organisation.slug}/" in notice.text
    # Once the holder has gone, the same duty seats the other.
    transitions.change_status(holder, "withdrawn", by=secretary, reason="Letter")
    assert seats.settle_ended_derogations() == 1
    organisation.refresh_from_db()
    assert organisation.seat_country_id == "KE"


def test_a_derogation_to_come_does_not_count_yet():
    organisation = exempted(None)
    organisation.derogations.update(granted_on=TODAY + ONE)
    assert not seats.has_derogation(organisation)
    assert seats.has_derogation(organisation, today=TODAY + ONE)


# -- The past --------------------------------------------------------------------------------------


def at(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(15)))


def changed(organisation: Organisation, after: str, day: datetime.date):
    return StatusChange.objects.create(
        organisation=organisation, before="active", after=after, changed_at=at(day)
    )


def holders(day: datetime.date, code: str = "KE") -> list[str]:
    found = Organisation.objects.seat_on(create_country(code), day)
    return sorted(found.values_list("slug", flat=True))


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1986-12-31", []),
        ("1987-01-01", ["first"]),
        ("1999-12-31", ["first"]),
        ("2000-03-30", ["first"]),  # the ninetieth day of grace
        ("2000-03-31", []),
        ("2010-06-01", ["second"]),
        ("2012-02-29", ["second"]),
        ("2012-03-01", []),  # suspended in the afternoon
        ("2012-04-30", []),
        ("2012-05-01", ["second"]),
        ("2013-07-01", []),  # by derogation
        ("2014-01-01", ["second"]),
        ("2015-01-01", ["second"]),
        ("2015-09-01", []),  # withdrawn, though its period had paid for the year
    ],
)
def test_who_sat_that_day(text, expected):
    first = create_organisation(slug="first", category="A", status="lapsed")
    create_membership(first, starts_on=day("1987-01-01"), ends_on=day("1999-12-31"))
    second = create_organisation(slug="second", category="A", status="withdrawn")
    create_membership(second, starts_on=day("2010-01-01"), ends_on=day("2015-12-31"))
    changed(second, "suspended", day("2012-03-01"))
    changed(second, "active", day("2012-05-01"))
    changed(second, "withdrawn", day("2015-09-01"))
    Derogation.objects.create(
        organisation=second,
        country=second.country,
        reason="x",
        granted_on=day("2013-01-01"),
        until=day("2013-12-31"),
        granted_by=create_person(),
    )
    create_membership(create_organisation(slug="other"), year=2010)
    assert holders(day(text)) == expected


def test_a_category_or_a_country_left_later_does_not_change_the_past():
    council = create_organisation(slug="council", category="A")
    create_membership(council, year=2020)
    create_membership(council, year=2021, category=create_category("C"))
    council.category = create_category("C")
    council.country = create_country("TZ")
    seats.settle_seat(council)
    assert holders(day("2020-07-01")) == ["council"]
    # In the category of 2021 it has no seat, though the grace of 2020 would still run.
    assert holders(day("2021-01-15")) == []
    assert holders(day("2020-07-01"), "TZ") == []


def test_a_fourth_category_that_is_unique_per_country_has_a_seat_of_its_own():
    category = create_category("D", unique_per_country=True, needs_country=True)
    council = create_organisation(slug="council", category="A")
    youth = create_organisation(slug="youth", category="D")
    for organisation in (council, youth):
        create_membership(organisation, year=2020)
    assert council.seat_country_id == youth.seat_country_id == "KE"
    assert holders(day("2020-07-01")) == ["council", "youth"]
    assert seats.holder_to_tell(youth.country, category) == youth
    with pytest.raises(ValidationError) as refusal:
        create_organisation(category="D")
    assert refusal.value.code == "seat_taken"


def test_the_history_of_a_seat_begins_with_the_latest_and_leaves_out_what_is_to_come():
    former = create_organisation(slug="former", category="A", status="withdrawn")
    create_membership(former, starts_on=day("1987-01-01"), ends_on=day("1999-12-31"))
    changed(former, "withdrawn", day("1999-06-01"))
    holder = create_organisation(slug="holder", category="A")
    create_membership(holder, starts_on=day("2001-01-01"), ends_on=TODAY + 30 * ONE)
    create_membership(holder, starts_on=TODAY + 31 * ONE, ends_on=TODAY + 400 * ONE)
    create_membership(create_organisation(category="C"), year=2000)
    found = [(t.organisation.slug, t.first, t.last) for t in seats.history(holder.country)]
    assert found == [
        ("holder", day("2001-01-01"), None),
        ("former", day("1987-01-01"), day("1999-05-31")),
    ]
    assert seats.history(create_country("TZ")) == []


STATUSES = ("active", "grace", "lapsed", "suspended", "withdrawn", "excluded")
EPOCH = datetime.date(2020, 1, 1)
HORIZON = 500
offsets = st.integers(0, HORIZON)


@st.composite
def records(draw):
    """What is on record of one organisation: periods, changes of status, derogations."""
    bounds = sorted(draw(st.sets(offsets, min_size=0, max_size=6)))
    pairs = list(pairwise(bounds))[::2]
    periods = [(*pair, draw(st.sampled_from(("KE", "TZ"))), draw(st.booleans())) for pair in pairs]
    changes = draw(st.lists(st.tuples(offsets, st.sampled_from(STATUSES)), max_size=4))
    derogations = draw(st.lists(st.tuples(offsets, st.none() | st.integers(0, 100)), max_size=2))
    return periods, changes, derogations


def brute_force(record, offset: int) -> bool:
    """Day by day, in the words of the rule: does the organisation sit for KE?"""
    periods, changes, derogations = record
    sits = False
    last_end = None
    for today in range(offset + 1):
        for first, last, country, national in periods:
            if first <= today <= last:
                sits, last_end = country == "KE" and national, last
        if last_end is not None and today > last_end + 90:
            sits = False
    status = None
    for today in range(offset + 1):
        for when, after in changes:
            if when == today:
                status = after
    if status in ("lapsed", "suspended", "withdrawn", "excluded"):
        return False
    exempt = any(
        since <= offset and (length is None or offset <= since + length)
        for since, length in derogations
    )
    return sits and not exempt


def write(record, slug: str) -> Organisation:
    periods, changes, derogations = record
    organisation = create_organisation(slug=slug, category="A", status="lapsed")
    for first, last, country, national in periods:
        create_membership(
            organisation,
            starts_on=EPOCH + first * ONE,
            ends_on=EPOCH + last * ONE,
            country=create_country(country),
            category=create_category("A" if national else "C"),
        )
    for when, after in changes:
        changed(organisation, after, EPOCH + when * ONE)
    for since, length in derogations:
        Derogation.objects.create(
            organisation=organisation,
            country=create_country("KE"),
            reason="x",
            granted_by=create_person(),
            granted_on=EPOCH + since * ONE,
            until=None if length is None else EPOCH + (since + length) * ONE,
        )
    return organisation


@pytest.mark.slow
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(record=records(), days=st.lists(offsets, min_size=1, max_size=12, unique=True))
def test_any_record_gives_the_same_answer_day_by_day(record, days):
    with transaction.atomic():
        organisation = write(record, "any")
        country = create_country("KE")
        asked = {*days, *(edge for period in record[0] for edge in period[:2])}
        tenures = list(seats.tenures_of(organisation, country))
        for offset in asked:
            on = EPOCH + offset * ONE
            expected = brute_force(record, offset)
            assert bool(holders(on)) == expected, on
            sat = [t for t in tenures if t.first <= on and (t.last is None or on <= t.last)]
            assert len(sat) == expected, on
        transaction.set_rollback(True)
