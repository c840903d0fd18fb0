"""What a report shows: its figures and, beside them, its symbol, its address, its map and its day.

The page, the PDF and the attached CSV all show this and no more."""

import datetime
import hashlib
import json
from collections.abc import Callable

from django.conf import settings
from django.utils import timezone
from django.utils.text import slugify

from portal.lib import links, network, pdf
from portal.lib.sheets.writing import as_csv
from publications.models import periods
from publications.models.reports import ReportKind
from publications.reports.kinds import KINDS
from regions import maps
from regions.models import Region

# The key of the day in the figures that a report keeps.
AS_OF = "as_of"
# What reports are drawn by beside what all printed documents share.
OWN = ("templates/publications/reports/**/*.html", "publications/reports/*.py")
Drawing = Callable[[dict, str], dict | None]


def context(*, kind: str, data: dict, language: str, drawn: Drawing | None = None) -> dict:
    """What the template of a kind is given: the data, its symbol, its map, which is drawn anew
    unless another way to have it is given."""
    symbol = report_symbol(kind, data)
    return {
        "data": data,
        "symbol": symbol,
        "language": language,
        "network": network.current(),
        "demonstration": settings.DEMONSTRATION,
        "site": settings.SITE_HOST,
        "permanent": permanent_address(kind, data, language),
        "files": [f"{slugify(symbol.replace('/', '-'))}.csv"],
        "map": (drawn or region_map)(data, language),
        "today": day_of(data),
        # Filled for a directory in volumes.
        "volume": None,
        "volumes": [],
        "index": None,
    }


def day_of(data: dict) -> datetime.date:
    """The day of the figures; today for those that were not kept by a report."""
    kept = data.get(AS_OF)
    return datetime.date.fromisoformat(kept) if kept else timezone.localdate()


def region_map(data: dict, language: str) -> dict | None:
    """The drawing of the report's region, or None for an organisation without one."""
    if not data.get("region") or "map" not in data:
        return None
    place = Region.objects.get(code=data["region"]["code"])
    return maps.of_region(place, data["map"], language=language)


def report_symbol(kind: str, data: dict) -> str:
    """The symbol in the foot: M/2026/014 on a certificate, F/R8/2026-Q3 on a regional report."""
    if kind == ReportKind.CERTIFICATE:
        return data["number"]
    if kind == ReportKind.MEMBER:
        return f"{data['number']}/{data['year']}"
    if kind == ReportKind.DIRECTORY:
        return f"D/{data['region']['code']}/{data['day']}" if data["region"] else f"D/{data['day']}"
    period = periods.written(data["year"], data["quarter"])
    if kind == ReportKind.PROGRAMME:
        return f"F/{period}"
    return f"F/{data['region']['code']}/{period}"


def permanent_address(kind: str, data: dict, language: str) -> str:
    """Where what a report says can be read up for good: the page of its certificate, region,
    programme or members. Empty for a member's own report, which has no public one."""
    if kind == ReportKind.CERTIFICATE:
        return data.get("address", "")
    if kind == ReportKind.REGION:
        return links.absolute_url("portal:region", language=language, code=data["region"]["code"])
    if kind == ReportKind.PROGRAMME:
        return links.absolute_url("programme:programme", language=language)
    if kind == ReportKind.DIRECTORY:
        return links.absolute_url("members:directory", language=language)
    return ""


def figures_csv(*, kind: str, data: dict) -> bytes:
    return b"".join(as_csv(KINDS[ReportKind(kind)].table(data)))


def digest_of(kind: str, data: dict, language: str, *, drawn: Drawing | None = None) -> str:
    """Of all that a file is made from except the day: figures, the network, drawings, templates,
    stylesheets, fonts, words. Two reports with the same look the same."""
    shown = context(kind=kind, data=data | {AS_OF: ""}, language=language, drawn=drawn)
    shown |= {"network": network.current().told, "today": "", "look": pdf.look(*OWN)}
    return hashlib.sha256(
        json.dumps([kind, shown], sort_keys=True, default=str).encode()
    ).hexdigest()
