"""Pages in states that the table of access does not hold: in the dark, without scripts, missing."""

import pytest

from tests.browser.axe import assert_accessible
from tests.browser.house import furnish
from tests.browser.window import Window

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = (390, 1280)

# What the table of access does not hold: other states of its pages, and the pages of accounts.
READER = (
    "members/?category=B",
    "publications/P-2026-16/",
    "search/?q=rapport",
    "account/login/",
    "account/password/reset/",
    "account/password/reset/done/",
    "account/inactive/",
)
ACCOUNT = (
    "space/library/P-2026-16/",
    "account/2fa/",
    "account/2fa/totp/activate/",
    "account/2fa/webauthn/",
    "account/email/",
    "account/password/change/",
    "account/sessions/",
    "account/logout/",
)
DARK = (
    "",
    "regions/",
    "regions/R8/",
    "programme/",
    "programme/1/",
    "programme/events/forum/",
    "members/",
    "members/council/",
    "publications/",
    "publications/P-2026-14/",
    "newsletters/L-R8-2026-02/",
    "newsletters/subscribe/",
)


def look_at(window: Window, addresses):
    for address in addresses:
        assert window.open_page(f"/fr/{address}")
        assert_accessible(window.page)
    assert window.foreign == []


@pytest.mark.parametrize("width", WIDTHS)
def test_other_states_of_public_pages(visit, live_server, width):
    furnish()
    look_at(Window(visit, live_server, width=width), READER)


def test_public_pages_in_the_dark(visit, live_server):
    furnish()
    look_at(Window(visit, live_server, width=390, color_scheme="dark"), DARK)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages_of_an_account(visit, live_server, width):
    house = furnish()
    look_at(Window(visit, live_server, width=width, person=house["contact"]), ACCOUNT)


def test_what_does_not_exist(visit, live_server):
    furnish()
    look = Window(visit, live_server, width=390)
    assert look.page.request.get("/es/nowhere/").status == 404
    look.page.set_content(look.page.request.get("/es/nowhere/").text())
    assert look.page.locator("html").get_attribute("lang") == "es"


def test_pages_work_without_scripts(visit, live_server):
    furnish()
    look = Window(visit, live_server, width=390, java_script_enabled=False)
    page = look.page
    page.goto("/fr/members/")
    page.select_option("select[name=category]", "A")
    page.get_by_role("button", name="Afficher").click()
    assert "category=A" in page.url
    assert page.get_by_role("link", name="Organisation").count() == 1
    page.goto("/fr/search/")
    page.fill("#q", "rapport")
    page.locator("main form button").click()
    assert page.locator("main mark").count() > 0
