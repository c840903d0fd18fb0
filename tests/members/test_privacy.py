"""The privacy desk: found anywhere, told whole, and erased everywhere."""

import datetime
import json
import re

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.utils import timezone

from members import privacy
from members.merging import merge_people
from members.models import Erasure, Mandate, Notice, Organisation, Partner, User
from members.models.erasures import Ground
from members.models.notices import NoticeState
from portal.lib import holdings
from portal.lib.holdings import OURS, Subject
from portal.models import ContactMessage
from publications.models import Subscription
from tests.factories import (
    create_application,
    create_contact,
    create_executive,
    create_mandate,
    create_organisation,
    create_person,
    create_publication,
    create_secretary,
    create_subscription,
)

pytestmark = pytest.mark.django_db

NAME, MAIL = "Ana Examplová", "ana.examplova@example.org"
OTHER_MAIL = "ana@private.example.org"
PERSONAL = re.compile(
    r"(^|_)(e?mail|name|full_name|authors?|sender|recipient|phone|signatory|reply_to)(_|$)"
)


def ana(**values) -> User:
    person = create_person(email=MAIL, full_name=NAME, **values)
    EmailAddress.objects.create(user=person, email=OTHER_MAIL, verified=True)
    return person


def subject(person=None) -> Subject:
    found = Subject(account=person.pk if person else None, emails={MAIL}, names={NAME})
    privacy.complete(found, person)
    return found


def erase(person=None, **values) -> Erasure:
    values = {"by": create_secretary(), "ground": Ground.REQUEST} | values
    return privacy.erase(subject(person), **values)


# -- The registry ----------------------------------------------------------------------------------


def looks_personal(field: models.Field) -> bool:
    if isinstance(field, models.EmailField):
        return True
    is_text = isinstance(field, (models.CharField, models.TextField)) and not field.choices
    return is_text and bool(PERSONAL.search(field.name))


def test_every_column_that_looks_like_a_persons_is_registered():
    """A new address or name needs a `Holding`, or a word on why it is nobody's (`leave_out`)."""
    missing = []
    for model in apps.get_models():
        if model._meta.app_label not in (*OURS, "account") or hasattr(model, "history_type"):
            continue
        holding = holdings.registered().get(model)
        known = {*holding.emails, *holding.names} if holding else set()
        for field in model._meta.local_concrete_fields:
            base = getattr(field, "translated_field", field).name
            told = {field.name, base} & known
            name = f"{model._meta.label}.{base}"
            if looks_personal(field) and not told and name not in holdings.left_out():
                missing.append(name)
    assert sorted(set(missing)) == []


def test_every_holding_names_columns_that_exist():
    for model, holding in holdings.registered().items():
        names = {field.name for field in model._meta.get_fields()} | {"pk"}
        assert {*holding.emails, *holding.names, *holding.people} <= names
        assert {*holding.secret} <= names


def test_what_is_left_out_exists():
    existing = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
    }
    assert set(holdings.left_out()) <= existing


# -- Finding ---------------------------------------------------------------------------------------


def test_a_person_is_found_by_name_or_mail_in_everything():
    person = ana()
    create_mandate(person, organisation=create_organisation())
    create_subscription(email=MAIL)
    create_application(people=0, email=MAIL)
    ContactMessage.objects.create(name="Ana E.", email=MAIL, subject="S", text="T", language="fr")
    create_publication(authors=f"Somebody Else; {NAME}")
    for words in ("examplova", "ana exam", "ana.examplova@"):
        found = privacy.find(words)
        account = next(one for one in found if one.account == person.pk)
        assert MAIL in account.emails
        assert account.where["People"] == 1
    found = next(one for one in privacy.find("ana.examplova") if one.account)
    assert {"Subscribers", "Messages", "Applications"} <= set(found.where)
    assert any("Publications" in one.where for one in privacy.find("examplova"))


def test_two_letters_find_nobody():
    ana()
    assert privacy.find("an") == []


def test_a_key_is_signed_and_names_nobody():
    person = ana()
    key = next(one for one in privacy.find(MAIL) if one.account).key
    assert MAIL not in key
    assert privacy.subject_of(key).account == person.pk
    assert OTHER_MAIL in privacy.subject_of(key).emails
    assert privacy.subject_of(key + "x") is None
    assert privacy.subject_of("nonsense") is None


# -- Exporting -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_everything_held_is_exported_without_secrets():
    person = ana()
    create_mandate(person, organisation=create_organisation(name="Lake"))
    create_subscription(email=OTHER_MAIL)
    data = privacy.as_json(holdings.gather(subject(person)))
    kinds = {one["kind"]: one["rows"] for one in data["records"]}
    assert kinds["People"][0]["E-mail address"] == MAIL
    assert kinds["Mandates"][0]["Organisation"] == "Lake (example)"
    assert kinds["Subscribers"][0]["E-mail address"] == OTHER_MAIL
    assert "assword" not in json.dumps(data)


@pytest.mark.slow
def test_one_takes_away_ones_own_data_and_nobody_elses(client):
    person = ana()
    create_mandate(person, organisation=create_organisation())
    create_person(email="other@example.org", full_name=NAME)
    client.force_login(person)
    for language in ("fr", "en", "es"):
        page = client.get(f"/{language}/space/my-data/")
        assert page.status_code == 200
        assert MAIL in page.content.decode()
        assert "other@example.org" not in page.content.decode()
    answer = client.get("/en/space/my-data.json")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer.headers["Cache-Control"]
    assert MAIL in answer.content.decode()
    assert "other@example.org" not in answer.content.decode()


# -- Erasing ---------------------------------------------------------------------------------------


def everything_stored() -> str:
    """Every row of every table, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [repr(row) for row in cursor.fetchall()]
    return "\n".join(found)


@pytest.mark.slow
def test_names_and_addresses_vanish_everywhere(client):
    """Accounts, invitations, mails, letters, messages, applications, history and reasons."""
    person = ana()
    organisation = create_organisation(email=MAIL)
    mandate = create_mandate(person, organisation=organisation)
    create_contact(organisation)
    organisation._change_reason = f"Asked by {NAME}"
    organisation.save()
    organisation.invitations.create(email=MAIL, full_name=NAME, kind="voter")
    create_subscription(email=MAIL)
    application = create_application(people=1, email=MAIL)
    application.people.update(full_name=NAME, email=MAIL)
    application.events.create(kind="note", state="submitted", text=f"{NAME} called twice.")
    ContactMessage.objects.create(name=NAME, email=MAIL, subject="S", text="T", language="fr")
    Notice.objects.create(
        kind="welcome", key="1", email="x@example.org", language="fr", subject="S",
        text=f"Bonjour {NAME.upper()}, écrivez à {MAIL}.",
    )  # fmt: skip
    Notice.objects.create(
        kind="welcome", key="2", email=MAIL, language="fr", subject="S", text="T", person=person
    )
    twin = create_person(full_name=NAME, email="ana.old@example.org")
    merge_people(person, twin, choices={}, by=create_secretary())
    client.force_login(person)
    client.get("/en/space/")
    assert NAME in everything_stored()
    erasure = erase(person)
    stored = everything_stored()
    for gone in (NAME, NAME.upper(), MAIL, OTHER_MAIL, "ana.old@example.org", "Examplov"):
        assert gone not in stored
    mandate.refresh_from_db()
    assert mandate.organisation == organisation
    assert str(mandate.person) == "former contact"
    assert not mandate.is_current
    assert not mandate.person.is_active
    assert client.get("/en/space/").status_code == 302
    assert Notice.objects.get(key="1").text == ("Bonjour former contact, écrivez à former contact.")
    assert erasure.counts["members.User"] == 1
    assert erasure.counts["history"] > 0


@pytest.mark.slow
def test_a_mail_that_has_not_left_never_leaves():
    person = ana()
    create_mandate(person, "voter", organisation=create_organisation())
    Notice.objects.create(
        kind="x", key="1", email=MAIL, language="fr", subject="S", text="T", person=person
    )
    erase(person)
    assert Notice.objects.get().state == NoticeState.CANCELLED


@pytest.mark.slow
def test_somebody_without_an_account_is_erased_too():
    reader = create_subscription(email=MAIL).subscriber
    erase()
    reader.refresh_from_db()
    assert reader.email.endswith("@erased.invalid")
    assert reader.erased_at is not None
    assert Subscription.objects.count() == 0


@pytest.mark.slow
def test_the_last_contact_is_refused_without_a_reason_and_leaves_an_orphan():
    person = ana()
    organisation = create_organisation(name="Lake")
    create_mandate(person, organisation=organisation)
    with pytest.raises(ValidationError) as caught:
        erase(person)
    assert caught.value.code == "last_contact"
    assert "Lake" in caught.value.messages[0]
    assert User.objects.filter(email=MAIL).exists()
    erasure = erase(person, reason=f"{NAME} insists.")
    assert erasure.reason == "former contact insists."
    few = Organisation.objects.with_few_contacts().get(pk=organisation.pk)
    assert few.contact_count == 0


def test_ones_own_account_is_a_colleagues_to_erase():
    secretary = create_secretary()
    found = privacy.of_account(secretary)
    with pytest.raises(ValidationError) as caught:
        privacy.erase(found, by=secretary, ground=Ground.REQUEST)
    assert caught.value.code == "own_account"


@pytest.mark.slow
def test_an_expert_goes_and_an_institution_loses_its_correspondent():
    expert = Partner.objects.create(
        kind="academic",
        name=NAME,
        is_person=True,
        email=MAIL,
        consent_on=datetime.date(2026, 1, 1),
        consent_source="mail",
    )
    institute = Partner.objects.create(kind="research", name="Institute", email=MAIL, phone="1")
    erase()
    assert not Partner.objects.filter(pk=expert.pk).exists()
    institute.refresh_from_db()
    assert (institute.name, institute.email, institute.phone) == ("Institute", "", "")


@pytest.mark.slow
def test_somebody_else_of_the_same_name_is_left_alone():
    person = ana()
    namesake = create_person(full_name=NAME, email="namesake@example.org")
    create_publication(authors=NAME)
    erase(person)
    namesake.refresh_from_db()
    assert namesake.full_name == NAME
    assert apps.get_model("publications.Publication").objects.get().authors == NAME


@pytest.mark.slow
def test_what_is_published_goes_when_it_is_ticked():
    person = ana()
    publication = create_publication(authors=f"Somebody Else; {NAME}")
    erase(person, chosen={f"publications.Publication:{publication.pk}"})
    publication.refresh_from_db()
    assert publication.authors == "Somebody Else"
    assert User.objects.filter(email=MAIL).exists()


@pytest.mark.slow
def test_a_merge_of_the_erased_can_no_longer_be_undone():
    from members import unmerging  # noqa: PLC0415

    person, twin = ana(), create_person()
    merge = merge_people(person, twin, choices={}, by=create_secretary())
    erase(person)
    merge.refresh_from_db()
    assert unmerging.obstacles(merge) == ["The data of the removed record were erased."]


@pytest.mark.slow
def test_an_erasure_holds_no_personal_data():
    erase(ana())
    row = Erasure.objects.values().get()
    assert not re.search("ana|exampl", json.dumps(row, default=str).replace("example", ""), re.I)


# -- At the desk -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_person_is_found_looked_at_and_erased_at_the_desk(client):
    person = ana()
    organisation = create_organisation(name="Lake")
    create_mandate(person, organisation=organisation)
    client.force_login(create_secretary())
    found = client.post("/en/secretariat/privacy/", {"q": "examplova"})
    key = found.context["people"][0].key
    page = client.get(f"/en/secretariat/privacy/{key}/")
    assert page.context["alone"] == [organisation]
    rows = [one.key for _label, held in page.context["groups"] for one in held if one.is_proposed]
    assert MAIL in client.get(f"/en/secretariat/privacy/{key}/data.json").content.decode()
    sent = {"rows": rows, "ground": "request", "sure": "on"}
    refused = client.post(f"/en/secretariat/privacy/{key}/erase/", sent)
    assert "Lake (example)" in refused.context["form"].errors["reason"][0]
    done = client.post(f"/en/secretariat/privacy/{key}/erase/", sent | {"reason": "They insist."})
    assert done.url == "/en/secretariat/privacy/"
    assert not User.objects.filter(email=MAIL).exists()
    assert Mandate.objects.get(organisation=organisation).until < timezone.localdate()
    board = client.get("/en/secretariat/?kind=orphan")
    assert [str(r.told.subject) for r in board.context["queue"].page.object_list] == [
        "Lake (example)"
    ]
    assert client.get("/en/secretariat/privacy/nonsense/").status_code == 404


def test_the_privacy_desk_is_the_secretariats(client):
    person = ana()
    key = privacy.find(MAIL)[0].key
    for somebody in (create_executive(), person):
        client.force_login(somebody)
        for path in ("", f"{key}/", f"{key}/data.json"):
            assert client.get(f"/en/secretariat/privacy/{path}").status_code == 403
        assert client.post(f"/en/secretariat/privacy/{key}/erase/").status_code == 403


@pytest.mark.slow
def test_the_history_page_names_a_former_contact(client):
    person = ana()
    organisation = create_organisation(slug="lake")
    create_mandate(person, organisation=organisation, until=datetime.date(2021, 1, 1))
    erase(person)
    client.force_login(create_secretary())
    page = client.get("/en/secretariat/organisations/lake/history/").content.decode()
    assert "former contact" in page
    assert "Ana" not in page
