"""What a reader asks the search for: words, "phrases", beginnings* and -what to leave out.

Nothing else means anything in a query, so that no character can break it. Each word is looked
for as all three languages would stem it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from portal.lib.lexemes import SYMBOL, WORD, analysed, beginnings, lexed
from portal.lib.translations import LANGUAGES

LONGEST = 300  # characters of a query that are read
MOST = 12  # terms of a query that are looked for
SHORTEST_BEGINNING = 2  # letters before the star
PART = re.compile(r"(-?)(?:\"([^\"]*)\"|«([^»]*)»|“([^”]*)”|([^\s\"«“]+))")
# A symbol as it stands in an address.
DASHED = re.compile(r"[A-Z]{1,3}(?:-R[1-9])?-[0-9]{4}-[0-9]{1,4}", re.IGNORECASE)


class Kind(Enum):
    WORD = "word"
    BEGINNING = "beginning"
    PHRASE = "phrase"
    SYMBOL = "symbol"


@dataclass(frozen=True)
class Term:
    """One thing looked for. Any of ``lexemes`` stands for it (words, beginnings, symbols).

    ``sequences`` are the folded words as each language reads them: one of them must stand in
    the text as it is (phrases), or weighs more when it does (words).
    """

    kind: Kind
    written: str
    lexemes: tuple[str, ...] = ()
    sequences: tuple[tuple[str, ...], ...] = ()
    is_excluded: bool = False

    def is_hit(self, word: str, language: str) -> bool:
        """Whether a word of a text is one to be marked."""
        token, stems = analysed(word, language)
        if self.kind is Kind.WORD:
            return token in self.lexemes or not set(stems).isdisjoint(self.lexemes)
        if self.kind is Kind.BEGINNING:
            return token.startswith(self.lexemes)
        return any(token in sequence for sequence in self.sequences)


@dataclass(frozen=True)
class Query:
    text: str
    terms: tuple[Term, ...]

    def __bool__(self) -> bool:
        """Whether there is anything to look for: to leave something out is not enough."""
        return bool(self.wanted)

    @property
    def wanted(self) -> list[Term]:
        return [term for term in self.terms if not term.is_excluded]

    @property
    def excluded(self) -> list[Term]:
        return [term for term in self.terms if term.is_excluded]


def parse(text: str) -> Query:
    text = text.replace("\x00", " ")[:LONGEST].strip()
    return Query(text, tuple(terms(text))[:MOST])


def terms(text: str) -> Iterator[Term]:
    for match in PART.finditer(text):
        dash, *quoted, plain = match.groups()
        is_excluded = bool(dash)
        if plain is None:
            phrase = next(part for part in quoted if part is not None)
            if sequences := as_sequences(phrase):
                yield Term(Kind.PHRASE, phrase, (), sequences, is_excluded)
            continue
        yield from plain_terms(plain, is_excluded=is_excluded)


def plain_terms(part: str, *, is_excluded: bool) -> Iterator[Term]:
    if lexemes := as_symbol(part):
        sequences = as_sequences(part)
        yield Term(Kind.SYMBOL, part, lexemes, sequences, is_excluded)
        return
    found = [match[0] for match in WORD.finditer(part)]
    for number, word in enumerate(found, start=1):
        sequences = as_sequences(word)
        tokens = tuple(dict.fromkeys(sequence[0] for sequence in sequences))
        if not tokens:
            continue
        is_last = number == len(found)
        if is_last and part.endswith("*") and len(tokens[0]) >= SHORTEST_BEGINNING:
            yield Term(Kind.BEGINNING, word, tokens, sequences, is_excluded)
        else:
            stems = (stem for code in LANGUAGES for stem in analysed(word, code).stems)
            lexemes = tuple(dict.fromkeys((*tokens, *stems)))
            yield Term(Kind.WORD, word, lexemes, sequences, is_excluded)


def as_sequences(text: str) -> tuple[tuple[str, ...], ...]:
    """The folded words of the text as each language reads them, once each."""
    found = dict.fromkeys(tuple(lexed(text, code).words.split()) for code in LANGUAGES)
    return tuple(sequence for sequence in found if any(token != "_" for token in sequence))


def as_symbol(part: str) -> tuple[str, ...]:
    """The symbol that the part is, as the index has it, or nothing."""
    bare = part.strip(".,;:!?()[]*")
    if DASHED.fullmatch(bare):
        bare = bare.replace("-", "/")
    if not SYMBOL.fullmatch(bare) or not any(map(str.isdigit, bare)):
        return ()
    *_, whole = beginnings(bare)
    return (f"s_{whole}",)
