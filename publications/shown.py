"""Everything that the page of a text, and the public list, show: plain values, by few statements.

A page that was drawn from the same values is not drawn again (``portal.lib.drawn``). So whatever
one begins to show has to be told here too; a test fails when drawing reads another table.
"""

import json
from collections.abc import Mapping

from django.db.models import CharField, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.utils import timezone

from members.models import Organisation
from portal.lib.statements import Asked, Statement, columns_of
from portal.lib.translations import LANGUAGES
from programme.models import Axis, Challenge, Cycle
from publications import reviewing
from publications.listing import PER_PAGE
from publications.models import Author, Correction, FacetCount, Publication, PublicationFile, Series
from regions.models import Country, Region

MOST_RELATED = 4  # other texts on the same axis


def related(publication: int) -> QuerySet:
    """The newest other public texts on the first of its axes."""
    key = Concat(
        Value("axis:"), "number", Value("@"), "cycle__first_year", output_field=CharField()
    )
    first = Axis.objects.filter(publications=publication).values_list(key)[:1]
    others = Publication.objects.public().exclude(pk=publication)
    return others.newest_placed_under(Subquery(first))[:MOST_RELATED]


def in_languages(*names: str) -> list[str]:
    return [f"{name}_{code}" for name in names for code in LANGUAGES]


# What the page says of other records than the text itself.
NAMED = ["id", "original_language", *in_languages("state", "title")]
TEXT = ["symbol", *NAMED, "state", "access", "replaced_by_id"]
MEMBER = ["slug", "original_language", *in_languages("state", "name", "sort")]
REGION = ["code", "original_language", *in_languages("state", "name")]
COUNTRY = ["code", *in_languages("name", "sort")]
AUTHOR = ["name", "family_name", "affiliation", "orcid"]
FILE = columns_of(
    PublicationFile, "words", "file", "is_stripped", "reading_since", "readings", "read_at"
)
CARD = [*NAMED, "symbol", "kind", "published_on", "access", "shelf"]
# Kept for lists, for translators and for the desk alone.
UNSHOWN = ["counted", *in_languages("source", "sort"), "proposed_by_id", "proposed_for_id"]


def text(symbol: str) -> Mapping[str, Asked]:
    this = Publication.objects.announced().filter(symbol=symbol)
    return {"key": Asked(this, ["id"]), "text": Asked(this, columns_of(Publication, *UNSHOWN))}


def library() -> Mapping[str, Asked]:
    """The first page of the public list, its counts, and the words of its filters."""
    counted = FacetCount.objects.filter(facet="country").values("value")
    return {
        "texts": Asked(Publication.objects.announced().newest_first()[: PER_PAGE + 1], CARD),
        "counts": Asked(FacetCount.objects.all(), ["facet", "value", "number"]),
        "axes": Asked(Axis.objects.all(), [*NAMED, "number", "cycle_id"]),
        "cycles": Asked(Cycle.objects.all(), ["id", "first_year"]),
        "regions": Asked(Region.objects.all(), REGION),
        "countries": Asked(Country.objects.filter(code__in=counted), COUNTRY),
        "challenges": Asked(Challenge.objects.all(), [*NAMED, "number"]),
        "series": Asked(Series.objects.all(), [*NAMED, "slug"]),
    }


def instead(key: int) -> Mapping[str, Asked]:
    return {"instead": Asked(Publication.objects.filter(replaces=key), TEXT)}


def links(key: int) -> Mapping[str, Asked]:
    return {
        "authors": Asked(Author.objects.filter(publication=key), AUTHOR),
        "files": Asked(PublicationFile.objects.filter(publication=key), FILE),
        "corrections": Asked(
            Correction.objects.filter(publication=key), columns_of(Correction, "publication_id")
        ),
        "series": Asked(Series.objects.filter(publications=key), [*NAMED, "slug", "issn"]),
        "axes": Asked(Axis.objects.filter(publications=key), [*NAMED, "number"]),
        "regions": Asked(Region.objects.filter(publications=key), REGION),
        "countries": Asked(Country.objects.filter(publications=key), COUNTRY),
        "challenges": Asked(Challenge.objects.filter(publications=key), [*NAMED, "number"]),
        "members": Asked(Organisation.objects.public().filter(publications=key), MEMBER),
        **instead(key),
        "replaces": Asked(Publication.objects.filter(replaced_by=key), TEXT),
        "related": Asked(related(key), TEXT),
    }


TEXT_ASKED = Statement(text, symbol="P/0000/00")
LINKS_ASKED = Statement(links, key=-1)
INSTEAD_ASKED = Statement(instead, key=-1)
LIBRARY_ASKED = Statement(library)


def values_of(symbol: str) -> dict[str, str]:
    """All that the public page of a text shows; empty where no public address admits to it."""
    found = TEXT_ASKED.ask(symbol=symbol)
    if not found:
        return {}
    found |= LINKS_ASKED.ask(key=json.loads(found["key"])[0][0])
    # What replaces the text may be replaced itself: the page names the one that is in force.
    told = found.get("instead", "")
    for step in range(reviewing.LONGEST_CHAIN):
        later = dict(zip(TEXT, json.loads(told)[0], strict=True)) if told else {}
        if not later.get("replaced_by_id"):
            break
        told = found[f"instead {step}"] = INSTEAD_ASKED.ask(key=later["id"]).get("instead", "")
    return found


def values_of_library() -> dict[str, str]:
    """All that the first page of the public list shows; empty before its counts are kept, since
    each text then has a part in it."""
    found = LIBRARY_ASKED.ask()
    # Which cycle of the programme is the present one.
    return found | {"year": str(timezone.localdate().year)} if "counts" in found else {}
