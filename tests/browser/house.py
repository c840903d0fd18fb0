"""A small network with something on every page, and people to look at it."""

import datetime

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.utils import timezone

from members.models import Invitation, User
from portal.models import ContactMessage, Page
from publications.newsletters import drafting
from publications.reports import making
from tests import factories


def furnish() -> dict:
    """Make the network and return what addresses and log-ins need."""
    factories.create_network(motto_fr="Devise", motto_en="Motto", motto_es="Lema")
    region = factories.create_region("R8", description_fr="Une région.")
    for code in ("R1", "R2", "R3", "R4", "R5", "R6", "R7", "R9"):
        factories.create_region(code)
    kenya = factories.create_country("KE")
    axes = [factories.create_axis(number) for number in range(1, 8)]
    organisation = factories.create_organisation(
        slug="council", category="A", country=kenya, description_fr="Un conseil."
    )
    factories.create_membership(organisation)
    factories.create_grouping(countries=[kenya]).regions.add(region)
    publication = factories.create_publication(
        symbol="P/2026/14",
        body_fr="<h2>Partie</h2><p>Un texte.</p><table><tr><th>a</th><td>b</td></tr></table>",
        regions=[region],
        axes=axes[:1],
        countries=[kenya],
    )
    factories.create_publication(symbol="P/2026/15", regions=[region], axes=axes[:1])
    factories.create_publication(symbol="P/2026/16", access="members")
    factories.create_publication(symbol="P/2026/17", state="draft")
    factories.create_event(slug="forum", regions=[region], axis=axes[0], country=kenya)
    factories.create_event(slug="past", regions=[region], days=-20)
    factories.create_activity(axis=axes[0], regions=[region], organisations=[organisation])
    letter = factories.create_newsletter(region)
    factories.create_newsletter(None)
    subscription = factories.create_subscription(newsletter=letter)
    waiting = factories.create_subscription(newsletter=letter, confirmed_at=None)
    invitation = Invitation.objects.create(
        email="colleague@example.org", kind="contact", organisation=organisation
    )
    factories.create_issue(
        newsletter=letter, symbol="L/R8/2026/02", period="2026-Q2", state="sent",
        sent_at=timezone.now(),
    )  # fmt: skip
    quarter = drafting.Period.of(timezone.localdate())
    draft = drafting.draft(letter, quarter)
    for slug in ("about", "help", "privacy", "accessibility"):
        Page.objects.create(slug=slug, title_fr=f"Page {slug}", body_fr="<p>Texte</p>")
    message = ContactMessage.objects.create(
        name="Reader Example",
        email="reader@example.org",
        subject="A question",
        text="May we quote you?",
        language="en",
        received_at=timezone.now() - datetime.timedelta(days=3),
    )
    making.request(
        kind="certificate", subject=organisation, language="fr", year=timezone.localdate().year
    )
    contact = factories.create_contact(organisation, language="fr")
    careful, busy = guarded(organisation), acting_for_several(organisation)
    return {
        "organisation": organisation,
        "publication": publication,
        "letter": letter,
        "contact": contact,
        "several": busy,
        "guarded": careful,
        "lead": factories.create_language_lead("es"),
        "without": factories.create_person(language="fr"),
        "secretary": factories.create_secretary(language="fr"),
        # What stands for the words in braces in the addresses of `pages`.
        "places": {
            "draft": draft.dashed_symbol,
            "message": message.pk,
            "subscription": subscription.token,
            "waiting": waiting.token,
            "invitation": invitation.token,
            "role": contact.mandates.get().pk,
            "key": busy.authenticator_set.get().pk,
            "confirmation": EmailConfirmationHMAC(careful.emailaddress_set.get(verified=False)).key,
            "reset": f"{user_pk_to_url_str(contact)}-{default_token_generator.make_token(contact)}",
        },
    }


def acting_for_several(organisation) -> User:
    """A contact of two organisations, with a key."""
    person = factories.create_contact(organisation, language="fr")
    factories.create_mandate(person, organisation=factories.create_organisation(category="B"))
    # A key that no hardware holds: enough to be listed, renamed and removed.
    Authenticator.objects.create(
        user=person,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Clé", "credential": {"clientExtensionResults": {"credProps": {"rk": True}}}},
    )
    return person


def guarded(organisation) -> User:
    """A contact with codes as second factor, and an address still to be confirmed."""
    person = factories.create_contact(organisation, language="fr")
    second_factor(person)
    RecoveryCodes.activate(person)
    person.emailaddress_set.create(email="second@example.org")
    return person


def second_factor(person) -> str:
    """Give the person an app of one-time codes, and return its secret."""
    secret = generate_totp_secret()
    Authenticator.objects.create(
        user=person,
        type=Authenticator.Type.TOTP,
        data={"secret": get_adapter().encrypt(secret)},
    )
    return secret
