"""A real Chromium, Debian's own, against a live server with hashed and compressed files.

    def test_home(visit):
        page = visit("/fr/")
        assert_accessible(page)

`visit(address, language="fr", width=390)` opens a page; `assert_accessible` comes from
`tests.browser.axe`.
"""

import os
import shutil

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
MISSING = "Chromium is missing: browser tests not run"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOCALES = {"fr": "fr-FR", "en": "en-GB", "es": "es-ES"}


@pytest.fixture(scope="session", autouse=True)
def chromium():
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)


@pytest.fixture(scope="session")
def browser_type_launch_args(chromium):
    return {"executable_path": CHROMIUM, "args": ARGUMENTS, "headless": True}


@pytest.fixture(scope="session")
def base_url(live_server):
    """What addresses without a host are relative to."""
    return live_server.url


@pytest.fixture(autouse=True)
def address_of_the_portal(live_server, collected_static, settings):
    """Links, passkeys and the check for a form's origin are about the live server's address."""
    settings.SITE_URL = live_server.url
    settings.SITE_HOST = live_server.url.split("://", 1)[1]


@pytest.fixture
def visit(new_context):
    """Opens a page in a context of its own and fails on an error in the browser's console."""
    errors = []

    def open_page(address: str, *, language: str = "fr", width: int = 1280, **options):
        context = new_context(
            locale=LOCALES[language],
            viewport={"width": width, "height": 900},
            reduced_motion="reduce",
            **options,
        )
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: errors.append(message.text) if message.type == "error" else None,
        )
        page.goto(address)
        return page

    yield open_page
    assert errors == []
