"""A member's year: its membership, what it took part in, its region beside it, what is due."""

import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from members import reach
from members.models import Mandate, Organisation
from programme.models import Activity, Event
from publications.models import Publication
from publications.reports.figures import (
    events_between,
    members_by_country,
    publications_by_axis,
    reach_data,
    reach_rows,
    region_data,
    span,
    text_data,
)

TEMPLATE = "publications/reports/member.html"


def data(
    organisation: Organisation, year: int, language: str, *, today: datetime.date | None = None
) -> dict:
    """The year of an organisation, as plain values.

    Raises ValidationError when it was not yet a member by the end of that year.
    """
    today = today or timezone.localdate()
    first, last = span(year, None, today)
    since = organisation.member_since
    if since is None or since.year > year:
        raise ValidationError(
            _("%(name)s was not yet a member in %(year)s."),
            code="not_yet_member",
            params={"name": organisation.text("name", language).value, "year": year},
        )
    region = organisation.region
    latest = organisation.current_membership
    activities = Activity.objects.of_organisation(organisation).during(first, last)
    publications = Publication.objects.announced().filter(organisations=organisation)
    counts = members_by_country(region) if region else {}
    return {
        "name": text_data(organisation.text("name", language)),
        "acronym": organisation.acronym,
        "country": getattr(organisation.country, f"name_{language}", ""),
        "country_code": organisation.country_id or "",
        "region": region_data(region, language),
        "category_code": organisation.category.code,
        "category": getattr(organisation.category, f"label_{language}"),
        "status": organisation.status,
        "year": year,
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "since": since.year,
        "periods": organisation.memberships.count(),
        "ends_on": latest.ends_on.isoformat(),
        "number": latest.number,
        "people": Mandate.objects.current().for_organisation(organisation).count(),
        "activities": [
            {
                "title": text_data(activity.text("title", language)),
                "axis": activity.axis.number,
                "starts_on": activity.starts_on.isoformat(),
            }
            for activity in activities.select_related("axis").order_by("starts_on", "pk")
        ],
        "publications": [
            {
                "symbol": publication.symbol,
                "title": text_data(publication.text("title", language)),
                "date": publication.published_on.isoformat(),
                "languages": publication.languages(),
            }
            for publication in publications.dated_between(first, last).newest_first()
        ],
        "region_members": Organisation.objects.active().in_region(region).count() if region else 0,
        "region_events": (events_between(first, last).in_region(region).count() if region else 0),
        "reach": reach_data(reach.of_organisation(organisation), language),
        "upcoming": [
            {
                "title": text_data(event.text("title", language)),
                "place": text_data(event.text("place", language)),
                "date": event.local_start.date().isoformat(),
            }
            for event in (
                Event.objects.public().taking_place().in_region(region).upcoming(timezone.now())[:4]
                if region
                else ()
            )
        ],
        "axes": publications_by_axis(region, first, last, language) if region else [],
        "map": counts,
        "completeness": [[code, state] for code, state in organisation.languages()],
    }


def table(data: dict) -> list[list]:
    """The year as rows, for the attached CSV."""
    rows = [["figure", "key", "value"]]
    rows += [[name, "", data[name]] for name in ("since", "periods", "ends_on", "people")]
    rows += reach_rows(data["reach"])
    rows += [["activity", a["starts_on"], a["title"]["value"]] for a in data["activities"]]
    rows += [["publication", p["symbol"], p["title"]["value"]] for p in data["publications"]]
    rows += [["region_publications_on_axis", a["number"], a["count"]] for a in data["axes"]]
    return rows
