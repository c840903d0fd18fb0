"""The columns of the template: their names in three languages, and how headers are recognised.

One line is one organisation with up to three people and one period of membership. More people
or periods stand on further lines of the same organisation.
"""

import re
from typing import NamedTuple

from portal.lib.text import fold
from portal.lib.translations import LANGUAGES, current_language

CONTACTS = (1, 2, 3)
LITTLE_WORDS = {
    "a", "d", "de", "del", "des", "du", "el", "en", "in", "l", "la", "las", "le", "les", "los",
    "of", "s", "the",
}  # fmt: skip


class Column(NamedTuple):
    """A column: its key, its name in each language, what else people call it."""

    key: str
    titles: dict[str, str]
    aliases: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return self.titles[current_language()]


def column(key: str, fr: str, en: str, es: str, *aliases: str) -> Column:
    return Column(key, {"fr": fr, "en": en, "es": es}, aliases)


def contact_columns(number: int) -> list[Column]:
    n = number
    # The first person is also meant when a table has no numbers.
    one = n == 1
    return [
        column(
            f"contact{n}_name",
            f"Contact {n} : nom", f"Contact {n}: name", f"Contacto {n}: nombre",
            *(f"contact {n}", f"contacto {n}", f"contact {n} full name", f"nom contact {n}"),
            *("contact", "contacto", "contact name", "nom contact", "nombre contacto",
              "personne contact", "contact person", "persona contacto") * one,
        ),
        column(
            f"contact{n}_email",
            f"Contact {n} : courriel", f"Contact {n}: e-mail", f"Contacto {n}: correo",
            *(f"contact {n} email", f"contact {n} mail", f"courriel contact {n}",
              f"contacto {n} correo electronico", f"contacto {n} email"),
            *("contact email", "contact mail", "courriel contact", "mail contact",
              "email contact", "correo contacto", "contact e mail") * one,
        ),
        column(
            f"contact{n}_role",
            f"Contact {n} : rôle", f"Contact {n}: role", f"Contacto {n}: función",
            *(f"contact {n} fonction", f"contact {n} function", f"contacto {n} rol"),
            *("contact role", "role contact", "fonction contact", "funcion contacto") * one,
        ),
        column(
            f"contact{n}_language",
            f"Contact {n} : langue", f"Contact {n}: language", f"Contacto {n}: idioma",
            *("contact language", "langue contact", "idioma contacto") * one,
        ),
    ]  # fmt: skip


COLUMNS = [
    column("identifier", "Identifiant", "Identifier", "Identificador", "slug"),
    column("name_fr", "Nom (français)", "Name (French)", "Nombre (francés)", "name_fr", "nom fr"),
    column("name_en", "Nom (anglais)", "Name (English)", "Nombre (inglés)", "name_en", "name en"),
    column(
        "name_es", "Nom (espagnol)", "Name (Spanish)", "Nombre (español)", "name_es", "nombre es"
    ),
    column(
        "original_language", "Langue d’origine", "Original language", "Idioma original",
        "langue originale", "idioma de origen",
    ),
    column("acronym", "Sigle", "Acronym", "Sigla", "acronyme", "siglas", "acrónimo"),
    column(
        "category", "Catégorie", "Category", "Categoría", "type de membre", "member type",
        "catégorie de membre", "membership category", "tipo de miembro",
    ),
    column("country", "Pays", "Country", "País", "pays code", "country code", "iso"),
    column(
        "regions", "Régions d’activité", "Regions of activity", "Regiones de actividad",
        "régions", "regions", "regiones", "région", "region", "región",
    ),
    column("status", "Statut", "Status", "Estado", "état", "situation", "situación"),
    column("discreet", "Membre discret", "Discreet member", "Miembro discreto", "discret",
           "discreet", "discreto"),
    column(
        "website", "Site web", "Web site", "Sitio web", "site", "website", "site internet", "url",
        "web", "página web", "homepage",
    ),
    column(
        "email", "Courriel", "E-mail", "Correo electrónico", "email", "mail", "adresse courriel",
        "adresse électronique", "e-mail address", "correo", "adresse mail", "courriel public",
        "public e-mail address",
    ),
    column(
        "founded", "Année de fondation", "Founded in", "Año de fundación", "fondation", "founded",
        "fondée en", "créée en", "year founded", "fundada en", "date de création",
    ),
    *(
        column(
            f"description_{code}", f"Description ({french})", f"Description ({english})",
            f"Descripción ({spanish})", f"description_{code}",
        )
        for code, french, english, spanish in (
            ("fr", "français", "French", "francés"),
            ("en", "anglais", "English", "inglés"),
            ("es", "espagnol", "Spanish", "español"),
        )
    ),
    column("themes", "Thèmes", "Themes", "Temas", "thème", "theme", "tema", "topics"),
    column("populations", "Publics", "Populations", "Poblaciones",
           "publics concernés"),
    column("languages", "Langues de travail", "Working languages", "Idiomas de trabajo", "langues",
           "languages", "idiomas"),
    column("number", "Numéro d’adhésion", "Membership number", "Número de afiliación",
           "numéro", "number", "certificat", "certificate number", "n° d’adhésion"),
    column(
        "starts_on", "Adhésion : du", "Membership: from", "Afiliación: desde", "membre depuis",
        "début", "from", "desde", "start", "start date", "date de début", "fecha inicio",
        "début adhésion", "member since",
    ),
    column(
        "ends_on", "Adhésion : au", "Membership: until", "Afiliación: hasta", "fin", "until",
        "hasta", "end", "end date", "date de fin", "fecha fin", "fin adhésion", "expires",
    ),
    *(made for number in CONTACTS for made in contact_columns(number)),
    column(
        "not_duplicate", "Pas un doublon", "Not a duplicate", "No es un duplicado",
        "pas doublon",
    ),
]  # fmt: skip

# A name whose language the header does not say is in the original language of the line.
NAME = column(
    "name", "Nom", "Name", "Nombre", "organisation", "organization", "organización",
    "nom de l’organisation", "name of the organisation", "organisation name",
    "nombre de la organización", "dénomination", "raison sociale", "association", "asociación",
)  # fmt: skip
DESCRIPTION = column("description", "Description", "Description", "Descripción")
# What the list of lines to correct adds; it is left out when that list comes back.
TO_CORRECT = column("to_correct", "À corriger", "To correct", "Por corregir")

BY_KEY = {made.key: made for made in (*COLUMNS, NAME, DESCRIPTION, TO_CORRECT)}


def header_key(text: str) -> str:
    """What two ways of writing a header have in common."""
    words = re.findall(r"[^\W_]+", fold(text).replace("e-mail", "email"))
    return " ".join(word for word in words if word not in LITTLE_WORDS)


def _all_headers() -> dict[str, tuple[str, frozenset[str]]]:
    """For each way of writing a header: its column, and the languages in which it is so named."""
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for made in BY_KEY.values():
        for language, title in made.titles.items():
            key = header_key(title)
            known = found.get(key, (made.key, frozenset()))
            found[key] = (made.key, known[1] | {language})
    for made in BY_KEY.values():
        for alias in (made.key, *made.aliases):
            found.setdefault(header_key(alias), (made.key, frozenset()))
    found.pop("", None)  # a header of little words alone, such as « du »
    return found


HEADERS = _all_headers()


def recognised(cell) -> str:
    """The key of the column a header cell names, or nothing."""
    if not isinstance(cell, str) or len(cell) > 200:
        return ""
    return HEADERS.get(header_key(cell), ("", frozenset()))[0]


def languages_of(cells: list) -> list[str]:
    """The languages the headers are written in, the most frequent first."""
    counts = dict.fromkeys(LANGUAGES, 0)
    for cell in cells:
        if isinstance(cell, str):
            _key, languages = HEADERS.get(header_key(cell), ("", frozenset()))
            if len(languages) < len(LANGUAGES):  # « Contact 1 » says nothing
                for language in languages:
                    counts[language] += 1
    return sorted((code for code in LANGUAGES if counts[code]), key=lambda code: -counts[code])


def title_of(key: str) -> str:
    """The name of a column in the language that is active now."""
    return BY_KEY[key].title if key in BY_KEY else key
