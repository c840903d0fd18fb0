"""The certificate of membership: who, which category, for how long, under which number.

Its code leads to a public page that says whether it holds.
"""

from collections.abc import Iterator, Sequence
from typing import TypedDict

from django.core.exceptions import ValidationError
from django.db.models import Min, prefetch_related_objects

from members.models import Membership, Organisation
from publications import certificates
from publications.models import Certificate
from publications.models.report_reasons import NothingToReport
from publications.reports.figures import region_data, text_data

TEMPLATE = "publications/reports/certificate.html"


class CertificateData(TypedDict):
    name: dict
    acronym: str
    country: str
    region: dict | None
    category_code: str
    category: str
    number: str
    starts_on: str
    ends_on: str
    since: int
    year: int
    code: str
    address: str


def prepare(organisations: Sequence[Organisation], year: int):
    """Have codes for what the certificates will say; nothing where there is nothing to certify."""
    certificates.issue_each(periods_of_each(organisations, year).values())


def periods_of_each(organisations: Sequence[Organisation], year: int) -> dict[int, Membership]:
    """The last period that has a day in the year, by the primary key of its organisation."""
    known = {organisation.pk: organisation for organisation in organisations}
    held = Membership.objects.filter(
        organisation__in=known, starts_on__year__lte=year, ends_on__year__gte=year
    )
    found = {}
    for period in held.select_related("category").order_by("starts_on"):
        period.organisation = known[period.organisation_id]
        found[period.organisation_id] = period
    return found


def data(organisation: Organisation, year: int, language: str) -> CertificateData:
    """What the certificate of a year says, as plain values.

    Raises ValidationError when the organisation has no membership that year.
    """
    [(_organisation, found)] = data_of_each([organisation], year, language)
    if isinstance(found, ValidationError):
        raise found
    return found


def data_of_each(
    organisations: Sequence[Organisation], year: int, language: str
) -> Iterator[tuple[Organisation, CertificateData | ValidationError]]:
    """The same for several, each with why there is none where there is none."""
    prefetch_related_objects(organisations, "country__region")
    prefetch_related_objects([one for one in organisations if not one.country_id], "regions")
    periods = periods_of_each(organisations, year)
    members = Membership.objects.filter(organisation__in=periods).order_by()
    since = dict(members.values_list("organisation").annotate(first=Min("starts_on")))
    current = Certificate.objects.current().filter(membership__in=periods.values())
    codes = dict(current.values_list("membership_id", "code"))
    for organisation in organisations:
        period = periods.get(organisation.pk)
        if period is None:
            yield organisation, no_membership(organisation, year, language)
        else:
            first, code = since[organisation.pk].year, codes.get(period.pk)
            yield organisation, said(period, first, code, year, language)


def no_membership(organisation: Organisation, year: int, language: str) -> ValidationError:
    return ValidationError(
        NothingToReport.NO_MEMBERSHIP.label,
        code=NothingToReport.NO_MEMBERSHIP,
        params={"name": organisation.text("name", language).value, "year": year},
    )


def said(
    membership: Membership, since: int, code: str | None, year: int, language: str
) -> CertificateData:
    organisation = membership.organisation
    return {
        "name": text_data(organisation.text("name", language)),
        "acronym": organisation.acronym,
        "country": getattr(organisation.country, f"name_{language}", ""),
        "region": region_data(organisation.region, language),
        "category_code": membership.category.code,
        "category": getattr(membership.category, f"label_{language}"),
        "number": membership.number,
        "starts_on": membership.starts_on.isoformat(),
        "ends_on": membership.ends_on.isoformat(),
        "since": since,
        "year": year,
        "code": certificates.written(code) if code else "",
        "address": certificates.address(code) if code else "",
    }


def table(data: CertificateData) -> list[list]:
    """The certificate as rows, for the attached CSV."""
    return [
        ["number", "name", "category", "country", "from", "until", "code", "address"],
        [
            data["number"],
            data["name"]["value"],
            data["category_code"],
            data["country"],
            data["starts_on"],
            data["ends_on"],
            data["code"],
            data["address"],
        ],
    ]
