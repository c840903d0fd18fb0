"""The certificate of membership: who, which category, for how long, under which number.

Its code leads to a public page that says whether it holds.
"""

from typing import TypedDict

from django.core.exceptions import ValidationError

from members.models import Membership, Organisation
from publications import certificates
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


def period_of(organisation: Organisation, year: int) -> Membership | None:
    """The last period of an organisation that has a day in the year."""
    return (
        organisation.memberships.filter(starts_on__year__lte=year, ends_on__year__gte=year)
        .select_related("category", "organisation")
        .order_by("-starts_on")
        .first()
    )


def prepare(organisation: Organisation, year: int):
    """Have a code for what the certificate will say; nothing where there is nothing to certify."""
    if period := period_of(organisation, year):
        certificates.issue(period)


def data(organisation: Organisation, year: int, language: str) -> CertificateData:
    """What the certificate of a year says, as plain values.

    Raises ValidationError when the organisation has no membership that year.
    """
    membership = period_of(organisation, year)
    if membership is None:
        raise ValidationError(
            NothingToReport.NO_MEMBERSHIP.label,
            code=NothingToReport.NO_MEMBERSHIP,
            params={"name": organisation.text("name", language).value, "year": year},
        )
    issued = membership.certificates.current().first()
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
        "since": organisation.member_since.year,
        "year": year,
        "code": certificates.written(issued.code) if issued else "",
        "address": certificates.address(issued.code) if issued else "",
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
