"""The catalogues as text: their words are complete, and written as their languages are.

Whether they hold every message of the code is asked by `setup/catalogues.py`.
"""

import ast
import re
from pathlib import Path
from typing import NamedTuple

import django
import pytest
from django.conf import settings

from setup import catalogues

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|<[^>]+>|\n")
MARKUP = re.compile(r"<[^>]+>|https?://\S+|%\(\w+\)[sd]")
NO_BREAK = "\u00a0"
# What French sets apart by a space that never breaks. U+202F is for pages alone: messages are
# also read in mails and PDFs.
FRENCH_MARK = re.compile(rf"(?<!{NO_BREAK})[:;!?»](?!\S)|«(?!{NO_BREAK})|\u202f")


class Message(NamedTuple):
    original: tuple[str, ...]
    translations: tuple[str, ...]


def read(path: Path) -> tuple[str, list[Message]]:
    """The header of a catalogue, and its messages."""
    header, messages = "", []
    for block in path.read_text().split("\n\n"):
        lines = "\n".join(line for line in block.splitlines() if not line.startswith("#"))
        parts = [
            (kind, "".join(ast.literal_eval(text) for text in re.findall(r'".*"', quoted)))
            for kind, quoted in catalogues.ENTRY.findall(lines)
        ]
        original = tuple(text for kind, text in parts if kind in ("msgid", "msgid_plural"))
        translations = tuple(text for kind, text in parts if kind.startswith("msgstr"))
        if original == ("",):
            header = translations[0]
        elif original:
            messages.append(Message(original, translations))
    return header, messages


def catalogue(language: str) -> tuple[str, list[Message]]:
    return read(settings.BASE_DIR / "locale" / language / "LC_MESSAGES" / "django.po")


def translations(language: str) -> list[str]:
    return [text for message in catalogue(language)[1] for text in message.translations]


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_numbers_are_declined_as_django_does(language):
    own = Path(django.__file__).parent / "conf" / "locale" / language / "LC_MESSAGES" / "django.po"
    rule = re.compile(r"Plural-Forms: (.+)")
    header, messages = catalogue(language)
    assert rule.findall(header) == rule.findall(read(own)[0])
    forms = int(re.search(r"nplurals=(\d)", header).group(1))
    assert [
        message.original
        for message in messages
        if len(message.translations) != (forms if len(message.original) > 1 else 1)
    ] == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_a_translation_keeps_placeholders_and_markup(language):
    assert [
        text
        for message in catalogue(language)[1]
        for text in message.translations
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(message.original[-1]))
    ] == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_a_translation_ends_as_the_original_does(language):
    assert [
        text
        for message in catalogue(language)[1]
        for text in message.translations
        if text.strip(" ") != text or text.endswith(".") != message.original[-1].endswith(".")
    ] == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_apostrophes_and_quotation_marks_are_those_of_print(language):
    words = [(MARKUP.sub("", text), text) for text in translations(language)]
    assert [text for bare, text in words if re.search("['\"“”!]", bare)] == []


def test_french_sets_its_marks_apart():
    words = [(MARKUP.sub("x", text), text) for text in translations("fr")]
    assert [text for bare, text in words if FRENCH_MARK.search(bare)] == []


def test_spanish_opens_what_it_asks():
    assert [text for text in translations("es") if text.count("?") != text.count("¿")] == []
    assert [text for text in translations("es") if NO_BREAK in text] == []


# What a careful reader would mark: spaces that are doubled or stand before a comma, three points
# for an ellipsis, a hyphen for a dash, points in the middle of words.
SLIP = re.compile(r"[ \u00a0]{2}|\s[,.](?!\S)|\.\.\.|(?<=\s)-(?=\s)|\w·\w")
FRENCH_SLIP = re.compile(
    r"(?i:\b(?:coeur|soeur|noeud|voeu|oeuvre|oeil)s?\b|\be-?mails?\b|\bnewsletters?\b)"
    r"|(?i:\bsi ils?\b|\bque ils?\b)|(?i:\b(?:de|à) les?\b(?! \w+(?:er|ir|re)\b))"
    # Capitals keep their accents.
    r"|(?:^|[.?:][ \u00a0])(?:A (?=[a-zé])|Etat|Ecri|Etabl|Edit|Etap|Evén)"
)
SPANISH_SLIP = re.compile(
    r"(?i:\bmembres[ií]as?\b|\be-?mails?\b|\bnewsletters?\b|\bde el\b|\ba el\b)"
)


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_nothing_slipped_through_the_typesetter(language):
    words = [(MARKUP.sub("x", text), text) for text in translations(language)]
    assert [text for bare, text in words if SLIP.search(bare)] == []


@pytest.mark.parametrize(("language", "slip"), [("fr", FRENCH_SLIP), ("es", SPANISH_SLIP)])
def test_the_words_are_those_of_the_language(language, slip):
    words = [(MARKUP.sub("x", text), text) for text in translations(language)]
    assert [text for bare, text in words if slip.search(bare)] == []


def test_the_english_of_the_code_is_set_as_carefully():
    originals = [text for message in catalogue("fr")[1] for text in message.original]
    words = [(MARKUP.sub("x", text), text) for text in originals]
    slip = re.compile(rf"['\"!]|{SLIP.pattern}|\s[;:?](?!\S)")
    assert [text for bare, text in words if slip.search(bare)] == []
