"""Words one slip apart have a remainder in common, and only words near each other are near."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import spelling

WORDS = st.text("abcdé".replace("é", "e"), min_size=4, max_size=9)


@pytest.mark.parametrize(
    ("first", "second", "slips"),
    [
        ("protection", "protection", 0),
        ("protecton", "protection", 1),
        ("protectiion", "protection", 1),
        ("protaction", "protection", 1),
        ("portection", "protection", 1),
        ("portecton", "protection", 2),
        ("", "abc", 3),
    ],
)
def test_the_number_of_slips(first, second, slips):
    assert spelling.distance(first, second) == slips
    assert spelling.distance(second, first) == slips


def test_two_slips_are_near_in_a_long_word_alone():
    assert spelling.is_near("portecton", "protection")
    assert not spelling.is_near("soin", "sein") or spelling.distance("soin", "sein") == 1
    assert not spelling.is_near("axes", "axis"[::-1])


@pytest.mark.parametrize("word", ["axe", "2026", "p14a", "a" * 31, ""])
def test_what_has_no_spelling(word):
    assert spelling.keys(word) == set()


@given(word=WORDS, place=st.integers(0, 8), letter=st.sampled_from("abcde"))
def test_a_slip_keeps_a_remainder(word, place, letter):
    place = min(place, len(word) - 1)
    slips = [word[:place] + word[place + 1 :], word[:place] + letter + word[place:]]
    slips.append(word[:place] + letter + word[place + 1 :])
    slips.append(word[:place] + word[place : place + 2][::-1] + word[place + 2 :])
    for other in slips:
        if spelling.keys(other):
            assert spelling.keys(word) & spelling.keys(other)
            assert spelling.distance(word, other) <= 1
