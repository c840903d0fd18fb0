"""Every step from one status to another: the whole matrix, allowed and refused."""

import itertools

import pytest
from django.core.exceptions import ValidationError

from members import transitions
from members.models import Notice, Organisation, StatusChange
from members.models.organisations import STANDING, Status
from tests.factories import (
    create_contact,
    create_mandate,
    create_network,
    create_organisation,
    create_person,
)

pytestmark = pytest.mark.django_db

# The statutes: from the status of a row to those it can become.
STEPS = {
    "applicant": {"active", "withdrawn"},
    "active": {"grace", "suspended", "withdrawn", "excluded"},
    "grace": {"active", "lapsed", "suspended", "withdrawn", "excluded"},
    "lapsed": {"active", "withdrawn", "excluded"},
    "suspended": {"active", "withdrawn", "excluded"},
    "withdrawn": {"active"},
    "excluded": {"active"},
}
BROKEN_OFF = {"suspended", "withdrawn", "excluded"}
PAIRS = list(itertools.product(Status.values, repeat=2))
ALLOWED = [(before, after) for before, after in PAIRS if after in STEPS[before]]


@pytest.mark.parametrize(("before", "after"), ALLOWED)
def test_an_allowed_step_keeps_who_when_and_why_and_settles_the_seat(before, after):
    council = create_organisation(category="A", status=before)
    by = create_person()
    change = transitions.change_status(council, after, by=by, reason="Board, 3 March")
    council.refresh_from_db()
    assert council.status == after
    assert (council.seat_country_id is not None) == (after in STANDING)
    stored = StatusChange.objects.get()
    assert stored == change
    assert (stored.before, stored.after, stored.reason, stored.changed_by) == (
        before,
        after,
        "Board, 3 March",
        by,
    )


@pytest.mark.parametrize(("before", "after"), [pair for pair in PAIRS if pair not in ALLOWED])
def test_any_other_step_is_refused_and_changes_nothing(before, after):
    council = create_organisation(category="A", status=before)
    seat = council.seat_country
    with pytest.raises(ValidationError) as refusal:
        transitions.change_status(council, after, by=create_person(), reason="Board")
    assert refusal.value.code == "no_such_transition"
    for record in (council, Organisation.objects.get()):
        assert (record.status, record.seat_country) == (before, seat)
    assert not StatusChange.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.parametrize(("before", "after"), ALLOWED)
def test_what_breaks_off_a_membership_or_brings_it_back_is_justified(before, after):
    organisation = create_organisation(status=before)
    justified = after in BROKEN_OFF or before in BROKEN_OFF
    try:
        transitions.change_status(organisation, after, by=create_person(), reason=" ")
    except ValidationError as refusal:
        assert justified
        assert list(refusal.message_dict) == ["reason"]
        assert Organisation.objects.get().status == before
    else:
        assert not justified


@pytest.mark.parametrize(
    ("before", "after"), [pair for pair in ALLOWED if pair[1] == "active" and pair[0] != "grace"]
)
def test_nobody_comes_back_to_a_seat_that_is_taken(before, after):
    create_organisation(category="A")
    former = create_organisation(category="A", status=before)
    with pytest.raises(ValidationError) as refusal:
        transitions.change_status(former, after, by=create_person(), reason="Board")
    assert refusal.value.code == "seat_taken"
    assert (former.status, former.seat_country) == (before, None)
    assert not StatusChange.objects.exists()


def test_a_stale_record_in_hand_overwrites_nothing():
    organisation = create_organisation()
    stale = Organisation.objects.get()
    organisation.acronym = "NEW"
    organisation.save()
    transitions.change_status(stale, "suspended", by=create_person(), reason="Board")
    organisation.refresh_from_db()
    assert (organisation.acronym, organisation.status, stale.status) == (
        "NEW",
        "suspended",
        "suspended",
    )


@pytest.mark.parametrize(("before", "after"), ALLOWED)
def test_head_and_contacts_hear_of_it_in_their_language(before, after):
    create_network()
    organisation = create_organisation(name="Lake Council", status=before)
    create_contact(organisation, email="contact@example.org", language="es")
    create_mandate(create_person(email="head@example.org"), "head", organisation=organisation)
    create_mandate(create_person(email="dues@example.org"), "finance", organisation=organisation)
    change = transitions.change_status(
        organisation, after, by=create_person(), reason="Decision of the board"
    )
    written = {notice.email: notice for notice in Notice.objects.about(organisation)}
    told = after in BROKEN_OFF | {"lapsed"} or before in BROKEN_OFF
    assert set(written) == ({"contact@example.org", "head@example.org"} if told else set())
    if told:
        english = written["head@example.org"]
        assert written["contact@example.org"].language == "es"
        assert "Lake Council (example)" in english.subject
        assert "Decision of the board" in english.text
        assert {notice.key for notice in written.values()} == {f"change:{change.pk}"}


def test_the_form_offers_the_steps_that_there_are():
    for status, steps in STEPS.items():
        offered = transitions.next_steps(create_organisation(status=status))
        assert {value for value, _label in offered} == steps
