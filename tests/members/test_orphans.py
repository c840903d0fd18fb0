"""A member never loses its last contact without the secretariat knowing."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from members import invitations, orphans
from members.models import ContactGap, Invitation, Mandate, Notice, Organisation
from members.models.mandates import MandateKind
from tests.factories import (
    create_contact,
    create_country,
    create_executive,
    create_mandate,
    create_organisation,
    create_person,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
ONE_DAY = datetime.timedelta(days=1)


@pytest.fixture
def organisation():
    return create_organisation(country=create_country("KE", region=create_region("R8")))


@pytest.mark.parametrize("how", ["ran out", "deactivated", "erased"])
def test_however_the_last_contact_is_lost_the_desk_is_told_once(organisation, how):
    secretary, executive = create_secretary(language="fr"), create_executive(create_region("R8"))
    create_executive(create_region("R4"))
    person = create_contact(organisation)
    assert orphans.notice_gaps(TODAY) == 0
    if how == "ran out":
        person.mandates.update(until=TODAY - ONE_DAY)
    elif how == "deactivated":
        type(person).objects.filter(pk=person.pk).update(is_active=False)
    else:
        person.delete()
    assert list(Organisation.objects.orphaned()) == [organisation]
    assert orphans.notice_gaps(TODAY) == 1
    assert orphans.notice_gaps(TODAY) == 0
    assert orphans.notice_gaps(TODAY + 3 * ONE_DAY) == 0
    told = Notice.objects.filter(kind="no_contact")
    assert {notice.person for notice in told} == {secretary, executive}
    assert {notice.language for notice in told} == {"fr", "en"}


def test_a_gap_that_is_filled_closes_and_the_next_one_is_told_again(organisation):
    create_secretary()
    orphans.notice_gaps(TODAY - 10 * ONE_DAY)
    person = create_contact(organisation)
    orphans.notice_gaps(TODAY)
    gap = ContactGap.objects.get()
    assert (gap.since, gap.until) == (TODAY - 10 * ONE_DAY, TODAY - ONE_DAY)
    person.mandates.update(until=TODAY)
    assert orphans.notice_gaps(TODAY + ONE_DAY) == 1
    assert Notice.objects.filter(kind="no_contact").count() == 2


def test_who_is_invited_is_given_time(organisation):
    create_secretary()
    invitation = Invitation.objects.create(
        email="new@example.org", kind="contact", organisation=organisation
    )
    assert orphans.notice_gaps(TODAY) == 0
    invitations.withdraw(invitation)
    assert orphans.notice_gaps(TODAY) == 1


def test_former_members_need_no_contact():
    create_organisation(status="withdrawn")
    assert not Organisation.objects.orphaned().exists()


def test_its_own_people_may_not_remove_the_last_contact(organisation):
    person = create_contact(organisation)
    for by in (None, person, create_executive(create_region("R8"))):
        with pytest.raises(ValidationError) as error:
            invitations.end_mandate(person.mandates.get(), by=by, reason="Leaves")
        assert error.value.code == "last_contact"


def test_the_secretariat_may_with_a_reason_that_stays(organisation):
    secretary, person = create_secretary(), create_contact(organisation)
    mandate = person.mandates.get()
    with pytest.raises(ValidationError):
        invitations.end_mandate(mandate, by=secretary, reason=" ")
    invitations.end_mandate(mandate, by=secretary, reason="Has died")
    assert not Mandate.objects.current().for_organisation(organisation).exists()
    assert mandate.history.first().history_change_reason == "Has died"


def test_a_last_day_in_the_future(organisation):
    person, other = create_contact(organisation), create_contact(organisation)
    mandate = person.mandates.get()
    in_a_month = TODAY + 30 * ONE_DAY
    with pytest.raises(ValidationError):
        invitations.end_mandate(mandate, on=TODAY - ONE_DAY)
    invitations.end_mandate(mandate, on=in_a_month)
    mandate.refresh_from_db()
    assert mandate.until == in_a_month
    # The other one is then the last, also for the days after.
    with pytest.raises(ValidationError) as error:
        invitations.end_mandate(other.mandates.get(), on=in_a_month)
    assert error.value.code == "last_contact"


def test_handing_over_on_a_day_leaves_no_day_empty(organisation):
    leaver, colleague = create_contact(organisation), create_person()
    create_mandate(colleague, MandateKind.VOTER, organisation=organisation)
    first = TODAY + 5 * ONE_DAY
    with pytest.raises(ValidationError):
        invitations.hand_over(leaver.mandates.get(), to=colleague, on=TODAY - ONE_DAY)
    successor = invitations.hand_over(leaver.mandates.get(), to=colleague, on=first)
    contacts = Mandate.objects.filter(kind="contact")
    for day in range(10):
        assert contacts.current(TODAY + day * ONE_DAY).count() == 1
    assert (successor.since, leaver.mandates.get().until) == (first, first - ONE_DAY)


def test_somebody_new_takes_over_by_accepting(organisation):
    leaver = create_contact(organisation)
    mandate = leaver.mandates.get()
    invitation = Invitation(email="new@example.org", full_name="New Example")
    invitations.name_successor(mandate, invitation, by=leaver)
    with pytest.raises(ValidationError) as error:
        invitations.name_successor(mandate, Invitation(email="b@example.org"), by=leaver)
    assert error.value.code == "already_named"
    newcomer = create_person("new@example.org")
    taken = invitations.accept(invitation, person=newcomer)
    mandate.refresh_from_db()
    assert (taken.kind, taken.organisation, taken.since) == ("contact", organisation, TODAY)
    assert mandate.until == TODAY - ONE_DAY
    assert Mandate.objects.current().filter(kind="contact").get().person == newcomer


def test_the_page_of_a_role_hands_it_to_somebody_new(client, organisation):
    person = create_contact(organisation)
    head = create_mandate(create_person(), MandateKind.HEAD, organisation=organisation)
    client.force_login(person)
    own = person.mandates.get()
    data = {"act": "invite", "new-email": "new@example.org", "new-mail_language": "fr"}
    assert client.post(f"/en/space/people/roles/{own.pk}/", data).status_code == 302
    assert Invitation.objects.get().replaces == own
    # A new head is for the secretariat to record.
    assert client.post(f"/en/space/people/roles/{head.pk}/", data).status_code == 403
    page = client.get(f"/en/space/people/roles/{own.pk}/").content.decode()
    assert "new@example.org" in page


def test_the_page_of_a_role_ends_it_on_a_day(client, organisation):
    person, other = create_contact(organisation), create_contact(organisation)
    client.force_login(person)
    mandate = other.mandates.get()
    address = f"/en/space/people/roles/{mandate.pk}/"
    last = TODAY + 10 * ONE_DAY
    client.post(address, {"act": "end", "end-until": last.isoformat(), "end-reason": "Retires"})
    mandate.refresh_from_db()
    assert mandate.until == last
    refused = client.post(address, {"act": "end", "end-until": "2020-01-01"})
    assert list(refused.context["end"].errors) == ["until"]


def test_a_role_that_is_to_come_is_shown_and_can_be_undone(client, organisation):
    person, other = create_contact(organisation), create_contact(organisation)
    planned = create_mandate(
        other, MandateKind.VOTER, organisation=organisation, since=TODAY + 5 * ONE_DAY
    )
    client.force_login(person)
    assert "from " in client.get("/en/space/people/").content.decode()
    client.post(f"/en/space/people/roles/{planned.pk}/end/")
    assert not Mandate.objects.filter(pk=planned.pk).exists()
