"""Pausing a letter or all of them, and readers who go meanwhile."""

import threading

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from members.models import Notice
from portal import identity
from publications.models import Subscriber
from publications.newsletters import pausing, running, sending
from tests.sending import (
    assert_nobody_is_lost,
    ready_issue,
    started,
    states,
)

# -- Pausing by hand -------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_pause_in_the_middle_stops_after_the_mail_that_is_under_way(served, monkeypatch):
    monkeypatch.setattr(running, "LOOK_EVERY", -1)
    issue = started(ready_issue({"en": 6}))

    def script(step, address, number):
        if step == "dot" and number == 3:
            pausing.pause(issue)
            connection.close()

    sink = served(script)
    sending.deliver(issue)
    assert states(issue) == {"sent": 3, "queued": 3}
    assert Notice.objects.filter(kind=pausing.TOLD).count() == 0
    assert not pausing.pause(issue)
    pausing.resume(issue)
    sending.deliver(issue)
    assert_nobody_is_lost(issue, sink)


@pytest.mark.django_db
def test_only_what_is_being_sent_can_go_on():
    issue = ready_issue({"en": 1})
    with pytest.raises(ValidationError, match="not being sent"):
        pausing.resume(issue)


# -- The whole -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_all_sending_paused_in_the_middle_stops_it_at_once(served, monkeypatch):
    monkeypatch.setattr(running, "LOOK_EVERY", -1)
    issue = started(ready_issue({"en": 5}))

    def script(step, address, number):
        if step == "dot" and len(sink.mails) == 2:
            thread = threading.Thread(target=stop)
            thread.start()
            thread.join()

    def stop():
        identity.pause_sending(paused=True)
        connection.close()

    sink = served(script)
    sending.deliver(issue)
    assert states(issue) == {"sent": 2, "queued": 3}
    identity.pause_sending(paused=False)
    cache.clear()
    sending.deliver(issue)
    assert_nobody_is_lost(issue, sink)


# -- Readers who go --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_who_is_suppressed_or_erased_meanwhile_stays_in_the_sum(served):
    issue = started(ready_issue({"en": 3}))
    first, second, _third = Subscriber.objects.order_by("pk")
    first.suppressed_at = timezone.now()
    first.save()
    second.delete()
    sink = served()
    sending.deliver(issue)
    assert states(issue) == {"suppressed": 1, "skipped": 1, "sent": 1}
    assert_nobody_is_lost(issue, sink)
