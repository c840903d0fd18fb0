"""A letter at the desk in a browser: the order of one language, and the end of a sending."""

import pytest

from publications.newsletters import drafting, sending
from tests import factories
from tests.browser.house import furnish
from tests.browser.test_journeys import log_in
from tests.browser.test_letters_gate import Q3, draft, looked_at
from tests.sending import started, states

pytestmark = pytest.mark.django_db(transaction=True)


def desk(issue) -> str:
    return f"/fr/secretariat/newsletters/{issue.dashed_symbol}/"


def test_an_editor_orders_the_letter_of_one_language(visit):
    house = furnish()
    issue = draft(factories.create_newsletter(factories.create_region("R2")))
    factories.create_publication(
        regions=[issue.region], published_on=Q3.first_day, title_fr="Forêts", title_en="Forests"
    )
    drafting.gather(issue)
    page = visit("/fr/account/login/")
    log_in(page, house["secretary"])
    page.goto(desk(issue))
    looked_at(page)
    page.get_by_role("navigation", name="Ordre").get_by_role("link", name="English").click()
    rows = page.locator(".letter-items").get_by_role("rowheader")
    before = rows.all_inner_texts()
    page.get_by_role("button", name="Monter").first.click()
    assert rows.all_inner_texts() == before[::-1]
    looked_at(page)
    page.get_by_role("button", name="Reprendre l’ordre de toutes les langues").click()
    page.get_by_role("status").first.wait_for()
    assert rows.all_inner_texts() == before


def test_an_editor_cancels_the_rest_of_a_sending(visit):
    house = furnish()
    issue = draft(factories.create_newsletter(factories.create_region("R2")))
    for _ in range(3):
        factories.create_subscription(newsletter=issue.newsletter)
    started(issue)
    page = visit("/fr/account/login/")
    log_in(page, house["secretary"])
    page.goto(desk(issue))
    looked_at(page)
    page.get_by_role("link", name="Annuler le reste de l’envoi").click()
    assert page.locator("main h1").inner_text() == "Annuler le reste de l’envoi"
    looked_at(page)
    page.get_by_role("button", name="Annuler définitivement le reste de l’envoi").click()
    looked_at(page)
    assert states(issue) == {"skipped": sum(sending.totals(issue).values())}
