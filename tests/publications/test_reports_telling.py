"""Who is written to when a report has ended: whoever asked, left, and may still see it."""

import datetime

import pytest
from django.utils import timezone

from members.models import Notice
from portal.lib.jobs import JobState
from publications.models import Report
from publications.reports import telling
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    factories.create_network()
    return factories.create_organisation(name="Lake")


def ended(organisation, person, *, minutes: int = 2, **values) -> Report:
    about = {"kind": "member", "organisation": organisation, "language": "en", "year": 2026}
    finished = timezone.now() - datetime.timedelta(minutes=minutes)
    return Report.objects.create(
        **about | {"state": JobState.DONE, "finished_at": finished, "requested_by": person} | values
    )


def test_whoever_left_is_written_to_once(organisation):
    contact = factories.create_contact(organisation, language="fr")
    ended(organisation, contact)
    assert (telling.tell_due(), telling.tell_due()) == (1, 0)
    notice = Notice.objects.get()
    assert (notice.email, notice.language) == (contact.email, "fr")
    assert "/fr/space/documents/" in notice.text
    assert "Lake" in notice.text


def test_a_failure_is_told_with_its_reason(organisation):
    secretary = factories.create_secretary()
    ended(organisation, secretary, state=JobState.FAILED, error="The disk was full.")
    assert telling.tell_due() == 1
    notice = Notice.objects.get()
    assert notice.subject == "Your report could not be made"
    assert "The disk was full." in notice.text
    assert "/en/secretariat/reports/" in notice.text


@pytest.mark.parametrize("page", ["/en/space/documents/", "/en/secretariat/reports/"])
def test_whoever_has_seen_it_in_the_list_gets_no_mail(client, organisation, page):
    person = factories.create_secretary()
    ended(organisation, person, minutes=0)
    client.force_login(person)
    client.get(page)
    assert telling.tell_due(timezone.now() + datetime.timedelta(minutes=2)) == 0


@pytest.mark.parametrize(
    "values",
    [{"minutes": 0}, {"minutes": 60 * 25}, {"state": JobState.CANCELLED}, {"requested_by": None}],
)
def test_there_is_nothing_to_tell(organisation, values):
    ended(organisation, factories.create_contact(organisation), **values)
    assert telling.tell_due() == 0


def test_whoever_may_no_longer_see_it_is_not_written_to(organisation):
    contact = factories.create_contact(organisation)
    ended(organisation, contact)
    contact.mandates.all().delete()
    assert telling.tell_due() == 0
    assert not Notice.objects.exists()
