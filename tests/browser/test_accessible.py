"""axe-core finds nothing on any page, narrow and wide; nor in the dark on one of each make."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.browser.axe import assert_accessible
from tests.browser.house import furnish
from tests.browser.pages import PAGES, REFUSED, SAMPLE, Window, arrive

pytestmark = pytest.mark.django_db(transaction=True)

TEMPLATES = Path(settings.BASE_DIR) / "templates"

# Page templates that no address in the list renders, and why.
NOT_OPENED = {
    "400.html": "what a browser never sends; the frame of 403.html with other words",
    "429.html": "after too many posts in an hour; the frame of 403.html with other words",
    "mfa/webauthn/reauthenticate.html": "needs a key in the browser: looked at in test_journeys",
}


def check(window: Window, addresses):
    """Look at all of them before failing, so that one run tells everything."""
    faults = []
    for _ in window.each(addresses):
        try:
            assert_accessible(window.page)
        except AssertionError as error:
            faults.append(str(error))
    assert not faults, "\n\n".join(faults)


@pytest.mark.parametrize("who", PAGES)
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_found(visit, live_server, width, who):
    check(Window(visit, live_server, who, furnish(), width=width), PAGES[who])


@pytest.mark.parametrize("who", SAMPLE)
def test_nothing_is_found_in_the_dark(visit, live_server, who):
    window = Window(visit, live_server, who, furnish(), width=1280, color_scheme="dark")
    check(window, SAMPLE[who])


def page_templates() -> set[str]:
    """The templates that are whole pages: they lead up to base.html, and none leads to them."""
    parents = {}
    for path in TEMPLATES.rglob("*.html"):
        found = re.search(r'{% extends "([^"]+)" %}', path.read_text())
        if found:
            parents[path.relative_to(TEMPLATES).as_posix()] = found[1]
    outside = ("admin/", "base_print.html", "publications/newsletters/mail")
    return {
        name
        for name, parent in parents.items()
        if not parent.startswith(outside)
        and name not in parents.values()
        # What allauth's own templates extend.
        and not name.startswith("allauth/")
        and not re.fullmatch(r"(account|mfa|usersessions)/(.*/)?base\w*\.html", name)
    }


def test_every_page_template_is_looked_at():
    house = furnish()
    seen = set()
    for who, addresses in PAGES.items():
        client = arrive(who, house)
        for address in addresses:
            response = client.get(f"/fr/{address.format(**house['places'])}", follow=True)
            assert response.status_code == REFUSED.get((who, address), 200), (who, address)
            seen.update(template.name for template in response.templates)
    assert page_templates() - seen == set(NOT_OPENED)
