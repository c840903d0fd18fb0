"""Ringing for the workers: a large letter calls as many processes as it is worth."""

from contextlib import contextmanager

import pytest
from celery.signals import task_prerun

from publications.models.deliveries import PauseReason
from publications.newsletters import bells, pausing, sending
from publications.tasks import send_due_issues
from tests.sending import ready_issue, started, states


@pytest.fixture
def few_are_worth_a_process(monkeypatch):
    monkeypatch.setattr(bells, "WORTH", 2)
    monkeypatch.setattr(bells, "MOST", 3)


@contextmanager
def heard():
    """The calls that reached a worker, which with tests is at once."""
    found = []

    def listen(sender, args, **_kwargs):
        if sender.name == "publications.send_issue":
            found.append(args[0])

    task_prerun.connect(listen)
    try:
        yield found
    finally:
        task_prerun.disconnect(listen)


@pytest.mark.django_db
@pytest.mark.parametrize(("readers", "processes"), [(0, 1), (1, 1), (2, 1), (3, 2), (5, 3), (9, 3)])
def test_as_many_are_needed_as_the_waiting_are_worth(few_are_worth_a_process, readers, processes):
    assert bells.needed(started(ready_issue({"en": readers}))) == processes


@pytest.mark.django_db
def test_at_a_set_pace_one_process_is_enough(few_are_worth_a_process, settings):
    settings.NEWSLETTER_RATE = 5
    assert bells.needed(started(ready_issue({"en": 5}))) == 1


@pytest.mark.django_db(transaction=True)
def test_the_schedule_calls_others_beside_itself(few_are_worth_a_process):
    issue = started(ready_issue({"en": 5}))
    with heard() as calls:
        send_due_issues()
    assert calls[0] == issue.pk
    assert states(issue) == {"sent": 5}


@pytest.mark.django_db(transaction=True)
def test_nobody_is_called_for_a_paused_letter(few_are_worth_a_process):
    issue = started(ready_issue({"en": 5}))
    pausing.pause(issue, PauseReason.BY_HAND)
    with heard() as calls:
        send_due_issues()
    assert (calls, states(issue)) == ([], {"queued": 5})
    with heard() as calls:
        pausing.resume(issue)
    assert calls == [issue.pk]
    assert states(issue) == {"sent": 5}


@pytest.mark.django_db(transaction=True)
def test_a_small_letter_is_started_by_one_call():
    with heard() as calls:
        issue = sending.start(ready_issue({"en": 2}))
    assert calls == [issue.pk]
