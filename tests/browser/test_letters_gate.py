"""The way of a letter out of the house: the gate, the checks, the second person, the hour."""

import pytest

from publications.models import Issue
from publications.models.newsletters import IssueState
from publications.models.periods import Period
from publications.newsletters import drafting
from tests import factories
from tests.browser.axe import assert_accessible
from tests.browser.house import furnish
from tests.browser.test_journeys import log_in

pytestmark = pytest.mark.django_db(transaction=True)
Q3 = Period(2026, 3)
WIDTHS = (390, 1280)


def looked_at(page):
    """Nothing wrong on the page, narrow and wide."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert_accessible(page)


def draft(letter) -> Issue:
    factories.create_publication(
        level="world",
        regions=[letter.region] if letter.region else [],
        published_on=Q3.first_day,
        title_fr="Rapport sur les lacs",
        title_en="Report on lakes",
    )
    return drafting.draft(letter, Q3)


def test_an_editor_accepts_a_fallback_checks_schedules_and_cancels(visit):
    house = furnish()
    letter = factories.create_newsletter(factories.create_region("R2"))
    issue = draft(letter)
    page = visit("/fr/account/login/")
    log_in(page, house["secretary"])
    desk = f"/fr/secretariat/newsletters/{issue.dashed_symbol}/"
    page.goto(desk)
    page.get_by_role("button", name="Déclarer").click()
    assert "n’est pas complet en espagnol" in page.locator("body").inner_text()
    looked_at(page)
    page.get_by_label("Español : pourquoi").fill("La traductrice est en congé.")
    page.get_by_role("button", name="L’accepter Español").click()
    assert "La traductrice est en congé." in page.locator("main").inner_text()
    page.get_by_role("button", name="Déclarer").click()
    looked_at(page)
    page.get_by_role("link", name="Contrôles et envoi").click()
    looked_at(page)
    page.fill("input[name=day]", "2099-09-30")
    page.fill("input[name=time]", "09:00")
    page.get_by_role("button", name="Programmer l’envoi").click()
    assert "30 septembre 2099, 09:00" in page.locator("main").inner_text()
    looked_at(page)
    page.get_by_role("button", name="Annuler l’envoi programmé").click()
    stored = Issue.objects.get(pk=issue.pk)
    assert (stored.state, stored.scheduled_for) == (IssueState.READY, None)


def test_the_letter_of_the_world_waits_for_a_second_person(visit):
    house = furnish()
    issue = factories.declare_ready(draft(factories.create_newsletter(None)), by=house["secretary"])
    checks = f"/fr/secretariat/newsletters/{issue.dashed_symbol}/checks/"
    page = visit("/fr/account/login/")
    log_in(page, house["secretary"])
    page.goto(checks)
    assert "Vous avez vous-même déclaré" in page.locator("main").inner_text()
    assert page.get_by_role("button", name="Envoyer maintenant").count() == 0
    looked_at(page)
    page.context.clear_cookies()
    log_in(page, factories.create_secretary())
    page.goto(checks)
    page.get_by_role("button", name="Approuver la lettre").click()
    assert page.get_by_role("button", name="Envoyer maintenant").count() == 1
    looked_at(page)


@pytest.mark.parametrize("language", ["fr", "es"])
def test_a_mail_is_readable_for_everybody(visit, language):
    house = furnish()
    issue = draft(factories.create_newsletter(factories.create_region("R2")))
    picture = factories.create_picture()
    body = f'<p>Texte.</p><img src="/pictures/{picture.name}" alt="Un lac">'
    block = issue.blocks.create(title_fr="Mot", body_fr=body, title_es="Palabra", body_es=body)
    block.pictures.set([picture])
    page = visit("/fr/account/login/")
    log_in(page, house["secretary"])
    page.goto(f"/fr/secretariat/newsletters/{issue.dashed_symbol}/preview/")
    assert page.locator("main h1").inner_text() == "Aperçus"
    looked_at(page)
    # The picture of a draft takes the cookie, which a page without an origin would not send.
    with page.expect_response(lambda answer: picture.name in answer.url) as shown:
        address = f"/fr/secretariat/newsletters/{issue.dashed_symbol}/preview/{language}.html"
        mail = page.goto(address)
    assert (mail.status, shown.value.status) == (200, 200)
    html = mail.text()
    # The preview forbids scripts, axe's too: the same mail is looked at on a page of its own.
    page.goto("about:blank")
    page.set_content(html)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        # A mail is set in tables without landmarks, since mail programs take those away.
        assert_accessible(page, leave_out=("region", "landmark-one-main"))
