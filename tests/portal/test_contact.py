"""A reader's message reaches the queue; what is wrong is said beside the field, nothing is lost."""

import pytest

from portal.models import ContactMessage
from tests import factories

pytestmark = pytest.mark.django_db

MESSAGE = {
    "region": "",
    "name": "Reader Example",
    "email": "reader@example.org",
    "subject": "A question",
    "text": "May we quote your report?",
    "website": "",
}


def test_a_message_reaches_the_secretariat(client):
    response = client.post("/es/contact/", MESSAGE)
    assert response["Location"] == "/es/contact/sent/"
    message = ContactMessage.objects.get()
    assert (message.subject, message.language, message.region) == ("A question", "es", None)


def test_a_message_can_go_to_a_region(client):
    region = factories.create_region("R8")
    html = client.get("/en/contact/?region=R8").content.decode()
    assert '<option value="R8" selected>' in html
    client.post("/en/contact/", MESSAGE | {"region": "R8"})
    assert ContactMessage.objects.get().region == region


def test_what_was_typed_is_kept_beside_the_error(client):
    response = client.post("/fr/contact/", MESSAGE | {"email": "not an address"})
    html = response.content.decode()
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["email"]
    assert "May we quote your report?" in html
    assert 'aria-invalid="true"' in html
    assert ContactMessage.objects.count() == 0


def test_a_program_that_fills_the_trap_is_told_nothing(client):
    response = client.post("/en/contact/", MESSAGE | {"website": "https://example.org"})
    assert response["Location"] == "/en/contact/sent/"
    assert ContactMessage.objects.count() == 0


def test_a_form_on_another_site_is_refused(client):
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}):
        response = client.post("/en/contact/", MESSAGE, headers=headers)
        assert response.status_code == 403
    assert ContactMessage.objects.count() == 0
    same = client.post("/en/contact/", MESSAGE, headers={"sec-fetch-site": "same-origin"})
    assert same.status_code == 302


def test_too_many_messages_are_held_off(client):
    statuses = [client.post("/en/contact/", MESSAGE).status_code for _ in range(11)]
    assert statuses == [302] * 10 + [429]
    assert ContactMessage.objects.count() == 10


@pytest.mark.parametrize("field", ["name", "email", "subject", "text"])
def test_each_field_is_needed(client, field):
    response = client.post("/en/contact/", MESSAGE | {field: ""})
    assert list(response.context["form"].errors) == [field]


def test_an_unknown_region_is_refused(client):
    response = client.post("/en/contact/", MESSAGE | {"region": "R0"})
    assert list(response.context["form"].errors) == ["region"]
