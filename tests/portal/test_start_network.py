"""Starting a real network from the shell: all of it, or nothing and a message."""

from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from members.models import Invitation
from members.models.mandates import MandateKind
from portal.lib import network
from portal.models import NetworkIdentity, Page
from regions.models import Country
from tests import factories

pytestmark = pytest.mark.django_db

ANSWERS = {
    "name_fr": "Alliance des conseils (exemple)",
    "name_en": "Alliance of Councils (example)",
    "name_es": "Alianza de Consejos (ejemplo)",
    "sender": "post@example.org",
    "email": "Ines.Ejemplo@example.org",
    "language": "es",
}


@pytest.fixture(autouse=True)
def real(settings):
    settings.DEMONSTRATION = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def start(**changes) -> tuple[str, str]:
    output, errors = StringIO(), StringIO()
    call_command("start-network", **ANSWERS | changes, stdout=output, stderr=errors)
    return output.getvalue(), errors.getvalue()


def nothing_was_written():
    return not (
        NetworkIdentity.objects.exists() or Country.objects.exists() or Invitation.objects.exists()
    )


@pytest.mark.slow
def test_it_sets_up_the_network_and_invites(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        output, errors = start()
    identity = NetworkIdentity.objects.get()
    assert [identity.name_fr, identity.name_en, identity.name_es] == [
        ANSWERS["name_fr"],
        ANSWERS["name_en"],
        ANSWERS["name_es"],
    ]
    assert identity.short_name_es == "Consejo"
    assert network.current().sender == "post@example.org"
    assert (Country.objects.count(), Page.objects.count()) == (250, 4)
    invitation = Invitation.objects.get()
    assert (invitation.kind, invitation.email) == (
        MandateKind.SECRETARIAT,
        "ines.ejemplo@example.org",
    )
    link = f"http://localhost:8000/es/invitations/{invitation.token}/"
    assert output.splitlines() == [
        "The network “Alliance of Councils (example)” is set up.",
        "An invitation was mailed to ines.ejemplo@example.org.",
        f"It can be accepted here: {link}",
    ]
    assert errors == ""
    [message] = mail.outbox
    assert message.to == ["ines.ejemplo@example.org"]
    assert "post@example.org" in message.from_email
    assert link in message.body


@pytest.mark.slow
def test_a_network_already_loaded_takes_the_name_given():
    call_command("load_network", stdout=StringIO())
    start()
    assert NetworkIdentity.objects.get().name_fr == ANSWERS["name_fr"]


@pytest.mark.slow
def test_a_mail_server_that_is_away_stops_nobody(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    output, errors = start()
    assert "could not be mailed" in errors
    assert Invitation.objects.get().token in output


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sender": "not an address"}, "--sender"),
        ({"email": "nobody"}, "--email"),
        ({"language": "de"}, "“de” is not fr, en or es"),
        ({"name_es": "  "}, "--name-es: The network needs a name"),
        ({"name_fr": "x" * 121}, "--name-fr"),
        ({"email": None, "language": None}, "Give also: --email, --language"),
    ],
)
def test_wrong_answers_write_nothing(changes, message):
    with pytest.raises(CommandError, match=message):
        start(**changes)
    assert nothing_was_written()
    assert mail.outbox == []


@pytest.mark.slow
def test_it_asks_for_what_is_not_given(monkeypatch):
    asked = []

    def answer(question: str) -> str:
        asked.append(question)
        return "en"

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", answer)
    start(language=None)
    assert asked == ["Language of that person (fr, en or es): "]
    assert Invitation.objects.get().mail_language == "en"


def test_it_is_refused_in_the_demonstration(settings):
    settings.DEMONSTRATION = True
    with pytest.raises(CommandError, match="This is a demonstration"):
        start()
    assert nothing_was_written()


def test_it_is_refused_when_there_are_organisations():
    factories.create_organisation()
    with pytest.raises(CommandError, match="holds organisations already"):
        start()
    assert not NetworkIdentity.objects.exists()


def test_it_is_refused_when_there_is_a_secretariat():
    factories.create_secretary()
    with pytest.raises(CommandError, match="has a secretariat already"):
        start()
    assert not NetworkIdentity.objects.exists()
