"""The sitemap: every public record in the languages it can be read in, and the fixed pages."""

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.urls import reverse

from members.models import Organisation
from portal.lib.translations import LANGUAGES, Translatable
from portal.models import Page
from programme.models import Axis, Event
from publications.models import Issue, Publication
from regions.models import Region


class OwnSitemap(Sitemap):
    """Addresses in the three languages, on the site's own host whatever host was asked."""

    i18n = True
    alternates = True
    x_default = False
    protocol = settings.SITE_URL.split("://", 1)[0]

    def get_domain(self, site=None) -> str:
        return settings.SITE_HOST


class RecordSitemap(OwnSitemap):
    """Records with their alternates: only the languages in which a record exists."""

    def __init__(self, rows):
        self.rows = rows

    def items(self) -> QuerySet:
        return self.rows().order_by("pk")

    def get_languages_for_item(self, item: Translatable) -> list[str]:
        return [
            code for code in LANGUAGES if code == item.original_language or item.is_available(code)
        ]

    def location(self, item: Translatable) -> str:
        return item.get_absolute_url()


class FixedSitemap(OwnSitemap):
    """Pages that exist in the three languages whatever the data."""

    def items(self) -> list[str]:
        return [
            "portal:home",
            "portal:regions",
            "members:directory",
            "programme:programme",
            "programme:events",
            "publications:list",
            "publications:newsletters",
            "portal:contact",
        ]

    def location(self, item: str) -> str:
        return reverse(item)


SITEMAPS = {
    "pages": FixedSitemap,
    "regions": RecordSitemap(lambda: Region.objects.all()),
    "axes": RecordSitemap(lambda: Axis.objects.of_current_cycle()),
    "texts": RecordSitemap(lambda: Page.objects.all()),
    "publications": RecordSitemap(lambda: Publication.objects.announced()),
    "members": RecordSitemap(lambda: Organisation.objects.public()),
    "events": RecordSitemap(lambda: Event.objects.public()),
    "issues": RecordSitemap(lambda: Issue.objects.public()),
}
