"""Emerging issues: flagged by a region, seconded by members, lifted by three regions."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from members.merging import merge_organisations
from portal.lib.sections import Span
from programme import emerging, sections
from programme.models import EmergingIssue, Ending, Second
from tests import factories as make

pytestmark = pytest.mark.django_db
Day = datetime.date
TODAY = Day(2026, 10, 20)


def flag(region: str = "R8", *, challenge: int = 1, on: Day = TODAY, **values) -> EmergingIssue:
    return make.create_emerging_issue(
        region=make.create_region(region),
        challenge=make.create_challenge(challenge),
        flagged_on=on,
        **values,
    )


def lifted() -> set[str]:
    return set(EmergingIssue.objects.lifted().values_list("region__code", flat=True))


# -- Lifting ---------------------------------------------------------------------------------------


def test_three_regions_on_one_challenge_within_a_quarter_lift_it():
    flag("R8", on=TODAY - datetime.timedelta(days=92))
    flag("R2", on=TODAY - datetime.timedelta(days=10))
    assert emerging.lift(TODAY) == []
    third = flag("R4")
    assert len(emerging.lift(TODAY)) == 3
    third.refresh_from_db()
    assert third.lifted_on == TODAY
    assert lifted() == {"R2", "R4", "R8"}


def test_what_is_not_three_regions_on_one_challenge_within_a_quarter_stays():
    flag("R8", on=TODAY - datetime.timedelta(days=93))  # too long ago
    flag("R2")
    flag("R2")  # the same region twice
    flag("R4", challenge=2)  # another challenge
    closed = flag("R5")
    emerging.close(closed, ending=Ending.PASSED)
    flag("R6")
    assert emerging.lift(TODAY) == []
    assert lifted() == set()


def test_that_it_was_lifted_is_kept_with_its_first_day():
    issues = [flag(code, on=TODAY) for code in ("R2", "R4", "R8")]
    emerging.lift(TODAY)
    later = TODAY + datetime.timedelta(days=30)
    fourth = flag("R7", on=later)
    assert emerging.lift(later) == [fourth]
    emerging.close(issues[0], ending=Ending.ACTED)
    emerging.reopen(EmergingIssue.objects.get(pk=issues[0].pk))
    days = EmergingIssue.objects.order_by("pk").values_list("lifted_on", flat=True)
    assert list(days) == [TODAY, TODAY, TODAY, later]
    assert emerging.lift(later) == []


def test_a_day_of_lifting_before_the_flag_or_a_close_without_a_reason_is_refused():
    issue = flag()
    for values in (
        {"lifted_on": TODAY - datetime.timedelta(days=1)},
        {"closed_on": TODAY},
        {"ending": "acted"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            EmergingIssue.objects.filter(pk=issue.pk).update(**values)


# -- Seconding -------------------------------------------------------------------------------------


def test_an_organisation_seconds_once_and_takes_it_back():
    issue, organisation = flag(), make.create_organisation()
    person = make.create_contact(organisation)
    for _ in range(2):
        emerging.second(issue, organisation, by=person)
    assert issue.seconds.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Second.objects.create(issue=issue, organisation=organisation)
    assert emerging.take_back(issue, organisation)
    assert not emerging.take_back(issue, organisation)
    assert issue.seconds.count() == 0


def test_what_an_organisation_may_second():
    here, elsewhere = flag("R8"), flag("R2")
    shared = flag("R2")
    EmergingIssue.objects.filter(pk=shared.pk).update(lifted_on=TODAY)
    closed = flag("R8")
    emerging.close(closed, ending=Ending.ACTED)
    organisation = make.create_organisation()
    world_wide = make.create_organisation(category="B")
    world_wide.regions.add(here.region, elsewhere.region)
    open_to = EmergingIssue.objects.open_to
    assert set(open_to(organisation)) == {here, shared}
    assert set(open_to(world_wide)) == {here, elsewhere, shared}
    for issue in (elsewhere, closed):
        with pytest.raises(ValidationError, match="not open to your organisation"):
            emerging.second(issue, organisation, by=None)


def test_a_discreet_member_seconds_without_being_named_or_counted(client):
    issue = flag()
    open_one = make.create_organisation(name="Open Council")
    discreet = make.create_organisation(name="Hidden Council", discreet=True)
    for organisation in (open_one, discreet):
        emerging.second(issue, organisation, by=make.create_contact(organisation))
    [told] = EmergingIssue.objects.with_public_seconds()
    assert told.second_count == 1
    page = client.get(f"/en/programme/emerging-issues/{issue.pk}/").content.decode()
    assert "Open Council" in page
    assert "Hidden Council" not in page
    listed = client.get("/en/programme/emerging-issues/").content.decode()
    assert "1 member seconds it" in listed
    # Its executive and the secretariat see it; the executive of another region does not.
    seen = Second.objects.visible_to
    assert seen(make.create_executive(issue.region)).count() == 2
    assert seen(make.create_secretary()).count() == 2
    assert seen(make.create_executive(make.create_region("R2"))).count() == 1
    assert seen(make.create_contact(discreet)).count() == 2


def test_two_organisations_that_become_one_second_once():
    issue, kept, gone = flag(), make.create_organisation(), make.create_organisation()
    for organisation in (kept, gone):
        emerging.second(issue, organisation, by=None)
    merge_organisations(kept, gone, choices={}, by=make.create_secretary())
    assert [second.organisation for second in issue.seconds.all()] == [kept]


# -- In the letters --------------------------------------------------------------------------------


def test_the_letters_tell_of_what_was_flagged_here_and_of_what_was_lifted_anywhere():
    span = Span(Day(2026, 10, 1), Day(2026, 10, 31))
    here, elsewhere = flag("R8"), flag("R2")
    flag("R8", on=Day(2026, 9, 30))
    closed = flag("R8")
    emerging.close(closed, ending=Ending.ACTED)
    shared = flag("R2", on=Day(2026, 9, 1))
    EmergingIssue.objects.filter(pk=shared.pk).update(lifted_on=TODAY)
    found = sections.emerging_issues
    assert list(found(here.region, span)) == [shared, here]
    assert list(found(elsewhere.region, span)) == [shared, elsewhere]
    assert list(found(None, span)) == [shared]


# -- Public pages ----------------------------------------------------------------------------------


def test_the_page_tells_where_it_stands(client):
    first, second, third = (flag(code) for code in ("R2", "R4", "R8"))
    emerging.lift(TODAY)
    page = client.get(f"/en/programme/emerging-issues/{first.pk}/").content.decode()
    assert "On 20 October 2026: three regions" in page
    for other in (second, third):
        assert f'href="/en/programme/emerging-issues/{other.pk}/"' in page
    first.refresh_from_db()
    first.outcome_fr = "Le réseau a écrit."
    first.save()
    emerging.close(first, ending=Ending.ACTED)
    page = client.get(f"/en/programme/emerging-issues/{first.pk}/").content.decode()
    assert '<p class="serif"><span lang="fr">Le réseau a écrit.</span>' in page
    assert "the network has acted" in page


def test_what_was_flagged_by_mistake_is_not_shown(client):
    issue = flag()
    emerging.close(issue, ending=Ending.MISTAKE)
    assert client.get(f"/en/programme/emerging-issues/{issue.pk}/").status_code == 404
    for path in ("programme/emerging-issues/", "programme/emerging-issues/atom.xml", "atom.xml"):
        assert issue.title_en not in client.get(f"/en/{path}").content.decode()


def test_the_list_and_its_feed_are_narrowed_to_a_region(client):
    here, elsewhere = flag("R8"), flag("R2")
    for path in ("programme/emerging-issues/", "programme/emerging-issues/atom.xml"):
        page = client.get(f"/en/{path}?region=R8").content.decode()
        assert here.title_en in page
        assert elsewhere.title_en not in page


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_the_same_number_of_questions(client, number, django_assert_num_queries):
    make.create_network()
    for _ in range(number):
        flag()
    client.get("/en/programme/emerging-issues/")
    with django_assert_num_queries(3):
        client.get("/en/programme/emerging-issues/?region=")


def test_the_region_shows_its_open_issues_and_the_world_what_was_lifted(client):
    here, shared = flag("R8"), flag("R2")
    EmergingIssue.objects.filter(pk=shared.pk).update(lifted_on=TODAY)
    region = client.get("/en/regions/R8/").content.decode()
    world = client.get("/en/regions/").content.decode()
    assert here.title_en in region
    assert shared.title_en not in region
    assert shared.title_en in world
    assert here.title_en not in world


# -- At the desk -----------------------------------------------------------------------------------


def given(region, challenge, **changed) -> dict:
    return {
        "original_language": "en",
        "region": region.pk,
        "title_en": "Wells run dry",
        "why_en": "Families move.",
        "challenge": challenge.pk,
        "urgency": "now",
        "source": "A survey",
    } | changed


def test_an_executive_flags_an_issue_in_one_language(client):
    region, challenge = make.create_region("R8"), make.create_challenge()
    executive = make.create_executive(region)
    client.force_login(executive)
    assert client.get("/en/secretariat/emerging-issues/flag/").status_code == 200
    response = client.post("/en/secretariat/emerging-issues/flag/", given(region, challenge))
    assert response.url == "/en/secretariat/emerging-issues/"
    issue = EmergingIssue.objects.get()
    assert (issue.region, issue.flagged_by) == (region, executive)
    assert issue.flagged_on == timezone.localdate()
    assert issue.languages() == [("fr", "missing"), ("en", "ready"), ("es", "missing")]
    assert issue.history.count() == 1


def test_the_third_flag_lifts_at_once_and_says_so(client):
    for code in ("R2", "R4"):
        flag(code, on=timezone.localdate())
    region = make.create_region("R8")
    client.force_login(make.create_executive(region))
    data = given(region, make.create_challenge(1))
    page = client.post("/en/secretariat/emerging-issues/flag/", data, follow=True)
    assert "lifted to the world" in page.content.decode()
    assert lifted() == {"R2", "R4", "R8"}


@pytest.mark.parametrize(
    "changed", [{"title_en": ""}, {"why_en": ""}, {"source": ""}, {"urgency": "soon"}]
)
def test_a_flag_without_what_it_needs_is_refused(client, changed):
    region = make.create_region("R8")
    client.force_login(make.create_executive(region))
    data = given(region, make.create_challenge()) | changed
    assert client.post("/en/secretariat/emerging-issues/flag/", data).status_code == 200
    assert not EmergingIssue.objects.exists()


def test_an_executive_flags_for_no_other_region_and_no_country_of_another(client):
    region, other = make.create_region("R8"), make.create_region("R4")
    kenya = make.create_country("KE", region=region)
    brazil = make.create_country("BR", region=other)
    client.force_login(make.create_executive(region))
    page, challenge = "/en/secretariat/emerging-issues/flag/", make.create_challenge()
    client.post(page, given(other, challenge))
    client.post(page, given(region, challenge, countries=[brazil.pk]))
    assert not EmergingIssue.objects.exists()
    client.force_login(make.create_secretary())
    client.post(page, given(region, challenge, countries=[brazil.pk]))
    assert not EmergingIssue.objects.exists()
    client.post(page, given(region, challenge, countries=[kenya.pk]))
    assert list(EmergingIssue.objects.get().countries.all()) == [kenya]


def test_an_issue_is_closed_with_its_outcome_and_opened_again(client):
    issue = flag(original_language="en")
    client.force_login(make.create_executive(issue.region))
    page = f"/en/secretariat/emerging-issues/{issue.pk}/close/"
    assert client.post(page, {"ending": "acted"}).status_code == 200
    issue.refresh_from_db()
    assert issue.is_open
    client.post(page, {"ending": "acted", "outcome_en": "We wrote."})
    issue.refresh_from_db()
    assert (issue.ending, issue.outcome_en) == ("acted", "We wrote.")
    assert issue.closed_on == timezone.localdate()
    assert client.get(page).status_code == 404
    client.post(f"/en/secretariat/emerging-issues/{issue.pk}/reopen/")
    issue.refresh_from_db()
    assert issue.is_open
    assert issue.outcome_en == "We wrote."


def test_the_desk_shows_an_executive_only_the_own_region(client):
    here, elsewhere = flag("R8"), flag("R2")
    client.force_login(make.create_executive(here.region))
    page = client.get("/en/secretariat/emerging-issues/").content.decode()
    assert here.title_en in page
    assert elsewhere.title_en not in page
    for rest in ("", "close/"):
        path = f"/en/secretariat/emerging-issues/{elsewhere.pk}/{rest}"
        assert client.get(path).status_code == 404


# -- In the members' area --------------------------------------------------------------------------


def test_a_contact_seconds_for_the_own_organisation(client):
    issue, organisation = flag(), make.create_organisation()
    client.force_login(make.create_contact(organisation))
    path = f"/en/space/emerging-issues/{issue.pk}/second/"
    assert "Second it" in client.get("/en/space/emerging-issues/").content.decode()
    client.post(path, {"act": "second"})
    assert issue.seconds.get().organisation == organisation
    assert "Take it back" in client.get("/en/space/emerging-issues/").content.decode()
    client.post(path, {"act": "take_back"})
    assert not issue.seconds.exists()
    assert client.post(path, {"act": "?"}).status_code == 404


def test_a_voter_or_a_lapsed_member_seconds_nothing(client):
    issue = flag()
    voter = make.create_person()
    make.create_mandate(voter, "voter")
    for person in (voter, make.create_contact(make.create_organisation(status="lapsed"))):
        client.force_login(person)
        assert "Second it" not in client.get("/en/space/emerging-issues/").content.decode()
        path = f"/en/space/emerging-issues/{issue.pk}/second/"
        assert client.post(path, {"act": "second"}).status_code == 403
    assert not issue.seconds.exists()


def test_an_issue_of_another_region_is_not_seconded(client):
    issue = flag("R2")
    client.force_login(make.create_contact())
    path = f"/en/space/emerging-issues/{issue.pk}/second/"
    page = client.post(path, {"act": "second"}, follow=True).content.decode()
    assert "not open to your organisation" in page
    assert not issue.seconds.exists()
