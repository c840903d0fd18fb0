"""How fast letters leave: in all, and to one domain."""

import datetime

import pytest
from django.utils import timezone

from publications.models import Pace, SendingMark, Subscriber
from publications.newsletters import pace, sending
from tests.sending import (
    assert_nobody_is_lost,
    ready_issue,
    started,
    states,
)

HOUR = datetime.timedelta(hours=1)


@pytest.mark.django_db
def test_without_limits_all_may_leave_at_once():
    assert pace.reserve(["a.example", "b.example"]) == [0.0, 0.0]
    assert Pace.objects.count() == 0


@pytest.mark.django_db
def test_all_workers_together_keep_the_pace(settings):
    settings.NEWSLETTER_RATE = 2
    first = pace.reserve(["a.example"] * 3, within=10)
    assert first == [0.0, 0.5, 1.0]
    [second] = pace.reserve(["b.example"], within=10)
    assert 0.5 < second <= 1.5
    assert pace.reserve(["b.example"] * 40, within=3).count(None) >= 34


@pytest.mark.django_db
def test_who_has_no_room_in_the_pace_waits_and_claims_no_batch_after_batch(settings):
    settings.NEWSLETTER_RATE = 2
    issue = started(ready_issue({"en": 3}))
    sending.deliver(issue, seconds=0)
    Pace.objects.create(domain=pace.ALL, free_at=timezone.now() + datetime.timedelta(seconds=40))
    before = SendingMark.advance()
    assert sending.deliver(issue, seconds=1.5) == 0
    assert states(issue) == {"queued": 3}
    assert SendingMark.advance() - before <= 4  # one for each batch, and this one


@pytest.mark.django_db
def test_each_domain_has_a_pace_of_its_own(settings):
    settings.NEWSLETTER_DOMAIN_RATE = 1
    moments = pace.reserve(["a.example", "b.example", "a.example", "a.example"], within=1.5)
    assert moments == [0.0, 0.0, 1.0, None]
    Pace.objects.filter(domain="b.example").update(
        free_at=timezone.now() + datetime.timedelta(seconds=60)
    )
    assert pace.busy_domains() == ["b.example"]


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_was_set_does_not_stop_the_pace(settings, hours):
    settings.NEWSLETTER_RATE = 10
    pace.reserve(["a.example"])
    Pace.objects.update(free_at=timezone.now() + hours * HOUR)
    assert pace.reserve(["a.example"]) == [0.0]


@pytest.mark.django_db
def test_a_domain_that_is_full_keeps_no_other_waiting(served, settings):
    settings.NEWSLETTER_DOMAIN_RATE = 1
    issue = ready_issue({"en": 4})
    Subscriber.objects.filter(pk=Subscriber.objects.last().pk).update(email="x@other.example")
    started(issue)
    sink = served()
    Pace.objects.create(
        domain="example.org", free_at=timezone.now() + datetime.timedelta(seconds=100)
    )
    sending.deliver(issue, seconds=0.5)
    assert list(sink.readers) == ["x@other.example"]
    assert states(issue) == {"queued": 3, "sent": 1}
    Pace.objects.all().delete()
    settings.NEWSLETTER_DOMAIN_RATE = 0
    sending.deliver(issue)
    assert_nobody_is_lost(issue, sink)


@pytest.mark.django_db
def test_a_limit_lets_mails_go_one_by_one(served, settings):
    settings.NEWSLETTER_RATE = 2
    issue = started(ready_issue({"en": 30}))
    sink = served()
    sending.deliver(issue, seconds=0.7)
    # At most those of the moments 0 and 0.5.
    assert 1 <= states(issue)["sent"] <= 2
    assert_nobody_is_lost(issue, sink, over=False)
