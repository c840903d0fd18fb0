"""The board of the letters, and who holds an issue."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from portal import work
from publications.models import Issue, Newsletter
from publications.models.deliveries import DeliveryState
from publications.models.newsletters import IssueState
from publications.models.periods import Period
from publications.newsletters import (
    board,
    cancelling,
    drafting,
    holding,
    ledger,
    pausing,
    sending,
)
from publications.newsletters.board import Standing
from tests import factories as make
from tests.sending import started

pytestmark = pytest.mark.django_db
Q3 = Period(2026, 3)
AFTER = datetime.datetime(2026, 10, 5, 12, tzinfo=datetime.UTC)
LATE = datetime.datetime(2026, 10, 20, 12, tzinfo=datetime.UTC)


@pytest.fixture
def letter() -> Newsletter:
    return make.create_newsletter(make.create_region("R8"), time_zone="Africa/Nairobi")


def row(now: datetime.datetime = AFTER) -> board.Row:
    [found] = board.rows(Newsletter.objects.all(), now)
    return found


def test_a_letter_without_an_issue_is_to_draft(letter):
    found = row()
    assert (found.standing, found.last, str(found.due)) == (Standing.TO_DRAFT, None, "2026-Q3")
    assert found.due_at.isoformat() == "2026-10-01T09:00:00+03:00"
    assert not found.is_late


def test_each_state_is_told(letter):
    issue = drafting.draft(letter, Q3)
    assert row().standing == Standing.DRAFT
    assert str(row().due) == "2026-Q4"
    holding.take(issue, by=make.create_executive(letter.region))
    assert row().standing == Standing.EDITING
    issue.lead_fr = "Un autre début."
    issue.save()
    assert (row().standing, row().lacking) == (Standing.WAITING, ["en", "es"])
    for state, standing in (
        (IssueState.READY, Standing.READY),
        (IssueState.SENDING, Standing.SENDING),
        (IssueState.SENT, Standing.SENT),
    ):
        Issue.objects.filter(pk=issue.pk).update(state=state)
        assert row().standing == standing
    assert row().last == issue
    # The next one falls due.
    january = datetime.datetime(2027, 1, 2, tzinfo=datetime.UTC)
    assert row(january).standing == Standing.TO_DRAFT


STOPPED = {
    "fr": ("envoi suspendu", "reste de l’envoi annulé"),
    "en": ("sending paused", "rest cancelled"),
    "es": ("envío suspendido", "resto del envío cancelado"),
}


@pytest.mark.parametrize("language", STOPPED)
def test_what_was_stopped_on_its_way_is_not_told_as_sent(client, letter, language):
    make.create_subscription(newsletter=letter)
    issue = started(drafting.draft(letter, Period.of(timezone.localdate())))
    paused, cancelled = STOPPED[language]
    board_page = f"/{language}/secretariat/newsletters/"
    own_page = f"{board_page}{issue.dashed_symbol}/"
    client.force_login(make.create_secretary())
    assert told(client, board_page, own_page) == [set(), set()]
    pausing.pause(issue)
    assert told(client, board_page, own_page) == [{paused}, {paused}]
    [claimed] = ledger.claim(issue).rows
    cancelling.cancel(issue)
    # Also while the last mail is under way.
    assert told(client, board_page, own_page) == [{cancelled}, {cancelled}]
    assert f'href="{own_page}">' in client.get(board_page).content.decode()
    issue.deliveries.filter(pk=claimed.pk).update(state=DeliveryState.SENT)
    sending.finish(issue)
    found = told(
        client, board_page, own_page, f"/{language}/secretariat/records/publications/issue/"
    )
    assert found == [{cancelled}] * 3


def told(client, *addresses: str) -> list[set[str]]:
    """Which of the words for what was stopped stand on each page."""
    words = {word for pair in STOPPED.values() for word in pair}
    pages = [client.get(address).content.decode() for address in addresses]
    return [{word for word in words if f">{word}<" in page} for page in pages]


def test_the_last_issue_says_that_its_rest_was_cancelled_when_the_next_is_due(letter):
    make.create_subscription(newsletter=letter)
    issue = started(drafting.draft(letter, Q3))
    cancelling.cancel(issue)
    sending.finish(issue)
    assert (row().standing, row().last.is_cancelled) == (Standing.CANCELLED, True)
    january = datetime.datetime(2027, 1, 2, tzinfo=datetime.UTC)
    assert (row(january).standing, row(january).last.is_cancelled) == (Standing.TO_DRAFT, True)


def test_a_block_without_its_translation_waits_for_a_language(letter):
    issue = drafting.draft(letter, Q3)
    issue.blocks.create(title_fr="Mot", body_fr="<p>Texte</p>", title_en="Word", body_en="<p>T</p>")
    assert (row().standing, row().lacking) == (Standing.WAITING, ["es"])


def test_a_letter_is_late_after_its_own_delay_until_it_leaves(letter):
    issue = drafting.draft(letter, Q3)
    assert not row(AFTER).is_late
    assert row(LATE).is_late
    Newsletter.objects.update(late_after=30)
    assert not row(LATE).is_late
    Newsletter.objects.update(late_after=3)
    Issue.objects.filter(pk=issue.pk).update(state=IssueState.SENT)
    assert not row(LATE).is_late


def test_the_board_shows_state_holder_and_next_due(client, letter):
    issue = drafting.draft(letter, Period.of(timezone.localdate()))
    holder = make.create_executive(letter.region, full_name="Nadia Example")
    holding.take(issue, by=holder)
    client.force_login(make.create_secretary())
    page = client.get("/en/secretariat/newsletters/").content.decode()
    assert "being edited" in page
    assert f'href="/en/secretariat/newsletters/{issue.dashed_symbol}/">Open' in page
    assert "Nadia Example" in page
    assert "Africa/Nairobi" in page
    assert "09:00" in page


# -- Who holds it ----------------------------------------------------------------------------------


@pytest.fixture
def issue(letter) -> Issue:
    return drafting.draft(letter, Q3)


def test_an_issue_is_taken_given_over_and_put_down(issue):
    one, other = (make.create_executive(issue.region) for _ in "ab")
    holding.take(issue, by=one)
    holding.take(issue, by=one)
    with pytest.raises(ValidationError, match="holds this letter"):
        holding.take(issue, by=other)
    with pytest.raises(ValidationError, match="holds this letter"):
        holding.put_down(issue, by=other)
    with pytest.raises(ValidationError, match="holds this letter"):
        holding.give(issue, to=other, by=other)
    holding.give(issue, to=other, by=one)
    issue.refresh_from_db()
    assert issue.holder == other
    holding.put_down(issue, by=other)
    issue.refresh_from_db()
    assert issue.holder is None


def test_the_secretariat_gives_on_what_a_colleague_holds(issue):
    one, other = (make.create_executive(issue.region) for _ in "ab")
    secretary = make.create_secretary()
    holding.take(issue, by=one)
    with pytest.raises(ValidationError, match="holds this letter"):
        holding.take(issue, by=secretary)
    holding.give(issue, to=other, by=secretary)
    assert issue.holder == other


def test_an_issue_is_given_only_to_who_may_edit_it(issue):
    stranger = make.create_executive(make.create_region("R2"))
    executive, secretary = make.create_executive(issue.region), make.create_secretary()
    with pytest.raises(ValidationError, match="does not edit this letter"):
        holding.give(issue, to=stranger, by=secretary)
    assert set(holding.candidates(issue)) == {executive, secretary}
    holding.take(issue, by=executive)
    assert set(holding.candidates(issue)) == {secretary}
    world = drafting.draft(make.create_newsletter(None), Q3)
    assert set(holding.candidates(world)) == {secretary}


def test_what_has_left_is_not_taken(issue):
    Issue.objects.filter(pk=issue.pk).update(state=IssueState.SENT)
    issue.refresh_from_db()
    with pytest.raises(ValidationError, match="has been sent"):
        holding.take(issue, by=make.create_secretary())


def test_the_page_takes_gives_and_puts_down(client, issue):
    executive, colleague = (make.create_executive(issue.region) for _ in "ab")
    client.force_login(executive)
    path = f"/en/secretariat/newsletters/{issue.dashed_symbol}/holder/"
    client.post(path, {"act": "take"})
    issue.refresh_from_db()
    assert issue.holder == executive
    client.post(path, {"act": "give", "person": colleague.pk})
    issue.refresh_from_db()
    assert issue.holder == colleague
    page = client.post(path, {"act": "put_down"}, follow=True).content.decode()
    assert f"{colleague.full_name} holds this letter" in page
    stranger = make.create_executive(make.create_region("R2"))
    assert client.post(path, {"act": "give", "person": stranger.pk}).status_code == 404
    assert client.post(path, {"act": "?"}).status_code == 404


def test_whoever_sees_to_it_in_the_work_queue_holds_it(issue):
    executive = make.create_executive(issue.region)
    outcome = work.carry_out([f"issue:{issue.pk}"], work.TAKE, by=executive)
    issue.refresh_from_db()
    assert (outcome.done, issue.holder) == (1, executive)
    work.carry_out([f"issue:{issue.pk}"], work.DROP, by=executive)
    issue.refresh_from_db()
    assert issue.holder is None
