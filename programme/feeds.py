"""Events and emerging issues as entries of a feed: what was changed last comes first."""

from django.utils import translation

from portal.lib import feeds
from portal.lib.templatetags.text import plain_date
from portal.lib.translations import Text
from programme.models import Axis, EmergingIssue, EmergingIssueQuerySet, Event
from programme.models import EventQuerySet as Events
from regions.feeds import categories


def newest(rows: Events) -> Events:
    """With what an entry needs. ``rows`` are public."""
    rows = feeds.with_revised_at(rows.select_related("axis", "country"))
    return rows.prefetch_related("regions").order_by("-revised_at", "-pk")


def entry(event: Event) -> feeds.Entry:
    told = feeds.entry(
        event,
        id=feeds.name_of("event", event.pk),
        updated=event.revised_at or feeds.NEVER,
        categories=[
            feeds.Category("event", feeds.name_of("scheme", "type")),
            feeds.Category(event.kind, feeds.name_of("scheme", "kind-of-event")),
            *about(event.axis),
            *categories(event.regions.all()),
        ],
    )
    return told._replace(summary=summary(event))


def about(*axes: Axis | None) -> list[feeds.Category]:
    return [
        feeds.Category(str(axis.number), feeds.name_of("scheme", "axis")) for axis in axes if axis
    ]


def summary(event: Event) -> Text:
    """When, where and what, in the language of its summary, else of its title."""
    text = event.text("summary")
    language = text.language if text.value else event.text("title").language
    with translation.override(language):
        days = [plain_date(event.local_start), plain_date(event.local_end)]
        place = event.text("place", language)
        where = place.value if place.language == language else ""
        if event.country_id:
            where = f"{where}, {event.country.name}" if where else event.country.name
    when = " – ".join(dict.fromkeys(days))
    parts = [f"{when}, {where}." if where else f"{when}.", text.value]
    return Text(" ".join(part for part in parts if part), language)


def newest_issues(rows: EmergingIssueQuerySet) -> EmergingIssueQuerySet:
    """With what an entry needs. ``rows`` are public."""
    rows = feeds.with_revised_at(rows.select_related("region"))
    return rows.order_by("-revised_at", "-pk")


def issue_entry(issue: EmergingIssue) -> feeds.Entry:
    told = feeds.entry(
        issue,
        id=feeds.name_of("emerging-issue", issue.pk),
        updated=issue.revised_at or feeds.NEVER,
        categories=[
            feeds.Category("emerging-issue", feeds.name_of("scheme", "type")),
            *categories([issue.region]),
        ],
    )
    return told._replace(summary=issue.text("why"))
