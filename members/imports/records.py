"""What the records say in the words of the columns: to compare with, and to export."""

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import QuerySet

from members.models import Derogation, Mandate, Membership, Organisation
from members.models.facets import FacetKind
from members.models.mandates import FOR_ORGANISATIONS
from portal.lib.translations import LANGUAGES

TEXTS = [f"{name}_{code}" for name in ("name", "description") for code in LANGUAGES]
PLAIN = ["acronym", "original_language", "website", "email", "founded", "discreet", "status"]
LISTS = {
    "themes": FacetKind.THEME,
    "populations": FacetKind.POPULATION,
    "languages": FacetKind.LANGUAGE,
}
FACET_FIELDS = {kind: field for field, kind in LISTS.items()}
# The organisation's own fields, in the order of the template.
FIELDS = [
    "name_fr", "name_en", "name_es", "original_language", "acronym", "category", "country",
    "regions", "status", "discreet", "website", "email", "founded", "description_fr",
    "description_en", "description_es", *LISTS,
]  # fmt: skip

# A record in the words of the columns: texts, codes, lists of codes; empty for nothing.
State = dict[str, object]


class Period(NamedTuple):
    starts_on: datetime.date
    ends_on: datetime.date
    number: str


class Contact(NamedTuple):
    email: str
    name: str
    language: str
    kind: str


def blank() -> State:
    """What a new organisation is compared with."""
    lists = {"regions": [], **{field: [] for field in LISTS}}
    return dict.fromkeys(FIELDS, "") | {"discreet": False, "identifier": ""} | lists


def states(organisations: QuerySet) -> dict[int, State]:
    """The state of each organisation, by its key: three queries, whatever their number."""
    columns = ["pk", "slug", *TEXTS, *PLAIN, "country_id", "category__code"]
    found: dict[int, State] = {}
    for row in organisations.order_by().values_list(*columns):
        state = dict(zip(columns, row, strict=True))
        pk = state.pop("pk")
        state["identifier"] = state.pop("slug")
        state["country"] = state.pop("country_id") or ""
        state["category"] = state.pop("category__code")
        for name in (*TEXTS, "founded"):
            state[name] = state[name] or ""
        state |= {"regions": [], **{field: [] for field in LISTS}}
        found[pk] = state
    through = Organisation.regions.through.objects.filter(organisation__in=list(found))
    for pk, code in through.order_by("region__code").values_list("organisation", "region__code"):
        found[pk]["regions"].append(code)
    words = Organisation.facets.through.objects.filter(organisation__in=list(found))
    rows = words.order_by("facet__code").values_list("organisation", "facet__kind", "facet__code")
    for pk, kind, code in rows:
        if kind in FACET_FIELDS:
            found[pk][FACET_FIELDS[kind]].append(code)
    return found


def periods(organisations: Iterable[int]) -> dict[int, list[Period]]:
    """The periods of each organisation, the latest first."""
    found: dict[int, list[Period]] = {}
    rows = Membership.objects.filter(organisation__in=list(organisations)).order_by("-starts_on")
    for pk, *row in rows.values_list("organisation", "starts_on", "ends_on", "number"):
        found.setdefault(pk, []).append(Period(*row))
    return found


def contacts(organisations: Iterable[int]) -> dict[int, list[Contact]]:
    """Who acts for each organisation today, in the order in which they began."""
    found: dict[int, list[Contact]] = {}
    rows = (
        Mandate.objects.current()
        .filter(organisation__in=list(organisations), kind__in=FOR_ORGANISATIONS)
        .order_by("since", "pk")
        .values_list(
            "organisation", "person__email", "person__full_name", "person__language", "kind"
        )
    )
    for pk, email, name, language, kind in rows:
        found.setdefault(pk, []).append(Contact(email.lower(), name, language, kind))
    return found


def exempt(organisations: Iterable[int]) -> set[tuple[int, str]]:
    """The organisations with a derogation in force, with the country it is for."""
    rows = Derogation.objects.in_force().filter(organisation__in=list(organisations))
    return set(rows.values_list("organisation", "country"))


def first_name(state: State) -> str:
    """The name in the original language, else in any."""
    names = [state.get(f"name_{state.get('original_language')}"), *(state[n] for n in NAMES)]
    return next((name for name in names if name), state.get("identifier", ""))


NAMES = [f"name_{code}" for code in LANGUAGES]
