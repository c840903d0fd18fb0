"""Words as the search compares them: folded, stemmed, without elisions, on any database.

A reader types "egalite" or "égalité", "conseil" or "conseils"; both ways of folding and
stemming are indexed where they differ, so that either finds the other.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import snowballstemmer

from portal.lib.text import fold
from portal.lib.translations import LANGUAGES

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)['’]", re.IGNORECASE)
NAMES = {"fr": "french", "en": "english", "es": "spanish"}
STEMMERS = {code: snowballstemmer.stemmer(NAMES[code]) for code in LANGUAGES}
LONGEST = 60  # characters of a word that are compared; the rest is noise


def words(text: str) -> Iterator[re.Match]:
    return WORD.finditer(text)


@lru_cache(maxsize=50_000)
def lexemes(word: str, language: str) -> tuple[str, ...]:
    """The one or two lexemes of a word in a language."""
    bare = ELISION.sub("", word) if language == "fr" else word
    plain = re.sub("['’]", "", bare).casefold()[:LONGEST]
    stem = STEMMERS[language].stemWord
    return tuple(dict.fromkeys((fold(stem(plain)), fold(stem(fold(plain))))))


def text_lexemes(text: str, language: str) -> str:
    """All lexemes of a text, separated by spaces, in its order."""
    return " ".join(
        lexeme for match in words(text) for lexeme in lexemes(match[0], language) if lexeme
    )


def query_lexemes(query: str) -> list[tuple[str, ...]]:
    """For each word of a query, its lexemes in all three languages: any of them matches."""
    result = []
    for match in words(query[:200]):
        found = dict.fromkeys(
            lexeme for code in LANGUAGES for lexeme in lexemes(match[0], code) if lexeme
        )
        if found:
            result.append(tuple(found))
    return result[:12]
