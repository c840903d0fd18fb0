"""A passkey is a second factor: set up from the closed door of the desk, then enough to log in."""

import pytest
from allauth.mfa.models import Authenticator

from members.models import User
from tests import factories
from tests.browser.test_journeys import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def secretary():
    """Of the secretariat, and without a second factor so far."""
    factories.create_network()
    person = factories.create_secretary(language="fr")
    Authenticator.objects.all().delete()
    return User.objects.get(pk=person.pk)


def authenticator_of(page):
    """A virtual authenticator that holds passkeys and agrees to everything."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_opens_the_desk_and_later_the_door(visit, secretary):
    page = visit("/fr/account/login/")
    authenticator_of(page)
    page.fill("input[name=login]", secretary.email)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/space/second-factor/**")
    page.locator("main a[href$='/2fa/webauthn/add/']").click()
    # What protects an account asks for the password once more.
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.fill("input[name=name]", "Clé")
    passwordless = page.locator("input[name=passwordless]")
    if passwordless.count():
        passwordless.check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/account/2fa/recovery-codes/**")
    page.goto("/fr/secretariat/")
    assert page.url.endswith("/fr/secretariat/")
    page.context.clear_cookies()
    page.goto("/fr/account/login/")
    page.locator("#passkey_login").click()
    page.wait_for_url("**/secretariat/")
    assert Authenticator.objects.filter(user=secretary, type="webauthn").count() == 1
