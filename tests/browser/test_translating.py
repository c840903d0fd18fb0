"""The way of a translation: a lead drafts, the secretariat takes over, the public reads it."""

import pytest

from portal.models import TranslationDraft
from tests import factories
from tests.browser.house import furnish
from tests.browser.test_journeys import log_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_lead_drafts_the_secretariat_takes_over_and_the_public_reads(visit):
    house = furnish()
    lead = factories.create_language_lead("es")
    text = factories.create_publication(
        symbol="P/2026/771", title_fr="Rapport sur les lacs", body_fr="<p>Un lac.</p>"
    )
    address = f"/fr/space/translations/publication/{text.pk}/es/"
    page = visit("/fr/account/login/")
    log_in(page, lead)
    page.goto("/fr/space/translations/?kind=publication")
    page.get_by_role("link", name="Rapport sur les lacs").click()
    assert page.url.endswith(address)
    page.fill("input[name=title]", "Informe sobre los lagos")
    page.fill("textarea[name=summary]", "Resumen.")
    page.locator("[contenteditable=true]").first.fill("Un lago.")
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    assert page.locator("input[name=title]").input_value() == "Informe sobre los lagos"
    page.get_by_role("button", name="Remettre pour approbation").click()
    assert TranslationDraft.objects.get().state == "waiting"

    other = visit(f"/es/publications/{text.dashed_symbol}/", language="es")
    assert "Informe sobre los lagos" not in other.locator("main").inner_text()

    page.context.clear_cookies()
    log_in(page, house["secretary"])
    page.goto("/fr/secretariat/translations/")
    page.locator("input[name=drafts]").check()
    page.get_by_role("button", name="Reprendre").click()
    assert TranslationDraft.objects.get().state == "taken"

    other.reload()
    assert "Informe sobre los lagos" in other.locator("main h1").inner_text()
    assert "Un lago." in other.locator("main").inner_text()


def test_a_text_is_translated_without_scripts_on_a_narrow_screen(visit):
    furnish()
    lead = factories.create_language_lead("es")
    text = factories.create_publication(body_fr="<p>Un lac.</p>")
    page = visit("/fr/account/login/")
    log_in(page, lead)
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"/fr/space/translations/publication/{text.pk}/es/")
    source = page.locator(".sides .source").first.bounding_box()
    target = page.locator("input[name=title]").bounding_box()
    assert source["y"] + source["height"] <= target["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
