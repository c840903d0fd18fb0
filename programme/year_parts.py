"""What the programme tells in a member's yearly report."""

import datetime
from collections.abc import Collection

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.models import Organisation
from portal.lib.year_parts import YearLine, YearPart, by_organisation, register
from programme.models import Activity, EmergingIssue, Event, Second


def activities(
    organisations: Collection[Organisation],
    first: datetime.date,
    last: datetime.date,
    language: str,
) -> dict[int, list[YearLine]]:
    """Those under way on one of the days, by the day on which they began."""
    found = Activity.objects.of_organisations(organisations).during(first, last)
    return by_organisation(
        (
            activity.organisation_id,
            YearLine(
                activity.starts_on,
                activity.text("title", language),
                details=[gettext("Axis %(number)s") % {"number": activity.axis.number}],
            ),
        )
        for activity in found.select_related("axis").order_by("starts_on", "pk")
    )


def events(
    organisations: Collection[Organisation],
    first: datetime.date,
    last: datetime.date,
    language: str,
) -> dict[int, list[YearLine]]:
    """Those that began on one of the days and that they took part in, by invitation too."""
    found = Event.objects.of_organisations(organisations).beginning_between(first, last)
    found = found.taking_place().begun(timezone.now())
    return by_organisation(
        (
            event.organisation_id,
            YearLine(
                event.local_start.date(),
                event.text("title", language),
                details=details_of(event),
            ),
        )
        for event in found.select_related("country").order_by("starts_at", "pk")
    )


def details_of(event: Event) -> list[str]:
    kind = capfirst(event.get_kind_display())
    return [kind, event.country.name] if event.country else [kind]


def seconds(
    organisations: Collection[Organisation],
    first: datetime.date,
    last: datetime.date,
    language: str,
) -> dict[int, list[YearLine]]:
    """The emerging issues that they seconded on one of the days and that anybody may read."""
    found = Second.objects.filter(
        organisation__in=organisations,
        at__date__range=(first, last),
        issue__in=EmergingIssue.objects.public(),
    )
    return by_organisation(
        (
            second.organisation_id,
            YearLine(
                timezone.localdate(second.at),
                second.issue.text("title", language),
                details=[second.issue.region.code],
            ),
        )
        for second in found.select_related("issue__region").order_by("at", "pk")
    )


def register_all():
    register(
        YearPart("activities", _("Activities"), 10, activities),
        YearPart("events", _("Events"), 15, events),
        YearPart("seconds", _("Emerging issues seconded"), 20, seconds),
    )
