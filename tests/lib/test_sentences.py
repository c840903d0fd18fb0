"""Sentences, and what changed between two versions of a text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.lib.sentences import Change, Piece, blocks, changed_words, compared, sentences

SAME, ADDED, REMOVED = Change.SAME, Change.ADDED, Change.REMOVED


@pytest.mark.parametrize(
    ("block", "found"),
    [
        ("Une phrase. Une autre !", ["Une phrase.", "Une autre !"]),
        ("¿Cómo? ¡Así! Bien.", ["¿Cómo?", "¡Así!", "Bien."]),
        ("M. Dupont le dit (p. 12). Voilà.", ["M. Dupont le dit (p. 12).", "Voilà."]),
        ("In 3.5 million homes. Éric agrees.", ["In 3.5 million homes.", "Éric agrees."]),
        ("sans point", ["sans point"]),
        ("", []),
    ],
)
def test_sentences(block, found):
    assert sentences(block) == found


def test_the_blocks_of_prose_and_of_html():
    assert blocks("Un.\n\nDeux  mots.", is_html=False) == ["Un.", "Deux mots."]
    html = "<h2>Titre</h2><p>Un <b>mot</b> &amp; un autre.</p><ul><li>a</li><li>b</li></ul>"
    assert blocks(html, is_html=True) == ["Titre", "Un mot & un autre.", "a", "b"]


def test_changed_sentences_are_marked_where_they_stand():
    before = "<p>Un reste. Deux part.</p><p>Trois.</p>"
    after = "<p>Un reste. Deux arrive.</p><p>Trois.</p><p>Quatre mots en plus.</p>"
    assert compared(before, after, is_html=True) == [
        [Piece(SAME, "Un reste."), Piece(REMOVED, "Deux part."), Piece(ADDED, "Deux arrive.")],
        [Piece(SAME, "Trois.")],
        [Piece(ADDED, "Quatre mots en plus.")],
    ]
    assert changed_words(before, after, is_html=True) == 2 + 4


def test_a_text_compared_with_itself_has_not_changed():
    assert compared("Un. Deux.", "Un. Deux.", is_html=False) == [[Piece(SAME, "Un. Deux.")]]
    assert changed_words("", "Un mot.", is_html=False) == 2
    assert compared("Un.", "", is_html=False) == [[Piece(REMOVED, "Un.")]]


words = st.lists(st.sampled_from(["Un.", "Deux mots.", "Trois ? ", "\n", "M. "]), max_size=12)


@settings(derandomize=True, deadline=None, database=None)
@given(words, words)
def test_either_version_can_be_read_back(before, after):
    old, new = " ".join(before), " ".join(after)
    pieces = [piece for block in compared(old, new, is_html=False) for piece in block]
    kept = " ".join(piece.text for piece in pieces if piece.change != REMOVED)
    gone = " ".join(piece.text for piece in pieces if piece.change != ADDED)
    assert kept.split() == new.split()
    assert gone.split() == old.split()
