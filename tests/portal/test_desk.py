"""The morning board, the readers’ messages, and the pages of the site."""

import datetime

import pytest
from django.utils import timezone

from portal.models import ContactMessage, Page
from tests.factories import (
    create_executive,
    create_publication,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db


def create_message(*, days=0, **values) -> ContactMessage:
    defaults = {
        "name": "Ana Example",
        "email": "ana@example.org",
        "subject": "Question",
        "text": "First line.\n\nSecond line.",
        "language": "es",
        "received_at": timezone.now() - datetime.timedelta(days=days),
    }
    return ContactMessage.objects.create(**defaults | values)


def create_page(slug="about", **values) -> Page:
    defaults = {"title_fr": "Le réseau", "body_fr": "<p>Bonjour.</p>"}
    return Page.objects.create(slug=slug, **defaults | values)


def test_the_matrix_counts_what_each_language_has(client):
    create_publication()
    outdated = create_publication(title_es="Informe")
    outdated.title_fr = "Autre titre"
    outdated.save()
    client.force_login(create_secretary())
    publications = client.get("/en/secretariat/").context["matrix"][0]
    found = [(c.language, c.total, c.ready, c.outdated, c.missing) for c in publications.cells]
    assert found == [("fr", 2, 2, 0, 0), ("en", 2, 1, 1, 0), ("es", 2, 0, 1, 1)]


def test_a_message_is_read_and_marked_as_answered(client):
    newer, older = create_message(days=1), create_message(days=5, subject="Older question")
    client.force_login(create_secretary())
    listed = list(client.get("/en/secretariat/messages/").context["contact_messages"])
    assert listed == [older, newer]
    page = client.get(f"/en/secretariat/messages/{older.pk}/").content.decode()
    assert "Second line." in page
    assert 'href="mailto:ana@example.org?subject=Older%20question"' in page
    answered = f"/en/secretariat/messages/{older.pk}/answered/"
    assert client.get(answered).status_code == 405
    assert client.post(answered).url == "/en/secretariat/messages/"
    assert client.post(answered).status_code == 404
    assert list(client.get("/en/secretariat/messages/").context["contact_messages"]) == [newer]
    done = client.get("/en/secretariat/messages/?state=answered")
    assert list(done.context["contact_messages"]) == [older]


def test_what_a_reader_wrote_is_shown_as_text(client):
    message = create_message(text="<script>alert(1)</script>", subject="<b>x</b>")
    client.force_login(create_secretary())
    page = client.get(f"/en/secretariat/messages/{message.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page


def test_an_executive_reads_the_messages_of_one_region(client):
    own, foreign = create_message(region=create_region("R8")), create_message(region=None)
    client.force_login(create_executive(create_region("R8")))
    assert client.get(f"/en/secretariat/messages/{own.pk}/").status_code == 200
    for act in ("", "answered/"):
        path = f"/en/secretariat/messages/{foreign.pk}/{act}"
        answer = client.post(path) if act else client.get(path)
        assert answer.status_code == 404


def test_a_page_is_edited_in_three_languages(client):
    page = create_page()
    client.force_login(create_secretary())
    assert client.get("/en/secretariat/pages/").status_code == 200
    path = "/en/secretariat/pages/about/"
    assert client.get(path).status_code == 200
    texts = {f"{name}_{code}": "" for name in ("title", "body") for code in ("fr", "en", "es")}
    typed = texts | {
        "title_fr": "Le réseau",
        "body_fr": "<p>Bonsoir.</p>",
        "title_es": "La red",
        "body_es": "<p>Buenas noches.</p>",
    }
    assert client.post(path, typed).url == "/en/secretariat/pages/"
    page.refresh_from_db()
    assert page.languages() == [("fr", "ready"), ("en", "missing"), ("es", "ready")]
    refused = client.post(path, typed | {"title_fr": "", "title_es": ""})
    assert sorted(refused.context["form"].errors) == ["title_es", "title_fr"]
    page.refresh_from_db()
    assert page.title_fr == "Le réseau"


def test_pages_are_the_secretariats(client):
    create_page()
    client.force_login(create_executive())
    for path in ("/en/secretariat/pages/", "/en/secretariat/pages/about/"):
        assert client.get(path).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("page", ["messages", "pages"])
def test_the_lists_need_as_many_queries_for_three_rows(
    client, django_assert_num_queries, rows, page
):
    for number in range(rows):
        create_message(region=create_region())
        create_page(f"page-{number}")
    client.force_login(create_secretary())
    client.get(f"/en/secretariat/{page}/")
    with django_assert_num_queries(4):
        client.get(f"/en/secretariat/{page}/")
