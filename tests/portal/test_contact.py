"""Writing to the network: into the queue of the desk, without cookie, token or message box."""

import pytest

from portal.models import ContactMessage
from tests import factories

pytestmark = pytest.mark.django_db

MESSAGE = {
    "region": "",
    "name": "Ana (ejemplo)",
    "email": "ana@example.org",
    "subject": "Una pregunta",
    "text": "¿Cómo puedo participar?",
    "website": "",
}


def test_a_message_waits_in_the_queue_of_the_secretariat(client):
    response = client.post("/es/contact/", MESSAGE)
    assert (response.status_code, response["Location"]) == (302, "/es/contact/sent/")
    message = ContactMessage.objects.waiting().get()
    assert message.region is None
    assert message.language == "es"
    assert (message.name, message.email) == ("Ana (ejemplo)", "ana@example.org")
    assert (message.subject, message.text) == ("Una pregunta", "¿Cómo puedo participar?")
    assert response.cookies == {}


def test_the_page_after_says_where_the_answer_will_come(client):
    response = client.get("/en/contact/sent/")
    assert "Your message has been sent" in response.content.decode()
    assert response.cookies == {}


def test_a_message_to_a_region_waits_for_its_executive(client):
    region = factories.create_region("R8")
    other = factories.create_region("R7")
    client.post("/fr/contact/", MESSAGE | {"region": "R8"})
    (message,) = ContactMessage.objects.visible_to(factories.create_executive(region))
    assert message.region == region
    assert not ContactMessage.objects.visible_to(factories.create_executive(other)).exists()


def test_the_page_of_a_region_has_chosen_it_already(client):
    factories.create_region("R8")
    html = client.get("/fr/contact/?region=R8").content.decode()
    assert '<option value="R8" selected>' in html


@pytest.mark.parametrize("region", ["R0", "'", "<b>", "R8&R9", "%00"])
def test_an_unknown_region_in_the_address_chooses_the_secretariat(client, region):
    factories.create_region("R8")
    response = client.get("/fr/contact/", {"region": region})
    assert response.status_code == 200
    assert '<option value="R8" selected>' not in response.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("name", "", "Este campo es obligatorio."),
        ("email", "", "Este campo es obligatorio."),
        ("subject", "", "Este campo es obligatorio."),
        ("email", "ana(at)example.org", "Introduzca una dirección de correo electrónico válida."),
        ("text", " ", "Este campo es obligatorio."),
        ("region", "R0", "Escoja una opción válida."),
    ],
)
def test_an_error_stands_by_its_field_and_nothing_typed_is_lost(client, field, value, error):
    response = client.post("/es/contact/", MESSAGE | {field: value})
    html = response.content.decode()
    assert response.status_code == 422
    assert ContactMessage.objects.count() == 0
    assert list(response.context["form"].errors) == [field]
    assert html.count('aria-invalid="true"') == 1
    assert f'<ul class="errors" id="id_{field}_error"><li>{error}' in html
    assert f'aria-describedby="id_{field}_error"' in html
    for name, typed in (MESSAGE | {field: value}).items():
        if typed.strip() and name != "region":
            assert typed in html


@pytest.mark.parametrize("posted", [{}, {"website": ""}])
def test_a_message_without_anything_is_refused(client, posted):
    assert client.post("/fr/contact/", posted).status_code == 422
    assert ContactMessage.objects.count() == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": "Hello\nBcc: all@example.org"},
        {"text": "x" * 5001},
        {"name": "nul\x00"},
        {"subject": "s" * 151},
    ],
)
def test_what_does_not_fit_is_refused(client, changed):
    assert client.post("/fr/contact/", MESSAGE | changed).status_code == 422
    assert ContactMessage.objects.count() == 0


def test_what_falls_into_the_trap_is_dropped_without_a_word(client):
    response = client.post("/fr/contact/", MESSAGE | {"website": "https://spam.example"})
    assert response["Location"] == "/fr/contact/sent/"
    assert ContactMessage.objects.count() == 0


def test_another_site_cannot_post_in_a_readers_name(client):
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        response = client.post("/fr/contact/", MESSAGE, headers=headers)
        assert response.status_code == 403
        assert '<html lang="fr"' in response.content.decode()
    assert ContactMessage.objects.count() == 0


def test_the_own_site_can(client):
    for headers in ({"origin": "http://localhost:8000"}, {"sec-fetch-site": "same-origin"}):
        assert client.post("/fr/contact/", MESSAGE, headers=headers).status_code == 302


def test_the_eleventh_message_of_an_hour_waits(client):
    answers = [client.post("/en/contact/", MESSAGE).status_code for _number in range(11)]
    assert answers == [302] * 10 + [429]
    response = client.post("/en/contact/", MESSAGE)
    assert "Too many requests" in response.content.decode()
    assert response["Cache-Control"] == ("max-age=0, no-cache, no-store, must-revalidate, private")
    other = client.post("/en/contact/", MESSAGE, REMOTE_ADDR="192.0.2.7")
    assert other.status_code == 302


def test_a_logged_in_reader_writes_as_anybody(client):
    client.force_login(factories.create_secretary())
    response = client.post("/en/contact/", MESSAGE)
    assert response["Location"] == "/en/contact/sent/"
    assert response.cookies == {}
