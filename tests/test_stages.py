"""The runner behind `make check` and `make test`, and the check of the catalogues."""

import contextlib
import sys

import pytest

from setup import catalogues, stages
from setup.stages import Missing, Stage

FINE = Stage("fine", [sys.executable, "-c", "print('===== 3 passed, 1 skipped in 0.10s =====')"])
BROKEN = Stage("broken", [sys.executable, "-c", "raise SystemExit(3)"])


@contextlib.contextmanager
def without_the_tool():
    raise Missing("The tool is missing: its tests not run")
    yield


def test_the_summary_names_every_stage_and_ends_with_pytests_own_line(capfd):
    assert stages.carry_out([FINE, FINE]) == 0
    last = capfd.readouterr().out.splitlines()[-4:]
    assert last[0].startswith("fine ")
    assert last[0].endswith(" s  ok  3 passed, 1 skipped")
    assert last[2:] == ["===== 3 passed, 1 skipped in 0.10s ====="] * 2


def test_the_first_failure_ends_it(capfd):
    assert stages.carry_out([BROKEN, FINE]) == 1
    output = capfd.readouterr().out
    assert "FAILED (status 3)" in output
    assert "fine" not in output


def test_a_stage_that_takes_too_long_is_ended(capfd):
    slow = Stage("slow", [sys.executable, "-c", "import time; time.sleep(60)"], minutes=0.005)
    assert stages.carry_out([slow]) == 1
    assert "slow: ended after 0.005 minutes" in capfd.readouterr().out


@pytest.mark.parametrize(("ci", "status", "word"), [(False, 0, "not run"), (True, 1, "FAILED")])
def test_a_missing_tool_is_named_and_in_ci_a_failure(monkeypatch, capfd, ci, status, word):
    monkeypatch.setattr(stages, "CI", ci)
    assert stages.carry_out([Stage("tool", [], environment=without_the_tool)]) == status
    output = capfd.readouterr().out
    assert f"{word}: The tool is missing: its tests not run" in output


CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

#: portal/views.py
msgid "Home"
msgstr "Accueil"

msgid ""
"A long "
"message"
msgstr ""
"Un long "
"message"

msgid "Regions"
msgstr ""

#, fuzzy
msgid "Axis"
msgstr "Taxe"

#, python-format
msgid "%(count)s member"
msgid_plural "%(count)s members"
msgstr[0] "%(count)s membre"
msgstr[1] ""

#~ msgid "Old"
#~ msgstr ""
"""


def test_what_a_translator_has_to_do_is_found(tmp_path):
    path = tmp_path / "django.po"
    path.write_text(CATALOGUE)
    assert catalogues.faults(path) == [
        "missing: Regions",
        "fuzzy: Axis",
        "missing: %(count)s member",
    ]
