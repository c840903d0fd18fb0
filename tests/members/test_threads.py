"""Threads between an organisation and the secretariat: who is told, whose turn it is."""

import datetime

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from members import threads
from members.models import Message, Notice, Reader, Thread
from members.models.threads import Side
from tests.documents import a_pdf
from tests.factories import (
    create_contact,
    create_country,
    create_executive,
    create_mandate,
    create_network,
    create_organisation,
    create_person,
    create_region,
    create_secretary,
    create_thread,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def network():
    return create_network()


def told() -> set[str]:
    return set(Notice.objects.values_list("email", flat=True))


def answer(thread, by, **values):
    given = {"text": "Next week.", "side": Side.SECRETARIAT, "language": "en"}
    return threads.write(thread, by=by, **given | values)


# -- Who is told -----------------------------------------------------------------------------------


def test_a_first_message_is_mailed_to_the_secretariat_and_the_executive_of_the_region():
    organisation = create_organisation()
    secretary = create_secretary()
    executive = create_executive(organisation.country.region)
    create_executive(create_region("R4"))
    contact = create_contact(organisation)
    create_contact(organisation)
    create_thread(organisation, by=contact)
    assert told() == {secretary.email, executive.email}


def test_an_answer_is_mailed_to_head_contacts_and_who_took_part_in_their_language(
    django_capture_on_commit_callbacks,
):
    organisation = create_organisation()
    finance = create_person(language="es")
    create_mandate(finance, "finance", organisation=organisation)
    voter = create_person()
    create_mandate(voter, "voter", organisation=organisation)
    contact = create_contact(organisation, language="fr")
    left = create_person()
    create_mandate(left, organisation=organisation, until=datetime.date(2021, 1, 1))
    thread = create_thread(organisation, by=finance, subject="Cuota")
    Notice.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        answer(thread, create_secretary(full_name="Lina Exemple"))
    by_address = {message.to[0]: message for message in mail.outbox}
    assert set(by_address) == {finance.email, contact.email}
    spanish = by_address[finance.email]
    assert spanish.subject == "Re: Cuota"
    assert spanish.extra_headers["Content-Language"] == "es"
    assert "Next week." in spanish.body and "Lina Exemple" in spanish.body
    assert f"/es/space/messages/{thread.pk}/" in spanish.body
    assert f"/fr/space/messages/{thread.pk}/" in by_address[contact.email].body


def test_who_is_in_charge_is_told_alone_as_long_as_they_may_answer():
    organisation = create_organisation()
    secretary, colleague = create_secretary(), create_secretary()
    contact = create_contact(organisation)
    thread = create_thread(organisation, by=contact)
    threads.assign(thread, to=colleague)
    Notice.objects.all().delete()
    threads.write(thread, text="And?", by=contact, side=Side.ORGANISATION, language="en")
    assert told() == {colleague.email}
    colleague.mandates.update(until=timezone.localdate() - datetime.timedelta(days=1))
    Notice.objects.all().delete()
    thread = Thread.objects.get()
    threads.write(thread, text="And?", by=contact, side=Side.ORGANISATION, language="en")
    assert told() == {secretary.email}


def test_nobody_is_told_of_what_they_wrote_and_no_one_without_an_account_that_works():
    organisation = create_organisation()
    secretary = create_secretary()
    create_contact(organisation, is_active=False)
    threads.begin(
        organisation=organisation,
        subject="Hello",
        text="Welcome.",
        by=secretary,
        side=Side.SECRETARIAT,
        language="en",
    )
    assert told() == set()


def test_where_the_network_receives_mail_each_is_asked_to_answer_to_a_secret_of_their_own(settings):
    settings.REPLY_ADDRESS = "reply@members.example.org"
    secretary, other = create_secretary(), create_secretary()
    thread = create_thread()
    found = {}
    for notice in Notice.objects.all():
        reader = Reader.objects.get(thread=thread, person__email=notice.email)
        found[notice.email] = notice.headers["Reply-To"]
        assert notice.headers["Reply-To"] == f"reply+{reader.token}@members.example.org"
        assert reader.token in notice.headers["Message-ID"]
        assert "above this line" in notice.text
    assert set(found) == {secretary.email, other.email}
    assert len(set(found.values())) == 2


def test_the_mail_leaves_with_its_own_headers(settings, django_capture_on_commit_callbacks):
    settings.REPLY_ADDRESS = "reply@members.example.org"
    create_secretary()
    with django_capture_on_commit_callbacks(execute=True):
        create_thread()
    sent = mail.outbox[0].message()
    [reader] = Reader.objects.filter(side=Side.SECRETARIAT)
    assert sent["Reply-To"] == f"reply+{reader.token}@members.example.org"
    assert sent.get_all("Message-ID") == [notice_id(reader)]
    assert sent["References"] == f"<{reader.token}@members.example.org>"
    assert sent["Auto-Submitted"] == "auto-generated"


def notice_id(reader) -> str:
    return f"<{reader.token}.{Message.objects.get().pk}@members.example.org>"


def test_otherwise_the_mail_asks_to_answer_in_the_portal():
    create_secretary()
    create_thread()
    notice = Notice.objects.get()
    assert "Reply-To" not in notice.headers
    assert "Answer in the portal" in notice.text and "above this line" not in notice.text


# -- Whose turn it is ------------------------------------------------------------------------------


def test_the_turn_passes_and_what_waits_keeps_waiting_since_it_began():
    contact = create_contact()
    organisation = contact.standing.organisations[0]
    thread = create_thread(organisation, by=contact)
    began = timezone.now() - datetime.timedelta(days=5)
    Thread.objects.update(waiting_since=began)
    threads.write(thread, text="Still there?", by=contact, side=Side.ORGANISATION, language="en")
    [waiting] = Thread.objects.waiting_for_secretariat()
    assert waiting.waiting_since == began and waiting.is_ours
    answer(thread, create_secretary())
    assert not Thread.objects.waiting_for_secretariat().exists()
    [waiting] = Thread.objects.waiting_for_organisation()
    assert waiting.waiting_since > began


def test_the_longest_waiting_comes_first():
    recent, old = create_thread(), create_thread()
    long_ago = timezone.now() - datetime.timedelta(days=9)
    Thread.objects.filter(pk=old.pk).update(waiting_since=long_ago)
    assert list(Thread.objects.waiting_for_secretariat()) == [old, recent]


def test_a_closed_thread_is_off_the_queue_until_somebody_writes():
    contact = create_contact()
    thread = create_thread(contact.standing.organisations[0], by=contact)
    secretary = create_secretary()
    threads.close(thread, by=secretary)
    assert not Thread.objects.waiting_for_secretariat().exists()
    assert (thread.closed_by, list(Thread.objects.closed())) == (secretary, [thread])
    threads.write(thread, text="One more.", by=contact, side=Side.ORGANISATION, language="en")
    assert list(Thread.objects.waiting_for_secretariat()) == [thread]
    threads.close(thread, by=secretary)
    threads.reopen(thread)
    assert list(Thread.objects.waiting_for_secretariat()) == [thread]


def test_only_who_may_answer_is_put_in_charge():
    thread = create_thread()
    executive = create_executive(thread.organisation.country.region)
    threads.assign(thread, to=executive)
    assert list(Thread.objects.owned_by(executive)) == [thread]
    for person in (create_executive(create_region("R4")), create_contact()):
        with pytest.raises(ValidationError):
            threads.assign(thread, to=person)
    assert set(threads.possible_owners(thread)) == {executive}
    threads.assign(thread, to=None)
    assert not Thread.objects.owned_by(executive).exists()


@pytest.mark.parametrize("values", [{"subject": "  "}, {"text": "\n"}])
def test_nothing_is_not_sent(values):
    with pytest.raises(ValidationError):
        create_thread(**values)
    assert not Thread.objects.exists()


# -- Unread ----------------------------------------------------------------------------------------


def test_each_person_has_their_own_marks_of_what_is_new():
    organisation = create_organisation()
    contact, colleague = create_contact(organisation), create_contact(organisation)
    thread = create_thread(organisation, by=contact)

    def unread(person, side=Side.ORGANISATION):
        return Thread.objects.with_unread(person, side).get().is_unread

    secretary = create_secretary()
    assert (unread(contact), unread(colleague)) == (False, True)
    assert unread(secretary, Side.SECRETARIAT)
    threads.mark_seen(thread, by=colleague, side=Side.ORGANISATION)
    assert not unread(colleague)
    answer(thread, secretary)
    assert (unread(contact), unread(colleague)) == (True, True)
    assert not unread(secretary, Side.SECRETARIAT)


# -- In the members' area --------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["applicant", "lapsed", "suspended", "withdrawn", "excluded"])
def test_whatever_its_status_an_organisation_writes_to_the_secretariat(client, status):
    organisation = create_organisation(status=status)
    contact = create_contact(organisation)
    client.force_login(contact)
    page = client.post("/fr/space/messages/new/", {"subject": "Bonjour", "text": "Une question."})
    assert page.url == "/fr/space/messages/"
    thread = Thread.objects.get()
    [message] = thread.messages.all()
    assert (thread.organisation, message.author, message.language, message.via) == (
        organisation,
        contact,
        "fr",
        "space",
    )
    again = client.post(f"/fr/space/messages/{thread.pk}/", {"text": "Encore."})
    assert again.url == f"/fr/space/messages/{thread.pk}/"
    assert thread.messages.count() == 2


def test_documents_are_judged_by_their_content(client):
    contact = create_contact()
    client.force_login(contact)
    typed = {"subject": "Report", "text": "Here it is."}
    fake = SimpleUploadedFile("report.pdf", b"MZ this is a program")
    refused = client.post("/en/space/messages/new/", typed | {"files": [fake]})
    assert list(refused.context["form"].errors) == ["files"]
    assert not Thread.objects.exists()
    files = [SimpleUploadedFile("report.pdf", a_pdf()), SimpleUploadedFile("two.pdf", a_pdf())]
    client.post("/en/space/messages/new/", typed | {"files": files})
    found = Message.objects.get().attachments.all()
    assert [(one.name, one.media_type, one.kind) for one in found] == [
        ("report.pdf", "application/pdf", "PDF"),
        ("two.pdf", "application/pdf", "PDF"),
    ]
    answer = client.get(found[0].get_absolute_url())
    assert b"".join(answer.streaming_content) == a_pdf()
    assert answer["Content-Disposition"] == 'attachment; filename="report.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"


def test_too_many_documents_are_refused(client):
    client.force_login(create_contact())
    files = [SimpleUploadedFile(f"{number}.pdf", a_pdf()) for number in range(6)]
    page = client.post("/en/space/messages/new/", {"subject": "S", "text": "T", "files": files})
    assert list(page.context["form"].errors) == ["files"]
    assert not Thread.objects.exists()


def test_opening_a_thread_takes_its_mark_away(client):
    organisation = create_organisation()
    create_thread(organisation)
    thread = Thread.objects.get()
    client.force_login(create_contact(organisation))
    assert client.get("/en/space/messages/").context["page"].object_list[0].is_unread
    client.get(f"/en/space/messages/{thread.pk}/")
    assert not client.get("/en/space/messages/").context["page"].object_list[0].is_unread


def test_what_was_written_is_text_and_nothing_else(client):
    organisation = create_organisation()
    contact = create_contact(organisation)
    thread = create_thread(
        organisation, by=contact, text="<script>alert(1)</script> www.example.org"
    )
    client.force_login(contact)
    html = client.get(f"/en/space/messages/{thread.pk}/").content.decode()
    assert "<script>alert" not in html and "&lt;script&gt;" in html
    assert 'href="http' in html


def test_a_thread_of_another_organisation_is_not_found(client):
    thread = create_thread()
    client.force_login(create_contact())
    assert client.get(f"/en/space/messages/{thread.pk}/").status_code == 404
    assert client.post(f"/en/space/messages/{thread.pk}/", {"text": "T"}).status_code == 404
    assert thread.messages.count() == 1


# -- At the desk -----------------------------------------------------------------------------------


def test_the_desk_answers_and_closes(client):
    thread = create_thread(create_organisation(name="Lake Council"))
    secretary = create_secretary()
    client.force_login(secretary)
    listed = client.get("/en/secretariat/correspondence/")
    assert "Lake Council (example)" in listed.content.decode()
    client.post(f"/en/secretariat/correspondence/{thread.pk}/", {"text": "Next week."})
    assert [m.via for m in thread.messages.all()] == ["space", "desk"]
    assert not client.get("/en/secretariat/correspondence/").context["page"].object_list
    client.post(f"/en/secretariat/correspondence/{thread.pk}/close/")
    closed = client.get("/en/secretariat/correspondence/?state=closed")
    assert list(closed.context["page"].object_list) == [thread]
    client.post(f"/en/secretariat/correspondence/{thread.pk}/close/")
    assert Thread.objects.waiting_for_secretariat().exists()


@pytest.mark.slow
def test_the_desk_puts_somebody_in_charge(client):
    thread = create_thread()
    secretary = create_secretary()
    client.force_login(secretary)
    path = f"/en/secretariat/correspondence/{thread.pk}/assign/"
    client.post(path, {"owner": secretary.pk})
    assert list(client.get("/en/secretariat/correspondence/?mine=on").context["page"]) == [thread]
    answer = client.post(path, {"owner": create_contact().pk}, follow=True)
    assert "does not answer for" in answer.content.decode()
    client.post(path, {"owner": ""})
    assert not client.get("/en/secretariat/correspondence/?mine=on").context["page"].object_list


def test_the_desk_writes_first(client):
    organisation = create_organisation(slug="lake-council")
    contact = create_contact(organisation)
    client.force_login(create_executive(organisation.country.region))
    page = client.post(
        "/en/secretariat/organisations/lake-council/write/",
        {"subject": "Hello", "text": "Welcome."},
    )
    thread = Thread.objects.get()
    assert page.url == f"/en/secretariat/correspondence/{thread.pk}/"
    assert told() == {contact.email}
    assert list(Thread.objects.waiting_for_organisation()) == [thread]


@pytest.mark.slow
def test_threads_are_found_by_words_region_and_state(client):
    here = create_thread(create_organisation(name="Lagune"), subject="Élection")
    brazil = create_country("BR", region=create_region("R4"))
    there = create_thread(create_organisation(name="Rio", country=brazil), subject="Dues")
    client.force_login(create_secretary())

    def found(query):
        page = client.get(f"/en/secretariat/correspondence/?{query}")
        return set(page.context["page"].object_list)

    assert found("") == found("state=all") == {here, there}
    assert found("q=election") == found("q=lagune") == found("region=R8") == {here}
    assert found("region=R4") == {there}
    assert found("state=theirs") == found("state=unverified") == found("state=closed") == set()
    assert found("region=R99&state=wrong") == {here, there}


def test_an_executive_sees_one_region(client):
    thread = create_thread()
    client.force_login(create_executive(create_region("R4")))
    assert not client.get("/en/secretariat/correspondence/?state=all").context["page"].object_list
    for act in ("", "assign/", "close/"):
        path = f"/en/secretariat/correspondence/{thread.pk}/{act}"
        assert client.post(path, {"text": "T"}).status_code == 404


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_pages_open_in_three_languages(client, language):
    thread = create_thread()
    client.force_login(create_secretary())
    for path in ("", f"{thread.pk}/"):
        page = client.get(f"/{language}/secretariat/correspondence/{path}")
        assert f'<html lang="{language}"' in page.content.decode()
    client.force_login(thread.messages.get().author)
    for path in ("", "new/", f"{thread.pk}/"):
        assert client.get(f"/{language}/space/messages/{path}").status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow(client, django_assert_num_queries, count):
    organisation = create_organisation()
    contact = create_contact(organisation)
    for _number in range(count):
        thread = create_thread(organisation, by=contact)
        for _more in range(count):
            threads.write(thread, text="More.", by=contact, side=Side.ORGANISATION, language="en")
    client.force_login(contact)
    client.get("/en/space/messages/")
    with django_assert_num_queries(7):
        client.get("/en/space/messages/")
    secretary = create_secretary()
    client.force_login(secretary)
    client.get(f"/en/secretariat/correspondence/{thread.pk}/")
    with django_assert_num_queries(7):
        client.get("/en/secretariat/correspondence/")
    with django_assert_num_queries(9):
        client.get(f"/en/secretariat/correspondence/{thread.pk}/")
