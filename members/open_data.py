"""What the public directory holds, as open data: CSV, JSON and GeoJSON; and what stands behind it.

Discreet members are in none of it and cannot be inferred: coverage counts the public ones.
"""

from collections.abc import Callable, Iterator

from django.db.models import Min
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from members.models import Category, Facet, Organisation
from members.models.facets import FacetKind
from members.models.organisations import OrganisationQuerySet
from portal.lib import links, open_data
from portal.lib.linked import as_list
from portal.lib.open_data import AT_ONCE, LICENCE, Column, DataSet, enclosed, page_column
from portal.lib.translations import LANGUAGES, current_language
from regions import maps
from regions.models import GroupingMember

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
    read = (
        organisations.prefetch_related(None)
        .prefetch_related(as_list("facets", Facet.objects.only("kind", "code")), as_list("regions"))
        .annotate(first_year=Min("memberships__starts_on__year"))
    )
    for organisation in read.iterator(chunk_size=AT_ONCE):
        # Without one country, an organisation is active in several regions.
        regions = [organisation.region] if organisation.country_id else organisation.own_regions
        facets = organisation.own_facets
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


def as_csv(organisations: OrganisationQuerySet) -> Iterator[str]:
    return open_data.as_csv(FIELDS, rows(organisations))


def as_json(organisations: OrganisationQuerySet) -> Iterator[str]:
    """An object with the licence, the day, and ``members``: a list of objects of FIELDS."""
    return open_data.as_json("members", rows(organisations))


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


# -- The sets of open data ------------------------------------------------------------------------


def public() -> OrganisationQuerySet:
    return (
        Organisation.objects.public().select_related("category", "country__region").order_by("pk")
    )


def organisations() -> Iterator[dict]:
    """As in the directory, with the address that opens in the reader's language."""
    for row in rows(public()):
        yield row | {"page": links.absolute(f"/members/{row['slug']}/")}


def categories() -> Iterator[dict]:
    for category in Category.objects.all():
        yield {
            "code": category.code,
            **{f"label_{code}": category.own_text("label", code) for code in LANGUAGES},
            "needs_country": category.needs_country,
            "unique_per_country": category.unique_per_country,
            "has_own_members": category.has_own_members,
            "votes": category.votes,
        }


def coverage() -> Iterator[dict]:
    """For each state of a grouping, whether it has a national member, another one, or none."""
    found = set(
        Organisation.objects.public()
        .filter(country__isnull=False)
        .order_by()
        .values_list("country", "category__unique_per_country")
    )
    rows = GroupingMember.objects.select_related("grouping")
    for link in rows.order_by("grouping__code", "country", "kind", "since"):
        national, other = ((link.country_id, is_national) in found for is_national in (True, False))
        yield {
            "grouping": link.grouping.code,
            "country": link.country_id,
            "kind": link.kind,
            "since": link.since,
            "until": link.until,
            "coverage": "national" if national else "other" if other else "none",
        }


SAYS = {
    "slug": ("string", _("its own part of its address")),
    "acronym": ("string", _("acronym")),
    "category": ("string", _("code of the category")),
    "country": ("string", _("ISO 3166-1 code of two letters, empty without one country")),
    "regions": ("list", _("codes of the regions, R1 to R9")),
    "site": ("uri", _("website")),
    "email": ("string", _("public e-mail address")),
    "founded": ("integer", _("year of foundation")),
    "since": ("integer", _("year in which it first became a member")),
    "themes": ("list", _("codes of its themes")),
    "populations": ("list", _("codes of the populations it works for")),
    "languages": ("list", _("codes of its working languages")),
}
NAMES = {f"name_{code}": ("string", _("name")) for code in LANGUAGES}
SETS = (
    DataSet(
        "organisations",
        _("Member organisations"),
        _("The public directory. Members for whom being named is a risk are not in it."),
        (
            *(
                Column(name, *(NAMES | SAYS)[name], name in ("slug", "category"))
                for name in FIELDS[:-1]
            ),
            page_column(),
        ),
        organisations,
        ("slug",),
        is_large=True,
    ),
    DataSet(
        "categories",
        _("Categories of membership"),
        _("The kinds of membership and their rules."),
        (
            Column("code", "string", _("code of the category"), True),
            *(Column(f"label_{code}", "string", _("label")) for code in LANGUAGES),
            Column("needs_country", "boolean", _("whether it belongs to one country"), True),
            Column("unique_per_country", "boolean", _("whether a country has one only"), True),
            Column("has_own_members", "boolean", _("whether it has members of its own"), True),
            Column("votes", "boolean", _("whether it votes"), True),
        ),
        categories,
        ("code",),
    ),
    DataSet(
        "coverage",
        _("Coverage of groupings"),
        _("The states of each grouping, and whether the directory has a member there."),
        (
            Column("grouping", "string", _("code of the grouping"), True),
            Column("country", "string", _("ISO 3166-1 code of two letters"), True),
            Column("kind", "string", _("link: member, associate, observer or suspended"), True),
            Column("since", "date", _("first day, empty where it is not known")),
            Column("until", "date", _("day from which it is over, empty while it lasts")),
            Column(
                "coverage",
                "string",
                _("national: a national member is listed; other: another one; none: nobody is"),
                True,
            ),
        ),
        coverage,
        ("grouping", "country", "kind", "since"),
    ),
)
