"""A reader of the letters, from the form to the last link, in a browser."""

import re

import pytest
from django.core import mail
from django.utils import timezone

from publications.models import Newsletter, Subscriber
from publications.newsletters import choices, subscribing
from tests import factories
from tests.browser.axe import assert_accessible
from tests.browser.house import furnish

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = (390, 1280)
ADDRESS = "lectora@example.org"


def received() -> set[str]:
    reader = Subscriber.objects.get(email=ADDRESS)
    return {choices.code_of(choice) for choice in subscribing.received(reader)}


def link_in(message, part: str) -> str:
    return next(word for word in message.body.split() if f"/newsletters/{part}/" in word)


def test_a_reader_chooses_counts_confirms_and_changes(visit):
    furnish()
    page = visit("/es/newsletters/subscribe/?newsletter=R8", language="es")
    page.fill("input[name=email]", ADDRESS)
    page.check("input[value=world]")
    page.locator("input[name=axes]").first.check()
    page.click("button[name=count]")
    # What was filled in is still there, and the number of mails is said.
    assert page.input_value("input[name=email]") == ADDRESS
    assert re.search(r"trimestre", page.locator("[role=status]").inner_text())
    assert mail.outbox == []
    # Nobody fills in a form within two seconds.
    page.wait_for_timeout(2500)
    page.click("form.form .row button.button:not(.ghost)")
    assert page.url.endswith("/es/newsletters/subscribe/sent/")
    page.goto(link_in(mail.outbox[0], "confirm"))
    assert received() == set()
    page.locator("main form button").first.click()
    assert {"R8", "world"} < received()
    page.locator("main a[href*='/newsletters/subscription/']").click()
    page.uncheck("input[value=world]")
    page.select_option("select[name=language]", "fr")
    page.select_option("select[name=pause]", "3")
    page.click("form.form button.button")
    assert page.locator("[role=status]").count() == 1
    assert "world" not in received()
    reader = Subscriber.objects.get(email=ADDRESS)
    assert reader.language == "fr"
    assert reader.paused_until > timezone.localdate()
    with page.expect_download() as download:
        page.click("main a[href$='data.json']")
    assert download.value.suggested_filename == "letters.json"
    page.click("main a[href$='/erase/']")
    page.locator("main form button").click()
    assert not Subscriber.objects.filter(email=ADDRESS).exists()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_every_page_of_a_reader_is_accessible(visit, language, width):
    furnish()
    reader = factories.create_subscription(
        newsletter=Newsletter.objects.get(region__code="R8"), email=ADDRESS, language=language
    ).subscriber
    factories.create_subscription(
        newsletter=factories.create_newsletter(None), subscriber=reader, confirmed_at=None
    )
    start = f"/{language}/newsletters"
    page = visit(f"{start}/subscribe/", language=language, width=width)
    assert_accessible(page)
    for address in (
        "link/",
        "link/sent/",
        f"confirm/{reader.token}/",
        f"subscription/{reader.token}/",
        f"subscription/{reader.token}/erase/",
        f"unsubscribe/{reader.token}/R8/",
        f"unsubscribe/{reader.token}/",
    ):
        page.goto(f"{start}/{address}")
        assert_accessible(page)
    page.goto(f"{start}/unsubscribe/{reader.token}/R8/")
    page.locator("main form button").click()
    assert_accessible(page)
