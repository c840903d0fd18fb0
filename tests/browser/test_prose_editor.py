"""The editor of long texts: typing, pasting from a word processor, tables, pictures and notes."""

from pathlib import Path

import pytest
from PIL import Image

from portal.models import Page, Picture
from publications.models import Publication
from tests import factories
from tests.browser.axe import assert_accessible
from tests.browser.house import furnish
from tests.browser.window import Window

pytestmark = pytest.mark.django_db(transaction=True)

PASTED = Path(__file__).parent.parent / "data" / "prose"
ADDRESS = "/fr/secretariat/publications/P-2026-14/"
# Hands a page’s editor what the clipboard of a word processor holds.
PASTE = """([editor, html]) => {
    const data = new DataTransfer();
    data.setData("text/html", html);
    data.setData("text/plain", "x");
    editor.focus();
    const how = {clipboardData: data, bubbles: true, cancelable: true};
    editor.dispatchEvent(new ClipboardEvent("paste", how));
}"""


@pytest.fixture
def desk(visit, live_server):
    """Opens the desk's form of a publication; fails on anything that the policy refused."""
    house = furnish()

    def open_form(address=ADDRESS, *, width=1280):
        window = Window(visit, live_server, width=width, person=house["secretary"])
        window.page.goto(address)
        window.page.locator(".prose-editor.is-ready").first.wait_for()
        return window.page

    return open_form


def editor_of(page, name="body_fr"):
    return page.locator(f".prose-editor:has(textarea[name={name}]) [contenteditable=true]")


def paste(page, html, name="body_fr"):
    page.evaluate(PASTE, [editor_of(page, name).element_handle(), html])


def save(page):
    page.locator("main form.form button.button").last.click()
    page.wait_for_load_state()
    assert page.locator("[aria-invalid=true], .note.error").count() == 0


def body(language="fr") -> str:
    return Publication.objects.get(symbol="P/2026/14").own_text("body", language)


def test_what_is_typed_is_kept_as_plain_mark_up(desk):
    page = desk()
    editor = editor_of(page)
    assert editor.get_attribute("lang") == "fr"
    assert editor.get_attribute("spellcheck") == "true"
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    box = page.locator(".prose-editor:has(textarea[name=body_fr])")
    page.keyboard.type("Socles")
    box.locator(".prose-style").select_option("2")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("Un droit ")
    page.keyboard.press("Control+b")
    page.keyboard.type("pour tous")
    page.keyboard.press("Control+b")
    page.keyboard.press("Enter")
    box.get_by_role("button", name="Liste", exact=True).click()
    page.keyboard.type("mesurer")
    save(page)
    assert body() == (
        "<h2>Socles</h2>\n<p>Un droit <strong>pour tous</strong></p>\n<ul><li>mesurer</li></ul>"
    )


def test_a_text_nobody_touched_stays_as_it_was(desk):
    before = body()
    page = desk()
    page.locator("input[name=title_fr]").fill("Un autre titre")
    save(page)
    assert body() == before


@pytest.mark.parametrize("source", ["word", "libreoffice", "google_docs"])
def test_what_is_pasted_survives_clean(desk, source):
    page = desk()
    editor_of(page).click()
    page.keyboard.press("Control+a")
    paste(page, (PASTED / f"{source}.html").read_text())
    shown = editor_of(page)
    assert shown.locator("h2").inner_text() == "Les socles de protection"
    assert shown.locator("ul > li ol > li").count() == 2
    assert shown.locator("sup[data-note]").count() == 1
    save(page)
    kept = body()
    assert "<h2>Les socles de protection</h2>" in kept
    assert "Un droit <strong>pour tous</strong>, disait la" in kept
    assert "<h3>" in kept
    assert "<ol><li>dans les villes</li><li>dans les campagnes</li></ol>" in kept
    assert '<thead><tr><th scope="col">Pays</th><th scope="col">Part</th></tr></thead>' in kept
    assert 'Voir <em>Le Rapport</em>, <a href="https://example.org/rapport"' in kept
    assert not any(junk in kept for junk in ("style", "mso", 'class="M', "font", "#_ftn"))


def test_a_table_a_note_and_a_link_are_seen_on_the_public_page(desk):
    page = desk()
    editor_of(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    box = page.locator(".prose-editor:has(textarea[name=body_fr])")
    page.keyboard.type("Voir ici")
    page.keyboard.press("Shift+Control+ArrowLeft")
    box.get_by_role("button", name="Lien").click()
    page.get_by_label("Adresse").fill("javascript:alert(1)")
    page.keyboard.press("Enter")
    assert "Un lien ne peut pas" in page.locator("dialog .errors").inner_text()
    page.get_by_label("Adresse").fill("example.org/a")
    page.keyboard.press("Enter")
    page.locator("dialog").wait_for(state="detached")
    box.get_by_role("button", name="Note de bas de page").click()
    page.keyboard.type("Rapport, page 3")
    page.get_by_role("button", name="Appliquer").click()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    box.get_by_role("button", name="Tableau").click()
    page.get_by_label("Titre du tableau").fill("Parts")
    page.get_by_label("Colonnes").fill("2")
    page.get_by_label("Lignes").fill("2")
    page.get_by_role("button", name="Appliquer").click()
    page.keyboard.type("Pays")
    page.keyboard.press("Tab")
    page.keyboard.type("Part")
    page.keyboard.press("Tab")
    page.keyboard.type("Kenya")
    page.keyboard.press("Tab")
    page.keyboard.type("12 %")
    save(page)
    page.goto("/fr/publications/P-2026-14/")
    text = page.locator(".prose")
    assert text.locator("table caption").inner_text() == "Parts"
    assert text.locator("thead th[scope=col]").all_inner_texts() == ["Pays", "Part"]
    assert text.locator("a[href='https://example.org/a']").inner_text() == "ici"
    text.locator("sup a").click()
    assert page.url.endswith("#fn-1")
    assert text.locator("section.footnotes li").inner_text().startswith("Rapport, page 3")
    text.locator("a[role=doc-backlink]").click()
    assert page.url.endswith("#fnref-1")
    assert_accessible(page)


def test_a_picture_is_sent_from_the_editor_and_seen_by_readers(desk, tmp_path):
    page = desk()
    photograph = tmp_path / "lake.jpg"
    Image.new("RGB", (300, 200), "navy").save(photograph)
    box = page.locator(".prose-editor:has(textarea[name=body_fr])")
    editor_of(page).click()
    page.keyboard.press("Control+End")
    box.get_by_role("button", name="Image").click()
    page.locator("dialog input[type=file]").set_input_files(photograph)
    page.get_by_role("button", name="Appliquer").click()
    assert "Texte de remplacement" in page.locator("dialog .errors").inner_text()
    page.locator("dialog [name=alt]").fill("Un lac à l’aube")
    page.locator("dialog [name=caption]").fill("Le lac (exemple)")
    assert_accessible(page)
    page.get_by_role("button", name="Appliquer").click()
    page.locator("dialog").wait_for(state="detached")
    assert is_drawn(editor_of(page).locator("figure img"))
    save(page)
    assert is_drawn(editor_of(page).locator("figure img"))
    picture = Picture.objects.get()
    assert f'<img src="/pictures/{picture.name}" alt="Un lac à l’aube"' in body()
    page.context.clear_cookies()
    page.goto("/fr/publications/P-2026-14/")
    assert is_drawn(page.locator(".prose figure img[alt='Un lac à l’aube']"))
    assert page.locator(".prose figcaption").inner_text() == "Le lac (exemple)"


def is_drawn(image) -> bool:
    image.scroll_into_view_if_needed()
    width = "async (image) => { await image.decode(); return image.naturalWidth; }"
    return image.evaluate(width) == 300


@pytest.mark.parametrize(
    ("language", "bold"), [("en", "Important (bold)"), ("es", "Importante (negrita)")]
)
def test_the_buttons_speak_the_language_of_the_page(desk, language, bold):
    page = desk(f"/{language}/secretariat/pages/about/")
    assert page.get_by_role("button", name=bold).count() == 3
    assert editor_of(page).get_attribute("lang") == "fr"
    assert editor_of(page, "body_es").get_attribute("lang") == "es"


def test_a_language_lead_writes_in_the_editor(visit, live_server):
    publication = furnish()["publication"]
    lead = factories.create_language_lead("es")
    page = Window(visit, live_server, width=1280, person=lead).page
    page.goto(f"/es/space/translations/publication/{publication.pk}/es/")
    page.locator(".prose-editor.is-ready").wait_for()
    assert editor_of(page, "body").get_attribute("lang") == "es"
    assert page.get_by_role("button", name="Nota al pie").count() == 1


def test_the_back_room_has_the_editor_too(desk):
    page = desk(f"/fr/secretariat/records/portal/page/{Page.objects.create(slug='x').pk}/change/")
    editor_of(page).click()
    page.keyboard.type("Un texte")
    assert page.locator("textarea[name=body_fr]").input_value() == "<p>Un texte</p>"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_editor_is_accessible(desk, width):
    page = desk(width=width)
    assert_accessible(page)
    editor_of(page).click()
    box = page.locator(".prose-editor:has(textarea[name=body_fr])")
    box.get_by_role("button", name="Tableau").click()
    assert_accessible(page)
    page.get_by_role("button", name="Appliquer").click()
    for heading in ("Pays", "Part", "Année"):
        page.keyboard.type(heading)
        page.keyboard.press("Tab")
    assert_accessible(page)


def test_the_buttons_take_one_stop_of_the_tab_key(desk):
    page = desk()
    box = page.locator(".prose-editor:has(textarea[name=body_fr])")
    box.locator(".prose-style").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.title") == "Important (gras)"
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.title") == "HTML"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "textbox"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.title") == "HTML"


def test_without_a_script_the_field_itself_is_there(visit, live_server):
    house = furnish()
    window = Window(
        visit, live_server, width=1280, person=house["secretary"], java_script_enabled=False
    )
    page = window.page
    page.goto(ADDRESS)
    page.locator("textarea[name=body_fr]").fill("Un droit\n\npour <b onclick=x()>tous</b>")
    save(page)
    assert body() == "<p>Un droit</p>\n<p>pour <strong>tous</strong></p>"
