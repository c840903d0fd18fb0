"""From what happened since the last issue to a draft."""

import datetime

import pytest
from django.core.exceptions import ValidationError

from publications.models import Issue, Newsletter
from publications.models.newsletters import IssueState
from publications.models.periods import Period
from publications.newsletters import drafting, editing
from tests import factories as make

pytestmark = pytest.mark.django_db
Q3 = Period(2026, 3)
IN_Q3 = datetime.date(2026, 8, 14)


@pytest.fixture
def letter() -> Newsletter:
    return make.create_newsletter(make.create_region("R8"))


def moment(year: int, month: int, day: int) -> datetime.datetime:
    return datetime.datetime(year, month, day, 9, tzinfo=datetime.UTC)


def event_on(year: int, month: int, day: int, **values):
    return make.create_event(
        starts_at=moment(year, month, day), ends_at=moment(year, month, day), **values
    )


def told(issue: Issue) -> list:
    return [item.subject for item in issue.items.all()]


@pytest.mark.slow
def test_an_issue_tells_what_the_region_has(letter):
    region, elsewhere = letter.region, make.create_region("R2")
    published = make.create_publication(regions=[region], published_on=IN_Q3)
    members_only = make.create_publication(
        regions=[region], published_on=IN_Q3 - datetime.timedelta(days=1), access="members"
    )
    event = event_on(2026, 11, 4, regions=[region])
    member = make.create_organisation()
    make.create_membership(member, starts_on=datetime.date(2026, 7, 10))
    # None of these: elsewhere, before, closed, not yet out, past, too far, private, older member.
    make.create_publication(regions=[elsewhere], published_on=IN_Q3)
    make.create_publication(regions=[region], published_on=datetime.date(2026, 6, 30))
    make.create_publication(regions=[region], published_on=IN_Q3, access="secretariat")
    make.create_publication(regions=[region], published_on=IN_Q3, state="draft")
    event_on(2026, 9, 30, regions=[region])
    event_on(2027, 3, 1, regions=[region])
    event_on(2026, 11, 4, regions=[region], is_public=False)
    renewing = make.create_organisation()
    make.create_membership(renewing, year=2025)
    make.create_membership(renewing, starts_on=datetime.date(2026, 7, 10))

    issue = drafting.draft(letter, Q3)

    assert told(issue) == [event, member, published, members_only]
    assert (issue.symbol, issue.period, issue.state) == ("L/R8/2026/01", "2026-Q3", "draft")


def test_a_discreet_member_is_never_told_of(letter):
    for values in ({"discreet": True}, {"status": "applicant"}, {"status": "lapsed"}):
        organisation = make.create_organisation(**values)
        make.create_membership(organisation, starts_on=datetime.date(2026, 7, 10))
    assert told(drafting.draft(letter, Q3)) == []


def test_a_member_without_a_country_is_told_of_where_it_is_active(letter):
    member = make.create_organisation(category="B")
    member.regions.add(letter.region, make.create_region("R7"))
    make.create_membership(member, starts_on=datetime.date(2026, 7, 10))
    assert told(drafting.draft(letter, Q3)) == [member]


def test_the_letter_of_the_world_tells_of_what_concerns_more_than_one_region():
    world = make.create_newsletter(None)
    r7, r8 = make.create_region("R7"), make.create_region("R8")
    report = make.create_publication(published_on=IN_Q3, level="world")
    make.create_publication(published_on=IN_Q3, level="regional", regions=[r8])
    event_on(2026, 11, 4, regions=[r8])
    shared = event_on(2026, 11, 5, regions=[r7, r8])
    open_to_all = event_on(2026, 11, 6)
    conference = event_on(2026, 11, 7, regions=[r8], kind="conference")
    issue = drafting.draft(world, Q3)
    assert told(issue) == [shared, open_to_all, conference, report]
    assert issue.symbol == "L/2026/01"


def test_drafting_twice_gives_the_same_issue(letter):
    make.create_publication(regions=[letter.region], published_on=IN_Q3)
    first = drafting.draft(letter, Q3)
    assert drafting.draft(letter, Q3) == first
    assert (Issue.objects.count(), first.items.count()) == (1, 1)


def test_numbers_run_within_a_year_and_a_letter(letter):
    other = make.create_newsletter(make.create_region("R2"))
    symbols = [
        drafting.draft(newsletter, period).symbol
        for newsletter, period in (
            (letter, Period(2026, 2)),
            (letter, Q3),
            (other, Q3),
            (letter, Period(2027, 1)),
        )
    ]
    assert symbols == ["L/R8/2026/01", "L/R8/2026/02", "L/R2/2026/01", "L/R8/2027/01"]


def test_the_words_are_there_in_three_languages(letter):
    make.create_publication(regions=[letter.region], published_on=IN_Q3)
    issue = drafting.draft(letter, Q3)
    assert issue.subject_en == "Region R8 (example): third quarter of 2026"
    assert issue.subject_es.startswith("Region R8 (ejemplo)")
    assert "third quarter of 2026" in issue.lead_en
    assert issue.languages() == [("fr", "ready"), ("en", "ready"), ("es", "ready")]


def test_nothing_new_is_a_draft_that_says_so_until_there_is_something(letter):
    issue = drafting.draft(letter, Q3)
    assert "Nothing new" in issue.lead_en
    make.create_publication(regions=[letter.region], published_on=IN_Q3)
    assert drafting.gather(issue) == 1
    issue.refresh_from_db()
    assert "Nothing new" not in issue.lead_en
    assert issue.languages() == [("fr", "ready"), ("en", "ready"), ("es", "ready")]
    assert drafting.gather(issue) == 0


def test_an_opening_text_somebody_wrote_is_left_alone(letter):
    issue = drafting.draft(letter, Q3)
    issue.lead_en = "Our own words."
    issue.save()
    make.create_publication(regions=[letter.region], published_on=IN_Q3)
    drafting.gather(issue)
    issue.refresh_from_db()
    assert issue.lead_en == "Our own words."


def test_items_move_within_their_section(letter):
    first, second = (
        make.create_publication(regions=[letter.region], published_on=IN_Q3) for _ in "ab"
    )
    event_on(2026, 11, 4, regions=[letter.region])
    issue = drafting.draft(letter, Q3)
    section = issue.items.filter(section="publications")
    assert [item.subject for item in section] == [second, first]
    editing.move(section[1], "up")
    assert [item.subject for item in section.all()] == [first, second]
    editing.move(section.all()[0], "up")
    editing.move(section.all()[1], "down")
    assert [item.subject for item in section.all()] == [first, second]
    editing.remove(section.all()[0])
    assert [item.subject for item in section.all()] == [second]


def test_changing_an_issue_that_was_ready_makes_it_a_draft_again(letter):
    make.create_publication(regions=[letter.region], published_on=IN_Q3)
    event_on(2026, 11, 4, regions=[letter.region])
    issue = drafting.draft(letter, Q3)
    Issue.objects.filter(pk=issue.pk).update(state=IssueState.READY)
    editing.remove(issue.items.select_related("issue")[0])
    issue.refresh_from_db()
    assert issue.state == IssueState.DRAFT


@pytest.mark.parametrize("state", [IssueState.SENDING, IssueState.SENT])
def test_what_is_on_its_way_is_not_changed(letter, state):
    make.create_publication(regions=[letter.region], published_on=IN_Q3)
    issue = drafting.draft(letter, Q3)
    Issue.objects.filter(pk=issue.pk).update(state=state)
    issue.refresh_from_db()
    for change in (
        lambda: drafting.gather(issue),
        lambda: editing.remove(issue.items.select_related("issue").get()),
        lambda: editing.move(issue.items.select_related("issue").get(), "up"),
    ):
        with pytest.raises(ValidationError, match="has been sent"):
            change()
    assert issue.items.count() == 1


@pytest.mark.parametrize("code", ["R8", "r8", "world", "World"])
def test_a_letter_has_a_code(letter, code):
    make.create_newsletter(None)
    assert drafting.newsletter_with_code(code).code.lower() == code.lower()


@pytest.mark.parametrize("code", ["R0", "", "Africa"])
def test_an_unknown_code_is_refused(letter, code):
    with pytest.raises(ValidationError, match="R1 to R9, or world"):
        drafting.newsletter_with_code(code)
