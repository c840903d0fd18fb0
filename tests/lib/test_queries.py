"""What a query is understood as: words, phrases, beginnings, symbols, and what is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import queries
from portal.lib.queries import Kind, parse


def parts(text: str) -> list[tuple[str, str, bool]]:
    return [(term.kind.value, term.written, term.is_excluded) for term in parse(text).terms]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("budget social", [("word", "budget", False), ("word", "social", False)]),
        ("nord-sud", [("word", "nord", False), ("word", "sud", False)]),
        ('"budget social" x', [("phrase", "budget social", False), ("word", "x", False)]),
        ("«\u202fbudget\u202f»", [("phrase", "\u202fbudget\u202f", False)]),
        ("“a b”", [("phrase", "a b", False)]),
        ("protec*", [("beginning", "protec", False)]),
        ("p*", [("word", "p", False)]),
        ("-militaire", [("word", "militaire", True)]),
        ('-"a b"', [("phrase", "a b", True)]),
        ("a - b", [("word", "a", False), ("word", "b", False)]),
        ('"', []),
        ("l'égalité", [("word", "l'égalité", False)]),
        ("P/2026/14", [("symbol", "P/2026/14", False)]),
        ("L-R8-2026-02", [("symbol", "L-R8-2026-02", False)]),
        ("et/ou", [("word", "et", False), ("word", "ou", False)]),
        ("\x00 _ · ** --", []),
    ],
)
def test_what_a_query_is_understood_as(text, expected):
    assert parts(text) == expected


def test_a_word_is_looked_for_as_each_language_stems_it():
    (term,) = parse("égalités").terms
    assert term.lexemes[0] == "egalites"
    assert {"egal", "egalit"} & set(term.lexemes)
    assert term.sequences == (("egalites",),)


def test_what_is_elided_in_french_is_kept_elsewhere():
    (term,) = parse("l'impôt").terms
    assert term.sequences == (("impot",), ("limpot",))


def test_to_leave_something_out_is_no_query():
    assert not parse("-a")
    assert parse("a -b")


@given(st.text(max_size=400))
def test_any_text_is_understood(text):
    query = parse(text)
    assert len(query.terms) <= queries.MOST
    for term in query.terms:
        assert term.lexemes or term.kind is Kind.PHRASE
        for lexeme in term.lexemes:
            bare = lexeme.removeprefix("s_") if term.kind is Kind.SYMBOL else lexeme
            assert bare.replace("_", "").isalnum()
        assert all(t == "_" or t.isalnum() for way in term.sequences for t in way)
