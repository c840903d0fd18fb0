"""Texts as they are indexed: as many words as the text has, folded; stems beside them."""

from hypothesis import given
from hypothesis import strategies as st

from portal.lib import lexemes
from portal.lib.lexemes import MOST_BEGUN, PIECE, begun, lexed, symbols


def test_words_in_their_order_and_other_stems():
    assert lexed("Les droits de l’Œuvre · Été", "fr") == (
        " les droits de oeuvre _ ete ",
        " le droit oeuvr ",
    )
    assert lexed("", "fr") == ("", "")


def test_symbols_and_their_beginnings():
    assert symbols("Voir P/2026/14, et/ou L/R8/2026/02.") == {
        *("p_2026", "p_2026_14"),
        *("l_r8", "l_r8_2026", "l_r8_2026_02"),
    }


def test_beginnings_of_words():
    assert begun(" les droits _ a ", " le droit ") == " dr_ dro_ droi_ droit_ droits_ le_ les_ "
    assert begun("", "") == ""


def test_a_text_of_nothing_but_different_words_has_no_beginnings():
    """PostgreSQL takes a megabyte of words of one document, and refuses more."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = [f"{a}{b}{c}{d}" for a in letters for b in letters for c in letters for d in letters]
    few, many = words[:: len(words) // 10_000], words[:60_000]
    assert 0 < len(begun(" ".join(few))) <= MOST_BEGUN
    assert begun(" ".join(f"{word}{last}" for word in many for last in "xyz")) == ""


@given(st.text(max_size=200), st.sampled_from(("fr", "en", "es")))
def test_a_text_has_as_many_words_as_its_index(text, language):
    words, stems = lexed(text, language)
    found = words.split(" ")[1:-1] if words else []
    assert len(found) == len(list(PIECE.finditer(text)))
    assert all(word == lexemes.NOTHING or word.isalnum() for word in found)
    assert all(stem.isalnum() for stem in stems.split())
    assert not set(stems.split()) & set(found)
