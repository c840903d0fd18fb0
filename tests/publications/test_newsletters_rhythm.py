"""When a letter is due, what it then tells of, and who is written to."""

import datetime
import importlib
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from members.models import Notice
from portal.lib.sections import Span
from publications.models import Issue, Newsletter
from publications.models.newsletters import IssueState
from publications.models.periods import Period
from publications.newsletters import drafting, nudging, rhythm
from tests import factories as make

pytestmark = pytest.mark.django_db
Day = datetime.date
Q3 = Period(2026, 3)


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def create_letter(code: str = "R8", **values) -> Newsletter:
    return make.create_newsletter(make.create_region(code), **values)


def publish(letter: Newsletter, day: Day, **values):
    return make.create_publication(regions=[letter.region], published_on=day, **values)


# -- Periods ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "first", "last", "following", "before"),
    [
        ("2026-Q4", Day(2026, 10, 1), Day(2026, 12, 31), "2027-Q1", "2026-Q3"),
        ("2026-q1", Day(2026, 1, 1), Day(2026, 3, 31), "2026-Q2", "2025-Q4"),
        ("2026-02", Day(2026, 2, 1), Day(2026, 2, 28), "2026-03", "2026-01"),
        ("2026-12", Day(2026, 12, 1), Day(2026, 12, 31), "2027-01", "2026-11"),
        ("2027-01", Day(2027, 1, 1), Day(2027, 1, 31), "2027-02", "2026-12"),
    ],
)
def test_a_period_is_a_quarter_or_a_month(text, first, last, following, before):
    period = Period.parse(text)
    assert (str(period), period.first_day, period.last_day) == (text.upper(), first, last)
    assert (str(period.next), str(period.previous)) == (following, before)


@pytest.mark.parametrize("text", ["2026-Q5", "2026-00", "2026-13", "2026-3", "2026", "Q3", ""])
def test_what_is_no_period_is_refused_by_form_and_database(text):
    with pytest.raises(ValidationError, match="is not a period"):
        Period.parse(text)
    with pytest.raises(IntegrityError), transaction.atomic():
        Issue.objects.create(
            newsletter=create_letter(),
            symbol="L/1",
            period=text,
            covers_from=Day(2026, 1, 1),
            covers_until=Day(2026, 1, 1),
        )


def test_issues_drafted_before_told_of_their_quarter():
    """The data migration: every stored quarter, in the rows and in their history."""
    never = Day(2000, 1, 1)
    issues = [
        make.create_issue(period=f"2026-Q{n}", covers_from=never, covers_until=never)
        for n in (1, 2, 3, 4)
    ]
    migration = importlib.import_module("publications.migrations.0010_rhythm")
    migration.cover_their_quarters(apps, None)
    for issue in issues:
        issue.refresh_from_db()
        whole = issue.stands_for
        assert issue.span == (whole.first_day, whole.last_day)
        assert issue.history.get().covers_until == whole.last_day


# -- When it is due --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day", "hour", "expected"),
    [
        ("UTC", Day(2026, 10, 1), 9, "2026-10-01T09:00Z"),
        ("Africa/Nairobi", Day(2026, 10, 1), 9, "2026-10-01T06:00Z"),
        ("Asia/Kolkata", Day(2026, 10, 1), 9, "2026-10-01T03:30Z"),
        # The same hour of the place, in summer and in winter.
        ("Europe/Paris", Day(2026, 7, 1), 9, "2026-07-01T07:00Z"),
        ("Europe/Paris", Day(2026, 11, 1), 9, "2026-11-01T08:00Z"),
        # The hour that the night leaves out: 2 o'clock does not exist, and 3 o'clock is meant.
        ("Europe/Paris", Day(2026, 3, 29), 2, "2026-03-29T01:00Z"),
        ("America/New_York", Day(2026, 3, 8), 2, "2026-03-08T07:00Z"),
        ("Africa/Cairo", Day(2026, 4, 24), 0, "2026-04-23T22:00Z"),
        # The hour that comes twice: the first one.
        ("Europe/Paris", Day(2026, 10, 25), 2, "2026-10-25T00:00Z"),
        ("America/New_York", Day(2026, 11, 1), 1, "2026-11-01T05:00Z"),
        ("Africa/Cairo", Day(2026, 10, 29), 23, "2026-10-29T20:00Z"),
    ],
)
def test_an_hour_is_that_of_the_place_in_the_nights_of_summer_time_too(zone, day, hour, expected):
    found = rhythm.moment(day, hour, zone)
    assert found == moment(expected)
    local = found.astimezone(ZoneInfo(zone))
    assert local.date() == day
    assert local.hour in (hour, hour + 1)


@pytest.mark.parametrize(
    ("values", "now", "expected"),
    [
        ({}, "2026-10-01T08:59Z", "2026-Q2"),
        ({}, "2026-10-01T09:00Z", "2026-Q3"),
        ({}, "2026-12-31T23:59Z", "2026-Q3"),
        ({"time_zone": "Africa/Nairobi"}, "2026-10-01T06:00Z", "2026-Q3"),
        ({"time_zone": "America/New_York"}, "2026-10-01T12:59Z", "2026-Q2"),
        ({"rhythm": "monthly"}, "2026-12-01T09:00Z", "2026-11"),
        ({"rhythm": "monthly", "due_day": 15}, "2026-12-15T08:59Z", "2026-10"),
        ({"rhythm": "monthly", "due_day": 15}, "2026-12-15T09:00Z", "2026-11"),
        # Already the first at the place, while it is still the day before in UTC.
        (
            {"rhythm": "monthly", "due_hour": 0, "time_zone": "Asia/Tokyo"},
            "2026-11-30T15:00Z",
            "2026-11",
        ),
    ],
)
def test_a_letter_is_due_by_its_rhythm_day_hour_and_zone(values, now, expected):
    assert str(rhythm.latest_due(create_letter(**values), moment(now))) == expected


def test_a_day_that_not_every_month_has_is_refused():
    letter = create_letter()
    for values in ({"due_day": 0}, {"due_day": 29}, {"due_hour": 24}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Newsletter.objects.filter(pk=letter.pk).update(**values)
    letter.time_zone = "Mars/Olympus"
    with pytest.raises(ValidationError, match="not a known time zone"):
        letter.full_clean()


# -- What it tells of ------------------------------------------------------------------------------


def test_a_letter_tells_of_all_days_since_the_last_one():
    letter = create_letter(rhythm="monthly", due_day=15)
    assert rhythm.span(letter, Period(2026, 9, 1)) == Span(Day(2026, 9, 15), Day(2026, 10, 14))
    drafting.draft(letter, Period(2026, 9, 1))
    # Two were missed.
    assert rhythm.span(letter, Period(2026, 12, 1)) == Span(Day(2026, 10, 15), Day(2027, 1, 14))
    # A later issue is not the one before.
    assert rhythm.span(letter, Period(2026, 8, 1)) == Span(Day(2026, 8, 15), Day(2026, 9, 14))


def test_missed_runs_are_caught_up_with_one_issue():
    letter = create_letter(rhythm="monthly")
    publish(letter, Day(2026, 5, 20))
    [first] = drafting.draft_due(moment("2026-06-01T10:00Z"))
    missed = [publish(letter, Day(2026, month, 10)) for month in (6, 7, 8)]
    [issue] = drafting.draft_due(moment("2026-09-20T10:00Z"))
    assert (first.period, issue.period) == ("2026-05", "2026-08")
    assert issue.span == (Day(2026, 6, 1), Day(2026, 8, 31))
    assert {item.subject for item in issue.items.all()} == set(missed)
    assert drafting.draft_due(moment("2026-09-20T10:10Z")) == []
    assert "from 1 June 2026 to 31 August 2026" in issue.lead_en
    assert "du 1er juin 2026 au 31 août 2026" in issue.lead_fr
    assert "del 1 de junio de 2026 al 31 de agosto de 2026" in issue.lead_es


def test_a_month_is_named_in_three_languages():
    letter = create_letter(rhythm="monthly")
    publish(letter, Day(2026, 8, 20))
    [issue] = drafting.draft_due(moment("2026-09-01T10:00Z"))
    assert issue.subject_fr.endswith("août 2026")
    assert issue.subject_en.endswith("August 2026")
    assert issue.subject_es.endswith("agosto de 2026")
    assert "in August 2026" in issue.lead_en


def test_what_is_due_is_asked_of_the_rows_and_not_of_the_day():
    letter, asleep = create_letter(), create_letter("R3")
    publish(letter, Day(2026, 8, 14))
    late = moment("2026-12-20T10:00Z")
    assert drafting.due(moment("2026-10-01T08:00Z")) == []
    assert drafting.due(late) == [(letter, Q3)]
    [issue] = drafting.draft_due(late)
    assert (issue.newsletter, issue.period) == (letter, "2026-Q3")
    assert drafting.draft_due(late) == []
    # The very first issue of a letter waits until there is something to tell.
    assert asleep.issues.count() == 0


def test_a_letter_that_changes_its_rhythm_tells_nothing_twice():
    letter = create_letter()
    publish(letter, Day(2026, 8, 14))
    drafting.draft_due(moment("2026-10-01T10:00Z"))
    Newsletter.objects.filter(pk=letter.pk).update(rhythm="monthly")
    assert drafting.due(moment("2026-10-20T10:00Z")) == []
    [issue] = drafting.draft_due(moment("2026-11-01T10:00Z"))
    assert (issue.period, issue.span) == ("2026-10", (Day(2026, 10, 1), Day(2026, 10, 31)))


def test_a_second_schedule_gets_the_same_issue():
    letter = create_letter()
    with pytest.raises(IntegrityError), transaction.atomic():
        for number in (1, 2):
            make.create_issue(newsletter=letter, symbol=f"L/R8/2026/0{number}", period="2026-Q3")
    assert drafting.draft(letter, Q3) == drafting.draft(letter, Q3)


# -- Who is written to -----------------------------------------------------------------------------


@pytest.fixture
def quiet() -> Newsletter:
    """A letter that has had an issue, and nothing since."""
    letter = create_letter()
    make.create_issue(newsletter=letter, period="2026-Q2", state=IssueState.SENT)
    return letter


def test_nothing_new_is_a_draft_that_says_so_and_a_nudge_to_its_editor(quiet):
    executive = make.create_executive(quiet.region, language="fr")
    make.create_executive(make.create_region("R2"))
    [issue] = drafting.draft_due(moment("2026-10-01T10:00Z"))
    assert (issue.state, issue.items.count()) == (IssueState.DRAFT, 0)
    assert "Nothing new" in issue.lead_en
    notice = Notice.objects.get()
    assert (notice.kind, notice.person, notice.language) == (nudging.EMPTY, executive, "fr")
    assert f"/fr/secretariat/newsletters/{issue.dashed_symbol}/" in notice.text
    assert drafting.draft_due(moment("2026-10-01T10:10Z")) == []
    assert Notice.objects.count() == 1


def test_an_issue_with_something_to_tell_nudges_nobody(quiet):
    make.create_executive(quiet.region)
    publish(quiet, Day(2026, 8, 14))
    drafting.draft_due(moment("2026-10-01T10:00Z"))
    assert not Notice.objects.exists()


def test_the_executive_of_a_late_letter_is_nudged_once(quiet):
    executive = make.create_executive(quiet.region)
    [issue] = drafting.draft_due(moment("2026-10-01T10:00Z"))
    Notice.objects.all().delete()
    nudging.tell_late(moment("2026-10-15T08:59Z"))
    assert not Notice.objects.exists()
    for _ in range(2):
        nudging.tell_late(moment("2026-10-15T09:00Z"))
    notice = Notice.objects.get()
    assert (notice.kind, notice.person) == (nudging.LATE, executive)
    assert "1 October 2026" in notice.text
    assert issue.dashed_symbol in notice.text


def test_how_long_a_letter_may_wait_is_its_own(quiet):
    Newsletter.objects.filter(pk=quiet.pk).update(late_after=3)
    assert [letter for letter, *_ in nudging.late(moment("2026-10-04T09:00Z"))] == [quiet]
    assert nudging.late(moment("2026-10-04T08:00Z")) == []


@pytest.mark.parametrize("state", [IssueState.SENDING, IssueState.SENT])
def test_what_has_left_is_not_late(quiet, state):
    issue = drafting.draft(quiet, Q3)
    Issue.objects.filter(pk=issue.pk).update(state=state)
    assert nudging.late(moment("2026-12-20T09:00Z")) == []


def test_a_letter_that_never_had_an_issue_is_not_late():
    create_letter()
    assert nudging.late(moment("2026-12-20T09:00Z")) == []


def test_the_letters_of_the_world_and_of_a_region_without_an_executive_are_the_secretariats(quiet):
    secretary = make.create_secretary()
    assert nudging.editors(quiet) == [secretary]
    assert nudging.editors(make.create_newsletter(None)) == [secretary]
    executive = make.create_executive(quiet.region)
    assert nudging.editors(quiet) == [executive]


# -- The page --------------------------------------------------------------------------------------


def test_the_rhythm_is_changed_at_the_desk(client):
    letter = create_letter()
    client.force_login(make.create_executive(letter.region))
    page = "/en/secretariat/newsletters/rhythm/R8/"
    assert client.get(page).status_code == 200
    given = {
        "rhythm": "monthly",
        "due_day": 5,
        "due_hour": 7,
        "time_zone": "Africa/Nairobi",
        "late_after": 10,
    }
    for wrong in ({"due_day": 29}, {"due_hour": 24}, {"time_zone": "Mars/Olympus"}):
        assert client.post(page, given | wrong).status_code == 200
    letter.refresh_from_db()
    assert letter.rhythm == "quarterly"
    assert client.post(page, given).url == "/en/secretariat/newsletters/"
    letter.refresh_from_db()
    assert (letter.rhythm, letter.due_day, letter.due_hour) == ("monthly", 5, 7)
    assert (letter.time_zone, letter.late_after) == ("Africa/Nairobi", 10)


def test_an_executive_does_not_change_the_rhythm_of_others(client):
    create_letter()
    make.create_newsletter(None)
    client.force_login(make.create_executive(make.create_region("R2")))
    for code in ("R8", "world"):
        assert client.post(f"/en/secretariat/newsletters/rhythm/{code}/", {}).status_code == 404
