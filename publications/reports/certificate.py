"""The certificate of membership: who, which category, for how long, under which number."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from members.models import Organisation
from publications.reports.figures import region_data, text_data

TEMPLATE = "publications/reports/certificate.html"


def data(organisation: Organisation, year: int, language: str) -> dict:
    """What the certificate of a year says, as plain values.

    Raises ValidationError when the organisation has no membership that year.
    """
    membership = (
        organisation.memberships.filter(starts_on__year__lte=year, ends_on__year__gte=year)
        .select_related("category")
        .order_by("-starts_on")
        .first()
    )
    if membership is None:
        raise ValidationError(
            _("%(name)s has no membership in %(year)s, so there is nothing to certify."),
            code="no_membership",
            params={"name": organisation.text("name", language).value, "year": year},
        )
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
    }


def table(data: dict) -> list[list]:
    """The certificate as rows, for the attached CSV."""
    return [
        ["number", "name", "category", "country", "from", "until"],
        [
            data["number"],
            data["name"]["value"],
            data["category_code"],
            data["country"],
            data["starts_on"],
            data["ends_on"],
        ],
    ]
