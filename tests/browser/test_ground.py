"""The browser tests' own ground: a page is served as in production, and axe finds what is wrong."""

import pytest

from tests.browser.axe import assert_accessible

STYLES = "/static/admin/css/base.css"


def test_the_browser_speaks_the_readers_language(visit):
    assert visit(STYLES, language="es").evaluate("navigator.language") == "es-ES"


def test_axe_names_what_is_wrong(visit):
    page = visit(STYLES, width=390)
    page.set_content("<title>Example</title><main><h1>Example</h1><img src='data:,'></main>")
    with pytest.raises(AssertionError, match="image-alt"):
        assert_accessible(page)


def test_a_page_wider_than_the_window_is_noticed(visit):
    page = visit(STYLES, width=390)
    page.set_content(
        "<!doctype html><html lang='en'><title>Example</title><main><h1>Example</h1>"
        "<svg width='500' height='9' role='img' aria-label='Example'></svg></main>"
    )
    with pytest.raises(AssertionError, match="wider than the window"):
        assert_accessible(page)
