"""Every page in a real browser, narrow and wide: axe finds nothing, nothing overflows, nothing
is fetched from elsewhere and the content security policy has nothing to stop."""

from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from tests.browser.axe import assert_accessible
from tests.browser.house import furnish

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = (390, 1280)

PUBLIC = (
    "",
    "regions/",
    "regions/R8/",
    "programme/",
    "programme/1/",
    "programme/events/",
    "programme/events/forum/",
    "members/",
    "members/council/",
    "publications/",
    "publications/P-2026-14/",
    "publications/P-2026-16/",
    "newsletters/",
    "newsletters/L-R8-2026-02/",
    "newsletters/subscribe/",
    "newsletters/subscribe/sent/",
    "search/?q=rapport",
    "contact/",
    "contact/sent/",
    "pages/about/",
    "account/login/",
    "account/password/reset/",
)
SPACE = (
    "space/",
    "space/organisation/",
    "space/people/",
    "space/documents/",
    "space/library/",
    "space/library/P-2026-16/",
    "account/2fa/",
    "account/password/change/",
    "account/sessions/",
)
DESK = (
    "secretariat/",
    "secretariat/messages/",
    "secretariat/organisations/",
    "secretariat/organisations/new/",
    "secretariat/organisations/council/",
    "secretariat/organisations/council/edit/",
    "secretariat/regions/",
    "secretariat/publications/",
    "secretariat/publications/new/",
    "secretariat/publications/P-2026-14/",
    "secretariat/newsletters/",
    "secretariat/newsletters/{draft}/",
    "secretariat/reports/",
    "secretariat/pages/",
    "secretariat/pages/about/",
    "secretariat/components/",
)


class Look:
    """One window in which pages are opened one after the other, as one person."""

    def __init__(self, visit, live_server, width: int, person=None, **options):
        self.server = live_server.url
        self.page = visit("about:blank", width=width, **options)
        self.foreign: list[str] = []
        self.page.on("request", self.note_request)
        if person is not None:
            client = Client()
            client.force_login(person)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME]
            self.page.context.add_cookies(
                [{"name": cookie.key, "value": cookie.value, "url": self.server}]
            )

    def note_request(self, request):
        parts = urlsplit(request.url)
        if parts.scheme != "data" and f"{parts.scheme}://{parts.netloc}" != self.server:
            self.foreign.append(request.url)

    def check(self, addresses):
        for address in addresses:
            response = self.page.goto(f"/fr/{address}")
            assert response.status == 200, address
            assert_accessible(self.page)
        assert self.foreign == []


@pytest.mark.parametrize("width", WIDTHS)
def test_public_pages(visit, live_server, width):
    furnish()
    Look(visit, live_server, width).check(PUBLIC)


def test_public_pages_in_the_dark(visit, live_server):
    furnish()
    Look(visit, live_server, 390, color_scheme="dark").check(PUBLIC[:12])


@pytest.mark.parametrize("width", WIDTHS)
def test_the_members_area(visit, live_server, width):
    house = furnish()
    Look(visit, live_server, width, house["contact"]).check(SPACE)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_desk(visit, live_server, width):
    house = furnish()
    draft = house["draft"].dashed_symbol
    Look(visit, live_server, width, house["secretary"]).check(
        address.format(draft=draft) for address in DESK
    )


def test_what_does_not_exist(visit, live_server):
    furnish()
    look = Look(visit, live_server, 390)
    assert look.page.request.get("/es/nowhere/").status == 404
    look.page.set_content(look.page.request.get("/es/nowhere/").text())
    assert look.page.locator("html").get_attribute("lang") == "es"


def test_pages_work_without_scripts(visit, live_server):
    furnish()
    look = Look(visit, live_server, 390, java_script_enabled=False)
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
