"""Words as the search compares them: folded, stemmed, without elisions, on any database.

A text is indexed twice: its words in their order, folded, for what is looked for as it stands
(phrases, beginnings, acronyms), and the stems that differ from them. A reader types "egalite" or
"égalité", "conseil" or "conseils"; both ways of folding and stemming are indexed where they
differ, so that either finds the other.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import snowballstemmer

from portal.lib.text import fold
from portal.lib.translations import LANGUAGES

# What stands between two pieces of a text (title and country, say): no phrase goes across it.
BREAK = "·"
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
PIECE = re.compile(rf"[^\W_]+(?:['’][^\W_]+)*|{BREAK}")
SYMBOL = re.compile(r"(?<![\w/])[^\W_]+(?:/[^\W_]+)+(?![\w/])")
ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)['’]", re.IGNORECASE)
NAMES = {"fr": "french", "en": "english", "es": "spanish"}
STEMMERS = {code: snowballstemmer.stemmer(NAMES[code]) for code in LANGUAGES}
LONGEST = 60  # characters of a word that are compared; the rest is noise
NOTHING = "_"  # in the place of what is no word, so that words keep their numbers


class Analysed(NamedTuple):
    """A word as it is compared: folded, and its one or two stems."""

    token: str
    stems: tuple[str, ...]


class Lexed(NamedTuple):
    """A text as it is indexed, each padded with spaces or empty: words in order, other stems."""

    words: str
    stems: str


def words(text: str) -> Iterator[re.Match]:
    return WORD.finditer(text)


def spelt(word: str, language: str) -> str:
    """The word in small letters with its accents, without what French elides before it."""
    bare = ELISION.sub("", word) if language == "fr" else word
    return re.sub("['’]", "", bare).casefold()[:LONGEST]


@lru_cache(maxsize=50_000)
def analysed(word: str, language: str) -> Analysed:
    plain = spelt(word, language)
    token = letters(fold(plain))
    stem = STEMMERS[language].stemWord
    stems = dict.fromkeys((letters(fold(stem(plain))), letters(fold(stem(fold(plain))))))
    return Analysed(token, tuple(found for found in stems if found))


def lexemes(word: str, language: str) -> tuple[str, ...]:
    """The one or two stems of a word in a language: words with one in common are alike."""
    return analysed(word, language).stems


def letters(folded: str) -> str:
    """Letters and digits alone: folding takes some characters apart into others."""
    return folded if folded.isalnum() else "".join(filter(str.isalnum, folded))


def lexed(text: str, language: str) -> Lexed:
    found: list[str] = []
    stems: dict[str, None] = {}
    for match in PIECE.finditer(text):
        token, own = analysed(match[0], language) if match[0] != BREAK else (NOTHING, ())
        found.append(token or NOTHING)
        for stem in own:
            stems[stem] = None
    others = stems.keys() - set(found)
    return Lexed(padded(found), padded(stem for stem in stems if stem in others))


def padded(parts) -> str:
    joined = " ".join(parts)
    return f" {joined} " if joined else ""


# -- Beginnings of words -------------------------------------------------------------------------

BEGUN = range(2, 9)  # letters of a beginning that is indexed as a word of its own
MOST_BEGUN = 400_000  # bytes: PostgreSQL takes a megabyte of words of one document


def begun(*texts: str) -> str:
    """The beginnings of the words as the index has them, each once: "pour" has po_, pou_, pour_.

    So a beginning is looked for like a word, however many words have it. Nothing where a text is
    so full of different words that it is no prose.
    """
    known = {word for text in texts for word in text.split()}
    found = {f"{word[:size]}_" for word in known for size in BEGUN if len(word) >= size}
    joined = padded(sorted(found))
    return joined if len(joined.encode()) <= MOST_BEGUN else ""


# -- Symbols -----------------------------------------------------------------------------------


def symbols(text: str) -> set[str]:
    """The symbols in a text, such as P/2026/14, each with its beginnings, as the index has them."""
    return {
        beginning
        for match in SYMBOL.finditer(text)
        for beginning in beginnings(match[0])
        if any(map(str.isdigit, beginning))
    }


def beginnings(symbol: str) -> Iterator[str]:
    parts = [letters(fold(part)) for part in symbol.split("/")]
    for length in range(2, len(parts) + 1):
        yield "_".join(parts[:length])
