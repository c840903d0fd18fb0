"""A small network with something on every page, and people to look at it."""

import datetime

from django.utils import timezone

from portal.models import ContactMessage, Page
from publications.models.periods import Period
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
    factories.create_event(slug="forum", regions=[region], axis=axes[0], country=kenya)
    factories.create_event(slug="past", regions=[region], days=-20)
    factories.create_activity(axis=axes[0], regions=[region], organisations=[organisation])
    letter = factories.create_newsletter(region)
    factories.create_newsletter(None)
    factories.create_subscription(newsletter=letter)
    factories.create_issue(
        newsletter=letter, symbol="L/R8/2026/02", period="2026-Q2", state="sent",
        sent_at=timezone.now(),
    )  # fmt: skip
    quarter = Period.of(timezone.localdate())
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
    return {
        "organisation": organisation,
        "publication": publication,
        "draft": draft,
        "message": message,
        "contact": factories.create_contact(organisation, language="fr"),
        "secretary": factories.create_secretary(language="fr"),
    }
