"""The tests' own ground: what stands in conftest.py does what it says."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from django.template import Context, Engine, Origin
from django.template.base import Template

from tests import undefined
from tests.environment import VAR_DIR


def render(text: str, *, name: str = "portal/example.html", **context) -> str:
    engine = Engine(string_if_invalid=undefined.Undefined(), libraries={"i18n": I18N})
    origin = Origin(str(undefined.OUR_TEMPLATES / name), template_name=name)
    return Template(text, origin=origin, engine=engine).render(Context(context))


I18N = "django.templatetags.i18n"


@pytest.fixture
def template_file(monkeypatch, tmp_path):
    """Writes a template where the tests take our templates to be."""
    monkeypatch.setattr(undefined, "OUR_TEMPLATES", tmp_path)

    def write(text: str, name: str = "portal/example.html") -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return text

    undefined.opening_comment.cache_clear()
    return write


@pytest.mark.parametrize(
    "text",
    [
        "{{ nmae }}",
        "{{ person.nmae }}",
        "{{ nmae|default:'nobody' }}",
        "{% if nmae %}{% endif %}",
        "{% if person.nmae.first %}{% endif %}",
        "{% for one in nmae %}{% endfor %}",
        "{% with one=nmae %}{% endwith %}",
        "{% load i18n %}{% blocktranslate %}Hello {{ nmae }}{% endblocktranslate %}",
    ],
)
def test_an_undefined_name_fails(template_file, text):
    class Person:
        name = "Ana"

    with pytest.raises(undefined.UndefinedVariable, match="nmae"):
        render(template_file(text), person=Person())
    assert len(undefined.found) == 1
    undefined.found.clear()


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("{# name: whose page it is, may be left out #}{% if name %}{{ name }}{% endif %}.", "."),
        ("{% if settings.name %}{% endif %}.", "."),
        ("{{ empty }}.", "."),
    ],
)
def test_what_may_be_left_out_passes(template_file, text, output):
    assert render(template_file(text), settings={}, empty="") == output


def test_a_template_that_replaces_a_librarys_is_left_alone(template_file):
    text = template_file("{{ nmae }}.", "admin/index.html")
    assert render(text, name="admin/index.html") == "."


def test_nothing_is_shared_with_another_run():
    assert Path(settings.VAR_DIR) == VAR_DIR
    assert Path(settings.MEDIA_ROOT).is_relative_to(VAR_DIR)
    assert str(os.getpid()) in connection.settings_dict["TEST"]["NAME"] or (
        connection.vendor == "sqlite"
    )


def test_the_mailbox_receives_over_smtp(mailbox):
    EmailMessage("Réunion", "À bientôt", to=["ana@example.org"]).send()
    [message] = mailbox.wait_for(1)
    assert message["Subject"] == "Réunion"
    assert message["X-Envelope-To"] == "ana@example.org"
    assert message.get_content().strip() == "À bientôt"


@pytest.mark.django_db
def test_the_database_is_as_in_production():
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            modes = [
                cursor.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("journal_mode", "foreign_keys", "synchronous")
            ]
        assert modes == ["wal", 1, 1]
    else:
        assert connection.settings_dict["NAME"].startswith("test_portal_")
