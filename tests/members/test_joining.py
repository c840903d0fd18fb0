import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from members import joining, numbering, seats
from members.models import Organisation, StatusChange
from tests.factories import (
    create_category,
    create_country,
    create_membership,
    create_organisation,
    create_person,
    create_region,
)

pytestmark = pytest.mark.django_db


def test_a_decision_keeps_who_when_and_why_and_takes_the_seat():
    secretary = create_person()
    council = create_organisation(category="A", status="applicant")
    joining.change_status(council, "active", by=secretary, reason="Board, 3 March")
    council.refresh_from_db()
    assert (council.status, council.seat_country_id) == ("active", "KE")
    [change] = council.status_changes.all()
    assert (change.before, change.after, change.reason, change.changed_by) == (
        "applicant",
        "active",
        "Board, 3 March",
        secretary,
    )


def test_a_step_the_statutes_do_not_know_is_refused():
    organisation = create_organisation(status="applicant")
    with translation.override("en"), pytest.raises(ValidationError) as refusal:
        joining.change_status(organisation, "lapsed", by=None)
    assert refusal.value.messages == ["An organisation that is “applicant” cannot become “lapsed”."]
    assert StatusChange.objects.count() == 0


def test_a_stale_record_in_hand_does_not_decide_twice():
    organisation = create_organisation(status="applicant")
    same = Organisation.objects.get(pk=organisation.pk)
    joining.change_status(organisation, "withdrawn", by=None, reason="Letter")
    with pytest.raises(ValidationError):
        joining.change_status(same, "withdrawn", by=None, reason="Letter")
    assert StatusChange.objects.count() == 1


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_a_second_a_is_refused_in_the_readers_language_and_nothing_is_written(language):
    country = create_country("TZ", name_fr="Tanzanie", name_en="Tanzania", name_es="Tanzanía")
    holder = create_organisation(name="Secret holder", category="A", country=country)
    second = create_organisation(category="A", country=country, status="applicant")
    with translation.override(language), pytest.raises(ValidationError) as refusal:
        joining.change_status(second, "active", by=None, reason="mistake")
    [message] = refusal.value.messages
    assert getattr(country, f"name_{language}") in message
    # The holder may be a discreet member, so the refusal does not name it.
    assert str(holder) not in message
    assert (second.status, second.seat_country) == ("applicant", None)
    second.refresh_from_db()
    assert (second.status, second.seat_country) == ("applicant", None)
    assert StatusChange.objects.count() == 0


def test_the_seat_is_free_again_when_its_holder_lapses():
    holder = create_organisation(category="A", status="grace")
    second = create_organisation(category="A", status="applicant")
    joining.change_status(holder, "lapsed", by=None)
    joining.change_status(second, "active", by=None)
    assert [o.pk for o in Organisation.objects.seat_holders()] == [second.pk]


def test_a_derogation_lets_a_second_a_be_active_without_the_seat():
    secretary = create_person()
    holder = create_organisation(category="A")
    second = create_organisation(category="A", status="applicant")
    seats.grant_derogation(second, reason="Two councils by treaty", by=secretary)
    joining.change_status(second, "active", by=secretary)
    second.refresh_from_db()
    assert (second.status, second.seat_country) == ("active", None)
    assert [o.pk for o in Organisation.objects.seat_holders()] == [holder.pk]
    [derogation] = second.derogations.all()
    assert (derogation.reason, derogation.granted_by) == ("Two councils by treaty", secretary)


def test_a_derogation_empties_the_seat_of_a_holder():
    holder = create_organisation(category="A")
    seats.grant_derogation(holder, reason="Leaves the seat", by=create_person())
    holder.refresh_from_db()
    assert (holder.status, holder.seat_country) == ("active", None)


def test_a_derogation_that_is_over_no_longer_counts():
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    create_organisation(category="A")
    second = create_organisation(category="A", status="applicant")
    seats.grant_derogation(second, reason="For a while", by=create_person(), until=yesterday)
    with pytest.raises(ValidationError):
        joining.change_status(second, "active", by=None)


def test_a_derogation_needs_a_reason_and_a_seat_to_be_exempt_from():
    council = create_organisation(category="A")
    association = create_organisation(category="C")
    with pytest.raises(ValidationError):
        seats.grant_derogation(council, reason="  ", by=create_person())
    with pytest.raises(ValidationError):
        seats.grant_derogation(association, reason="Because", by=create_person())
    assert not council.derogations.exists()
    assert not association.derogations.exists()


def test_recording_needs_the_country_its_category_asks_for():
    organisation = Organisation(name_fr="Sans pays (exemple)", category=create_category("C"))
    with pytest.raises(ValidationError) as refusal:
        joining.record(organisation, regions=[create_region()])
    assert list(refusal.value.message_dict) == ["country"]
    assert Organisation.objects.count() == 0


def test_recording_finds_a_free_address_from_the_original_name():
    country, category = create_country(), create_category("C")
    slugs = []
    for _again in range(3):
        organisation = Organisation(name_fr="L’Œuvre à Épi", category=category, country=country)
        joining.record(organisation)
        slugs.append(organisation.slug)
    new = Organisation(name_fr="New", category=category, country=country)
    joining.record(new)
    assert slugs == ["loeuvre-a-epi", "loeuvre-a-epi-2", "loeuvre-a-epi-3"]
    assert new.slug == "new-2"


def test_a_renewal_adds_a_period_and_overlaps_none():
    organisation = create_organisation()
    create_membership(organisation, year=2025)
    joining.add_period(
        organisation, starts_on=datetime.date(2026, 1, 1), ends_on=datetime.date(2026, 12, 31)
    )
    for starts_on, ends_on in (
        (datetime.date(2026, 6, 1), datetime.date(2027, 5, 31)),
        (datetime.date(2028, 1, 1), datetime.date(2027, 1, 1)),
    ):
        with pytest.raises(ValidationError):
            joining.add_period(organisation, starts_on=starts_on, ends_on=ends_on)
    numbers = organisation.memberships.order_by("starts_on").values_list("number", flat=True)
    assert len(numbers) == 2
    assert numbers[1] == "M/2026/001"


def test_what_has_run_out_enters_grace_and_then_lapses_once():
    today = datetime.date(2026, 3, 1)
    fresh = create_organisation(category="A")
    create_membership(fresh, year=2026)
    due = create_organisation()
    create_membership(due, year=2025)
    old = create_organisation()
    create_membership(old, year=2024)
    assert joining.refresh_statuses(today) == 3
    assert joining.refresh_statuses(today) == 0
    statuses = {o.pk: o.status for o in Organisation.objects.all()}
    assert statuses == {fresh.pk: "active", due.pk: "grace", old.pk: "lapsed"}


@pytest.mark.parametrize("status", ["grace", "lapsed"])
def test_a_period_that_covers_today_ends_the_delay(status):
    organisation = create_organisation(category="A", status=status)
    today = timezone.localdate()
    joining.add_period(organisation, starts_on=today, ends_on=today + datetime.timedelta(days=364))
    organisation.refresh_from_db()
    assert (organisation.status, organisation.seat_country_id) == ("active", "KE")


def test_a_period_to_come_changes_nothing_yet():
    organisation = create_organisation(status="grace")
    next_year = timezone.localdate().year + 1
    joining.add_period(
        organisation,
        starts_on=datetime.date(next_year, 1, 1),
        ends_on=datetime.date(next_year, 12, 31),
    )
    organisation.refresh_from_db()
    assert organisation.status == "grace"


def test_a_lapsed_member_whose_seat_is_taken_is_not_renewed():
    lapsed = create_organisation(category="A", status="lapsed")
    create_organisation(category="A")
    today = timezone.localdate()
    with pytest.raises(ValidationError) as caught:
        joining.add_period(lapsed, starts_on=today, ends_on=today)
    assert caught.value.code == "seat_taken"
    assert lapsed.memberships.count() == 0


def test_the_thousandth_certificate_follows_the_999th():
    organisation = create_organisation()
    create_membership(organisation, year=2020, number="M/2020/999")
    other = create_organisation()
    create_membership(other, year=2020, number="M/2020/1000")
    assert numbering.next_number(2020) == "M/2020/1001"
