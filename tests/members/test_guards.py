"""What the database itself keeps about periods, on both engines."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from members import guards, joining
from members.models import Membership
from tests.factories import create_membership, create_organisation

pytestmark = pytest.mark.django_db

on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="triggers are SQLite's")


def day(month: int, number: int, year: int = 2026) -> datetime.date:
    return datetime.date(year, month, number)


def drop():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {guards.TABLE} DROP CONSTRAINT {guards.GUARD}")
        else:
            for what in ("added", "changed"):
                cursor.execute(f"DROP TRIGGER {guards.GUARD}_{what}")


def test_the_guard_is_in_the_final_schema():
    assert guards.in_place()


def test_it_is_put_in_again_where_it_is_missing_and_only_there():
    drop()
    assert not guards.in_place()
    guards.ensure()
    guards.ensure()
    assert guards.in_place()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_it_stands_again_after_a_migration(transactional_db):
    drop()
    call_command("migrate", verbosity=0)
    assert guards.in_place()


@pytest.mark.slow
@on_sqlite
@pytest.mark.django_db(transaction=True)
def test_a_rebuilt_table_loses_its_triggers_and_gets_them_back():
    field = models.CharField(max_length=5, default="")
    field.set_attributes_from_name("extra")
    with connection.schema_editor() as editor:
        editor._remake_table(Membership, create_field=field)
    assert not guards.in_place()
    with connection.schema_editor() as editor:
        editor._remake_table(Membership)
    call_command("migrate", verbosity=0)
    assert guards.in_place()


def test_rows_that_already_overlap_are_named_and_keep_the_guard_out():
    drop()
    organisation = create_organisation()
    one = create_membership(organisation, year=2026)
    other = create_membership(organisation, starts_on=day(6, 1), ends_on=day(5, 31, 2027))
    with pytest.raises(guards.GuardRefused, match=f"{one.number} and {other.number}"):
        guards.ensure()
    assert not guards.in_place()


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        (day(12, 31), day(12, 30, 2027)),  # the last day of the other counts
        (day(1, 1, 2025), day(1, 1)),  # and so does its first
        (day(3, 1), day(3, 1)),
        (day(1, 1, 2020), day(1, 1, 2030)),
    ],
)
def test_the_database_refuses_an_overlap_whoever_writes_it(starts_on, ends_on):
    organisation = create_organisation()
    create_membership(organisation, year=2026)
    period = {"organisation": organisation, "category": organisation.category}
    with pytest.raises(IntegrityError, match=guards.GUARD), transaction.atomic():
        Membership.objects.bulk_create(
            [Membership(number="M/2026/900", starts_on=starts_on, ends_on=ends_on, **period)]
        )
    later = create_membership(organisation, year=2040)
    with pytest.raises(IntegrityError, match=guards.GUARD), transaction.atomic():
        Membership.objects.filter(pk=later.pk).update(starts_on=starts_on, ends_on=ends_on)


def test_what_touches_without_overlapping_is_written():
    organisation = create_organisation()
    period = create_membership(organisation, year=2026)
    create_membership(organisation, starts_on=day(1, 1, 2027), ends_on=day(1, 1, 2027))
    create_membership(create_organisation(), year=2026)
    Membership.objects.filter(pk=period.pk).update(starts_on=day(2, 1))
    assert Membership.objects.count() == 3


def test_a_period_does_not_move_to_an_organisation_that_has_one_then():
    period = create_membership(create_organisation(), year=2026)
    other = create_membership(create_organisation(), starts_on=day(6, 1), ends_on=day(7, 1))
    with pytest.raises(IntegrityError, match=guards.GUARD), transaction.atomic():
        Membership.objects.filter(pk=period.pk).update(organisation=other.organisation)


@pytest.mark.parametrize("starts_on", [day(1, 1), day(6, 1)])
def test_the_database_and_the_form_refuse_in_the_same_words(starts_on):
    organisation = create_organisation()
    period = create_membership(organisation, year=2026)
    second = Membership(
        organisation=organisation,
        category=organisation.category,
        number="M/2026/900",
        starts_on=starts_on,
        ends_on=day(6, 30),
    )
    with pytest.raises(ValidationError) as by_form:
        second.full_clean()
    with pytest.raises(ValidationError) as by_database, guards.told():
        second.save()
    assert set(by_database.value.messages) <= set(by_form.value.messages)
    assert by_database.value.code == "overlap"
    period.full_clean()


def test_another_refusal_of_the_database_stays_what_it_is():
    period = create_membership(create_organisation())
    with pytest.raises(IntegrityError), guards.told():
        create_membership(create_organisation(), number=period.number)


def test_a_period_keeps_the_country_it_was_recorded_in():
    organisation = create_organisation()
    today = timezone.localdate()
    membership = joining.add_period(organisation, starts_on=today, ends_on=today)
    assert membership.country_id == "KE"
    international = create_organisation(category="B")
    assert create_membership(international).country is None
