"""Cancelling the rest of a letter that is being sent."""

import io
import json
import logging
import re

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection

from publications.models import Delivery, Sending
from publications.models.newsletters import IssueState
from publications.newsletters import cancelling, ledger, pausing, running, sending
from tests import factories as make
from tests.sending import (
    assert_nobody_is_lost,
    let_time_pass,
    ready_issue,
    started,
    states,
)


def address(issue, act: str = "") -> str:
    return f"/en/secretariat/newsletters/{issue.dashed_symbol}/{act}"


def status(issue) -> dict:
    out = io.StringIO()
    values = ("--region", issue.newsletter.code, "--period", issue.period, "--json")
    call_command("newsletter", "status", *values, stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.django_db(transaction=True)
def test_in_the_middle_it_stops_after_the_mail_that_is_under_way(served, monkeypatch):
    monkeypatch.setattr(running, "LOOK_EVERY", -1)
    issue = started(ready_issue({"en": 4, "fr": 2}))

    def script(step, address, number):
        if step == "dot" and number == 3:
            cancelling.cancel(issue)
            connection.close()

    sink = served(script)
    # What the worker had claimed and not come to is put back, and left out like all the rest.
    assert sending.deliver(issue) == 3
    assert (states(issue), len(sink.mails)) == ({"sent": 3, "skipped": 3}, 3)
    assert_nobody_is_lost(issue, sink)
    reasons = set(issue.deliveries.filter(state="skipped").values_list("error", flat=True))
    assert reasons == {cancelling.REASON}


@pytest.mark.django_db
def test_what_another_worker_has_claimed_ends_before_the_letter_does(served):
    issue = started(ready_issue({"en": 5}))
    sink = served()
    batch = ledger.claim(issue, number=3)
    assert batch.begin(batch.rows[0])
    cancelling.cancel(issue)
    assert states(issue) == {"claimed": 3, "skipped": 2}
    sending.deliver(issue)
    issue.refresh_from_db()
    assert issue.state == IssueState.SENDING
    batch.over(batch.rows[0], "sent")
    assert batch.begin(batch.rows[1])
    # The server asks for patience: the mail will not be tried again.
    batch.defer(batch.rows[1], "451 later")
    batch.close()
    assert states(issue) == {"sent": 1, "deferred": 1, "queued": 1, "skipped": 2}
    sending.deliver(issue)
    assert states(issue) == {"sent": 1, "skipped": 4}
    assert sink.mails == []
    issue.refresh_from_db()
    assert issue.state == IssueState.SENT


@pytest.mark.django_db
def test_of_a_mail_with_which_a_worker_died_nobody_knows_whether_it_left(served):
    issue = started(ready_issue({"en": 3}))
    batch = ledger.claim(issue, number=2)
    assert batch.begin(batch.rows[0])
    let_time_pass(issue)
    ledger.look_after(issue)
    assert states(issue) == {"deferred": 1, "queued": 2}
    cancelling.cancel(issue)
    assert states(issue) == {"unknown": 1, "skipped": 2}
    # The worker only slept: what it knows counts.
    batch.over(batch.rows[0], "sent")
    batch.close()
    assert states(issue) == {"sent": 1, "skipped": 2}


@pytest.mark.django_db
def test_a_dead_worker_keeps_a_cancelled_letter_waiting_no_longer_than_another(served):
    issue = started(ready_issue({"en": 3}))
    batch = ledger.claim(issue)
    assert batch.begin(batch.rows[0])
    cancelling.cancel(issue)
    sink = served()
    let_time_pass(issue)
    sending.deliver(issue)
    assert states(issue) == {"unknown": 1, "skipped": 2}
    assert_nobody_is_lost(issue, sink)


@pytest.mark.django_db
def test_a_paused_letter_is_cancelled_and_never_goes_on(served):
    issue = started(ready_issue({"en": 3}))
    pausing.pause(issue)
    cancelling.cancel(issue)
    sink = served()
    pausing.resume(issue)
    sending.deliver(issue)
    assert (states(issue), sink.mails) == ({"skipped": 3}, [])
    assert_nobody_is_lost(issue, sink)


# -- At the desk -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_editor_is_asked_once_more_and_the_page_says_who_did_it(client, caplog):
    caplog.set_level(logging.INFO)
    issue = started(ready_issue({"en": 3, "es": 1}))
    Delivery.objects.filter(pk=issue.deliveries.first().pk).update(state="sent")
    executive = make.create_executive(issue.region)
    client.force_login(executive)
    assert address(issue, "cancel-rest/") in client.get(address(issue)).content.decode()
    asked = client.get(address(issue, "cancel-rest/")).content.decode()
    assert "1 mail has left" in asked
    assert "3 mails have not left yet" in asked
    assert states(issue) == {"sent": 1, "queued": 3}
    page = client.post(address(issue, "cancel-rest/"), follow=True).content.decode()
    assert states(issue) == {"sent": 1, "skipped": 3}
    assert "4 mails for 4 recipients" in page
    # What was left out does not look as if it had left.
    assert re.findall(r"(\w+: \d of \d)", page) == ["English: 1 of 3", "Español: 0 of 1"]
    assert f"{executive} cancelled the rest of this sending" in page
    assert address(issue, "cancel-rest/") not in page
    assert f"the rest, 3 mails, is cancelled by {executive}" in caplog.text
    assert Sending.objects.get().cancelled_by == executive
    issue.refresh_from_db()
    assert issue.state == IssueState.SENT
    found = status(issue)
    assert (found["frozen"], found["sum"], found["cancelled"]) == (4, 4, True)


@pytest.mark.django_db
def test_a_letter_that_has_ended_is_not_cancelled(client):
    issue = started(ready_issue({"en": 1}))
    Delivery.objects.update(state="sent")
    sending.finish(issue)
    client.force_login(make.create_secretary())
    assert client.get(address(issue, "cancel-rest/")).url == address(issue)
    page = client.post(address(issue, "cancel-rest/"), follow=True).content.decode()
    assert "is not being sent" in page
    assert not Sending.objects.get().is_cancelled
    assert states(issue) == {"sent": 1}


@pytest.mark.django_db
def test_it_is_cancelled_once():
    issue = started(ready_issue({"en": 2}))
    ledger.claim(issue, number=1)
    first = make.create_secretary()
    cancelling.cancel(issue, by=first)
    with pytest.raises(ValidationError, match="already"):
        cancelling.cancel(issue, by=make.create_secretary())
    assert Sending.objects.get().cancelled_by == first


@pytest.mark.django_db
def test_an_executive_of_another_region_finds_nothing_to_cancel(client):
    issue = started(ready_issue({"en": 2}))
    client.force_login(make.create_executive(make.create_region("R2")))
    for ask in (client.get, client.post):
        assert ask(address(issue, "cancel-rest/")).status_code == 404
    assert states(issue) == {"queued": 2}


# -- From the shell --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_from_the_shell():
    issue = started(ready_issue({"en": 2}))
    values = ("newsletter", "cancel", "--region", "R8", "--period", issue.period)
    call_command(*values, stdout=(out := io.StringIO()))
    assert out.getvalue().splitlines()[-1] == (
        "  in all: 2 deliveries for 2 recipients; the rest is cancelled"
    )
    with pytest.raises(CommandError, match="is not being sent"):
        call_command(*values)


@pytest.mark.django_db
def test_a_draft_is_not_cancelled():
    issue = ready_issue({"en": 2})
    with pytest.raises(ValidationError, match="is not being sent"):
        cancelling.cancel(issue)
    assert not Delivery.objects.exists()
