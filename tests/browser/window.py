"""One window of a real browser, in which pages are opened one after the other as one person."""

from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client


class Window:
    """``foreign`` collects what a page asked of any other server than ours."""

    def __init__(self, visit, live_server, *, width: int, person=None, **options):
        self.server = live_server.url
        self.page = visit("about:blank", width=width, **options)
        self.foreign: list[str] = []
        self.page.on("request", self._note_request)
        if person is not None:
            self.log_in(person)

    def log_in(self, person):
        client = Client()
        client.force_login(person)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        self.page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": self.server}]
        )

    def open_page(self, address: str) -> bool:
        """Open an address that must answer 200. False when it is a file and not a page."""
        answer = self.page.request.get(address)
        assert answer.status == 200, address
        if not answer.headers.get("content-type", "").startswith("text/html"):
            return False
        self.page.goto(address)
        return True

    def _note_request(self, request):
        parts = urlsplit(request.url)
        if parts.scheme != "data" and f"{parts.scheme}://{parts.netloc}" != self.server:
            self.foreign.append(request.url)
