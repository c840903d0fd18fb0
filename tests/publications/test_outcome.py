"""How fast a letter leaves, and what became of its mails, by language and region."""

import csv
import datetime
import io

import pytest
from django.core.management import call_command
from django.utils import timezone

from publications.models import Delivery
from publications.models.deliveries import DeliveryState
from publications.newsletters import cancelling, outcome
from tests import factories as make
from tests.sending import ready_issue, started

pytestmark = pytest.mark.django_db
ADDRESS = "/en/secretariat/newsletters/letters.csv"


def begun(readers: dict[str, int], *, minutes: int = 10):
    """A letter whose sending began some minutes ago."""
    issue = started(ready_issue(readers))
    issue.sending_since = timezone.now() - datetime.timedelta(minutes=minutes)
    issue.save()
    return issue


def leave(issue, number: int, *, seconds: int = 30):
    keys = issue.deliveries.queued().values_list("pk", flat=True)[:number]
    moment = timezone.now() - datetime.timedelta(seconds=seconds)
    Delivery.objects.filter(pk__in=list(keys)).update(state=DeliveryState.SENT, sent_at=moment)


def test_the_rate_is_that_of_the_last_minutes(client):
    issue = begun({"en": 14})
    leave(issue, 3, seconds=300)
    assert outcome.going(issue) == (0, None)
    leave(issue, 4)
    # Four in two minutes; seven are left.
    assert outcome.going(issue) == (2, 4)
    client.force_login(make.create_executive(issue.region))
    page = client.get(f"/en/secretariat/newsletters/{issue.dashed_symbol}/").content.decode()
    assert "2 mails a minute. About 4 minutes left." in page


def test_what_has_just_begun_is_measured_from_its_beginning():
    issue = begun({"en": 3}, minutes=0)
    issue.sending_since -= datetime.timedelta(seconds=60)
    leave(issue, 2)
    assert outcome.going(issue) == (2, 1)


def table(client, query: str = "") -> list[dict]:
    answer = client.get(ADDRESS + query)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_the_table_has_a_line_for_each_language_and_adds_up(client):
    issue = begun({"en": 3, "fr": 1})
    leave(issue, 2)
    client.force_login(make.create_secretary())
    found = table(client)
    assert [(row["issue"], row["language"], row["audience"]) for row in found] == [
        (issue.symbol, "en", "public"),
        (issue.symbol, "fr", "public"),
    ]
    assert {row["region"] for row in found} == {"R8"}
    for row in found:
        assert sum(int(row[state]) for state in DeliveryState.values) == int(row["recipients"])
    assert sum(int(row["sent"]) for row in found) == 2
    assert table(client, f"?issue={issue.symbol}") == found
    assert table(client, "?issue=L/R9/1999/01") == []


def test_what_may_have_come_twice_is_counted_on_the_page_in_the_table_and_on_the_shell(client):
    issue = begun({"en": 3, "fr": 1})
    client.force_login(make.create_secretary())
    page = f"/en/secretariat/newsletters/{issue.dashed_symbol}/"
    assert "come twice" not in client.get(page).content.decode()
    twice = issue.deliveries.filter(language="en").values_list("pk", flat=True)[:2]
    Delivery.objects.filter(pk__in=list(twice)).update(repeated_at=timezone.now())
    assert "2 mails were sent again" in client.get(page).content.decode()
    assert [(row["language"], row["repeated"]) for row in table(client)] == [
        ("en", "2"),
        ("fr", "0"),
    ]
    told = io.StringIO()
    call_command("newsletter", "status", "--region=R8", f"--period={issue.period}", stdout=told)
    assert "4 recipients; 2 sent again after a crash" in told.getvalue()


def test_an_executive_gets_the_letters_of_the_own_region(client):
    issue = begun({"en": 1})
    client.force_login(make.create_executive(issue.region))
    assert len(table(client)) == 1
    client.force_login(make.create_executive(make.create_region("R2")))
    assert table(client) == []
    client.force_login(make.create_contact())
    assert client.get(ADDRESS).status_code == 404


def test_the_table_says_when_the_rest_of_a_letter_was_cancelled(client):
    issue = begun({"en": 2, "fr": 1})
    leave(issue, 1)
    client.force_login(make.create_secretary())
    assert {row["rest_cancelled_on"] for row in table(client)} == {""}
    cancelling.cancel(issue)
    found = table(client)
    assert {row["rest_cancelled_on"] for row in found} == {timezone.localdate().isoformat()}
    assert sum(int(row["skipped"]) for row in found) == 2
