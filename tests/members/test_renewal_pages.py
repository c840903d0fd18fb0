"""Renewal through its pages: by the link of a reminder without a log-in, and in the area."""

import datetime
import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from members import renewals
from members.models import Headcount, Invoice, Notice, Renewal
from tests.factories import (
    create_band,
    create_contact,
    create_mandate,
    create_membership,
    create_network,
    create_organisation,
    create_person,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
DAY = datetime.timedelta(days=1)


def address(name: str, **kwargs) -> str:
    with translation.override("en"):
        return reverse(f"members:{name}", kwargs=kwargs or None)


@pytest.fixture
def member():
    """An organisation whose period ends in ten days, its last period and a contact."""
    create_network()
    create_band(amount=Decimal("80.00"))
    organisation = create_organisation(slug="lake", website="https://old.example.org/")
    last = create_membership(organisation, starts_on=TODAY - 355 * DAY, ends_on=TODAY + 10 * DAY)
    return organisation, last, create_contact(organisation)


def link(member) -> str:
    _organisation, last, contact = member
    return address("renewal", token=renewals.link_for(contact, last))


def values(**changed) -> dict:
    return {"website": "https://new.example.org/", "email": "", "note": ""} | changed


def test_from_the_mail_to_a_renewed_membership_in_two_clicks(member, client):
    organisation, _last, contact = member
    renewals.remind(TODAY)
    [notice] = Notice.objects.all()
    where = re.search(r"http\S+/renewal/\S+", notice.text)[0]
    path = where.split("//", 1)[1].split("/", 1)[1]
    page = client.get(f"/{path}")
    shown = page.content.decode()
    assert 'value="https://old.example.org/"' in shown
    assert str(contact) in shown
    assert "80.00\xa0EUR" in shown
    assert "Renew the membership" not in shown
    confirm = client.post(f"/{path}", values(step="check", note="Our head has changed"))
    assert "Our head has changed" in confirm.content.decode()
    assert organisation.memberships.count() == 1
    answer = client.post(
        f"/{path}", values(step="confirm", note="Our head has changed"), follow=True
    )
    shown = answer.content.decode()
    assert "The membership is renewed" in shown
    invoice = Invoice.objects.get()
    assert invoice.number in shown
    renewal = Renewal.objects.get()
    assert (renewal.person, renewal.by_link, renewal.note) == (
        contact,
        True,
        "Our head has changed",
    )
    organisation.refresh_from_db()
    assert organisation.website == "https://new.example.org/"
    assert organisation.memberships.count() == 2


def test_nothing_of_it_is_stored_or_says_who_reads(member, client):
    page = client.get(link(member))
    assert "no-store" in page["Cache-Control"]
    assert not page.cookies
    assert 'content="noindex"' in page.content.decode()


def test_reading_the_page_renews_nothing_and_confirming_twice_renews_once(member, client):
    organisation, _last, _contact = member
    where = link(member)
    client.get(where)
    client.head(where)
    assert organisation.memberships.count() == 1
    client.post(where, values(step="confirm"))
    again = client.post(where, values(step="confirm"))
    assert "The membership is renewed" in again.content.decode()
    assert organisation.memberships.count() == 2


def test_a_colleague_who_comes_second_is_told_that_it_is_done(member, client):
    organisation, last, _contact = member
    colleague = create_contact(organisation)
    client.post(link(member), values(step="confirm"))
    theirs = address("renewal", token=renewals.link_for(colleague, last))
    assert "The membership is renewed" in client.get(theirs).content.decode()


def test_one_can_go_back_and_what_was_typed_is_kept(member, client):
    page = client.post(link(member), values(step="back", note="Wait")).content.decode()
    assert "Continue" in page
    assert "Wait" in page
    assert 'value="https://new.example.org/"' in page


def test_a_malformed_detail_comes_back_and_renews_nothing(member, client):
    organisation, _last, _contact = member
    for step in ("check", "confirm"):
        page = client.post(link(member), values(step=step, email="nobody")).content.decode()
        assert "Enter a valid email address." in page
    assert organisation.memberships.count() == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_is_good_for_nothing_says_so(member, client, method):
    _organisation, last, contact = member
    where = link(member)
    contact.mandates.update(until=TODAY - DAY)
    answer = getattr(client, method)(where)
    assert answer.status_code == 410
    assert "no longer works" in answer.content.decode()
    assert getattr(client, method)(address("renewal", token="x")).status_code == 410
    assert not Renewal.objects.filter(previous=last).exists()


def test_a_post_from_another_site_is_refused(member, client):
    answer = client.post(
        link(member), values(step="confirm"), headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert not Renewal.objects.exists()


def test_a_seat_that_is_gone_is_told_on_the_page(client):
    create_network()
    organisation = create_organisation(category="A", status="lapsed")
    last = create_membership(organisation, year=TODAY.year - 2)
    contact = create_contact(organisation)
    create_organisation(name="Secret", category="A", discreet=True)
    where = address("renewal", token=renewals.link_for(contact, last))
    for answer in (client.get(where), client.post(where, values(step="confirm"))):
        shown = answer.content.decode()
        assert "This membership cannot be renewed here." in shown
        assert "Secret" not in shown
    assert organisation.memberships.count() == 1


def test_too_early_is_told_with_the_day(client):
    create_network()
    organisation = create_organisation()
    last = create_membership(organisation, starts_on=TODAY, ends_on=TODAY + 300 * DAY)
    where = address("renewal", token=renewals.link_for(create_contact(organisation), last))
    assert "Nothing is to be done before" in client.get(where).content.decode()


# -- In the members' area --------------------------------------------------------------------------


@pytest.mark.slow
def test_the_same_form_stands_in_the_area(member, client):
    organisation, _last, contact = member
    client.force_login(contact)
    with translation.override("en"):
        board = client.get(reverse("portal:space")).content.decode()
    assert f'href="{address("space_renewal")}"' in board
    assert (
        f'href="{address("space_renewal")}"' in client.get(address("space_dues")).content.decode()
    )
    page = client.get(address("space_renewal"))
    assert "no-store" in page["Cache-Control"]
    assert "csrfmiddlewaretoken" in page.content.decode()
    client.post(address("space_renewal"), values(step="check"))
    answer = client.post(address("space_renewal"), values(step="confirm"), follow=True)
    assert "The membership is renewed." in answer.content.decode()
    assert Renewal.objects.get().by_link is False
    assert organisation.memberships.count() == 2


def test_a_voter_is_told_who_renews(member, client):
    organisation, _last, _contact = member
    voter = create_person()
    create_mandate(voter, "voter", organisation=organisation)
    client.force_login(voter)
    for answer in (
        client.get(address("space_renewal"), follow=True),
        client.post(address("space_renewal"), values(step="confirm"), follow=True),
    ):
        assert "The head, the contacts and the finance people" in answer.content.decode()
    assert not Renewal.objects.exists()


def test_a_lapsed_member_renews_in_the_area(client):
    create_network()
    organisation = create_organisation(status="lapsed")
    create_membership(organisation, year=TODAY.year - 2)
    client.force_login(create_contact(organisation))
    client.post(address("space_renewal"), values(step="confirm"))
    organisation.refresh_from_db()
    assert organisation.status == "active"


def test_somebody_of_two_organisations_stays_with_the_chosen_one(member, client):
    organisation, _last, contact = member
    create_mandate(contact, organisation=create_organisation())
    client.force_login(contact)
    where = f"{address('space_renewal')}?organisation=lake"
    answer = client.post(where, values(step="confirm"))
    assert answer.url == f"{address('space_dues')}?organisation=lake"
    assert Renewal.objects.get().membership.organisation == organisation


def test_an_umbrella_checks_the_figure_of_its_own_members(client):
    create_network()
    organisation = create_organisation(category="A")
    organisation.category.has_own_members = True
    organisation.category.save()
    last = create_membership(organisation, starts_on=TODAY - 355 * DAY, ends_on=TODAY + 10 * DAY)
    where = address("renewal", token=renewals.link_for(create_contact(organisation), last))
    assert "not told yet" in client.get(where).content.decode()
    Headcount.objects.create(organisation=organisation, figure=340, as_of=TODAY, source="Report")
    assert "340 organisations" in client.get(where).content.decode()
