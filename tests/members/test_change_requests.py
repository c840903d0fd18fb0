"""Name, category and country: asked for, advised, decided, each kept and mailed."""

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from members import change_requests
from members.models import ChangeRequest, Notice
from tests.factories import (
    create_category,
    create_contact,
    create_country,
    create_executive,
    create_organisation,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db
DESK = "/en/secretariat/people/changes/"


@pytest.fixture
def organisation():
    country = create_country("KE", region=create_region("R8"))
    return create_organisation(slug="lake", country=country, name="Lake")


def ask(organisation, field="name_en", after="New name (example)", **values):
    given = {"reason": "Assembly of 3 March", "by": create_contact(organisation)}
    return change_requests.ask(organisation, field=field, after=after, **given | values)


def test_a_request_changes_nothing_and_tells_the_desk(organisation):
    secretary, executive = create_secretary(), create_executive(create_region("R8"))
    create_executive(create_region("R4"))
    change = ask(organisation)
    organisation.refresh_from_db()
    assert organisation.name_en == "Lake (example)" == change.before
    told = Notice.objects.filter(kind="change_asked")
    assert {notice.person for notice in told} == {secretary, executive}
    assert "New name (example)" in told.first().text


@pytest.mark.parametrize(
    ("field", "after", "reason"),
    [
        ("name_en", "Lake (example)", "Same"),
        ("name_en", "  ", "Nothing"),
        ("name_en", "New", " "),
        ("category", "Q", "Unknown"),
        ("country", "QQ", "Unknown"),
        ("slug", "other", "Not to be asked for"),
    ],
)
def test_what_cannot_be_asked_for(organisation, field, after, reason):
    with pytest.raises(ValidationError):
        ask(organisation, field, after, reason=reason)
    assert not ChangeRequest.objects.exists()


def test_one_request_a_field_at_a_time(organisation):
    first = ask(organisation)
    with pytest.raises(ValidationError):
        ask(organisation, after="Other")
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeRequest.objects.create(organisation=organisation, field="name_en", after="B")
    change_requests.withdraw(first)
    assert ask(organisation, after="Other").is_waiting


def test_accepted_it_is_made_kept_and_mailed(organisation, django_capture_on_commit_callbacks):
    secretary = create_secretary()
    change = ask(organisation)
    with django_capture_on_commit_callbacks(execute=True):
        change_requests.accept(change, by=secretary, reason="Welcome")
    organisation.refresh_from_db()
    change.refresh_from_db()
    assert organisation.name_en == "New name (example)"
    assert (change.state, change.decided_by) == ("accepted", secretary)
    (message,) = [one for one in mail.outbox if one.to == [change.asked_by.email]]
    assert "Welcome" in message.body and "Lake (example)" in message.body
    last = organisation.history.first()
    assert (last.history_user, bool(last.history_change_reason)) == (secretary, True)


def test_refused_it_says_why(organisation):
    change = ask(organisation)
    with pytest.raises(ValidationError):
        change_requests.refuse(change, by=create_secretary(), reason=" ")
    change_requests.refuse(change, by=create_secretary(), reason="Already taken")
    organisation.refresh_from_db()
    assert organisation.name_en == "Lake (example)"
    assert "Already taken" in Notice.objects.get(kind="change_decided").text


def test_what_is_decided_stays_decided(organisation):
    secretary, change = create_secretary(), ask(organisation)
    change_requests.refuse(change, by=secretary, reason="No")
    for act in (
        lambda: change_requests.accept(change, by=secretary),
        lambda: change_requests.refuse(change, by=secretary, reason="No"),
        lambda: change_requests.advise(change, text="Yes", by=secretary),
        lambda: change_requests.withdraw(change),
    ):
        with pytest.raises(ValidationError) as error:
            act()
        assert error.value.code == "decided"


def test_a_field_that_has_changed_since_is_not_overwritten(organisation):
    change = ask(organisation)
    organisation.name_en = "Other (example)"
    organisation.save()
    with pytest.raises(ValidationError) as error:
        change_requests.accept(change, by=create_secretary())
    assert error.value.code == "changed_since"
    change.refresh_from_db()
    assert change.is_waiting


def test_the_rule_of_seats_holds_and_nothing_is_half_done(organisation):
    create_organisation(category="A", country=organisation.country)
    change = ask(organisation, "category", "A")
    with pytest.raises(ValidationError):
        change_requests.accept(change, by=create_secretary())
    organisation.refresh_from_db()
    change.refresh_from_db()
    assert (organisation.category.code, change.state) == ("C", "waiting")
    assert not Notice.objects.filter(kind="change_decided").exists()


def test_a_free_seat_is_taken_with_the_category(organisation):
    create_category("A")
    change_requests.accept(ask(organisation, "category", "A"), by=create_secretary())
    organisation.refresh_from_db()
    assert organisation.seat_country == organisation.country


def test_another_country_is_said_by_its_name(organisation):
    tanzania = create_country("TZ")
    change_requests.accept(ask(organisation, "country", "TZ"), by=create_secretary())
    organisation.refresh_from_db()
    assert organisation.country == tanzania
    assert "Country TZ" in Notice.objects.get(kind="change_decided").text


# -- Pages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_organisation_asks_and_withdraws(client, organisation, language):
    client.force_login(create_contact(organisation))
    address = f"/{language}/space/organisation/changes/"
    assert client.get(address).status_code == 200
    wrong = client.post(address, {"field": "category", "name": "X", "reason": "R"})
    assert list(wrong.context["form"].errors) == ["category"]
    client.post(address, {"field": "name_fr", "name": "Nouveau (exemple)", "reason": "Assemblée"})
    change = ChangeRequest.objects.get()
    assert "Nouveau (exemple)" in client.get(address).content.decode()
    client.post(f"{address}{change.pk}/withdraw/")
    change.refresh_from_db()
    assert change.state == "withdrawn"


def test_the_executive_advises_and_does_not_decide(client, organisation):
    change = ask(organisation)
    executive = create_executive(create_region("R8"))
    client.force_login(executive)
    address = f"{DESK}{change.pk}/"
    client.post(address, {"act": "advise", "advice-text": "In favour"})
    assert client.post(address, {"act": "accept", "reason": ""}).status_code == 403
    change.refresh_from_db()
    assert (change.advice, change.advised_by, change.state) == ("In favour", executive, "waiting")
    client.force_login(create_executive(create_region("R4")))
    assert client.get(address).status_code == 404
    assert str(change) not in client.get(DESK).content.decode()


def test_the_secretariat_decides_on_the_page(client, organisation):
    change, other = ask(organisation), ask(organisation, "name_fr", "Autre (exemple)")
    client.force_login(create_secretary())
    client.post(f"{DESK}{change.pk}/", {"act": "accept", "reason": ""})
    refused = client.post(f"{DESK}{other.pk}/", {"act": "refuse", "reason": ""})
    assert refused.context["decision_form"].non_field_errors()
    client.post(f"{DESK}{other.pk}/", {"act": "refuse", "reason": "No"})
    states = dict(ChangeRequest.objects.values_list("field", "state"))
    assert states == {"name_en": "accepted", "name_fr": "refused"}
    assert client.post(f"{DESK}{change.pk}/", {"act": "nonsense"}).status_code == 200


@pytest.mark.parametrize(
    ("query", "count"),
    [("", 1), ("state=accepted", 1), ("state=all", 2), ("region=R4", 0), ("region=R99", 1)],
)
def test_the_list_is_filtered(client, organisation, query, count):
    secretary = create_secretary()
    create_region("R4")
    change_requests.accept(ask(organisation), by=secretary)
    ask(organisation, "name_fr", "Autre (exemple)")
    client.force_login(secretary)
    assert client.get(f"{DESK}?{query}").context["page"].paginator.count == count


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow(client, django_assert_num_queries, rows):
    for _one in range(rows):
        ask(create_organisation())
    client.force_login(create_secretary())
    client.get(DESK)
    with django_assert_num_queries(7):
        client.get(DESK)
