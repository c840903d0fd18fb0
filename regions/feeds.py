"""Regions as what an entry of a feed is about."""

from collections.abc import Iterable

from portal.lib.feeds import Category, name_of
from portal.lib.translations import current_language
from regions.models import Region


def categories(regions: Iterable[Region]) -> list[Category]:
    return [Category(region.code, name_of("scheme", "region"), label(region)) for region in regions]


def label(region: Region) -> str:
    """Its name, where it has one in the language of the feed."""
    name = region.text("name")
    return name.value if name.language == current_language() else ""
