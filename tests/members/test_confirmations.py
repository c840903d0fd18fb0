"""The yearly question: asked once, reminded, answered with one click, and seen at the desk."""

import datetime
import re

import pytest
from django.core import mail, signing
from django.core.exceptions import ValidationError
from django.utils import timezone

from members import confirmations
from members.models import Invitation, Mandate, Notice, Organisation
from members.models.mandates import MandateKind
from tests.factories import (
    create_contact,
    create_country,
    create_executive,
    create_mandate,
    create_organisation,
    create_person,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def days_ago(count: int) -> datetime.date:
    return TODAY - datetime.timedelta(days=count)


def address_of(person) -> str:
    return f"/en/confirm/{confirmations.link_for(person)}/"


def asked(person=None):
    return Notice.objects.filter(kind=confirmations.KIND)


def test_whoever_has_held_a_role_for_a_year_is_asked_once():
    organisation = create_organisation()
    person = create_contact(organisation, language="fr")
    fresh = create_person()
    create_mandate(fresh, organisation=organisation, since=days_ago(200))
    assert confirmations.ask(TODAY) == 1
    assert confirmations.ask(TODAY) == 0
    assert confirmations.ask(TODAY + datetime.timedelta(days=3)) == 0
    notice = asked().get()
    assert (notice.person, notice.language) == (person, "fr")
    assert f"/fr/confirm/{''}" in notice.text
    assert organisation.text("name", "fr").value in notice.text
    assert person.mandates.get().asked_on == TODAY


def test_several_roles_are_one_mail_and_soon_due_ones_are_asked_with_them():
    person = create_contact()
    create_mandate(person, MandateKind.FINANCE, since=days_ago(350))
    create_mandate(person, MandateKind.VOTER, since=days_ago(100))
    confirmations.ask(TODAY)
    assert asked().count() == 1
    dates = dict(person.mandates.values_list("kind", "asked_on"))
    assert dates == {"contact": TODAY, "finance": TODAY, "voter": None}


@pytest.mark.parametrize("reason", ["lapsed", "inactive", "ended", "staff"])
def test_who_is_not_asked(reason):
    if reason == "staff":
        create_secretary()
    else:
        organisation = create_organisation(status="lapsed" if reason == "lapsed" else "active")
        person = create_contact(organisation, is_active=reason != "inactive")
        if reason == "ended":
            person.mandates.update(until=days_ago(1))
    assert confirmations.ask(TODAY) == 0


def test_a_reminder_after_thirty_days_once_and_never_to_who_named_a_successor():
    silent, leaver = create_contact(), create_contact()
    confirmations.ask(TODAY)
    Invitation.objects.create(
        email="next@example.org",
        kind="contact",
        organisation=leaver.mandates.get().organisation,
        replaces=leaver.mandates.get(),
    )
    assert confirmations.remind(TODAY + datetime.timedelta(days=29)) == 0
    Mandate.objects.update(asked_on=days_ago(31))
    assert confirmations.remind(TODAY) == 1
    assert confirmations.remind(TODAY) == 0
    assert confirmations.remind(TODAY + datetime.timedelta(days=5)) == 0
    assert Notice.objects.get(kind=confirmations.REMINDER).person == silent


def test_after_sixty_days_the_desk_sees_it():
    organisation = create_organisation()
    person = create_contact(organisation)
    person.mandates.update(asked_on=days_ago(59))
    assert not Organisation.objects.with_unconfirmed_people().exists()
    person.mandates.update(asked_on=days_ago(60))
    assert list(Organisation.objects.with_unconfirmed_people()) == [organisation]
    confirmations.confirm(person)
    assert not Organisation.objects.with_unconfirmed_people().exists()
    assert not Mandate.objects.due_for_confirmation(TODAY).exists()
    assert Mandate.objects.due_for_confirmation(TODAY + datetime.timedelta(days=366)).exists()


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_link_shows_a_page_and_one_click_confirms(client, language):
    person = create_contact()
    person.mandates.update(asked_on=TODAY)
    address = f"/{language}/confirm/{confirmations.link_for(person)}/"
    page = client.get(address)
    assert page.status_code == 200
    assert person.mandates.get().organisation.text("name", language).value in page.content.decode()
    assert page.headers["Cache-Control"] and not page.cookies
    assert person.mandates.get().confirmed_at is None
    assert client.post(address, {"act": "confirm"}).status_code == 200
    assert person.mandates.get().confirmed_at is not None
    assert person.mandates.get().asked_on is None


@pytest.mark.parametrize("token", ["forged", "old", "closed", "preferences"])
def test_a_link_that_is_good_for_nothing_says_so(client, token, monkeypatch):
    person = create_contact()
    texts = {"forged": "abc:def:ghi", "preferences": signing.dumps(person.pk, salt="else")}
    text = texts.get(token) or confirmations.link_for(person)
    if token == "closed":
        type(person).objects.filter(pk=person.pk).update(is_active=False)
    if token == "old":
        monkeypatch.setattr(confirmations, "LINK_DAYS", -1)
    answer = client.post(f"/en/confirm/{text}/", {"act": "confirm"})
    assert answer.status_code == 410
    assert person.mandates.get().confirmed_at is None


def leave(client, person, mandate, **typed):
    data = {f"role-{mandate.pk}-mail_language": "en", "act": "leave", "mandate": mandate.pk}
    data |= {f"role-{mandate.pk}-{name}": value for name, value in typed.items()}
    return client.post(address_of(person), data)


def test_a_leaver_names_a_successor_and_stays_until_they_accept(client):
    organisation = create_organisation()
    person = create_contact(organisation)
    mandate = person.mandates.get()
    answer = leave(client, person, mandate, full_name="Next Example", email="Next@example.org")
    assert answer.status_code == 200
    invitation = Invitation.objects.get()
    assert (invitation.replaces, invitation.email) == (mandate, "next@example.org")
    assert (invitation.kind, invitation.organisation) == ("contact", organisation)
    mandate.refresh_from_db()
    assert mandate.until is None


def test_the_last_contact_does_not_leave_without_a_successor(client):
    person = create_contact()
    mandate = person.mandates.get()
    answer = leave(client, person, mandate)
    assert "last contact" in answer.content.decode()
    mandate.refresh_from_db()
    assert mandate.until is None
    nameless = leave(client, person, mandate, full_name="Next Example")
    assert "Give the address" in nameless.content.decode()


def test_another_contact_may_leave_at_once(client):
    organisation = create_organisation()
    person, _other = create_contact(organisation), create_contact(organisation)
    mandate = person.mandates.get()
    leave(client, person, mandate)
    mandate.refresh_from_db()
    assert mandate.until == days_ago(1)
    assert mandate.history.first().history_change_reason


def test_nobody_leaves_somebody_elses_role(client):
    organisation = create_organisation()
    person, other = create_contact(organisation), create_contact(organisation)
    assert leave(client, person, other.mandates.get()).status_code == 404
    assert client.post(address_of(person), {"act": "leave", "mandate": "x"}).status_code == 404


def test_a_head_who_leaves_gives_the_name_to_the_secretariat(client):
    secretary = create_secretary()
    organisation = create_organisation()
    person = create_contact(organisation)
    head = create_mandate(person, MandateKind.HEAD, organisation=organisation)
    leave(client, person, head, full_name="New Example", email="new@example.org")
    assert not Invitation.objects.exists()
    head.refresh_from_db()
    assert head.until == days_ago(1)
    told = Notice.objects.get(kind="new_head")
    assert told.person == secretary and "new@example.org" in told.text


def test_the_area_asks_too_and_one_click_answers(client):
    person = create_contact()
    person.mandates.update(asked_on=TODAY)
    client.force_login(person)
    assert "/en/space/confirm/" in client.get("/en/space/people/").content.decode()
    assert client.get("/en/space/confirm/").status_code == 405
    client.post("/en/space/confirm/")
    assert person.mandates.get().confirmed_at is not None
    assert "/en/space/confirm/" not in client.get("/en/space/people/").content.decode()


# -- The desk --------------------------------------------------------------------------------------

DESK = "/en/secretariat/people/"


@pytest.fixture
def members():
    """Without a contact, with one, with somebody unconfirmed, and one where all is well."""
    kenya = create_country("KE", region=create_region("R8"))
    brazil = create_country("BR", region=create_region("R4"))
    orphan = create_organisation(slug="orphan", country=kenya)
    single = create_organisation(slug="single", country=brazil)
    create_contact(single)
    silent = create_organisation(slug="silent", country=kenya)
    create_contact(silent)
    create_contact(silent).mandates.update(asked_on=days_ago(70))
    well = create_organisation(slug="well", country=kenya)
    create_contact(well)
    create_contact(well)
    create_organisation(slug="lapsed", country=kenya, status="lapsed")
    return {"orphan": orphan, "single": single, "silent": silent, "well": well}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"orphan", "single", "silent"}),
        ("need=orphaned", {"orphan"}),
        ("need=single", {"single"}),
        ("need=unconfirmed", {"silent"}),
        ("region=R8", {"orphan", "silent"}),
        ("need=nonsense&region=R99", {"orphan", "single", "silent"}),
    ],
)
def test_the_list_is_filtered(client, members, query, expected):
    client.force_login(create_secretary())
    page = client.get(f"{DESK}?{query}").context["page"]
    assert {organisation.slug for organisation in page.object_list} == expected


def test_an_executive_sees_and_asks_one_region(client, members):
    client.force_login(create_executive(create_region("R8")))
    shown = client.get(DESK).context["page"].object_list
    assert {organisation.slug for organisation in shown} == {"orphan", "silent"}
    chosen = [members["single"].pk, members["silent"].pk]
    answers = client.post(DESK, {"organisation": chosen}).context["answers"]
    assert [answer.organisation for answer in answers] == [members["silent"]]


@pytest.mark.slow
def test_asking_again_answers_row_by_row(client, members, django_capture_on_commit_callbacks):
    client.force_login(create_secretary())
    chosen = [members[name].pk for name in ("orphan", "single", "silent")]
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(DESK, {"organisation": chosen})
    done = {one.organisation.slug: one.is_done for one in answer.context["answers"]}
    assert done == {"orphan": False, "single": True, "silent": True}
    assert "2 done, 1 refused." in answer.content.decode()
    assert len(mail.outbox) == 2
    again = client.post(DESK, {"organisation": chosen}).context["answers"]
    assert [one.is_done for one in again] == [False, False, False]
    assert client.post(DESK, {"organisation": ["x"]}).status_code == 200


@pytest.mark.parametrize("organisations", [1, 3])
def test_the_number_of_queries_does_not_grow(client, django_assert_num_queries, organisations):
    for _one in range(organisations):
        create_contact(create_organisation()).mandates.update(asked_on=days_ago(70))
    client.force_login(create_secretary())
    client.get(DESK)
    with django_assert_num_queries(10):
        client.get(DESK)


def test_nobody_to_ask_is_refused_by_the_verb():
    with pytest.raises(ValidationError) as error:
        confirmations.ask_people_of(create_organisation())
    assert error.value.code == "nobody"


def test_the_mail_holds_the_link_of_its_reader(django_capture_on_commit_callbacks):
    person = create_contact(language="es")
    with django_capture_on_commit_callbacks(execute=True):
        confirmations.ask(TODAY)
    (message,) = mail.outbox
    token = re.search(r"/es/confirm/([^/\s]+)/", message.body)[1]
    assert confirmations.open_link(token) == person
    assert "/es/preferences/" in message.body
    assert "List-Unsubscribe" not in message.extra_headers
