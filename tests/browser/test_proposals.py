"""A text from its first line in the members’ area to the library, in a browser."""

import pytest
from django.core import mail

from publications import wishes
from publications.models import Publication, TranslationWish
from tests.browser.axe import assert_accessible
from tests.browser.house import furnish
from tests.browser.test_journeys import log_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_member_proposes_and_the_secretariat_publishes(visit):
    house = furnish()
    writer = visit("/fr/account/login/")
    log_in(writer, house["contact"])
    writer.goto("/fr/space/texts/")
    writer.locator("main a.button").first.click()
    writer.fill("input[name=title]", "Un texte de Nairobi (exemple)")
    writer.fill("textarea[name=summary]", "Ce que nous avons appris.")
    writer.locator(".ProseMirror, textarea[name=body]:visible").first.fill("Un paragraphe.")
    writer.select_option("select[name=kind]", "practice_note")
    assert_accessible(writer)
    writer.locator("button[name=send]").click()
    assert writer.locator("[aria-current=step]").inner_text().startswith("En relecture")

    editor = visit("/fr/account/login/")
    log_in(editor, house["secretary"])
    editor.goto("/fr/secretariat/?kind=proposal")
    editor.get_by_role("link", name="Un texte de Nairobi").first.click()
    assert_accessible(editor)
    editor.locator("a[href$='/send-back/']").click()
    editor.fill("textarea[name=reason]", "Dites où.")
    editor.locator("main form.form button.button").click()

    writer.reload()
    assert "Dites où." in writer.locator("main").inner_text()
    writer.locator("a[href$='/edit/']").click()
    writer.fill("input[name=title]", "Un texte de Nairobi, corrigé (exemple)")
    writer.locator("button[name=send]").click()

    editor.reload()
    editor.locator("form[action$='/publish/'] button").click()
    found = Publication.objects.get(proposed_for=house["organisation"])
    assert (found.state, found.title_fr) == (
        "published",
        "Un texte de Nairobi, corrigé (exemple)",
    )
    reader = visit(f"/fr/publications/{found.dashed_symbol}/")
    assert "Un paragraphe." in reader.locator("main").inner_text()


def test_a_reader_waits_for_a_translation(visit):
    furnish()
    page = visit("/es/publications/P-2026-14/", language="es")
    assert_accessible(page)
    page.fill("input[name=email]", "lectora@example.org")
    page.locator("form[action$='/tell-me/'] button").click()
    assert page.url.endswith("/es/publications/follow/sent/")
    (message,) = mail.outbox
    page.goto(next(word for word in message.body.split() if "/tell-me/confirm/" in word))
    page.locator("main form button").first.click()
    text = Publication.objects.get(symbol="P/2026/14")
    text.title_es, text.summary_es = "Informe (ejemplo)", "Resumen."
    text.body_es = "<p>Un texto.</p>"
    text.save()
    assert wishes.tell_due() == 1
    assert "/es/publications/P-2026-14/" in mail.outbox[1].body
    assert not TranslationWish.objects.exists()


def test_a_reader_follows_a_list(visit):
    furnish()
    page = visit("/en/publications/?kind=report", language="en", width=390)
    page.locator("a[href*='/publications/follow/']").click()
    assert_accessible(page)
    page.fill("input[name=email]", "reader@example.org")
    page.wait_for_timeout(2100)  # nobody fills in a form faster
    page.locator("main form button").click()
    assert page.url.endswith("/en/publications/follow/sent/")


def test_authors_are_rows_of_the_record(visit):
    house = furnish()
    page = visit("/fr/account/login/")
    log_in(page, house["secretary"])
    page.goto("/fr/secretariat/publications/P-2026-14/")
    page.fill("input[name=authors-0-name]", "Awa Exemple")
    page.fill("input[name=authors-0-family_name]", "Exemple")
    page.locator("main form.form > p button.button").last.click()
    assert house["publication"].credits.get().family_name == "Exemple"
    assert page.locator("input[name=authors-1-name]").count() == 1
