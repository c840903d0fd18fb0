"""Probable duplicates: the same organisation under another spelling.

Two records probably mean the same organisation when they have a name of the same words, a web
site or a mail domain in common, or, within one country, an acronym. What differs between two ways
of writing a name is left out: capitals, accents, the order of words, little words, legal forms.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from django.db.models import Q

from members.models.organisations import OrganisationQuerySet
from portal.lib.text import fold
from portal.lib.translations import LANGUAGES

NAME, ACRONYM, DOMAIN = "name", "acronym", "domain"

_INITIALS = re.compile(r"\b(?:\w\.){2,}")
_IN_BRACKETS = re.compile(r"[(\[]\s*([^()\[\]]*?)\s*[)\]]")
_ELISION = re.compile(r"\b(?:[dlnms]|qu)['’]")
_WORD = re.compile(r"\w+")

LITTLE_WORDS = {
    "a", "al", "an", "and", "at", "au", "aux", "avec", "by", "con", "d", "dans", "de", "del",
    "des", "du", "e", "el", "en", "et", "for", "from", "in", "l", "la", "las", "le", "les",
    "los", "o", "of", "on", "par", "para", "por", "pour", "sobre", "sur", "the", "to", "un",
    "une", "with", "y",
}  # fmt: skip
LEGAL_FORMS = {
    "ac", "aisbl", "asbl", "asso", "cbo", "cic", "cio", "cso", "eg", "ev", "fbo", "ggmbh",
    "gmbh", "inc", "incorporated", "ipn", "ivzw", "limited", "llc", "llp", "ltd", "ngo",
    "nonprofit", "npc", "npo", "ong", "ongd", "osc", "plc", "rf", "ry", "sa", "sarl", "sas",
    "scic", "srl", "vzw",
}  # fmt: skip
NOT_TELLING = LITTLE_WORDS | LEGAL_FORMS
# Where anybody can have an address: it says nothing about the organisation.
FREE_MAIL = {
    "126.com", "163.com", "aol.com", "bluewin.ch", "caramail.com", "example.com", "example.net",
    "example.org", "free.fr", "gmail.com", "gmx.at", "gmx.ch", "gmx.com", "gmx.de", "gmx.fr",
    "gmx.net", "googlemail.com", "hotmail.ca", "hotmail.co.uk", "hotmail.com", "hotmail.es",
    "hotmail.fr", "icloud.com", "laposte.net", "libero.it", "live.co.uk", "live.com", "live.fr",
    "mac.com", "mail.com", "mail.ru", "me.com", "msn.com", "naver.com", "orange.fr",
    "outlook.com", "outlook.es", "outlook.fr", "proton.me", "protonmail.com", "qq.com",
    "rediffmail.com", "rocketmail.com", "sfr.fr", "skynet.be", "t-online.de", "tutanota.com",
    "videotron.ca", "voila.fr", "wanadoo.fr", "web.de", "yahoo.ca", "yahoo.co.in",
    "yahoo.co.jp", "yahoo.co.uk", "yahoo.com", "yahoo.com.ar", "yahoo.com.br", "yahoo.com.mx",
    "yahoo.de", "yahoo.es", "yahoo.fr", "yahoo.it", "yandex.com", "yandex.ru", "ymail.com",
    "zoho.com",
}  # fmt: skip
# Where many organisations have a page under one host: the host alone says nothing either.
SHARED_HOSTS = {
    "bit.ly", "es-la.facebook.com", "es.linkedin.com", "facebook.com", "fb.com", "fb.me",
    "fr-fr.facebook.com", "fr.linkedin.com", "github.com", "instagram.com", "linkedin.com",
    "linktr.ee", "m.facebook.com", "medium.com", "sites.google.com", "t.me", "tiktok.com",
    "tinyurl.com", "twitter.com", "wa.me", "x.com", "youtube.com",
}  # fmt: skip


def keys(names: Iterable[str], acronym: str = "", website: str = "", email: str = "") -> set[str]:
    """What an organisation can be recognised by, whatever the spelling.

    ``names`` are its names in any languages. An acronym in brackets behind a name counts as one.
    """
    found = set()
    for name in names:
        if not name:
            continue
        found.update(f"{ACRONYM}:{fold(inner)}" for inner in acronyms_in(name))
        if words := name_words(name):
            found.add(f"{NAME}:{' '.join(words)}")
    short = "".join(_WORD.findall(fold(acronym)))
    if len(short) > 1:
        found.add(f"{ACRONYM}:{short}")
    found.update(f"{DOMAIN}:{place}" for place in (site(website), mail_domain(email)) if place)
    return found


def name_words(name: str) -> list[str]:
    """The telling words of a name, folded, in the singular, in alphabetical order.

    A name made of nothing but little words and legal forms keeps them.
    """
    outside = _IN_BRACKETS.sub(lambda match: "" if is_acronym(match[1]) else f" {match[1]} ", name)
    joined = _INITIALS.sub(
        lambda match: match[0].replace(".", ""), _ELISION.sub(" ", fold(outside))
    )
    everything = _WORD.findall(joined)
    telling = [word for word in everything if word not in NOT_TELLING]
    return sorted({singular(word) for word in telling or everything})


def singular(word: str) -> str:
    """The word without the s of most plurals in the three languages."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def acronyms_in(name: str) -> list[str]:
    return [match[1] for match in _IN_BRACKETS.finditer(name) if is_acronym(match[1])]


def is_acronym(text: str) -> bool:
    return 1 < len(text) <= 12 and text.isalnum() and text.upper() == text and not text.isdigit()


def site(address: str) -> str:
    """The host of a web site, with the first part of the path where many share the host."""
    if not address:
        return ""
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
        host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    except ValueError:
        return ""
    if host in SHARED_HOSTS:
        own = parts.path.strip("/").split("/", 1)[0].casefold()
        return f"{host}/{own}" if own else ""
    return host if "." in host and host not in FREE_MAIL else ""


def mail_domain(address: str) -> str:
    """The domain of a mail address, unless anybody can have an address there."""
    domain = address.rpartition("@")[2].strip().casefold().rstrip(".")
    return domain if "@" in address and "." in domain and domain not in FREE_MAIL else ""


class Match(NamedTuple):
    """A record that is probably the same, and by which keys."""

    pk: int
    keys: frozenset[str]

    @property
    def reasons(self) -> set[str]:
        """Some of "name", "acronym", "domain"."""
        return {key.partition(":")[0] for key in self.keys}


class Register:
    """The keys of many records, loaded once and asked often; 100,000 of them take about 50 MB.

    Only the hashes of the keys are kept. ``country`` is a country's code, empty when unknown.
    """

    def __init__(self):
        self._holders: dict[int, int | tuple[int, ...]] = {}
        self._countries: dict[int, str] = {}

    @classmethod
    def of(cls, organisations: OrganisationQuerySet) -> "Register":
        """The register of the organisations, read in one query."""
        register = cls()
        columns = (*(f"name_{code}" for code in LANGUAGES), "acronym", "website", "email")
        rows = organisations.order_by().values_list("pk", "country_id", *columns)
        for pk, country, *names, acronym, website, email in rows.iterator(chunk_size=2000):
            register.add(pk, keys(names, acronym, website, email), country=country or "")
        return register

    def add(self, pk: int, found: Iterable[str], *, country: str = ""):
        if country:
            self._countries[pk] = country
        for key in found:
            number = hash(key)
            holders = self._holders.get(number)
            if holders is None:
                self._holders[number] = pk
            elif holders != pk and (isinstance(holders, int) or pk not in holders):
                before = (holders,) if isinstance(holders, int) else holders
                self._holders[number] = (*before, pk)

    def matches(self, found: Iterable[str], *, country: str = "") -> list[Match]:
        """The records that share a key, those that share most first.

        An acronym alone tells only within one country: it counts unless both countries are
        known and differ.
        """
        shared: dict[int, set[str]] = {}
        for key in found:
            for pk in self._holding(key):
                shared.setdefault(pk, set()).add(key)
        likely = [
            Match(pk, frozenset(common))
            for pk, common in shared.items()
            if not self._is_chance(pk, common, country)
        ]
        return sorted(likely, key=lambda match: (-len(match.keys), match.pk))

    def _holding(self, key: str) -> Iterator[int]:
        holders = self._holders.get(hash(key), ())
        yield from (holders,) if isinstance(holders, int) else holders

    def _is_chance(self, pk: int, common: set[str], country: str) -> bool:
        only_acronym = all(key.startswith(f"{ACRONYM}:") for key in common)
        theirs = self._countries.get(pk, "")
        return only_acronym and bool(country and theirs) and country != theirs


def near(
    organisations: OrganisationQuerySet, found: Iterable[str], *, country: str = ""
) -> list[Match]:
    """The probable duplicates among the organisations, for one look-up: no register is loaded.

    The database first leaves out what cannot match: other countries, unless site or mail domain
    agree. Whoever asks says with the queryset which organisations may be revealed.
    """
    found = set(found)
    place = Q(country=country) | Q(country__isnull=True) if country else Q(country__isnull=True)
    for key in found:
        kind, _colon, value = key.partition(":")
        if kind == DOMAIN:
            place |= Q(website__icontains=value) | Q(email__iendswith=f"@{value}")
    return Register.of(organisations.filter(place)).matches(found, country=country)
