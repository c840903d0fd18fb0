"""Regions, countries and groupings as open data."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from portal.lib.links import absolute
from portal.lib.open_data import Column, DataSet, page_column, text_columns, texts
from portal.lib.translations import LANGUAGES
from regions.models import Country, Grouping, Region

NAME = _("name")


def regions() -> Iterator[dict]:
    for region in Region.objects.all():
        yield {
            "code": region.code,
            **texts(region, "name", "description"),
            "page": absolute(f"/regions/{region.code}/"),
        }


def countries() -> Iterator[dict]:
    for country in Country.objects.select_related("region").order_by("code"):
        yield {
            "code": country.code,
            "alpha3": country.alpha3,
            "numeric": country.numeric,
            **{f"name_{code}": getattr(country, f"name_{code}") or "" for code in LANGUAGES},
            "region": country.region.code,
            "un_status": country.un_status,
            "sovereign": country.sovereign_id or "",
        }


def groupings() -> Iterator[dict]:
    for grouping in Grouping.objects.prefetch_related("regions").order_by("code"):
        yield {
            "code": grouping.code,
            **{
                f"{name}_{code}": getattr(grouping, f"{name}_{code}") or ""
                for name in ("acronym", "name")
                for code in LANGUAGES
            },
            "site": grouping.site,
            "regions": [region.code for region in grouping.regions.all()],
        }


def plain(name: str, says) -> tuple[Column, ...]:
    return tuple(Column(f"{name}_{code}", "string", says) for code in LANGUAGES)


CODE_OF_REGION = _("code of the region, R1 to R9")
SETS = (
    DataSet(
        "regions",
        _("Regions"),
        _("The nine regions of the network."),
        (
            Column("code", "string", CODE_OF_REGION, True),
            *text_columns(("name", NAME), ("description", _("description"))),
            page_column(),
        ),
        regions,
        ("code",),
    ),
    DataSet(
        "countries",
        _("Countries"),
        _("Countries and territories with the region that the network places them in."),
        (
            Column("code", "string", _("ISO 3166-1 code of two letters"), True),
            Column("alpha3", "string", _("ISO 3166-1 code of three letters"), True),
            Column("numeric", "string", _("ISO 3166-1 code of three digits")),
            *plain("name", NAME),
            Column("region", "string", CODE_OF_REGION, True),
            Column(
                "un_status",
                "string",
                _("status at the United Nations: member, observer, non_member or territory"),
                True,
            ),
            Column("sovereign", "string", _("code of the state it is part of or depends on")),
        ),
        countries,
        ("code",),
    ),
    DataSet(
        "groupings",
        _("Intergovernmental groupings"),
        _("Groupings of states that the network works with."),
        (
            Column("code", "string", _("code of the grouping"), True),
            *plain("acronym", _("acronym")),
            *plain("name", NAME),
            Column("site", "uri", _("website")),
            Column("regions", "list", _("codes of the regions, R1 to R9")),
        ),
        groupings,
        ("code",),
    ),
)
