"""The way out: the second person, the set hour, what is missed, and once with two schedules."""

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from members.models import Notice
from publications.models import Delivery, Issue
from publications.models.newsletters import IssueState
from publications.models.periods import Period
from publications.newsletters import drafting, editing, hours, leaving, sending
from publications.tasks import leave_due_issues
from tests import factories as make

Q3 = Period(2026, 3)
HOUR = datetime.timedelta(hours=1)


def draft(code: str | None = "R8", readers: int = 1) -> Issue:
    make.create_network()
    region = make.create_region(code or "R1")
    letter = make.create_newsletter(region if code else None)
    make.create_publication(
        regions=[region],
        level="world",
        published_on=Q3.first_day,
        title_es="Informe",
        summary_es="Resumen.",
    )
    for _ in range(readers):
        make.create_subscription(newsletter=letter)
    return drafting.draft(letter, Q3)


def ready(code: str | None = "R8", **options) -> Issue:
    return make.declare_ready(draft(code), **options)


def scheduled(at: datetime.datetime, **options) -> Issue:
    """An issue that was set to leave at a moment, be it in the past."""
    issue = ready(**options)
    issue.scheduled_for, issue.scheduled_by = at, issue.ready_by
    issue.save()
    return issue


def desk(issue: Issue, rest: str = "checks/", language: str = "en") -> str:
    return f"/{language}/secretariat/newsletters/{issue.dashed_symbol}/{rest}"


def stored(issue: Issue) -> Issue:
    return Issue.objects.get(pk=issue.pk)


# -- The second person -----------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "Vous avez vous-même déclaré cette lettre prête"),
        ("en", "You have declared this letter ready yourself"),
        ("es", "Fue usted quien declaró listo este boletín"),
    ],
)
def test_who_declared_the_letter_of_the_world_ready_does_not_approve_it(client, language, words):
    secretary = make.create_secretary()
    issue = ready(None, by=secretary)
    client.force_login(secretary)
    page = client.get(desk(issue, language=language)).content.decode()
    assert words in page
    assert "approve/" not in page
    response = client.post(desk(issue, "approve/", language), follow=True)
    assert words in response.content.decode()
    assert stored(issue).approved_at is None


@pytest.mark.django_db
def test_the_letter_of_the_world_leaves_once_a_second_person_has_approved_it(
    client, django_capture_on_commit_callbacks
):
    first, second = make.create_secretary(), make.create_secretary()
    issue = ready(None, by=first)
    for person in (first, second):
        client.force_login(person)
        for act, data in (("send/", {}), ("schedule/", {"day": "2099-01-05", "time": "09:00"})):
            response = client.post(desk(issue, act), data, follow=True)
            assert "A second person must approve" in response.content.decode()
            assert stored(issue).state == IssueState.READY
            assert stored(issue).scheduled_for is None
    assert "Approve the letter" in client.get(desk(issue)).content.decode()
    client.post(desk(issue, "approve/"))
    assert (stored(issue).approved_by, mail.outbox) == (second, [])
    assert second.full_name in client.get(desk(issue)).content.decode()
    client.force_login(first)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(desk(issue, "send/"))
    assert len(mail.outbox) == 1
    assert stored(issue).state == IssueState.SENT


@pytest.mark.django_db
def test_an_approval_is_for_the_letter_as_it_is():
    issue = ready(None)
    leaving.approve(issue, by=make.create_secretary())
    issue = stored(issue)
    editing.remove(issue.items.get())
    assert (stored(issue).state, stored(issue).approved_by) == (IssueState.DRAFT, None)
    with pytest.raises(ValidationError, match="not ready"):
        leaving.approve(issue, by=make.create_secretary())


@pytest.mark.django_db
def test_the_letter_of_a_region_needs_no_second_person(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        leaving.send(ready())
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_an_executive_neither_sees_nor_approves_the_letter_of_the_world(client):
    issue = ready(None)
    client.force_login(make.create_executive(make.create_region("R1")))
    assert client.get(desk(issue)).status_code == 404
    for act in ("approve/", "send/", "schedule/", "cancel/"):
        assert client.post(desk(issue, act)).status_code == 404


# -- Before it may leave ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_fails_a_check_is_neither_sent_nor_scheduled(client):
    issue = draft()
    issue.subject_en = "x" * 140 + "\u202e"
    issue.save()
    issue = make.declare_ready(issue)
    client.force_login(issue.ready_by)
    for act, data in (("send/", {}), ("schedule/", {"day": "2099-01-05", "time": "09:00"})):
        page = client.post(desk(issue, act), data, follow=True).content.decode()
        assert "invisible sign" in page
        assert "What failed keeps the letter back" in page
    assert (stored(issue).state, stored(issue).scheduled_for) == (IssueState.READY, None)


@pytest.mark.django_db
def test_a_draft_does_not_leave(client):
    issue = draft()
    client.force_login(make.create_secretary())
    page = client.get(desk(issue)).content.decode()
    assert "declare it ready first" in page
    assert "is not ready" in client.post(desk(issue, "send/"), follow=True).content.decode()


@pytest.mark.django_db
def test_an_issue_whose_texts_have_changed_since_is_looked_at_again():
    issue = ready()
    report = issue.items.get().publication
    report.title_en = "Another title"
    report.save()
    with pytest.raises(ValidationError, match="has changed since"):
        leaving.send(issue)
    assert stored(issue).state == IssueState.DRAFT


# -- A set hour ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_issue_is_scheduled_on_the_clock_of_its_region_and_cancelled(client):
    issue = ready()
    issue.newsletter.time_zone = "Africa/Nairobi"
    issue.newsletter.save()
    client.force_login(issue.ready_by)
    client.post(desk(issue, "schedule/"), {"day": "2099-09-30", "time": "09:00"})
    assert stored(issue).scheduled_for == datetime.datetime(2099, 9, 30, 6, tzinfo=datetime.UTC)
    assert stored(issue).scheduled_by == issue.ready_by
    page = client.get(desk(issue)).content.decode()
    assert "30 September 2099, 09:00 (Africa/Nairobi), to 1 reader." in page
    assert "Cancel the scheduled sending" in page
    assert "scheduled" in client.get(desk(issue, "")).content.decode()
    assert "scheduled" in client.get("/en/secretariat/newsletters/").content.decode()
    client.post(desk(issue, "cancel/"))
    assert (stored(issue).scheduled_for, stored(issue).state) == (None, IssueState.READY)
    page = client.post(desk(issue, "cancel/"), follow=True).content.decode()
    assert "No sending is scheduled" in page


@pytest.mark.django_db
def test_a_moment_that_is_over_is_refused(client):
    issue = ready()
    client.force_login(issue.ready_by)
    data = {"day": "2020-01-01", "time": "09:00"}
    page = client.post(desk(issue, "schedule/"), data, follow=True).content.decode()
    assert "still to come" in page
    assert stored(issue).scheduled_for is None


@pytest.mark.django_db
def test_a_change_takes_an_issue_off_the_schedule():
    issue = scheduled(timezone.now() + HOUR)
    drafting.reopen(issue)
    assert (stored(issue).scheduled_for, stored(issue).scheduled_by) == (None, None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Issue.objects.filter(pk=issue.pk).update(scheduled_for=timezone.now())


@pytest.mark.parametrize(
    ("zone", "day", "time", "later"),
    [
        ("Europe/Paris", (2027, 3, 28), (2, 30), "03:30"),
        ("America/New_York", (2027, 3, 14), (2, 0), "03:00"),
        ("Australia/Lord_Howe", (2027, 10, 3), (2, 15), "02:45"),
    ],
)
def test_an_hour_that_summer_time_leaves_out_is_explained(zone, day, time, later):
    with pytest.raises(ValidationError, match=f"does not exist on that day.*Choose {later}"):
        hours.moment(datetime.date(*day), datetime.time(*time), zone)


@pytest.mark.parametrize(
    ("zone", "day", "time", "first", "second"),
    [
        ("Europe/Paris", (2027, 10, 31), (2, 30), (0, 30), (1, 30)),
        ("America/New_York", (2027, 11, 7), (1, 30), (5, 30), (6, 30)),
        ("Australia/Lord_Howe", (2027, 4, 4), (1, 45), (14, 45), (15, 15)),
    ],
)
def test_of_an_hour_that_comes_twice_one_is_chosen(zone, day, time, first, second):
    asked = (datetime.date(*day), datetime.time(*time), zone)
    with pytest.raises(ValidationError, match="comes twice on that day"):
        hours.moment(*asked)
    for which, wanted in (("first", first), ("second", second)):
        found = hours.moment(*asked, which=which)
        assert (found.hour, found.minute, found.tzinfo) == (*wanted, datetime.UTC)


@pytest.mark.parametrize("zone", ["Africa/Nairobi", "Asia/Kathmandu", "Europe/Paris"])
def test_an_ordinary_hour_asks_nothing(zone):
    found = hours.moment(datetime.date(2027, 6, 1), datetime.time(9), zone)
    assert found == hours.moment(datetime.date(2027, 6, 1), datetime.time(9), zone, which="second")


@pytest.mark.django_db
def test_the_form_asks_which_hour_only_where_there_are_two(client):
    issue = ready()
    issue.newsletter.time_zone = "Europe/Paris"
    issue.newsletter.save()
    client.force_login(issue.ready_by)
    assert 'name="which"' not in client.get(desk(issue)).content.decode()
    data = {"day": "2099-10-25", "time": "02:30"}
    response = client.post(desk(issue, "schedule/"), data)
    assert response.status_code == 422
    page = response.content.decode()
    assert "comes twice on that day in Europe/Paris" in page
    assert "UTC+02:00 and again at UTC+01:00" in page
    assert 'name="which"' in page
    client.post(desk(issue, "schedule/"), data | {"which": "second"})
    wanted = datetime.datetime(2099, 10, 25, 1, 30, tzinfo=datetime.UTC)
    assert stored(issue).scheduled_for == wanted


# -- When the hour has come ------------------------------------------------------------------------


@pytest.mark.django_db
def test_it_leaves_by_itself_when_its_hour_has_come(django_capture_on_commit_callbacks):
    now = timezone.now()
    issue = scheduled(now + HOUR)
    leave_due_issues()
    assert stored(issue).state == IssueState.READY
    with django_capture_on_commit_callbacks(execute=True):
        leaving.leave_due(now + HOUR)
        leaving.leave_due(now + HOUR)
    assert stored(issue).state == IssueState.SENT
    assert len(mail.outbox) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("late", "leaves"), [(HOUR, True), (HOUR * 1.02, False)])
def test_what_is_missed_by_more_than_an_hour_asks_again(client, late, leaves):
    now = timezone.now()
    issue = scheduled(now)
    leaving.leave_due(now + late)
    leaving.leave_due(now + late)
    left = stored(issue)
    assert (left.state == IssueState.SENDING) == leaves
    notices = Notice.objects.filter(kind=leaving.HELD_BACK)
    if leaves:
        assert not notices.exists()
        return
    assert (left.held_back, left.held_back_from, left.scheduled_for) == ("missed", now, None)
    assert Delivery.objects.count() == 0
    [notice] = notices
    assert notice.email == issue.ready_by.email
    assert f"/secretariat/newsletters/{issue.dashed_symbol}/checks/" in notice.text
    client.force_login(issue.ready_by)
    page = client.get(desk(issue)).content.decode()
    assert "has not left" in page
    assert "held back" in client.get("/en/secretariat/newsletters/").content.decode()
    client.post(desk(issue, "schedule/"), {"day": "2099-01-05", "time": "09:00"})
    assert (stored(issue).held_back, stored(issue).held_back_from) == ("", None)


@pytest.mark.django_db
def test_what_does_not_pass_any_more_is_held_back_and_told():
    now = timezone.now()
    issue = scheduled(now)
    report = issue.items.get().publication
    report.title_en = "Another title"
    report.save()
    leaving.leave_due(now)
    leaving.leave_due(now)
    held = stored(issue)
    assert (held.state, held.held_back) == (IssueState.DRAFT, "checks")
    assert Notice.objects.filter(kind=leaving.HELD_BACK).count() == 1


@pytest.mark.django_db
def test_who_has_gone_meanwhile_is_not_written_to_but_the_editors_are():
    now = timezone.now()
    issue = scheduled(now)
    executive = make.create_executive(issue.region)
    issue.ready_by.is_active = False
    issue.ready_by.save()
    leaving.leave_due(now + 2 * HOUR)
    assert [one.email for one in Notice.objects.filter(kind=leaving.HELD_BACK)] == [executive.email]


@pytest.mark.django_db
def test_what_is_cancelled_at_the_last_moment_does_not_leave():
    now = timezone.now()
    issue = scheduled(now)
    found = Issue.objects.due_to_leave(now).select_related("newsletter__region").get()
    leaving.cancel(issue)
    leaving.leave(found, now)
    leaving.hold_back(found, now, "missed")
    assert (stored(issue).state, stored(issue).held_back) == (IssueState.READY, "")
    assert not Delivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_schedules_start_it_once():
    now = timezone.now()
    issue = scheduled(now)

    def ring(_):
        try:
            leaving.leave_due(now)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ring, range(4)))
    assert stored(issue).state in (IssueState.SENDING, IssueState.SENT)
    assert Delivery.objects.filter(issue=issue).count() == 1
    started = issue.history.filter(state=IssueState.SENDING).values("sending_since").distinct()
    assert started.count() == 1
    sending.send_due()
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_who_holds_the_issue_is_asked_rather_than_who_set_the_hour():
    now = timezone.now()
    issue = scheduled(now)
    issue.holder = make.create_executive(issue.region)
    issue.save()
    leaving.leave_due(now + 2 * HOUR)
    assert Notice.objects.get(kind=leaving.HELD_BACK).email == issue.holder.email
