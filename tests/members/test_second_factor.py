"""The desk opens on more than a password, and nothing else is asked of anybody."""

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client

from members.models import User
from members.models.mandates import MandateKind
from tests.factories import (
    TOTP_SECRET,
    create_contact,
    create_country,
    create_executive,
    create_mandate,
    create_organisation,
    create_person,
    create_region,
    create_second_factor,
    create_secretary,
    current_code,
)

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
DESK = "/en/secretariat/"
BACK_ROOM = "/en/secretariat/records/"
SETTING_UP = "/en/space/second-factor/"


def without_factor(person) -> User:
    Authenticator.objects.filter(user=person).delete()
    return User.objects.get(pk=person.pk)


def logged_in_by_password(person) -> Client:
    """A session as it stood before the person had a second factor."""
    client = Client()
    client.force_login(without_factor(person))
    return client


@pytest.mark.parametrize("kind", ["secretary", "executive", "superuser"])
@pytest.mark.parametrize("page", [DESK, BACK_ROOM, "/en/secretariat/organisations/?q=lake"])
def test_without_one_the_desk_leads_to_setting_one_up(kind, page):
    make = {
        "secretary": create_secretary,
        "executive": create_executive,
        "superuser": lambda: create_person(is_superuser=True),
    }
    client = logged_in_by_password(make[kind]())
    answer = client.get(page, follow=True)
    assert answer.redirect_chain[0][0].startswith(f"{SETTING_UP}?next=%2Fen%2Fsecretariat%2F")
    shown = answer.content.decode()
    assert "/en/account/2fa/totp/activate/" in shown
    assert "/en/account/2fa/webauthn/add/" in shown


def test_what_is_posted_changes_nothing():
    organisation = create_organisation(slug="lake")
    client = logged_in_by_password(create_secretary())
    answer = client.post(
        f"{DESK}organisations/lake/status/", {"status": "withdrawn", "reason": "stolen password"}
    )
    assert answer.url == f"{SETTING_UP}?next=%2Fen%2Fsecretariat%2F"
    organisation.refresh_from_db()
    assert organisation.status == "active"


def test_the_rights_of_the_desk_wait_everywhere():
    """Also below /space/, where an executive settles the people of the region."""
    region = create_region("R8")
    organisation = create_organisation(country=create_country("KE", region=region), discreet=True)
    colleague = create_contact(organisation)
    mandate = colleague.mandates.get()
    executive = create_executive(region)
    address = f"/en/space/people/roles/{mandate.pk}/"
    verified = Client()
    verified.force_login(executive)
    assert verified.get(address).status_code == 200
    client = logged_in_by_password(executive)
    assert client.get(address).status_code == 404
    assert client.post(f"{address}end/").status_code == 404
    mandate.refresh_from_db()


@pytest.mark.slow
def test_nothing_else_breaks():
    organisation = create_organisation(slug="lake")
    person = create_contact(organisation)
    create_mandate(person, MandateKind.EXECUTIVE, region=create_region("R8"))
    client = logged_in_by_password(person)
    for page in ("/en/space/", "/en/space/organisation/", "/en/space/people/", "/en/members/"):
        assert client.get(page).status_code == 200, page
    assert DESK in client.get("/en/space/").content.decode()


def test_members_are_asked_for_nothing(client):
    client.force_login(create_contact())
    assert client.get("/en/space/").status_code == 200
    assert client.get(DESK).status_code == 403
    assert "/2fa/totp/activate/" in client.get(SETTING_UP).content.decode()


def test_a_session_that_has_not_shown_it_is_asked():
    secretary = create_secretary()
    client = logged_in_by_password(secretary)
    create_second_factor(User.objects.get(pk=secretary.pk))
    answer = client.get(f"{DESK}organisations/", follow=True)
    asked = answer.redirect_chain[-1][0]
    assert asked.startswith("/en/account/2fa/reauthenticate/?next=")
    wrong = client.post(asked, {"code": "000000"})
    assert wrong.status_code == 200
    assert client.get(DESK).status_code == 302
    data = {"code": current_code(), "next": f"{DESK}organisations/"}
    right = client.post("/en/account/2fa/reauthenticate/", data)
    assert right.url == f"{DESK}organisations/"
    assert client.get(right.url).status_code == 200


def test_log_in_with_the_code_opens_the_desk(client):
    secretary = create_secretary()
    client.post("/en/account/login/", {"login": secretary.email, "password": PASSWORD})
    assert client.get(DESK).status_code == 302
    client.post("/en/account/2fa/authenticate/", {"code": current_code()})
    assert client.get(DESK).status_code == 200


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)  # allauth waits for the commit to tell
def test_setting_one_up_opens_the_desk_at_once(client):
    secretary = without_factor(create_secretary())
    client.post("/en/account/login/", {"login": secretary.email, "password": PASSWORD})
    assert client.get(DESK).status_code == 302
    client.post("/en/account/reauthenticate/", {"password": PASSWORD})
    client.get("/en/account/2fa/totp/activate/")
    session = client.session
    session["mfa.totp.secret"] = TOTP_SECRET
    session.save()
    client.post("/en/account/2fa/totp/activate/", {"code": current_code()})
    assert client.get(DESK).status_code == 200


def test_one_that_is_taken_off_closes_the_desk_in_every_session(client):
    secretary = create_secretary()
    client.force_login(secretary)
    assert client.get(DESK).status_code == 200
    secretary.authenticator_set.get().delete()
    assert client.get(DESK).status_code == 302
    # A new one must be shown: what was shown earlier was another.
    create_second_factor(User.objects.get(pk=secretary.pk))
    assert client.get(DESK).status_code == 302


def test_recovery_codes_alone_are_no_second_factor():
    person = without_factor(create_secretary())
    Authenticator.objects.create(user=person, type=Authenticator.Type.RECOVERY_CODES, data={})
    person.refresh_from_db()
    assert person.second_factor_since is None


def test_it_leads_only_to_pages_of_its_own(client):
    client.force_login(create_secretary())
    assert client.get(f"{SETTING_UP}?next=//evil.example.org/").url == "/en/space/"
    assert client.get(f"{SETTING_UP}?next={DESK}").url == DESK


def test_a_verified_session_costs_no_query(client, django_assert_num_queries):
    client.force_login(create_secretary())
    client.get(f"{DESK}regions/")
    with django_assert_num_queries(5):
        client.get(f"{DESK}regions/")


def test_the_middleware_stands_behind_the_log_in():
    order = settings.MIDDLEWARE
    behind = order.index("portal.middleware.SecondFactorMiddleware")
    assert behind > order.index("portal.middleware.ClosedByDefaultMiddleware")
