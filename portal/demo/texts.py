"""Reading the hand-written example texts, and saying in which languages each exists."""

import hashlib
import random
import tomllib
from functools import cache
from pathlib import Path

from portal.lib.translations import LANGUAGES, Translatable, TranslationState

DATA = Path(__file__).resolve().parent / "data"
EXAMPLE = {"fr": "(exemple)", "en": "(example)", "es": "(ejemplo)"}


@cache
def read(name: str) -> dict:
    return tomllib.loads((DATA / f"{name}.toml").read_text("utf-8"))


def chance(*key) -> random.Random:
    """A source of chance that is the same for the same thing, whatever was made before it."""
    return random.Random("/".join(("council", *map(str, key))))


def texts(row: dict, *fields: str) -> dict[str, str]:
    """Values of translated fields, from a row with a list of texts for each language it has."""
    return {
        f"{field}_{code}": text
        for code in LANGUAGES
        if code in row
        for field, text in zip(fields, row[code], strict=True)
    }


def originally(row: dict) -> str:
    """The original language of a row: the one it names, else the first it has."""
    return row.get("original") or next(code for code in row if code in LANGUAGES)


def set_states(record: Translatable, states: dict[str, str]):
    """Give translations the states they are to have once the record is saved."""
    for code, state in states.items():
        setattr(record, f"state_{code}", state)
        if state == TranslationState.OUTDATED:
            # As if it had been made from an earlier original.
            earlier = hashlib.sha256(f"an earlier text of {record}".encode()).hexdigest()
            setattr(record, f"source_{code}", earlier)
