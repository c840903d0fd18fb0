"""Applications at the desk: who sees which, who advises, who decides."""

import pytest
from django.urls import reverse
from django.utils import translation

from members import advising, deciding
from members.models import Acceptance, Advice, Application, Notice, Organisation
from tests.factories import (
    create_application,
    create_country,
    create_executive,
    create_membership,
    create_network,
    create_organisation,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db

LIST = "/en/secretariat/applications/"


@pytest.fixture(autouse=True)
def network():
    return create_network()


@pytest.fixture
def secretary(client):
    person = create_secretary(language="en")
    client.force_login(person)
    return person


def page_of(application: Application, act: str = "") -> str:
    return f"{LIST}{application.pk}/{act}"


def received(**values) -> Application:
    application = create_application(**values)
    application.events.create(kind="submitted", state="submitted")
    return application


def found(client, query: str = "") -> set[str]:
    return {row.name for row in client.get(f"{LIST}{query}").context["page"].object_list}


# -- The list --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_what_waits_is_listed_oldest_first_and_drafts_never(client, secretary):
    brazil = create_country("BR", region=create_region("R4"))
    for state in ("draft", "submitted", "advised", "more_asked", "accepted", "refused"):
        create_application(name=state, state=state)
    create_application(name="abroad", country=brazil, category="A")
    assert found(client) == {"submitted", "advised", "abroad"}
    assert found(client, "?state=more_asked") == {"more_asked"}
    assert found(client, "?region=R4") == {"abroad"}
    assert found(client, "?category=A&state=all") == {"abroad"}
    assert "draft" not in found(client, "?state=all")
    assert found(client, "?state=draft&region=R99&page=x") == {"submitted", "advised", "abroad"}
    names = [row.name for row in client.get(LIST).context["page"].object_list]
    assert names == ["submitted", "advised", "abroad"]


def test_an_executive_sees_the_applications_of_the_own_region(client):
    own = received(name="own")
    foreign = received(name="foreign", country=create_country("BR", region=create_region("R4")))
    draft = create_application(state="draft")
    client.force_login(create_executive())
    assert found(client, "?state=all") == {"own"}
    assert client.get(page_of(own)).status_code == 200
    for other in (foreign, draft):
        assert client.get(page_of(other)).status_code == 404
        assert client.get(page_of(other, "advice/")).status_code == 404


@pytest.mark.parametrize("applications", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_list(
    client, secretary, django_assert_num_queries, applications
):
    for _one in range(applications):
        received()
    client.get(LIST)
    with django_assert_num_queries(8):
        client.get(LIST)


# -- The page --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_page_shows_everything_on_one_application(client, secretary, language):
    application = received(name="Lake Council", people=2, website="https://lake.example.org/")
    deciding.advise(
        application,
        region=create_region(),
        opinion="reserved",
        text="Ask for the statutes.",
        by=create_executive(full_name="Amina Example"),
    )
    shown = client.get(f"/{language}/secretariat/applications/{application.pk}/")
    text = shown.content.decode()
    for words in ("Lake Council", "https://lake.example.org/", "Ask for the statutes.", "Amina"):
        assert words in text
    assert [step["state"] for step in shown.context["steps"]] == ["done", "done", "current", ""]


def test_a_probable_duplicate_stands_beside_it_and_a_former_member_can_come_back(client, secretary):
    former = create_organisation(
        name="Conseil du Lac", status="lapsed", website="https://lac.example.org/"
    )
    active = create_organisation(name="Lac: le conseil", website="https://lac.example.org/")
    application = received(name="CONSEIL DU LAC (exemple)", website="http://www.lac.example.org")
    text = client.get(page_of(application)).content.decode()
    assert "https://lac.example.org/" in text
    assert f"{page_of(application, 'accept/')}?former={former.slug}" in text
    assert f"?former={active.slug}" not in text
    form = client.get(f"{page_of(application, 'accept/')}?former={former.slug}").context["form"]
    assert form["former"].value() == former.slug


def test_another_open_application_of_the_same_name_is_pointed_out(client, secretary):
    first, second = received(name="Lake Council"), received(name="Council, Lake")
    assert page_of(second) in client.get(page_of(first)).content.decode()


def test_an_executive_is_shown_no_organisation_of_another_region(client):
    create_organisation(
        name="Conseil du Lac",
        slug="far-away",
        website="https://lac.example.org/",
        discreet=True,
        country=create_country("BR", region=create_region("R4")),
    )
    application = received(name="Conseil du Lac", website="https://lac.example.org/")
    client.force_login(create_executive())
    assert "far-away" not in client.get(page_of(application)).content.decode()


@pytest.mark.slow
@pytest.mark.parametrize("discreet", [False, True])
def test_whoever_decides_sees_that_the_seat_is_held(client, secretary, discreet):
    holder = create_organisation(category="A", discreet=discreet)
    application = received(category="A")
    text = client.get(page_of(application)).content.decode()
    assert f"/en/secretariat/organisations/{holder.slug}/" in text
    assert ("must not learn of it" in text) == discreet


# -- Advising --------------------------------------------------------------------------------------


def advice_address(application: Application) -> str:
    with translation.override("en"):
        token = advising.token_of(application)
        return reverse("members:desk_advice_link", kwargs={"token": token})


def test_the_link_of_the_mail_leads_through_the_log_in_to_the_advice(client):
    application = received()
    address = advice_address(application)
    assert client.get(address).url.startswith("/en/account/login/?next=")
    client.force_login(create_executive())
    assert client.get(address).url == page_of(application, "advice/")
    answer = client.post(
        page_of(application, "advice/"),
        {"region": create_region().pk, "opinion": "favourable", "text": "A good council."},
    )
    assert answer.url == page_of(application)
    advice = Advice.objects.get()
    assert (advice.opinion, advice.text) == ("favourable", "A good council.")
    assert client.get(address).url == page_of(application, "advice/")


def test_the_link_opens_nothing_to_others_and_a_forged_one_nothing_at_all(client):
    application = received()
    client.force_login(create_executive(create_region("R4")))
    assert client.get(advice_address(application)).status_code == 404
    client.force_login(create_executive(create_region("R8")))
    assert client.get(f"{advice_address(application)[:-2]}x/").status_code == 404
    # Once it is decided the link still leads somewhere.
    Application.objects.update(state="refused")
    assert client.get(advice_address(application)).url == page_of(application)


def test_an_advice_needs_opinion_and_grounds(client):
    application = received()
    client.force_login(create_executive())
    answer = client.post(page_of(application, "advice/"), {"region": create_region().pk})
    assert list(answer.context["form"].errors) == ["opinion", "text"]
    assert not Advice.objects.exists()


def test_an_executive_of_two_regions_says_for_which(client):
    application = received(category="B")
    application.regions.set([create_region("R1"), create_region("R2"), create_region("R3")])
    person = create_executive(create_region("R1"))
    person.mandates.create(kind="executive", region=create_region("R2"), since="2020-01-01")
    client.force_login(person)
    values = {"opinion": "reserved", "text": "Hm."}
    for code, kept in (("R3", 0), ("R2", 1)):
        client.post(page_of(application, "advice/"), values | {"region": create_region(code).pk})
        assert Advice.objects.count() == kept


# -- Deciding --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_secretariat_accepts_takes_back_and_accepts_again(client, secretary):
    application = received(people=1)
    form = client.get(page_of(application, "accept/")).context["form"]
    sent = {"starts_on": form["starts_on"].value(), "ends_on": form["ends_on"].value()}
    answer = client.post(page_of(application, "accept/"), sent, follow=True)
    assert "for ten minutes" in answer.content.decode()
    acceptance = Acceptance.objects.get()
    assert acceptance.decided_by == secretary
    text = answer.content.decode()
    assert acceptance.membership.number in text
    client.post(page_of(application, "take-back/"))
    assert not Organisation.objects.exists()
    assert page_of(application, "accept/") in client.get(page_of(application)).content.decode()
    client.post(page_of(application, "accept/"), sent | {"words": "Welcome!"})
    assert Organisation.objects.get().status == "active"
    assert "Welcome!" in Notice.objects.filter(state="waiting").first().text


def test_the_secretariat_accepts_a_former_member(client, secretary):
    former = create_organisation(name="Old Council", status="excluded")
    elsewhere = create_organisation(status="lapsed", country=create_country("TZ"))
    create_membership(former, year=2001)
    application = received()
    sent = {"starts_on": "2026-01-01", "ends_on": "2099-12-31"}
    for wrong in (elsewhere.slug, "nobody"):
        answer = client.post(page_of(application, "accept/"), sent | {"former": wrong})
        assert list(answer.context["form"].errors) == ["former"]
    client.post(page_of(application, "accept/"), sent | {"former": former.slug})
    former.refresh_from_db()
    assert (former.status, former.memberships.count()) == ("active", 2)


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"starts_on": "2099-01-01", "ends_on": "2099-12-31"}, "starts_on"),
        ({"starts_on": "2020-01-01", "ends_on": "2020-12-31"}, "ends_on"),
        ({"starts_on": "", "ends_on": "2099-12-31"}, "starts_on"),
    ],
)
def test_an_impossible_period_is_refused(client, secretary, sent, wrong):
    application = received()
    answer = client.post(page_of(application, "accept/"), sent)
    assert list(answer.context["form"].errors) == [wrong]
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_a_second_a_is_refused_on_the_page(client, secretary, language):
    holder = create_organisation(category="A", name="Secret")
    application = received(category="A")
    answer = client.post(
        f"/{language}/secretariat/applications/{application.pk}/accept/",
        {"starts_on": "2026-01-01", "ends_on": "2099-12-31"},
    )
    [message] = answer.context["form"].non_field_errors()
    assert getattr(holder.country, f"name_{language}") in message
    application.refresh_from_db()
    assert application.state == "submitted"


def test_the_secretariat_asks_for_more_and_refuses(client, secretary):
    application = received()
    empty = client.post(page_of(application, "more/"), {"text": " "})
    assert list(empty.context["form"].errors) == ["text"]
    client.post(page_of(application, "more/"), {"text": "Please send the statutes."})
    application.refresh_from_db()
    assert application.state == "more_asked"
    # What waits for the applicant is not accepted, and can be refused.
    text = client.get(page_of(application)).content.decode()
    assert page_of(application, "accept/") not in text
    client.post(page_of(application, "refuse/"), {"reason": "No statutes."})
    application.refresh_from_db()
    assert application.state == "refused"
    texts = [notice.text for notice in Notice.objects.order_by("pk")]
    assert "Please send the statutes." in texts[0]
    assert "No statutes." in texts[1]
    late = client.post(page_of(application, "refuse/"), {"reason": "Again."})
    assert len(late.context["form"].non_field_errors()) == 1


def test_an_executive_decides_nothing(client):
    application = received()
    client.force_login(create_executive())
    for act in ("accept/", "more/", "refuse/", "take-back/"):
        sent = {"text": "x", "reason": "x", "starts_on": "2026-01-01", "ends_on": "2099-12-31"}
        assert client.post(page_of(application, act), sent).status_code == 403
    application.refresh_from_db()
    assert application.state == "submitted"


# -- The country -----------------------------------------------------------------------------------


def test_the_page_of_a_country_tells_who_held_its_seat(client, secretary):
    holder = create_organisation(name="Present council", category="A")
    create_membership(holder)
    former = create_organisation(
        name="Former council", category="A", status="lapsed", discreet=True
    )
    create_membership(former, year=1987)
    address = "/en/secretariat/countries/KE/seat/"
    shown = client.get(address)
    assert [t.organisation for t in shown.context["tenures"]] == [holder, former]
    assert "Former council" in shown.content.decode()
    client.force_login(create_executive(create_region("R4")))
    assert client.get(address).status_code == 404
