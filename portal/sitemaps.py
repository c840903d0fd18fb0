"""The sitemap: an index of files, each of at most so many records in the languages they exist in.

Records are cut by ranges of their primary keys, so that the millionth costs what the first does.
"""

import datetime
from collections.abc import Callable, Iterator
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation

from members.models import Organisation
from portal import open_data
from portal.lib import alternates
from portal.lib.feeds import with_revised_at
from portal.lib.links import absolute
from portal.lib.translations import LANGUAGES, READABLE
from portal.models import Page
from programme.models import Axis, EmergingIssue, Event
from publications.models import Issue, Publication
from regions.models import Region

# Records in one file: three addresses each, far below the 50,000 that a file may hold.
AT_ONCE = 5000
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
)
FIXED = (
    "portal:home",
    "portal:regions",
    "members:directory",
    "members:apply",
    "programme:programme",
    "programme:events",
    "programme:emerging_issues",
    "publications:list",
    "publications:newsletters",
    "publications:subscribe",
    "publications:verify",
    "portal:contact",
    "portal:data",
)


class Section(NamedTuple):
    """Records of one kind: which, the name of their page, and what it is called by."""

    rows: Callable[[], QuerySet]
    page: str
    argument: str = "slug"
    column: str = "slug"

    def numbers(self) -> Iterator[int]:
        """The files that hold something, one small query each."""
        keys = self.rows().order_by("pk").values_list("pk", flat=True)
        number = 0
        while (pk := keys.filter(pk__gte=number * AT_ONCE).first()) is not None:
            yield pk // AT_ONCE
            number = pk // AT_ONCE + 1

    def entries(self, number: int) -> Iterator[str]:
        """The entries of one file, in one query."""
        states = [f"state_{code}" for code in LANGUAGES]
        found = with_revised_at(self.rows().order_by("pk")).filter(
            pk__gte=number * AT_ONCE, pk__lt=(number + 1) * AT_ONCE
        )
        columns = (self.column, "revised_at", "original_language", *states)
        pattern = pattern_of(self.page, self.argument)
        for key, revised_at, original, *stated in found.values_list(*columns):
            existing = [
                code
                for code, state in zip(LANGUAGES, stated, strict=True)
                if code == original or state in READABLE
            ]
            yield from entry(
                pattern.replace(PLACE, str(key).replace("/", "-")), existing, revised_at
            )


PLACE = "0"  # a number is a slug, too


def pattern_of(page: str, argument: str) -> str:
    """The address of a page without its language, with PLACE where a record's own part goes."""
    with translation.override(LANGUAGES[0]):
        return alternates.split(reverse(page, kwargs={argument: PLACE}))[1]


def entry(rest: str, existing, revised_at: datetime.datetime | None = None) -> Iterator[str]:
    """The <url> of a page in each language in which it exists, each naming all of them."""
    versions = alternates.versions(rest, existing)
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href={quoteattr(address)}/>'
        for code, address in versions.items()
    )
    changed = f"<lastmod>{written(revised_at)}</lastmod>" if revised_at else ""
    for code in existing:
        yield f"<url><loc>{escape(versions[code])}</loc>{changed}{links}</url>\n"


def written(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


SECTIONS = {
    "regions": Section(lambda: Region.objects.all(), "portal:region", "code", "code"),
    "axes": Section(lambda: Axis.objects.of_current_cycle(), "portal:axis", "number", "number"),
    "texts": Section(lambda: Page.objects.all(), "portal:page"),
    "publications": Section(
        lambda: Publication.objects.announced(), "publications:detail", "symbol", "symbol"
    ),
    "members": Section(lambda: Organisation.objects.public(), "members:organisation"),
    "events": Section(lambda: Event.objects.public(), "programme:event"),
    "emerging": Section(
        lambda: EmergingIssue.objects.public(), "programme:emerging_issue", "pk", "pk"
    ),
    "issues": Section(lambda: Issue.objects.public(), "publications:issue", "symbol", "symbol"),
}


def index() -> str:
    """The list of the files: /sitemap.xml."""
    paths = [reverse("sitemap_fixed")]
    for name, section in SECTIONS.items():
        paths += [
            reverse("sitemap_section", kwargs={"section": name, "number": number})
            for number in section.numbers()
        ]
    files = "".join(f"<sitemap><loc>{escape(absolute(path))}</loc></sitemap>\n" for path in paths)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{files}</sitemapindex>\n'
    )


def fixed() -> str:
    """The pages that exist in the three languages whatever the data."""
    with translation.override(LANGUAGES[0]):
        paths = [reverse(name) for name in FIXED]
        paths += [reverse("portal:data_set", kwargs={"name": name}) for name in open_data.SETS]
    rests = [alternates.split(path)[1] for path in paths]
    return HEAD + "".join(line for rest in rests for line in entry(rest, LANGUAGES)) + "</urlset>\n"


def of_section(section: Section, number: int) -> str | None:
    """One file of records, or None when it would be empty."""
    entries = "".join(section.entries(number))
    return f"{HEAD}{entries}</urlset>\n" if entries else None
