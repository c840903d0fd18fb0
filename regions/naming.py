"""Recognising a country by what people write: a code, or a name in three languages."""

import difflib
import json
import re
from functools import cache
from pathlib import Path

from portal.lib.text import fold
from portal.lib.translations import LANGUAGES
from regions.models import Country

VARIANTS = Path(__file__).parent / "data" / "country_variants.json"
LITTLE_WORDS = {
    "a", "and", "d", "de", "del", "des", "do", "du", "e", "el", "et", "i", "l", "la", "las", "le",
    "les", "los", "of", "the", "y",
}  # fmt: skip
SAINTS = {"st": "saint", "ste": "saint", "sainte": "saint", "san": "saint", "sta": "saint"}
_WORDS = re.compile(r"[^\W_]+")


def name_key(text: str) -> str:
    """What two ways of writing a name have in common: its telling words in alphabetical order."""
    dotted = re.sub(r"\b((?:\w\.\s?){2,})", lambda m: re.sub(r"[.\s]", "", m[1]) + " ", fold(text))
    words = [SAINTS.get(word, word) for word in _WORDS.findall(dotted)]
    return " ".join(sorted(word for word in words if word not in LITTLE_WORDS))


@cache
def variants() -> dict[str, list[str]]:
    """By country code, what else people write for it."""
    return json.loads(VARIANTS.read_text("utf-8"))["variants"]


class Countries:
    """The countries of the network, found by code or name. Loaded once, asked often."""

    def __init__(self):
        self.by_code: dict[str, Country] = {
            country.code: country for country in Country.objects.select_related("region")
        }
        self._codes = {}
        self._names: dict[str, str] = {}
        for country in self.by_code.values():
            self._codes[country.code] = self._codes[country.alpha3] = country.code
            for language in LANGUAGES:
                self._names[name_key(getattr(country, f"name_{language}") or "")] = country.code
        # A name of the network's own goes before what else people write.
        for code, names in variants().items():
            if code in self.by_code:
                for name in names:
                    self._names.setdefault(name_key(name), code)
        self._names.pop("", None)

    def find(self, text: str) -> Country | None:
        code = self._codes.get(text.strip().upper()) or self._names.get(name_key(text))
        return self.by_code[code] if code else None

    def is_exact(self, text: str, country: Country) -> bool:
        """Whether the text is the country's code, or its name but for accents and capitals."""
        written = fold(text.strip())
        names = {fold(getattr(country, f"name_{language}") or "") for language in LANGUAGES}
        return written in names | {fold(country.code), fold(country.alpha3)}

    def nearest(self, text: str) -> Country | None:
        """The country whose name looks most like the text, if one does."""
        close = difflib.get_close_matches(name_key(text)[:100], self._names, n=1, cutoff=0.72)
        return self.by_code[self._names[close[0]]] if close else None
