"""The work queue: what waits, in which order, for whom, and what can be done at once."""

import datetime

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.utils import timezone

from members import notices, seats, threads
from members.models import ChangeRequest, Notice
from members.models.notices import NoticeState
from members.models.threads import Side
from portal.models import (
    Assignment,
    ContactMessage,
    MachineDrafting,
    TranslationDraft,
    TranslationTask,
)
from publications.models import Report
from tests.factories import (
    create_application,
    create_contact,
    create_country,
    create_executive,
    create_issue,
    create_language_lead,
    create_mandate,
    create_membership,
    create_organisation,
    create_proposal,
    create_publication,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db

DESK = "/en/secretariat/"


def create_message(*, days=0, **values) -> ContactMessage:
    defaults = {
        "name": "Ana Example",
        "email": "ana@example.org",
        "subject": "Question",
        "text": "Text.",
        "language": "es",
        "received_at": timezone.now() - datetime.timedelta(days=days),
    }
    return ContactMessage.objects.create(**defaults | values)


def create_notice(organisation=None, **values) -> Notice:
    defaults = {
        "kind": "renewal_60",
        "key": f"test:{Notice.objects.count()}",
        "email": "gone@example.org",
        "language": "en",
        "subject": "Renew your membership",
        "text": "Text.",
        "state": NoticeState.REFUSED,
        "organisation": organisation,
    }
    return Notice.objects.create(**defaults | values)


def create_change(organisation) -> ChangeRequest:
    return ChangeRequest.objects.create(
        organisation=organisation,
        field="name_en",
        before=organisation.name_en,
        after="River",
        reason="New statutes",
        asked_by=create_contact(organisation),
    )


def with_contacts(organisation, count=2):
    for _one in range(count):
        create_contact(organisation)
    return organisation


def counts(answer) -> dict[str, int]:
    """The kinds that have rows."""
    return {one.kind.code: one.count for one in answer.context["queue"].counts if one.count}


def subjects(answer) -> list[str]:
    return [str(row.told.subject) for row in answer.context["queue"].page.object_list]


def told(answer) -> list[str]:
    """What the act said; the next page shows it and takes it away."""
    said = [str(message) for message in get_messages(answer.wsgi_request)]
    answer.client.get(DESK)
    return said


def act(client, name, *rows, **values):
    return client.post(f"{DESK}act/", {"act": name, "rows": rows, **values})


def work(region, country):
    """One of each kind of work in a region."""
    ending = with_contacts(create_organisation(country=country))
    soon = timezone.localdate() + datetime.timedelta(days=20)
    create_membership(ending, starts_on=soon - datetime.timedelta(days=300), ends_on=soon)
    grace = with_contacts(create_organisation(country=country, status="grace"))
    create_membership(grace, year=2024)
    create_organisation(country=country, status="lapsed")
    create_organisation(country=country, status="applicant")
    create_organisation(country=country, name=f"Alone {country.code}")
    with_contacts(create_organisation(country=country), 1)
    create_application(country=country)
    create_publication(regions=[region], state="draft")
    create_issue(newsletter=None) if region.code == "R8" else None
    Report.objects.create(kind="region", region=region, language="en", year=2026, state="failed")
    create_message(region=region, days=3)
    create_notice(grace)
    threads.begin(
        organisation=ending,
        subject="Question",
        text="Text.",
        by=ending.mandates.first().person,
        side=Side.ORGANISATION,
        language="en",
    )
    create_change(ending)
    asked = ending.mandates.first()
    asked.asked_on = timezone.localdate() - datetime.timedelta(days=70)
    asked.save()
    holder = with_contacts(create_organisation(country=country, category="A"))
    seats.grant_derogation(
        holder,
        reason="Example",
        by=create_secretary(),
        until=timezone.localdate() + datetime.timedelta(days=9),
    )


EVERY_KIND = {
    "message": 1,
    "thread": 1,
    "application": 1,
    "change": 1,
    "applicant": 1,
    "notice": 1,
    "report": 1,
    "orphan": 1,
    "unconfirmed": 1,
    "grace": 1,
    "derogation": 1,
    "ending": 1,
    "lapsed": 1,
    "second_contact": 1,
    "publication": 1,
    "issue": 1,
}


@pytest.mark.slow
@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_every_kind_of_work_is_counted_and_told(client, language):
    region = create_region("R8")
    work(region, create_country("KE", region=region))
    client.force_login(create_secretary())
    answer = client.get(f"/{language}/secretariat/")
    assert counts(answer) == EVERY_KIND
    queue = answer.context["queue"]
    assert queue.count == 11
    rows = [(row.kind.weight, -row.days) for row in queue.page.object_list]
    assert rows == sorted(rows)
    assert queue.oldest_days == max(-days for _weight, days in rows)
    for kind in EVERY_KIND:
        found = client.get(f"/{language}/secretariat/?kind={kind}")
        assert [row.kind.code for row in found.context["queue"].page.object_list] == [kind]


def test_an_empty_queue_says_so(client):
    client.force_login(create_secretary())
    answer = client.get(DESK)
    assert counts(answer) == {}
    assert "Nothing is waiting." in answer.content.decode()


@pytest.mark.slow
def test_what_is_only_to_be_watched_does_not_flood_the_queue(client):
    for _one in range(30):
        create_organisation(status="lapsed")
    create_message()
    client.force_login(create_secretary())
    answer = client.get(DESK)
    assert answer.context["queue"].count == 1
    assert subjects(answer) == ["Question"]
    assert counts(answer)["lapsed"] == 30
    listed = client.get(f"{DESK}?kind=lapsed&page=2")
    assert len(listed.context["queue"].page.object_list) == 5


@pytest.mark.slow
def test_an_executive_sees_the_work_of_one_region(client):
    here, elsewhere = create_region("R8"), create_region("R4")
    work(here, create_country("KE", region=here))
    work(elsewhere, create_country("BR", region=elsewhere))
    create_message(region=None)
    create_notice(None, key="nobody")
    client.force_login(create_executive(elsewhere))
    answer = client.get(DESK)
    assert counts(answer) == {key: 1 for key in EVERY_KIND if key != "issue"}
    assert {row.told.region for row in answer.context["queue"].page.object_list} == {elsewhere}
    client.force_login(create_secretary())
    everything = counts(client.get(DESK))
    assert everything == {key: 2 for key in EVERY_KIND} | {"message": 3, "notice": 3, "issue": 1}


@pytest.mark.slow
def test_the_filters_narrow_by_kind_region_and_owner(client):
    here, elsewhere = create_region("R8"), create_region("R4")
    work(here, create_country("KE", region=here))
    work(elsewhere, create_country("BR", region=elsewhere))
    secretary = create_secretary()
    client.force_login(secretary)
    answer = client.get(f"{DESK}?region=R4")
    assert counts(answer) == {key: 1 for key in EVERY_KIND if key != "issue"}
    row = answer.context["queue"].page.object_list[0]
    act(client, "take", row.key)
    mine = client.get(f"{DESK}?owner=mine")
    assert [one.key for one in mine.context["queue"].page.object_list] == [row.key]
    nobodys = client.get(f"{DESK}?owner=nobody").context["queue"]
    assert row.key not in [one.key for one in nobodys.page.object_list]
    assert nobodys.count == 21
    assert client.get(f"{DESK}?kind=nonsense&region=R99&owner=x&page=x").status_code == 200


@pytest.mark.slow
def test_who_sees_to_a_thing_is_taken_given_and_dropped(client):
    lina, awa = create_secretary(full_name="Lina Exemple"), create_secretary(full_name="Awa")
    message = create_message()
    client.force_login(lina)
    assert told(act(client, "take", f"message:{message.pk}")) == ["1 done."]
    assert client.get(DESK).context["queue"].page.object_list[0].owner == lina
    assert told(act(client, "give", f"message:{message.pk}", to=awa.pk)) == ["1 done."]
    assert Assignment.objects.get().person == awa
    assert Assignment.objects.get().given_by == lina
    refused = told(act(client, "take", f"message:{message.pk}"))
    assert refused == ["1 refused: Question (Awa sees to it already.)"]
    assert told(act(client, "drop", f"message:{message.pk}")) == ["1 done."]
    assert told(act(client, "drop", f"message:{message.pk}")) == [
        "1 refused: Question (Nobody sees to it.)"
    ]


@pytest.mark.slow
def test_work_is_given_only_to_whom_sees_it(client):
    here, elsewhere = create_region("R8"), create_region("R4")
    executive = create_executive(elsewhere, full_name="Ana Ejemplo")
    message = create_message(region=here)
    client.force_login(create_secretary())
    refused = told(act(client, "give", f"message:{message.pk}", to=executive.pk))
    assert refused == ["1 refused: Question (Ana Ejemplo does not see this.)"]
    assert told(act(client, "give", f"message:{message.pk}")) == [
        "1 refused: Question (Choose a person.)"
    ]
    contact = create_contact()
    assert "Choose a person" in told(act(client, "give", f"message:{message.pk}", to=contact.pk))[0]
    assert not Assignment.objects.exists()


@pytest.mark.slow
def test_an_executive_does_not_take_away_what_a_colleague_has_taken(client):
    region = create_region("R8")
    message = create_message(region=region)
    client.force_login(create_secretary(full_name="Lina Exemple"))
    told(act(client, "take", f"message:{message.pk}"))
    executive = create_executive(region)
    client.force_login(executive)
    for name in ("take", "drop", "give"):
        answer = act(client, name, f"message:{message.pk}", to=executive.pk)
        assert told(answer) == ["1 refused: Question (Lina Exemple sees to it already.)"]


@pytest.mark.slow
def test_a_thread_keeps_its_own_owner(client):
    organisation = create_organisation()
    person = create_contact(organisation)
    thread = threads.begin(
        organisation=organisation,
        subject="Dues",
        text="Text.",
        by=person,
        side=Side.ORGANISATION,
        language="en",
    )
    secretary = create_secretary()
    client.force_login(secretary)
    act(client, "take", f"thread:{thread.pk}")
    thread.refresh_from_db()
    assert thread.owner == secretary
    assert not Assignment.objects.exists()
    assert subjects(client.get(f"{DESK}?owner=mine&kind=thread")) == ["Dues"]
    act(client, "drop", f"thread:{thread.pk}")
    thread.refresh_from_db()
    assert thread.owner is None


def test_several_rows_answer_one_by_one(client):
    first, second = create_message(), create_message(subject="Older question")
    answered = create_message(answered_at=timezone.now())
    organisation = create_organisation(name="Alone")
    client.force_login(create_secretary())
    rows = [f"message:{one.pk}" for one in (first, second, answered)]
    answer = act(client, "answered", *rows, f"orphan:{organisation.pk}", "nonsense:1", "message:x")
    assert told(answer) == [
        "2 done.",
        "4 refused: nonsense:1 (There is no such work.); Message (It no longer waits.); "
        "Message (It no longer waits.); Alone (example) (This cannot be done with it.)",
    ]
    assert ContactMessage.objects.waiting().count() == 0


def test_nothing_ticked_is_said(client):
    client.force_login(create_secretary())
    answer = act(client, "take")
    assert told(answer) == ["Tick at least one row first."]


def test_another_regions_row_is_not_worked_on(client):
    message = create_message(region=create_region("R4"))
    client.force_login(create_executive(create_region("R8")))
    assert "no longer waits" in told(act(client, "answered", f"message:{message.pk}"))[0]
    assert ContactMessage.objects.waiting().exists()


def test_a_mail_that_did_not_arrive_is_sent_again(client, django_capture_on_commit_callbacks):
    notice = create_notice(create_organisation())
    client.force_login(create_secretary())
    with django_capture_on_commit_callbacks(execute=True):
        act(client, "send_again", f"notice:{notice.pk}")
    notice.refresh_from_db()
    assert notice.state == NoticeState.SENT
    assert mail.outbox[-1].to == ["gone@example.org"]
    assert "notice" not in counts(client.get(DESK))
    assert notices.Notice.objects.count() == 1


@pytest.mark.slow
def test_a_member_in_grace_is_reminded_once_a_day(client):
    organisation = create_organisation(status="grace", name="Lake")
    ended = timezone.localdate() - datetime.timedelta(days=20)
    create_membership(organisation, starts_on=ended - datetime.timedelta(days=360), ends_on=ended)
    client.force_login(create_secretary())
    row = f"grace:{organisation.pk}"
    assert "There is nobody to write to." in told(act(client, "remind", row))[0]
    create_mandate(create_contact(organisation), "finance", organisation=organisation)
    assert told(act(client, "remind", row)) == ["1 done."]
    assert Notice.objects.filter(organisation=organisation).exists()
    assert "written to today already" in told(act(client, "remind", row))[0]


@pytest.mark.slow
def test_a_change_is_approved_by_the_secretariat_alone(client):
    region = create_region("R8")
    organisation = create_organisation(country=create_country("KE", region=region), name="Lake")
    request = create_change(organisation)
    client.force_login(create_executive(region))
    assert "This cannot be done" in told(act(client, "approve", f"change:{request.pk}"))[0]
    client.force_login(create_secretary())
    assert told(act(client, "approve", f"change:{request.pk}")) == ["1 done."]
    organisation.refresh_from_db()
    assert organisation.name_en == "River"


def test_the_way_back_keeps_the_filters(client):
    client.force_login(create_secretary())
    answer = act(client, "take", back="kind=message&page=2")
    assert answer.url == f"{DESK}?kind=message&page=2"


def test_acting_is_a_post_of_the_desk(client):
    client.force_login(create_secretary())
    assert client.get(f"{DESK}act/").status_code == 405
    client.force_login(create_contact())
    assert act(client, "take").status_code == 403


@pytest.mark.slow
@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow(client, django_assert_num_queries, rows):
    region = create_region("R8")
    country = create_country("KE", region=region)
    secretary = create_secretary()
    for _one in range(rows):
        organisation = create_organisation(country=country, status="grace")
        create_membership(organisation, year=2024)
        create_organisation(country=country, status="lapsed")
        create_organisation(country=country)
        create_application(country=country)
        create_publication(regions=[region], state="draft")
        create_proposal(organisation, state="proposed").regions.add(region)
        message = create_message(region=region)
        Assignment.objects.create(kind="message", key=message.pk, person=secretary)
        create_notice(organisation)
        Report.objects.create(
            kind="member", organisation=organisation, language="en", year=2026, state="failed"
        )
    client.force_login(secretary)
    client.get(DESK)
    with django_assert_num_queries(51):
        client.get(DESK)


# -- Translations ----------------------------------------------------------------------------------


def test_translations_are_on_the_board_of_who_edits_the_texts(client):
    here, elsewhere = create_region("R8"), create_region("R4")
    lead = create_language_lead("es")
    today = timezone.localdate()
    due = {"person": lead, "language": "es", "kind": "publication"}
    for region, days in ((here, 2), (here, -1), (here, 40), (elsewhere, 1)):
        key = create_publication(regions=[region]).pk
        due_on = today + datetime.timedelta(days=days)
        TranslationTask.objects.create(key=key, due_on=due_on, **due)
    TranslationTask.objects.create(key=create_publication(regions=[here]).pk, **due)
    waiting = create_publication(regions=[here])
    TranslationDraft.objects.create(
        kind="publication", key=waiting.pk, language="es", state="waiting", author=lead
    )
    refused, done_since = (create_publication(regions=[here]) for _one in range(2))
    done_since.title_es = done_since.summary_es = "Hecho"
    done_since.save()
    rows = [
        [f"publication:{one.pk}", "Somebody is translating this."] for one in (refused, done_since)
    ]
    for days, refusals in ((1, rows), (30, [[f"publication:{waiting.pk}", "Old."]])):
        finished = timezone.now() - datetime.timedelta(days=days)
        MachineDrafting.objects.create(
            language="es", rows=[], refused=refusals, state="done", finished_at=finished
        )

    client.force_login(create_executive(here))
    answer = client.get(DESK)
    found = counts(answer)
    assert found["translation_drafts"] == 1
    assert found["translations_due"] == 2
    assert found["machine_refusals"] == 1
    page = client.get(f"{DESK}translations/").content.decode()
    assert "Somebody is translating this." in page
    assert "Old." not in page
    assert page.count("<strong>overdue:</strong>") == 1

    client.force_login(create_executive(elsewhere))
    found = counts(client.get(DESK))
    assert "translation_drafts" not in found
    assert found["translations_due"] == 1
    assert "machine_refusals" not in found
