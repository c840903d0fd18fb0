"""The network's terms beside a text: found in the source, looked for in the translation.

Words are compared as the search compares them: stemmed, blind to accents and capitals.
"""

from collections.abc import Iterable
from typing import NamedTuple

from portal.lib import text
from portal.lib.lexemes import lexemes, words
from portal.lib.translations import LANGUAGES
from portal.models import Term

Word = frozenset[str]


class Suggestion(NamedTuple):
    """A term of the source, its preferred form in the target, and whether the target has it."""

    term: Term
    source: str
    target: str
    is_used: bool


def suggestions(
    terms: Iterable[Term],
    *,
    source: str,
    source_language: str,
    target: str,
    target_language: str,
    is_html: bool = False,
) -> list[Suggestion]:
    """The terms that stand in the source, in its order; a term within a longer one is left out."""
    spoken = sequence(text.plain(source) if is_html else source, source_language)
    written = sequence(text.plain(target) if is_html else target, target_language)
    hits = []
    for term in terms:
        places = [
            (start, len(form))
            for form in sequences(term, source_language)
            for start in occurrences(form, spoken)
        ]
        if places:
            hits.append((min(places), places, term))
    hits.sort(key=lambda hit: (hit[0][0], -hit[0][1]))
    covered: set[int] = set()
    found = []
    for _first, places, term in sorted(hits, key=lambda hit: -max(size for _at, size in hit[1])):
        own = {position for start, size in places for position in range(start, start + size)}
        if own <= covered:
            continue
        covered |= own
        found.append(term.pk)
    return [
        Suggestion(
            term,
            term.word(source_language),
            wanted_form(term, source_language, target_language),
            has_term(term, written, source_language, target_language),
        )
        for _first, _places, term in hits
        if term.pk in found
    ]


def wanted_form(term: Term, source_language: str, target_language: str) -> str:
    return term.word(source_language) if term.stays else term.word(target_language)


def has_term(term: Term, written: list[Word], source_language: str, target_language: str) -> bool:
    if term.stays:
        forms = [sequence(term.word(source_language), target_language)]
    else:
        forms = sequences(term, target_language)
    return any(occurrences(form, written) for form in forms)


def sequences(term: Term, language: str) -> list[list[Word]]:
    return [form for form in (sequence(one, language) for one in term.forms(language)) if form]


def sequence(prose: str, language: str) -> list[Word]:
    """The words of a text, each as the lexemes any of which is the word."""
    found = (frozenset(filter(None, lexemes(match[0], language))) for match in words(prose))
    return [word for word in found if word]


def occurrences(form: list[Word], spoken: list[Word]) -> list[int]:
    """Where the words of the form follow each other in the text."""
    size = len(form)
    return [
        start
        for start in range(len(spoken) - size + 1)
        if all(form[n] & spoken[start + n] for n in range(size))
    ]


def well_formed(rows: Iterable[dict]) -> list[dict]:
    """Rows of a data file as columns of a term."""
    columns = []
    for row in rows:
        values = {f"word_{code}": row[code] for code in LANGUAGES}
        values |= {
            f"variants_{code}": "\n".join(row.get("variants", {}).get(code, []))
            for code in LANGUAGES
        }
        columns.append(values | {"field": row["field"], "stays": row.get("stays", False)})
    return columns
