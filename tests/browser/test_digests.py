"""The digest of an axis in a browser: its page, and its mail."""

import pytest
from django.core import mail

from publications.models import AxisDigest
from publications.newsletters import digests
from tests import factories
from tests.browser.axe import assert_accessible
from tests.browser.test_letters_gate import WIDTHS, looked_at
from tests.publications.test_axis_digests import follow, told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_a_digest_is_readable_for_everybody_on_its_page_and_as_mail(visit, language):
    """One with a text that some readers get in another language, and one with nothing left."""
    factories.create_network()
    axis = factories.create_axis(3, title_es="")
    told(axis, title_es="", summary_es="")
    told(axis)
    follow(axis, language=language)
    [digest] = digests.make_due()
    empty = AxisDigest.objects.create(axis=axis, month="2025-01")
    for one in (digest, empty):
        page = visit(f"/{language}/newsletters/axes/{one.pk}/", language=language)
        assert page.locator("main h1").count() == 1
        looked_at(page)
    assert digests.send_due() == 1
    page.goto("about:blank")
    page.set_content(mail.outbox[0].alternatives[0].content)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        # A mail is set in tables without landmarks, since mail programs take those away.
        assert_accessible(page, leave_out=("region", "landmark-one-main"))
