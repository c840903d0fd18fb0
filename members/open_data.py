"""What the public directory holds, as open data: CSV, JSON and GeoJSON, written row by row.

The names of the fields and their order are a promise to whoever reads the files: fields are only
ever added, at the end.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator

from django.db.models import Min, Prefetch
from django.urls import reverse
from django.utils import timezone, translation

from members.models import Facet, Organisation
from members.models.facets import FacetKind
from members.models.organisations import OrganisationQuerySet
from portal.lib import links
from portal.lib.translations import LANGUAGES, current_language
from regions import maps

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
AT_ONCE = 500
FIELDS = (
    "slug",
    *(f"name_{code}" for code in LANGUAGES),
    "acronym",
    "category",
    "country",
    "regions",
    "site",
    "email",
    "founded",
    "since",
    "themes",
    "populations",
    "languages",
    "page",
)


def rows(organisations: OrganisationQuerySet) -> Iterator[dict]:
    """Each organisation as plain values under the names of FIELDS, in their order."""
    address = addresses()
    read = organisations.prefetch_related(
        Prefetch("facets", Facet.objects.only("kind", "code"))
    ).annotate(first_year=Min("memberships__starts_on__year"))
    for organisation in read.iterator(chunk_size=AT_ONCE):
        # Without one country, an organisation is active in several regions.
        regions = [organisation.region] if organisation.country_id else organisation.regions.all()
        facets = list(organisation.facets.all())
        yield {
            "slug": organisation.slug,
            **{f"name_{code}": organisation.own_text("name", code) for code in LANGUAGES},
            "acronym": organisation.acronym,
            "category": organisation.category.code,
            "country": organisation.country_id or "",
            "regions": [region.code for region in regions],
            "site": organisation.website,
            "email": organisation.email,
            "founded": organisation.founded,
            "since": organisation.first_year,
            "themes": codes(facets, FacetKind.THEME),
            "populations": codes(facets, FacetKind.POPULATION),
            "languages": codes(facets, FacetKind.LANGUAGE),
            "page": address(organisation),
        }


def codes(facets: list[Facet], kind: str) -> list[str]:
    return [facet.code for facet in facets if facet.kind == kind]


def addresses() -> Callable[[Organisation], str]:
    """The page of an organisation in the language that is active now, not while it is written."""
    language = current_language()

    def address(organisation: Organisation) -> str:
        with translation.override(language):
            return links.absolute(
                reverse("members:organisation", kwargs={"slug": organisation.slug})
            )

    return address


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def as_csv(organisations: OrganisationQuerySet) -> Iterator[str]:
    """Safe to open in a spreadsheet: formulas are neutralised, and the mark at the beginning
    tells that accents are written in UTF-8. Lists are separated by spaces."""
    writer = csv.writer(Echo())
    yield "\ufeff" + writer.writerow(FIELDS)
    for row in rows(organisations):
        yield writer.writerow([cell(value) for value in row.values()])


def cell(value) -> str:
    text = " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def as_json(organisations: OrganisationQuerySet) -> Iterator[str]:
    """An object with the licence, the day, and ``members``: a list of objects of FIELDS."""
    head = {"licence": LICENCE, "date": timezone.localdate().isoformat()}
    yield from enclosed(head, "members", rows(organisations))


def as_geojson(organisations: OrganisationQuerySet) -> Iterator[str]:
    """A FeatureCollection (RFC 7946): each organisation at a point inside its country.

    Without one country, or where the country has no point, the geometry is null.
    """
    points = maps.points()

    def feature(row: dict) -> dict:
        at = points.get(row["country"])
        return {
            "type": "Feature",
            "id": row["slug"],
            "geometry": {"type": "Point", "coordinates": list(at)} if at else None,
            "properties": row,
        }

    head = {
        "type": "FeatureCollection",
        "licence": LICENCE,
        "date": timezone.localdate().isoformat(),
    }
    yield from enclosed(head, "features", map(feature, rows(organisations)))


def enclosed(head: dict, name: str, members: Iterable[dict]) -> Iterator[str]:
    """The text of a JSON object whose last field is a list that is read while it is written."""
    yield json.dumps(head, ensure_ascii=False)[:-1] + f', "{name}": ['
    separator = "\n"
    for member in members:
        yield separator + json.dumps(member, ensure_ascii=False)
        separator = ",\n"
    yield "\n]}\n"
