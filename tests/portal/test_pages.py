"""Pages that the secretariat edits in three languages, and pages of errors."""

import re

import pytest
from django.template import loader
from django.utils import timezone

from portal import views
from portal.models import Page
from tests import factories

pytestmark = pytest.mark.django_db
MISSING = "This text is not yet available in your language."


def test_a_page_is_shown_in_the_readers_language(client):
    Page.objects.create(
        slug="about", title_fr="À propos", title_en="About", body_fr="<p>Un</p>", body_en="<p>A</p>"
    )
    html = client.get("/en/pages/about/").content.decode()
    assert "<h1>About</h1>" in html
    assert '<div class="prose spaced"><p>A</p></div>' in html
    assert MISSING not in html


def test_a_text_that_is_missing_is_shown_in_another_language_and_says_so(client):
    """Also when the title alone is translated: half a translation is none."""
    Page.objects.create(
        slug="help", title_fr="Aide", title_en="Help", body_fr="<p>Bonjour</p>", body_en=""
    )
    html = client.get("/en/pages/help/").content.decode()
    assert '<h1><span lang="fr">Aide</span> <span class="fallback">in French</span></h1>' in html
    assert '<div lang="fr"><p>Bonjour</p></div>' in html
    assert MISSING in html


def test_what_a_page_may_not_hold_is_left_out(client):
    Page.objects.create(
        slug="privacy",
        title_fr="Vie privée",
        body_fr="""<h2 onclick="x()" style="color:red">Titre</h2><script>alert(1)</script>
            <iframe src="https://example.org"></iframe><a href="javascript:alert(1)">ici</a>""",
    )
    html = client.get("/fr/pages/privacy/").content.decode()
    assert "<h2>Titre</h2>" in html
    for wrong in ("onclick", "style=", "<script", "<iframe", "javascript:"):
        assert wrong not in html


@pytest.mark.parametrize(
    ("path", "language"),
    [("/es/nowhere/", "es"), ("/en/pages/none/", "en"), ("/fr/x", "fr"), ("/nowhere", "en")],
)
def test_an_unknown_page_answers_in_the_language_of_its_address(client, path, language):
    """Without a language in it, in the browser's."""
    response = client.get(path, headers={"accept-language": "en"})
    assert response.status_code == 404
    assert f'<html lang="{language}"' in response.content.decode()
    assert response.cookies == {}


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_page_of_last_resort_needs_nothing_but_its_template(
    rf, settings, tmp_path, language, django_assert_num_queries
):
    """No database, no user and no collected static files: any of them may be what failed."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    settings.STATIC_ROOT = tmp_path
    with django_assert_num_queries(0):
        response = views.server_error(rf.get(f"/{language}/regions/"))
    html = response.content.decode()
    assert response.status_code == 500
    assert f'<html lang="{language}"' in html
    assert f'href="/{language}/"' in html
    assert "stylesheet" not in html


def test_a_form_without_its_token_is_refused_in_the_language_of_the_address(client):
    client.handler.enforce_csrf_checks = True
    client.force_login(factories.create_secretary())
    response = client.post("/es/secretariat/messages/1/answered/")
    assert response.status_code == 403
    assert '<html lang="es"' in response.content.decode()


@pytest.fixture
def documents():
    region = factories.create_region("R8")
    factories.create_publication(symbol="P/2026/14", title_fr="Socles", title_en="")
    factories.create_publication(symbol="P/2026/09", access="members", title_en="For members")
    factories.create_publication(symbol="P/2026/20", access="secretariat", title_en="Hidden")
    factories.create_publication(symbol="P/2026/21", state="draft", title_en="Hidden")
    factories.create_issue(
        newsletter=factories.create_newsletter(region), symbol="L/R8/2026/02",
        subject_en="Letter", state="sent", sent_at=timezone.now(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/en/documents/P-2026-14.pdf", "/en/publications/P-2026-14/"),
        ("/es/publications/p_2026_14_final/", "/es/publications/P-2026-14/"),
        ("/fr/publication/P/2026/014/", "/fr/publications/P-2026-14/"),
        ("/en/publications/P-2026-14/es/file", "/en/publications/P-2026-14/"),
        ("/en/old/P-2026-9/", "/en/publications/P-2026-09/"),
        ("/en/letters/l-r8-2026-2/", "/en/newsletters/L-R8-2026-02/"),
        ("/id/P-2026-14.xyz", "/en/publications/P-2026-14/"),
        ("/en/old/P-2026-20/", None),  # the secretariat's
        ("/en/publications/P-2026-21/", None),  # a draft
        ("/en/old/P-2026-99/", None),
        ("/en/old/XP-2026-14/", None),
        ("/en/old/P-2026-140000/", None),
        ("/en/nowhere/", None),
    ],
)
def test_a_document_named_in_the_address_is_suggested(client, documents, address, path):
    response = client.get(address, headers={"accept-language": "en"})
    html = response.content.decode()
    assert response.status_code == 404
    found = re.findall(r'<p class="panel">[^<]*<a href="([^"]+)">', html)
    assert found == ([path] if path else [])
    assert "Hidden" not in html


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("fr", "Socles"),
        ("en", '<span lang="fr">Socles</span> <span class="fallback">in French</span>'),
    ],
)
def test_a_suggestion_says_which_language_it_is_in(client, documents, language, title):
    html = client.get(f"/{language}/old/P-2026-14/").content.decode()
    assert f'<span class="symbol">P/2026/14</span> {title}</a>' in html


def test_every_page_of_errors_says_what_to_do(rf):
    request = rf.get("/en/")
    for template in ("400.html", "403.html", "404.html", "429.html"):
        html = loader.render_to_string(template, {"suggested": None}, request=request)
        assert '<meta name="robots" content="noindex">' in html
        assert '<p class="lead">' in html
