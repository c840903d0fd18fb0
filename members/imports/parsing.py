"""What a cell says. Each parser gives a value of the records or raises ``Refused``."""

import calendar
import datetime
import re
import unicodedata
from functools import cached_property

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils import timezone, translation

from members.imports.wording import Refused
from members.models import Category, Facet, Organisation
from members.models.mandates import FOR_ORGANISATIONS, MandateKind
from members.models.organisations import Status
from portal.lib.sheets.cells import CELL_LIMIT, Formula, Value, is_harmless, restored
from portal.lib.text import fold
from portal.lib.translations import LANGUAGES, Language
from regions.models import Country, Region
from regions.naming import Countries

FIRST_YEAR, LAST_YEAR = 1800, 2200
# A cell that says "nothing here" in so many words: it empties the field.
EMPTY_WORDS = {"(vide)", "(empty)", "(vacio)", "(vacia)"}
_DASHES = re.compile(r"[\s\-–—.]*$")
_NUMBER = re.compile(r"[+-]?[\d\s\u00a0\u202f().,/–-]*\d[\d\s\u00a0\u202f().,/–%-]*$")
_ISO = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?$")
_DAY_FIRST = re.compile(r"(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{2,4})(?:[T ]\d{1,2}:\d{2}.*)?$")
_IN_WORDS = re.compile(
    r"(?:(\d{1,2})(?:er|º|o|st|nd|rd|th)?\s+(?:de\s+)?([a-z]+)\.?|([a-z]+)\.?\s+(\d{1,2})"
    r"(?:st|nd|rd|th)?,?)\s+(?:de\s+|del\s+)?(\d{4})$"
)
_FOUR_DIGITS, _FIVE_DIGITS = re.compile(r"\d{4}$"), re.compile(r"\d{5}$")
_EPOCH = datetime.date(1899, 12, 30)
_LIST = re.compile(r"[;,\n/]+")
_MAIL_WITHIN = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
MONTHS = {
    "janvier": 1, "fevrier": 2, "mars": 3, "avril": 4, "mai": 5, "juin": 6, "juillet": 7,
    "aout": 8, "septembre": 9, "octobre": 10, "novembre": 11, "decembre": 12, "january": 1,
    "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8,
    "september": 9, "october": 10, "november": 11, "december": 12, "enero": 1, "febrero": 2,
    "marzo": 3, "abril": 4, "mayo": 5, "junio": 6, "julio": 7, "agosto": 8, "septiembre": 9,
    "octubre": 10, "noviembre": 11, "diciembre": 12,
}  # fmt: skip
YES = {"yes", "y", "oui", "o", "si", "s", "x", "1", "true", "vrai", "verdadero", "✓", "✔"}
NO = {"no", "n", "non", "0", "false", "faux", "falso"}
LIMITS = {
    name: Organisation._meta.get_field(name).max_length for name in ("acronym", "website", "email")
} | {f"name_{code}": 200 for code in LANGUAGES}
# What most addresses look like: those need no slower look.
_PLAIN_MAIL = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?\.)+[a-z]{2,20}$"
)
_PLAIN_URL = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?\.)+[a-z]{2,20}/?[a-z0-9/_.-]*$"
)
_is_url = URLValidator(schemes=("http", "https"))


def text_of(cell: Value, *, lines: bool = False) -> str:
    """The text of a cell: spaces made single, unless its lines count. Empty for nothing.

    Raises Refused for formulas and for signs that no text has.
    """
    if cell is None:
        return ""
    if isinstance(cell, Formula):
        raise Refused("formula")
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    if not isinstance(cell, str):
        return str(cell)
    if len(cell) > CELL_LIMIT:
        raise Refused("too_long", length=f"> {CELL_LIMIT}", limit=CELL_LIMIT)
    if not cell.isprintable() and any(map(is_unreadable, cell)):
        readable = " ".join("".join(" " if is_unreadable(c) else c for c in cell).split())
        raise Refused("control", proposal=readable[:200])
    text = cell.strip()
    if says_nothing(text):
        return ""
    if text[0] in "=+-@" and not _NUMBER.match(text):
        raise Refused("formula", proposal=f"'{text}"[:200] if text[0] != "=" else "")
    if text[0] == "'" and is_harmless(text):
        text = restored(text)
    if lines:
        return "\n".join(line.rstrip() for line in text.splitlines())
    return " ".join(text.split())


def says_nothing(text: str) -> bool:
    """Whether only dashes stand there, as many people write an empty cell."""
    return not text or (text[0] in "-–—." and _DASHES.match(text) is not None)


def is_unreadable(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs", "Cn") and char not in "\t\n\r\x85"


def limited(text: str, limit: int) -> str:
    if len(text) > limit:
        raise Refused("too_long", length=len(text), limit=limit)
    return text


def day(cell: Value, *, is_last: bool = False) -> datetime.date:
    """A day from a date cell, ISO, dd/mm/yyyy, words, or a serial number of Excel."""
    if isinstance(cell, datetime.date):
        return within(cell.year, cell.month, cell.day)
    text = text_of(cell)
    if _FIVE_DIGITS.match(text):
        return _EPOCH + datetime.timedelta(days=int(text))
    if match := _ISO.match(text):
        return within(*map(int, match.groups()))
    if match := _DAY_FIRST.match(text):
        return day_first(*match.groups())
    if match := _IN_WORDS.match(fold(text)):
        first, month, other, second, year = match.groups()
        if number := MONTHS.get(month or other):
            return within(int(year), number, int(first or second))
    if _FOUR_DIGITS.match(text) and FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise Refused("date_format", proposal=f"{text}-12-31" if is_last else f"{text}-01-01")
    raise Refused("date_format")


def day_first(first: str, second: str, year: str) -> datetime.date:
    number, month = int(first), int(second)
    if len(year) != 4:
        full = 2000 + int(year) if int(year) < 70 else 1900 + int(year)
        proposal = proposed(full, month, number) if len(year) == 2 else ""
        raise Refused("date_short", proposal=proposal)
    if month > 12 and number <= 12:
        raise Refused("date_order", proposal=proposed(int(year), number, month))
    return within(int(year), month, number)


def within(year: int, month: int, number: int) -> datetime.date:
    """The day, if there is one and it lies in the times of the network."""
    if FIRST_YEAR <= year <= LAST_YEAR:
        try:
            return datetime.date(year, month, number)
        except ValueError:
            raise Refused("date_impossible", proposal=proposed(year, month, number)) from None
    raise Refused("date_impossible")


def proposed(year: int, month: int, number: int) -> str:
    """The nearest day that exists, or nothing."""
    if not (1 <= month <= 12 and 1 <= number <= 31 and FIRST_YEAR <= year <= LAST_YEAR):
        return ""
    last = calendar.monthrange(year, month)[1]
    return datetime.date(year, month, min(number, last)).isoformat()


def year(cell: Value) -> int:
    """The year of a foundation; a whole date tells it too."""
    text = text_of(cell)
    if not _FOUR_DIGITS.match(text):
        try:
            text = str(day(cell).year)
        except Refused:
            raise Refused("year") from None
    if not 1000 <= int(text) <= timezone.localdate().year:
        raise Refused("year")
    return int(text)


def mail(cell: Value) -> str:
    text = text_of(cell)
    if len(text) < 65 and _PLAIN_MAIL.match(text):
        return text
    cleaned = text.removeprefix("mailto:")
    try:
        validate_email(cleaned)
    except ValidationError:
        joined = cleaned.replace(" ", "").replace(",", ".").replace("(at)", "@")
        found = _MAIL_WITHIN.search(cleaned) or _MAIL_WITHIN.search(joined)
        raise Refused("mail", proposal=found[0].lower() if found else "") from None
    return limited(cleaned.lower(), LIMITS["email"])


def website(cell: Value) -> str:
    text = text_of(cell)
    address = text if text[:4].lower() == "http" and "://" in text[:9] else f"https://{text}"
    if len(address) < 120 and _PLAIN_URL.match(address):
        return address
    try:
        _is_url(address)
    except ValidationError:
        joined = address.replace(" ", "").replace(",", ".")
        try:
            _is_url(joined)
        except ValidationError:
            joined = ""
        raise Refused("website", proposal=joined[:200]) from None
    return limited(address, LIMITS["website"])


def yes_or_no(cell: Value) -> bool:
    text = fold(text_of(cell))
    if text in YES:
        return True
    if text in NO:
        return False
    raise Refused("not_yes_no")


def in_all_languages(choices) -> dict[str, str]:
    """For each way of writing a choice, folded: its value."""
    found = {fold(value): value for value in choices.values}
    for code in LANGUAGES:
        with translation.override(code):
            found |= {fold(str(label)): value for value, label in choices.choices}
    return found


class Lists:
    """What can be chosen, with its names in three languages. Loaded once for a whole file."""

    def __init__(self):
        self.countries = Countries()
        self._known_countries: dict[str, Country] = {}  # as they were written so far
        self._exact: dict[str, bool] = {}
        self.categories = list(Category.objects.all())
        self.regions = list(Region.objects.all())
        self.facets = list(Facet.objects.all())
        self._facet_words: dict[str, dict[str, Facet]] = {}
        for facet in self.facets:
            words = self._facet_words.setdefault(facet.kind, {})
            for word in (facet.code, *(getattr(facet, f"label_{c}") or "" for c in LANGUAGES)):
                words.setdefault(fold(word), facet)

    @cached_property
    def statuses(self) -> dict[str, str]:
        return in_all_languages(Status)

    @cached_property
    def roles(self) -> dict[str, str]:
        kinds = in_all_languages(MandateKind)
        return {word: kind for word, kind in kinds.items() if kind in FOR_ORGANISATIONS}

    @cached_property
    def language_words(self) -> dict[str, str]:
        own = {"francais": "fr", "anglais": "en", "espagnol": "es", "ingles": "en"}
        return own | {"frances": "fr", "espanol": "es"} | in_all_languages(Language)

    @cached_property
    def category_words(self) -> dict[str, Category]:
        words = {}
        for category in self.categories:
            labels = [getattr(category, f"label_{code}") or "" for code in LANGUAGES]
            texts = [category.code, *labels, *(f"{category.code}, {label}" for label in labels)]
            words |= {fold(text): category for text in texts if text}
        return words

    @cached_property
    def region_words(self) -> dict[str, Region]:
        words = {}
        for region in self.regions:
            names = [getattr(region, f"name_{code}") or "" for code in LANGUAGES]
            texts = [region.code, *names, *(f"{region.code} {name}" for name in names)]
            words |= {fold(text): region for text in texts if text}
        return words

    def category(self, cell: Value) -> Category:
        text = fold(text_of(cell))
        for word in (text, text.split(" ", 1)[-1] if text.startswith("categor") else text):
            if found := self.category_words.get(word):
                return found
        raise Refused("unknown_category", choices=", ".join(str(c.code) for c in self.categories))

    def country(self, cell: Value) -> Country:
        text = text_of(cell)
        if text in self._known_countries:
            return self._known_countries[text]
        found = self.countries.find(text)
        if found is None:
            near = self.countries.nearest(text)
            raise Refused("unknown_country", proposal=str(near.name or near.code) if near else "")
        if len(self._known_countries) < 2000:
            self._known_countries[text] = found
        return found

    def is_exact_country(self, text: str, country: Country) -> bool:
        if text not in self._exact:
            exact = self.countries.is_exact(text, country)
            if len(self._exact) > 2000:
                return exact
            self._exact[text] = exact
        return self._exact[text]

    def status(self, cell: Value) -> str:
        return chosen(cell, self.statuses, "@status")

    def language(self, cell: Value) -> str:
        return chosen(cell, self.language_words, "@language")

    def roles_of(self, cell: Value) -> list[str]:
        texts = [text for text in _LIST.split(text_of(cell)) if text.strip()]
        return list(dict.fromkeys(chosen(text, self.roles, "@role") for text in texts))

    def regions_of(self, cell: Value) -> list[str]:
        """The codes of the regions, in their order."""
        whole = fold(text_of(cell))
        # A region's own name may hold a comma.
        texts = [whole] if whole in self.region_words else _LIST.split(whole)
        texts = [t for text in texts for t in split_codes(text)]
        codes = ", ".join(region.code for region in self.regions)
        return sorted({chosen(text, self.region_words, codes).code for text in texts})

    def facets_of(self, kind: str, cell: Value) -> list[str]:
        """The codes of the words of one list, in its order."""
        words = self._facet_words.get(kind, {})
        whole = fold(text_of(cell))
        texts = [whole] if whole in words else [t for t in _LIST.split(whole) if t.strip()]
        codes = ", ".join(dict.fromkeys(facet.code for facet in words.values()))
        return sorted({chosen(text, words, codes).code for text in texts})


def split_codes(text: str) -> list[str]:
    """« R1 R2 » as two; a name keeps its words."""
    parts = text.split()
    return (
        parts
        if parts and all(re.match(r"r\d$", part) for part in parts)
        else [text] * bool(text.strip())
    )


def chosen(cell: Value, words: dict, choices: str) -> object:
    """What a word means. ``choices`` are told to whoever wrote another one."""
    found = words.get(fold(text_of(cell)))
    if found is None:
        raise Refused("unknown_choice", choices=choices)
    return found
