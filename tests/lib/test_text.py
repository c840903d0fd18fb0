"""Typography, sorting and sanitising, as properties and as examples from the three languages."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import text

PROSE = st.text(alphabet=st.sampled_from("abé œ «»:;!?%/.<>&@\u00a0\u202f12h"), max_size=60)


@given(PROSE)
def test_spacing_twice_is_spacing_once(prose):
    once = text.french_spaces(prose)
    assert text.french_spaces(once) == once


@given(PROSE)
def test_spacing_changes_nothing_but_spaces(prose):
    bare = re.compile("[ \u00a0\u202f]")
    assert bare.sub("", text.french_spaces(prose)) == bare.sub("", prose)


@pytest.mark.parametrize(
    ("written", "spaced"),
    [
        ("Pourquoi ?", "Pourquoi\u202f?"),
        ("Pourquoi?", "Pourquoi\u202f?"),
        ("trois niveaux : national", "trois niveaux\u00a0: national"),
        ("« socle »", "«\u202fsocle\u202f»"),
        ("93 %", "93\u00a0%"),
        ("https://example.org/?a=b;c", "https://example.org/?a=b;c"),
        ('<a href="https://example.org/a?b">ici</a>', '<a href="https://example.org/a?b">ici</a>'),
        ("&amp; &#39;", "&amp; &#39;"),
        ("à 9 h 30", "à 9 h 30"),
    ],
)
def test_french_spacing(written, spaced):
    assert text.french_spaces(written) == spaced


def test_print_takes_the_ordinary_no_break_space():
    assert text.french_spaces("Pourquoi ?", narrow=False) == "Pourquoi\u00a0?"


@pytest.mark.parametrize(
    ("language", "ordered"),
    [
        (
            "fr",
            ["Costa Rica", "Côte d’Ivoire", "Égypte", "Émirats arabes unis", "Équateur", "Zambie"],
        ),
        ("es", ["nube", "nzz", "ñandú", "oca"]),
        ("en", ["Åland Islands", "Albania", "Curaçao", "Cyprus", "Zimbabwe"]),
    ],
)
def test_each_language_sorts_as_its_readers_expect(language, ordered):
    shuffled = sorted(ordered, reverse=True)
    assert sorted(shuffled, key=lambda name: text.sort_key(name, language)) == ordered


def test_accents_decide_only_between_equals():
    words = ["cote", "coté", "côte"]
    assert sorted(words, key=lambda word: text.sort_key(word, "fr"))[0] == "cote"
    assert len({text.sort_key(word, "fr") for word in words}) == 3


@pytest.mark.parametrize(
    ("hostile", "kept"),
    [
        ("<script>alert(1)</script><p>a</p>", "<p>a</p>"),
        ('<p onclick="x()" style="color:red">a</p>', "<p>a</p>"),
        ('<a href="javascript:x()">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<img src="x" onerror="y">b', "b"),
        ("<h2>Titre</h2><ul><li>un</li></ul>", "<h2>Titre</h2><ul><li>un</li></ul>"),
    ],
)
def test_only_prose_survives(hostile, kept):
    assert text.sanitise(hostile) == kept


@given(st.text(max_size=200))
def test_sanitising_twice_is_sanitising_once(html):
    assert text.sanitise(text.sanitise(html)) == text.sanitise(html)


def test_plain_text_has_no_mark_up():
    html = "<h2>Socles</h2><p>R&amp;D, œuvre</p><script>x</script>"
    assert text.plain(html) == "Socles R&D, œuvre"


@pytest.mark.parametrize(
    ("written", "folded"),
    [("Éducation", "education"), ("ŒUVRE", "oeuvre"), ("Łódź", "lodz"), ("Straße", "strasse")],
)
def test_folding(written, folded):
    assert text.fold(written) == folded


@pytest.mark.parametrize(
    ("words", "prose", "found"),
    [
        ("ETE", "L’été", True),
        ("l'ete", "L’été", True),
        ("oeuvre", "Œuvres sociales", True),
        ("œuvre", "Oeuvres sociales", True),
        ("nino", "Los niños", True),
        ("a.c", "abc", False),
        ("c++ (x)", "C++ (X)", True),
        ("ete", "etc", False),
    ],
)
def test_a_word_is_found_whatever_its_accents(words, prose, found):
    assert bool(re.search(text.accent_blind(words), prose)) == found
