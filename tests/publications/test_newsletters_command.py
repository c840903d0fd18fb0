"""The letters from the shell."""

import io
import json

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.utils import timezone

from publications.models import Issue
from publications.models.newsletters import IssueState
from publications.models.periods import Period
from publications.newsletters import sending
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def letter():
    letter = make.create_newsletter(make.create_region("R8"))
    make.create_newsletter(None)
    return letter


def run(act: str, *more: str, region: str = "R8", period: str = "2026-Q3") -> str:
    out = io.StringIO()
    call_command("newsletter", act, "--region", region, "--period", period, *more, stdout=out)
    return out.getvalue()


def publish(letter, **values):
    make.create_publication(
        regions=[letter.region], published_on=Period(2026, 3).first_day, **values
    )


def test_from_draft_to_sent(letter):
    publish(letter, title_es="Informe", summary_es="Resumen")
    for language in ("fr", "es"):
        make.create_subscription(newsletter=letter, language=language)
    assert run("draft").splitlines()[0] == "L/R8/2026/01 (2026-Q3): drafted; items: 1"
    assert run("draft").splitlines()[0] == "L/R8/2026/01 (2026-Q3): draft; items: 1"
    assert run("ready").splitlines()[0] == "L/R8/2026/01 (2026-Q3): ready to send; items: 1"
    assert run("send").splitlines() == [
        "L/R8/2026/01 (2026-Q3): sent; items: 1",
        "  fr: ready, subscribers: 1; deliveries: 1 sent",
        "  en: ready, subscribers: 0",
        "  es: ready, subscribers: 1; deliveries: 1 sent",
        "  in all: 2 deliveries for 2 recipients",
    ]
    assert len(mail.outbox) == 2


def test_the_state_as_json(letter):
    publish(letter)
    make.create_subscription(newsletter=letter)
    run("draft")
    editor = make.create_secretary()
    accept = ("ready", "--accept", "es", "--reason", "No translator.")
    with pytest.raises(CommandError, match="an editor who accepts it"):
        run(*accept)
    with pytest.raises(CommandError, match="an editor who accepts it"):
        run(*accept, "--by", make.create_person().email)
    run(*accept, "--by", editor.email)
    run("send")
    assert json.loads(run("status", "--json")) == {
        "symbol": "L/R8/2026/01",
        "newsletter": "R8",
        "period": "2026-Q3",
        "state": "sent",
        "items": 1,
        "languages": {"fr": "ready", "en": "ready", "es": "ready"},
        "recipients": {"en": 1},
        "deliveries": {"en": {"sent": 1}},
        "frozen": 1,
        "sum": 1,
        "repeated": 0,
        "paused": "",
        "cancelled": False,
    }


def test_the_letter_of_the_world():
    assert run("draft", region="world").startswith("L/2026/01 (2026-Q3): drafted; items: 0")


@pytest.mark.parametrize(
    ("act", "values", "message"),
    [
        ("draft", {"region": "R0"}, "“R0” is not the code of a newsletter"),
        ("draft", {"period": "2026-Q5"}, "“2026-Q5” is not a period"),
        ("draft", {"period": "summer"}, "“summer” is not a period"),
        ("send", {}, "There is no issue of R8 for 2026-Q3"),
        ("status", {}, "There is no issue of R8 for 2026-Q3"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(act, values, message):
    with pytest.raises(CommandError, match=message) as refusal:
        run(act, **values)
    assert refusal.value.returncode == 1
    assert Issue.objects.count() == 0


def test_what_the_gate_refuses_is_said(letter):
    run("draft")
    with pytest.raises(CommandError, match="Nothing new is in this issue"):
        run("ready")
    publish(letter)
    with pytest.raises(CommandError, match="is not ready to be sent"):
        run("send")


def test_a_sent_issue_is_not_sent_again(letter):
    publish(letter)
    make.create_subscription(newsletter=letter)
    run("draft")
    editor = make.create_secretary()
    accept = ("ready", "--accept", "es", "--reason", "No translator.")
    with pytest.raises(CommandError, match="an editor who accepts it"):
        run(*accept)
    with pytest.raises(CommandError, match="an editor who accepts it"):
        run(*accept, "--by", make.create_person().email)
    run(*accept, "--by", editor.email)
    run("send")
    with pytest.raises(CommandError, match="has been sent"):
        run("send")
    assert len(mail.outbox) == 1


def test_a_paused_network_sends_nothing_from_the_shell_either(letter):
    publish(letter)
    make.create_subscription(newsletter=letter)
    make.create_network(sending_paused=True)
    cache.clear()
    run("draft")
    editor = make.create_secretary()
    accept = ("ready", "--accept", "es", "--reason", "No translator.")
    with pytest.raises(CommandError, match="an editor who accepts it"):
        run(*accept)
    with pytest.raises(CommandError, match="an editor who accepts it"):
        run(*accept, "--by", make.create_person().email)
    run(*accept, "--by", editor.email)
    with pytest.raises(CommandError, match="Sending is paused"):
        run("send")
    assert mail.outbox == []


def test_an_issue_is_paused_and_goes_on_from_the_shell(letter):
    publish(letter)
    make.create_subscription(newsletter=letter)
    run("draft")
    issue = Issue.objects.get()
    issue.state, issue.sending_since = IssueState.SENDING, timezone.now()
    issue.save()
    sending.freeze(issue)
    assert run("pause").splitlines()[-1] == (
        "  in all: 1 deliveries for 1 recipients; paused by hand"
    )
    assert run("send").splitlines()[-1] == run("status").splitlines()[-1]
    assert mail.outbox == []
    run("resume")
    run("send")
    assert run("status").splitlines()[0] == "L/R8/2026/01 (2026-Q3): sent; items: 1"
    assert len(mail.outbox) == 1
    with pytest.raises(CommandError, match="not being sent"):
        run("resume")
