"""Publications and letters as entries of a feed."""

import datetime

from django.db.models import QuerySet

from portal.lib import feeds
from portal.lib.links import absolute
from programme.feeds import about
from publications.cards import files
from publications.models import Issue, Publication
from regions.feeds import categories


def with_what_a_feed_tells(rows: QuerySet) -> QuerySet:
    """Publications with what their entries need, in the order they came in."""
    return feeds.with_revised_at(rows).prefetch_related("axes", "regions", "credits")


def entry(publication: Publication) -> feeds.Entry:
    """One that is announced: a members' text shows its title and summary here too."""
    day = datetime.datetime.combine(publication.published_on, datetime.time(), datetime.UTC)
    return feeds.entry(
        publication,
        id=absolute(publication.permanent_path),
        summary="summary",
        # What was made ready beforehand is new on the day it is published.
        updated=max(publication.revised_at or day, day),
        published=day,
        categories=[
            feeds.Category("publication", feeds.name_of("scheme", "type")),
            feeds.Category(
                publication.kind,
                feeds.name_of("scheme", "kind-of-publication"),
                publication.get_kind_display(),
            ),
            *about(*publication.axes.all()),
            *categories(publication.regions.all()),
        ],
        authors=[author.name for author in publication.credits.all()],
        enclosures=[
            feeds.Enclosure(absolute(file.url), file.media_type, file.size, file.language)
            for file in files(publication, "public")
        ]
        if publication.is_public
        else (),
        rights=publication.licence,
    )


def newest_issues(rows: QuerySet) -> QuerySet:
    """Letters that were sent, with what their entries need."""
    rows = rows.select_related("newsletter__region")
    return feeds.with_revised_at(rows).order_by("-sent_at", "symbol")


def issue_entry(issue: Issue) -> feeds.Entry:
    return feeds.entry(
        issue,
        id=absolute(f"/id/{issue.dashed_symbol}"),
        title="subject",
        summary="lead",
        updated=max(issue.sent_at, issue.revised_at or issue.sent_at),
        published=issue.sent_at,
        categories=[
            feeds.Category("letter", feeds.name_of("scheme", "type")),
            *categories([issue.region] if issue.region else []),
        ],
    )
