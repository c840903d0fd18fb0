"""The maps of the world and of a region, drawn from the assignment as it stands today."""

from collections.abc import Mapping
from pathlib import Path

from portal.lib import maps
from portal.lib.translations import current_language
from regions.models import Country, Region

DATA = Path(__file__).parent / "data"
WORLD = DATA / "world.json"
SHAPES = DATA / "countries_shapes.json"


def of_world(details: Mapping[str, Mapping] | None = None) -> dict:
    """The nine region shapes for components/world_map.html.

    ``details`` adds name, href and count to each region by its code.
    """
    assignment = dict(Country.objects.order_by().values_list("code", "region__code"))
    return maps.world_regions(WORLD, assignment, details)


def of_region(region: Region, counts: Mapping[str, int], *, language: str | None = None) -> dict:
    """A region's countries for components/region_map.html, with the figure of each country."""
    name = f"name_{language or current_language()}"
    names = dict(Country.objects.in_region(region).order_by().values_list("code", name))
    return maps.region_map(SHAPES, region.code, names, counts, names)


def points() -> dict[str, tuple[float, float]]:
    """Country code → longitude and latitude of a place inside its largest part.

    It is the point of the largest polygon farthest from its outline (make_shapes.py), so that a
    marker never stands in the sea or in a neighbour's land. Antarctica has none.
    """
    return {code: tuple(at) for code, at in maps.load(SHAPES).head["centers"].items()}
