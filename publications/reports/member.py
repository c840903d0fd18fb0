"""A member's year: its membership and dues, what it took part in, its region beside it, what is
due next.

It tells of the dues, and goes to those alone who act for the member or administer it.
"""

import datetime
from collections.abc import Iterator, Sequence
from typing import TypedDict

from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members import dues, renewals
from members.confirmations import NextAsked
from members.models import Invoice, Membership, Organisation
from portal.lib import year_parts
from portal.lib.year_parts import YearLine, YearPart
from publications.models.report_reasons import NothingToReport
from publications.reports.figures import (
    AxisCount,
    EventRow,
    RegionData,
    TextData,
    reach_data,
    reach_rows,
    region_data,
    span,
    text_data,
)
from publications.reports.gathering import Year, gather

TEMPLATE = "publications/reports/member.html"
BODY = "publications/reports/_member.html"


class PeriodRow(TypedDict):
    """A period of membership. Amounts are decimals as text, empty without an invoice."""

    number: str
    starts_on: str
    ends_on: str
    category_code: str
    category: TextData
    invoice: str
    amount: str
    paid: str
    waived: str
    balance: str
    currency: str


class TotalRow(TypedDict):
    """What the periods of the year cost in one currency, decimals as text."""

    currency: str
    amount: str
    paid: str
    waived: str
    balance: str


class LineRow(TypedDict):
    date: str
    title: TextData
    symbol: str
    details: list[str]


class PartRow(TypedDict):
    code: str
    title: str
    lines: list[LineRow]


class DueRow(TypedDict):
    what: str  # dues, renewal, roles
    date: str
    reference: str  # number of the invoice, or of the period
    amount: str
    currency: str
    count: int
    opens_on: str


class MemberReport(TypedDict):
    name: TextData
    acronym: str
    country: str
    country_code: str
    region: RegionData | None
    category_code: str
    category: TextData
    status: str
    year: int
    quarter: None
    first_day: str
    last_day: str
    since: int
    periods: int
    ends_on: str
    number: str
    people: int
    membership: list[PeriodRow] | None  # None when the report was made without
    totals: list[TotalRow]
    parts: list[PartRow]
    due: list[DueRow]
    region_members: int
    region_events: int
    region_publications: int | None
    own_in_region: int | None
    reach: dict | None
    upcoming: list[EventRow]
    axes: list[AxisCount]
    map: dict[str, int]


def data(
    organisation: Organisation, year: int, language: str, *, today: datetime.date | None = None
) -> MemberReport:
    """The year of an organisation, as plain values.

    Balances and what is due are those of today, whatever the year. Raises ValidationError when it
    was not yet a member by the end of that year.
    """
    [(_organisation, found)] = data_of_each([organisation], year, language, today=today)
    if isinstance(found, ValidationError):
        raise found
    return found


def data_of_each(
    organisations: Sequence[Organisation],
    year: int,
    language: str,
    *,
    today: datetime.date | None = None,
) -> Iterator[tuple[Organisation, MemberReport | ValidationError]]:
    """The same for several, each with why there is none where there is none."""
    today = today or timezone.localdate()
    first, last = span(year, None, today)
    gathered = gather(organisations, first=first, last=last, language=language, today=today)
    for organisation in organisations:
        found = gathered[organisation.pk]
        if found.periods and found.periods[0].starts_on.year <= year:
            yield organisation, told(organisation, found, year, language, today)
        else:
            yield organisation, not_yet_member(organisation, year, language)


def not_yet_member(organisation: Organisation, year: int, language: str) -> ValidationError:
    return ValidationError(
        NothingToReport.NOT_YET_MEMBER.label,
        code=NothingToReport.NOT_YET_MEMBER,
        params={"name": organisation.text("name", language).value, "year": year},
    )


def told(
    organisation: Organisation, found: Year, year: int, language: str, today: datetime.date
) -> MemberReport:
    first, last = span(year, None, today)
    periods, latest = found.periods, found.periods[-1]
    of_year = [p for p in periods if p.starts_on <= last and p.ends_on >= first]
    keys = {period.pk for period in of_year}
    invoices = [invoice for invoice in found.invoices if invoice.membership_id in keys]
    return {
        "name": text_data(organisation.text("name", language)),
        "acronym": organisation.acronym,
        "country": getattr(organisation.country, f"name_{language}", ""),
        "country_code": organisation.country_id or "",
        "region": region_data(found.region, language),
        "category_code": organisation.category.code,
        "category": text_data(organisation.category.text("label", language)),
        "status": organisation.status,
        "year": year,
        "quarter": None,
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "since": periods[0].starts_on.year,
        "periods": len(periods),
        "ends_on": latest.ends_on.isoformat(),
        "number": latest.number,
        "people": found.people,
        "membership": period_rows(
            of_year, {invoice.membership_id: invoice for invoice in invoices}, language
        ),
        "totals": [
            {
                "currency": total.currency,
                "amount": str(total.invoiced),
                "paid": str(total.paid),
                "waived": str(total.waived),
                "balance": str(total.remaining),
            }
            for total in dues.added_up((i.currency, i.amount, i.paid, i.balance) for i in invoices)
        ],
        "parts": part_rows(found.parts, language),
        "due": due_rows(organisation, latest, found.invoices, found.asked),
        "reach": reach_data(found.reach, language),
        **found.beside,
        "own_in_region": found.own_in_region,
    }


def read(data: dict, language: str) -> MemberReport:
    """The data a report has kept, also one made before its dues and parts were told: of those it
    says nothing, rather than that there were none."""
    if "parts" in data:
        return data
    found = {"activities": data["activities"], "publications": data["publications"]}
    with translation.override(language):
        parts = [
            {
                "code": part.code,
                "title": str(part.title),
                "lines": [
                    {
                        "date": row.get("date") or row["starts_on"],
                        "title": row["title"],
                        "symbol": row.get("symbol", ""),
                        "details": [_("Axis %(number)s") % {"number": row["axis"]}]
                        if "axis" in row
                        else [],
                    }
                    for row in found[part.code]
                ],
            }
            for part in year_parts.registered()
            if part.code in found
        ]
    return data | {
        "category": {"value": data["category"], "language": language},
        "quarter": None,
        "membership": None,
        "totals": [],
        "parts": parts,
        "due": [],
        "region_publications": None,
        "own_in_region": None,
    }


def period_rows(
    periods: list[Membership], invoices: dict[int, Invoice], language: str
) -> list[PeriodRow]:
    """The periods in their order, each with the invoice that stands for it."""
    rows = []
    for period in periods:
        invoice = invoices.get(period.pk)
        rows.append(
            {
                "number": period.number,
                "starts_on": period.starts_on.isoformat(),
                "ends_on": period.ends_on.isoformat(),
                "category_code": period.category.code,
                "category": text_data(period.category.text("label", language)),
                "invoice": invoice.number if invoice else "",
                "amount": str(invoice.amount) if invoice else "",
                "paid": str(invoice.paid) if invoice else "",
                "waived": str(invoice.waived) if invoice else "",
                "balance": str(invoice.balance) if invoice else "",
                "currency": invoice.currency if invoice else "",
            }
        )
    return rows


def part_rows(parts: list[tuple[YearPart, list[YearLine]]], language: str) -> list[PartRow]:
    """What the apps have registered, each part with what it found, if only nothing."""
    with translation.override(language):
        return [
            {
                "code": part.code,
                "title": str(part.title),
                "lines": [
                    {
                        "date": line.date.isoformat(),
                        "title": text_data(line.title),
                        "symbol": line.symbol,
                        "details": line.details,
                    }
                    for line in lines
                ],
            }
            for part, lines in parts
        ]


def due_rows(
    organisation: Organisation,
    latest: Membership,
    invoices: list[Invoice],
    asked: NextAsked | None,
) -> list[DueRow]:
    """What the member has to do next, the earliest first: pay, renew, confirm its roles."""
    nothing = {"reference": "", "amount": "", "currency": "", "count": 0, "opens_on": ""}
    rows = [
        nothing
        | {
            "what": "dues",
            "date": invoice.due_on.isoformat(),
            "reference": invoice.number,
            "amount": str(invoice.balance),
            "currency": invoice.currency,
        }
        for invoice in invoices
        if invoice.balance > 0
    ]
    if organisation.status in renewals.RENEWABLE:
        opens_on = latest.ends_on - datetime.timedelta(days=renewals.WINDOW_DAYS)
        renewal = {"what": "renewal", "date": latest.ends_on.isoformat()}
        rows.append(
            nothing | renewal | {"reference": latest.number, "opens_on": opens_on.isoformat()}
        )
    if asked:
        rows.append(
            nothing | {"what": "roles", "date": asked.day.isoformat(), "count": asked.count}
        )
    return sorted(rows, key=lambda row: row["date"])


FIGURES = (
    "since",
    "periods",
    "ends_on",
    "people",
    "region_members",
    "region_events",
    "region_publications",
    "own_in_region",
)
AMOUNTS = ("amount", "paid", "waived", "balance")


def table(data: MemberReport) -> list[list]:
    """The year as rows, for the attached CSV."""
    rows = [["figure", "key", "value"]]
    rows += [[name, "", data[name]] for name in FIGURES if data[name] is not None]
    rows += [[part["code"], "", len(part["lines"])] for part in data["parts"]]
    rows += reach_rows(data["reach"])
    for period in data["membership"] or ():
        days = f"{period['starts_on']}/{period['ends_on']}"
        rows += [["period", period["number"], days]]
        rows += [["category", period["number"], period["category_code"]]]
    rows += [
        [f"dues_{key}", total["currency"], total[key]]
        for total in data["totals"]
        for key in AMOUNTS
    ]
    for row in data["due"]:
        rows += [[f"due_{row['what']}", row["reference"] or row["count"], row["date"]]]
        if row["amount"]:
            rows += [["open", row["reference"], f"{row['amount']} {row['currency']}"]]
    for part in data["parts"]:
        rows += [
            [part["code"], f"{line['date']} {line['symbol']}".strip(), line["title"]["value"]]
            for line in part["lines"]
        ]
    rows += [["event_ahead", event["date"], event["title"]["value"]] for event in data["upcoming"]]
    rows += [["region_publications_on_axis", a["number"], a["count"]] for a in data["axes"]]
    return rows
