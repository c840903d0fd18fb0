"""What is shown of a text that was found: the words around the first hit, marked and escaped."""

import re
from collections.abc import Sequence
from itertools import islice

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from portal.lib import text
from portal.lib.lexemes import PIECE, words
from portal.lib.queries import Kind, Term

BEFORE, AFTER = 8, 24  # words around the first hit
PART = 2000  # characters of a file among which its snippet is
LOOKED_THROUGH = 3000  # words of a text in which the first hit is looked for by its stem


def around(body: str, body_words: str, language: str, terms: Sequence[Term]) -> str:
    """The words around the first hit in the text, or its beginning.

    ``body_words`` are the words of the text as they are indexed, as many as the text has.
    """
    number = number_of_hit(body, body_words, language, terms)
    start = max(number - BEFORE, 0)
    shown = list(islice(PIECE.finditer(body), start, number + AFTER + 2))
    if not shown:
        return ""
    is_end = len(shown) < number + AFTER + 2 - start
    last = shown[-1] if is_end else shown[-2]
    passage = body[0 if start == 0 else shown[0].start() : len(body) if is_end else last.end()]
    return f"{'… ' if start else ''}{passage.strip()}{'' if is_end else ' …'}"


def part_of_file(file: str, terms: Sequence[Term]) -> str:
    """The part of a long text where a word stands as it was typed, else its beginning."""
    written = "|".join(text.accent_blind(term.written) for term in terms)
    found = re.search(rf"\b(?:{written})", file) if written else None
    start = max(found.start() - PART // 4, 0) if found else 0
    return file[start : start + PART]


def number_of_hit(body: str, body_words: str, language: str, terms: Sequence[Term]) -> int:
    """How many words stand before the first hit; nothing where there is none."""
    for term in terms:
        if term.kind is Kind.PHRASE:
            for way in term.sequences:
                place = body_words.find(f" {' '.join(way)} ")
                if place >= 0:
                    return body_words.count(" ", 0, place)
    for number, match in enumerate(islice(PIECE.finditer(body), LOOKED_THROUGH)):
        if any(term.is_hit(match[0], language) for term in terms):
            return number
    # Further on, only what stands there as it was typed.
    places = (body_words.find(f" {lexeme} ") for term in terms for lexeme in term.lexemes)
    first = min((place for place in places if place >= 0), default=0)
    return body_words.count(" ", 0, first)


def highlighted(passage: str, language: str, terms: Sequence[Term]) -> SafeString:
    """The passage, escaped, with <mark> around the words that match."""
    parts, position = [], 0
    for match in words(passage):
        if any(term.is_hit(match[0], language) for term in terms):
            parts.append(conditional_escape(passage[position : match.start()]))
            parts.append(format_html("<mark>{}</mark>", match[0]))
            position = match.end()
    parts.append(conditional_escape(passage[position:]))
    html = "".join(parts)
    return mark_safe(text.french_spaces(html) if language == "fr" else html)
