"""Every address that somebody can open, in a real browser, narrow and wide: axe finds nothing,
nothing is wider than the window, and nothing is fetched from elsewhere.

The addresses and the people are those of the table of access, so a new page is looked at from
the day it is declared there.
"""

import pytest
from django.urls import reverse
from django.utils import translation

from tests.browser.axe import assert_accessible
from tests.browser.window import Window
from tests.test_access import PEOPLE, TABLE, world

__all__ = ["world"]

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = (390, 1280)
LEFT_OUT = {
    # The back room is Django's own, and tested where it is set up.
    "admin:index",
    "admin:login",
    # A mail in a sandbox without scripts, in which axe cannot work.
    "publications:newsletter_preview",
    # A file, and not in French: of that version there is one that was uploaded.
    "portal:whole_text",
}


def opened_by(person: str) -> list[str]:
    """The addresses this person opens and nobody before them in the order of people."""
    column = PEOPLE.index(person)
    return [
        name
        for name, (method, statuses) in TABLE.items()
        if method == "get" and name not in LEFT_OUT and statuses[column] == 200
        and 200 not in statuses[:column]
    ]  # fmt: skip


OPENERS = [person for person in PEOPLE if opened_by(person)]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("person", OPENERS)
def test_every_page(visit, live_server, world, person, width):
    window = Window(visit, live_server, width=width, person=world["people"][person])
    looked_at = 0
    for name in opened_by(person):
        with translation.override("fr"):
            address = reverse(name, kwargs=world["arguments"].get(name))
        if window.open_page(address):
            assert_accessible(window.page)
            looked_at += 1
    assert looked_at > 0
    assert window.foreign == []
