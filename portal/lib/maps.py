"""Maps as plain data: SVG paths of the world's regions and of one region's countries.

Shapes come from topologies (regions/data/make_shapes.py): arcs shared between neighbours, and for
each country its rings as lists of arc numbers, `~n` meaning arc n backwards. Countries merge into a
region by leaving out the arcs that two of them share, so the assignment of countries to regions
stays data that the network edits. Callers pass the path of the topology; the SVG itself is written
in templates/components/world_map.html and region_map.html.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from portal.lib.plane import Point, Ring, area, clip, is_inside, middle, spread, svg_path

# For print and mail, where the stylesheet does not reach into an SVG; a page's CSS overrides them.
REGION_FILLS = {
    "R1": "#3e33a3",
    "R2": "#890a59",
    "R3": "#57500a",
    "R4": "#6962d8",
    "R5": "#b33c80",
    "R6": "#6d7543",
    "R7": "#8b8bd2",
    "R8": "#c1847e",
    "R9": "#98972f",
}

# A region's map, in units of its view box.
WIDTH = 800
HEIGHTS = (440, 900)
MARGIN = 12
DETAIL = 2.8  # points of an outline closer than this to the one before are left out
SMALLEST_ISLAND = 14.0  # square units
SMALL_COUNTRY = 60.0  # square units; below it a country is drawn as a disc
LABEL_RADIUS = 15


@dataclass(frozen=True)
class Topology:
    """One file; `arcs` are in view box units or in steps of longitude and latitude."""

    arcs: list[Ring]
    countries: dict[str, list[list[int]]]
    between: list[dict]
    head: dict


@cache
def load(path: Path) -> Topology:
    data = json.loads(Path(path).read_text("utf-8"))
    arcs = []
    for flat in data.pop("arcs"):
        x = y = 0
        arc = []
        for dx, dy in zip(flat[::2], flat[1::2], strict=True):
            x, y = x + dx, y + dy
            arc.append((x, y))
        arcs.append(arc)
    return Topology(arcs, data.pop("countries"), data.pop("between"), data)


# -- The world ---------------------------------------------------------------------------------


def world_regions(
    topology: Path,
    assignment: Mapping[str, str],
    details: Mapping[str, Mapping] | None = None,
) -> dict:
    """The shapes of the regions, each merged from its countries.

    `assignment` says for each country code which region it is in; countries it does not name stay
    off the map. `details` may add to each region (by its code) `href`, `name` and `count`.
    Returns {"view_box": "0 0 w h", "regions": [{"code", "number", "path", "center": (x, y),
    "fill", "href", "name", "count"}, …]}, in the order of the codes.
    """
    view_box, regions = _world(topology, frozenset(assignment.items()))
    empty = {"href": "", "count": None}
    return {
        "view_box": view_box,
        "regions": [
            {**region, **empty, "name": region["code"], **(details or {}).get(region["code"], {})}
            for region in regions
        ],
    }


@lru_cache(maxsize=8)
def _world(path: Path, assignment: frozenset) -> tuple[str, list[dict]]:
    topology = load(path)
    region_of = dict(assignment)
    rings_of: dict[str, list] = {}
    for country, rings in topology.countries.items():
        if country in region_of:
            rings_of.setdefault(region_of[country], []).extend(rings)
    for part in topology.between:
        regions = {region_of.get(country) for country in part["countries"]}
        if len(regions) == 1 and None not in regions:
            rings_of.setdefault(regions.pop(), []).extend(part["rings"])
    result = []
    for code, rings in sorted(rings_of.items()):
        outline = [points_of(ring, topology.arcs) for ring in merge(rings, topology.arcs)]
        largest = max(outline, key=area)
        anchor = tuple(topology.head["anchors"].get(code, (-1, -1)))
        center = anchor if is_inside(anchor, largest) else middle(largest)
        result.append(
            {
                "code": code,
                "number": code[1:],
                "path": svg_path(outline),
                "center": (round(center[0]), round(center[1])),
                "fill": REGION_FILLS.get(code, "#837e9c"),
            }
        )
    return " ".join(map(str, topology.head["view_box"])), result


# -- One region --------------------------------------------------------------------------------


def region_map(
    topology: Path,
    region: str,
    countries: Iterable[str],
    counts: Mapping[str, int] | None = None,
    names: Mapping[str, str] | None = None,
) -> dict:
    """One region's countries with the land around them, drawn around the region's own middle.

    `region` is the code that gives the frame and the colour, `countries` the codes in it, `counts`
    the figure to show for a country (none or 0: no figure), `names` what it is called.
    Returns {"view_box": "0 0 w h", "width", "height", "region", "fill", "land": path,
    "label_radius", "outside": [codes whose shape is not in the frame], "countries": [{"code",
    "name", "path", "center": (x, y), "small", "count", "label": (x, y), "moved"}, …]}. A small
    country is drawn as a disc at its centre; `label` is where the figure stands, moved away from
    the centre where figures would cover one another.
    """
    base = _region(topology, region, frozenset(countries))
    counts, names = counts or {}, names or {}
    shown = [c for c in base["countries"] if counts.get(c["code"])]
    labels = spread([c["center"] for c in shown], LABEL_RADIUS, (base["width"], base["height"]))
    label_of = {c["code"]: label for c, label in zip(shown, labels, strict=True)}
    drawn = []
    for country in base["countries"]:
        code, center = country["code"], country["center"]
        label = label_of.get(code, center)
        more = {
            "name": names.get(code, code),
            "count": counts.get(code, 0),
            "label": label,
            "moved": math.dist(label, center) > LABEL_RADIUS / 2,
        }
        drawn.append({**country, **more})
    return {**base, "outside": list(base["outside"]), "countries": drawn}


@lru_cache(maxsize=32)
def _region(path: Path, region: str, codes: frozenset) -> dict:
    topology = load(path)
    sheet = Sheet(topology, frame_of(topology, region, codes))
    shapes = {}
    countries, outside = [], []
    for code in sorted(codes - set(topology.head["missing"])):
        shapes[code] = sheet.outline(topology.countries.get(code, []))
        center = sheet.center(code, shapes[code])
        if center is None:
            outside.append(code)
            continue
        largest = max(map(area, shapes[code]), default=0)
        countries.append(
            {
                "code": code,
                "path": svg_path(shapes[code]),
                "center": (round(center[0]), round(center[1])),
                "small": largest < SMALL_COUNTRY,
            }
        )
    around = [rings for code, rings in topology.countries.items() if code not in codes]
    around += [part["rings"] for part in topology.between]
    land = [ring for rings in around if sheet.shows(rings) for ring in rings]
    return {
        "view_box": f"0 0 {sheet.width} {sheet.height}",
        "width": sheet.width,
        "height": sheet.height,
        "region": region,
        "fill": REGION_FILLS.get(region, "#837e9c"),
        "land": svg_path(sheet.outline(merge(land, topology.arcs), keep_largest=False)),
        "label_radius": LABEL_RADIUS,
        "outside": outside,
        "countries": countries,
    }


def frame_of(topology: Topology, region: str, codes: Iterable[str]) -> tuple:
    """West, south, east, north of what is shown; without a frame in the data, all the centres."""
    if region in topology.head["frames"]:
        return tuple(topology.head["frames"][region])
    centers = topology.head["centers"]
    places = [centers[code] for code in codes if code in centers] or [(0, 0)]
    start = places[0][0]
    easts = [(x - start + 180) % 360 - 180 for x, _ in places]
    norths = [y for _, y in places]
    west, east = start + min(easts) - 6, start + max(easts) + 6
    return west, max(min(norths) - 6, -80), east, min(max(norths) + 6, 84)


class Sheet:
    """A view box with Lambert's azimuthal equal-area projection around the middle of a frame."""

    def __init__(self, topology: Topology, frame: tuple):
        west, south, east, north = frame
        east += 360 if east < west else 0
        self.topology = topology
        self.step = topology.head["step"]
        longitude, latitude = math.radians((west + east) / 2), math.radians((south + north) / 2)
        self.meridian = longitude
        self.sin, self.cos = math.sin(latitude), math.cos(latitude)
        self.scale, self.left, self.top = 1.0, 0.0, 0.0
        edge = [
            self.place((x / self.step, y / self.step))
            for i in range(21)
            for x, y in (
                (west + (east - west) * i / 20, south),
                (west + (east - west) * i / 20, north),
                (west, south + (north - south) * i / 20),
                (east, south + (north - south) * i / 20),
            )
        ]
        xs, ys = [p[0] for p in edge], [p[1] for p in edge]
        wide, high = max(xs) - min(xs), max(ys) - min(ys)
        self.width = WIDTH
        self.height = round(min(max(WIDTH * high / wide, HEIGHTS[0]), HEIGHTS[1]))
        self.scale = min(self.width / wide, self.height / high)
        self.left = self.width / 2 - (max(xs) + min(xs)) / 2 * self.scale
        self.top = self.height / 2 - (max(ys) + min(ys)) / 2 * self.scale
        self._thinned: dict[int, Ring] = {}

    def place(self, point: Point) -> Point:
        """A point of the topology (steps of longitude and latitude) in the view box."""
        x = math.radians(point[0] * self.step) - self.meridian
        y = math.radians(point[1] * self.step)
        sin, cos, cos_x = math.sin(y), math.cos(y), math.cos(x)
        depth = self.sin * sin + self.cos * cos * cos_x
        k = math.sqrt(2 / max(1 + depth, 1e-6)) * self.scale
        return (
            self.left + k * cos * math.sin(x),
            self.top - k * (self.cos * sin - self.sin * cos * cos_x),
        )

    def arc(self, number: int) -> Ring:
        """An arc in the view box, rounded and thinned; alike for both its neighbours."""
        if number not in self._thinned:
            points = [self.place(point) for point in self.topology.arcs[number]]
            kept = [points[0]]
            for point in points[1:-1]:
                if math.dist(point, kept[-1]) >= DETAIL:
                    kept.append(point)
            self._thinned[number] = [(round(x), round(y)) for x, y in [*kept, points[-1]]]
        return self._thinned[number]

    def near(self, ring: list[int]) -> bool:
        """Whether a ring may touch the view box, by its first points only where that is enough."""
        middle_x, middle_y = self.width / 2, self.height / 2
        reach = math.hypot(middle_x, middle_y)
        for number in ring:
            arc = self.topology.arcs[number if number >= 0 else ~number]
            for point in arc[:: max(len(arc) // 8, 1)]:
                if math.dist(self.place(point), (middle_x, middle_y)) < reach * 1.6:
                    return True
        return False

    def shows(self, rings: list[list[int]]) -> bool:
        return any(self.near(ring) for ring in rings)

    def outline(self, rings: list[list[int]], keep_largest: bool = True) -> list[Ring]:
        """The rings clipped to little more than the view box, without the smallest islands."""
        clipped = []
        for ring in rings:
            if not self.near(ring):
                continue
            points = []
            for number in ring:
                line = self.arc(number if number >= 0 else ~number)
                points += (line if number >= 0 else line[::-1])[:-1]
            inside = clip(points, -MARGIN, -MARGIN, self.width + MARGIN, self.height + MARGIN)
            if len(inside) > 2:
                clipped.append(inside)
        sizes = [area(ring) for ring in clipped]
        enough = min(SMALLEST_ISLAND, max(sizes, default=0)) if keep_largest else SMALLEST_ISLAND
        return [r for r, size in zip(clipped, sizes, strict=True) if size >= enough and size]

    def center(self, code: str, outline: list[Ring]) -> Point | None:
        """A place inside the largest visible piece; for a place without a shape, where it lies."""
        centers = self.topology.head["centers"]
        at = None
        if code in centers:
            x, y = centers[code]
            at = self.place((x / self.step, y / self.step))
        seen = [
            clip(ring, MARGIN, MARGIN, self.width - MARGIN, self.height - MARGIN)
            for ring in outline
        ]
        largest = max((ring for ring in seen if len(ring) > 2), key=area, default=None)
        if largest is None or area(largest) < SMALLEST_ISLAND:
            in_view = at and 0 <= at[0] <= self.width and 0 <= at[1] <= self.height
            return at if in_view else None
        if at and is_inside((round(at[0]), round(at[1])), largest):
            return at
        return middle(largest)


# -- Topology ----------------------------------------------------------------------------------


def merge(rings: Iterable[list[int]], arcs: list[Ring]) -> list[list[int]]:
    """The rings around several countries together: arcs that two of them share are left out."""
    numbers = [number for ring in rings for number in ring]
    used = set(numbers)
    by_start: dict[Point, list[int]] = {}
    for number in numbers:
        if ~number not in used:
            start = arcs[number][0] if number >= 0 else arcs[~number][-1]
            by_start.setdefault(start, []).append(number)
    merged = []
    while by_start:
        start = place = next(iter(by_start))
        ring: list[int] = []
        while not ring or place != start:
            waiting = by_start[place]
            number = waiting.pop()
            if not waiting:
                del by_start[place]
            ring.append(number)
            place = arcs[number][-1] if number >= 0 else arcs[~number][0]
        merged.append(ring)
    return merged


def points_of(ring: list[int], arcs: list[Ring]) -> Ring:
    points: Ring = []
    for number in ring:
        points += (arcs[number] if number >= 0 else arcs[~number][::-1])[:-1]
    return points
