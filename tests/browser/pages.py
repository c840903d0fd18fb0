"""Every page there is, by who opens it, and a window to open them in."""

from collections.abc import Iterator

from django.conf import settings
from django.test import Client

PASSWORD = "correct horse battery"

# Who opens it → addresses below the language. What is in braces comes from the house.
PAGES = {
    "nobody": (
        "",
        "regions/",
        "regions/R8/",
        "programme/",
        "programme/1/",
        "programme/events/",
        "programme/events/forum/",
        "members/",
        "members/?q=nothing-at-all",
        "members/council/",
        "publications/",
        "publications/?region=R8&page=1",
        "publications/P-2026-14/",
        "publications/P-2026-16/",
        "newsletters/",
        "newsletters/L-R8-2026-02/",
        "newsletters/subscribe/",
        "newsletters/subscribe/sent/",
        "newsletters/confirm/{waiting}/",
        "newsletters/subscription/{subscription}/",
        "newsletters/unsubscribe/{subscription}/",
        "search/",
        "search/?q=rapport",
        "search/?q=nothing-at-all",
        "contact/",
        "contact/sent/",
        "pages/about/",
        "invitations/{invitation}/",
        "invitations/unknown/",
        "nowhere/",
        "account/login/",
        "account/signup/",
        "account/inactive/",
        "account/confirm-email/",
        "account/confirm-email/{confirmation}/",
        "account/password/reset/",
        "account/password/reset/done/",
        "account/password/reset/key/{reset}/",
        "account/password/reset/key/1-none/",
        "account/password/reset/key/done/",
    ),
    "invited": ("account/signup/",),
    "halfway": ("account/2fa/authenticate/",),
    "contact": (
        "space/",
        "space/organisation/",
        "space/people/",
        "space/people/roles/{role}/",
        "space/documents/",
        "space/library/",
        "space/library/P-2026-16/",
        "account/logout/",
        "account/email/",
        "account/password/change/",
        "account/reauthenticate/",
        "account/sessions/",
        "account/2fa/",
        "account/2fa/totp/activate/",
        "account/2fa/webauthn/",
        "account/2fa/webauthn/add/",
        "secretariat/",
    ),
    "guarded": (
        "account/email/",
        "account/2fa/",
        "account/2fa/reauthenticate/",
        "account/2fa/totp/deactivate/",
        "account/2fa/recovery-codes/",
        "account/2fa/recovery-codes/generate/",
    ),
    "several": (
        "space/",
        "space/people/",
        "account/2fa/webauthn/",
        "account/2fa/webauthn/keys/{key}/edit/",
        "account/2fa/webauthn/keys/{key}/remove/",
    ),
    "without": ("space/",),
    "lead": ("space/", "space/translations/", "space/translations/P-2026-14/es/"),
    "secretary": (
        "secretariat/",
        "secretariat/messages/",
        "secretariat/messages/{message}/",
        "secretariat/organisations/",
        "secretariat/organisations/?q=nothing-at-all",
        "secretariat/organisations/new/",
        "secretariat/organisations/council/",
        "secretariat/organisations/council/edit/",
        "secretariat/organisations/council/status/",
        "secretariat/organisations/council/derogation/",
        "secretariat/organisations/council/period/",
        "secretariat/organisations/council/invite/",
        "secretariat/regions/",
        "secretariat/regions/R8/",
        "secretariat/countries/KE/",
        "secretariat/publications/",
        "secretariat/publications/new/",
        "secretariat/publications/P-2026-14/",
        "secretariat/publications/P-2026-17/",
        "secretariat/publications/P-2026-17/preview/",
        "secretariat/newsletters/",
        "secretariat/newsletters/{draft}/",
        "secretariat/newsletters/{draft}/text/",
        "secretariat/newsletters/L-R8-2026-02/",
        "secretariat/reports/",
        "secretariat/pages/",
        "secretariat/pages/about/",
        "secretariat/components/",
    ),
}

# What is opened to be refused.
REFUSED = {
    ("contact", "secretariat/"): 403,
    ("nobody", "nowhere/"): 404,
    ("nobody", "invitations/unknown/"): 404,
}

# One page of each make, for what does not depend on the words in it.
SAMPLE = {
    "nobody": (
        "",
        "regions/R8/",
        "programme/1/",
        "programme/events/forum/",
        "members/",
        "members/council/",
        "publications/",
        "publications/P-2026-14/",
        "newsletters/",
        "newsletters/L-R8-2026-02/",
        "search/?q=rapport",
        "contact/",
        "pages/about/",
        "account/login/",
    ),
    "contact": ("space/", "space/organisation/", "account/2fa/totp/activate/"),
    "secretary": (
        "secretariat/",
        "secretariat/organisations/council/",
        "secretariat/publications/P-2026-14/",
        "secretariat/newsletters/{draft}/",
        "secretariat/components/",
    ),
}


def arrive(who: str, house: dict) -> Client:
    """The person, as far in as the pages need: sure of oneself, halfway in, or just invited."""
    client = Client()
    if who == "invited":
        client.post(f"/fr/invitations/{house['places']['invitation']}/")
    elif who == "halfway":
        sent = {"login": house["guarded"].email, "password": PASSWORD}
        assert client.post("/fr/account/login/", sent).status_code == 302
    elif who != "nobody":
        client.force_login(house[who])
        client.post("/fr/account/reauthenticate/", {"password": PASSWORD})
    return client


class Window:
    """One window of a browser, in which one person opens page after page."""

    def __init__(self, visit, live_server, who: str, house: dict, **options):
        self.who, self.server = who, live_server.url
        self.page = visit("about:blank", **options)
        client = arrive(who, house)
        self.page.context.add_cookies(
            [
                {"name": name, "value": cookie.value, "url": self.server}
                for name, cookie in client.cookies.items()
                if name == settings.SESSION_COOKIE_NAME
            ]
        )
        self.places = house["places"]

    def each(self, addresses) -> Iterator[str]:
        """Open one address after the other, and stop at each."""
        for address in addresses:
            self.open(address)
            yield address

    def open(self, address: str):
        expected = REFUSED.get((self.who, address), 200)
        path = f"/fr/{address.format(**self.places)}"
        if expected == 200:
            assert self.page.goto(path).status == 200, path
            return
        # The browser would report the status as an error, among those that a test fails on.
        found = []

        def pass_on(route):
            response = route.fetch()
            found.append(response.status)
            route.fulfill(response=response, status=200)

        self.page.route(self.server + path, pass_on)
        self.page.goto(path)
        self.page.unroute(self.server + path)
        assert found == [expected], path
