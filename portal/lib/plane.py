"""Plane geometry for the maps: rings are lists of points, the last one joined to the first."""

import math
from collections.abc import Iterable
from itertools import pairwise

Point = tuple[float, float]
Ring = list[Point]


def edges(ring: Ring) -> Iterable[tuple[Point, Point]]:
    return pairwise([*ring, ring[0]])


def area(ring: Ring) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in edges(ring))) / 2


def is_inside(point: Point, ring: Ring) -> bool:
    x, y = point
    found = False
    for (ax, ay), (bx, by) in edges(ring):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            found = not found
    return found


def middle(ring: Ring) -> Point:
    """A place well inside: of the widest stretches on some horizontal lines, the roomiest one."""
    ys = [p[1] for p in ring]
    low, high = min(ys), max(ys)
    best, found = -1.0, ring[0]
    lines = 24
    for line in range(1, lines):
        y = low + (high - low) * line / lines + 0.013
        crossings = sorted(
            (bx - ax) * (y - ay) / (by - ay) + ax
            for (ax, ay), (bx, by) in edges(ring)
            if (ay > y) != (by > y)
        )
        for left, right in zip(crossings[::2], crossings[1::2], strict=True):
            room = min(right - left, 3 * min(y - low, high - y))
            if room > best:
                best, found = room, ((left + right) / 2, y)
    return found


def clip(ring: Ring, left: float, top: float, right: float, bottom: float) -> Ring:
    """The ring within a rectangle (Sutherland and Hodgman), rounded to whole units."""
    for axis, limit, sign in ((0, left, 1), (0, right, -1), (1, top, 1), (1, bottom, -1)):
        if all((p[axis] - limit) * sign >= 0 for p in ring):
            continue
        kept: Ring = []
        for a, b in edges(ring):
            a_in, b_in = (a[axis] - limit) * sign >= 0, (b[axis] - limit) * sign >= 0
            if a_in != b_in:
                t = (limit - a[axis]) / (b[axis] - a[axis])
                x, y = a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])
                kept.append((round(x), round(y)))
            if b_in:
                kept.append(b)
        if not kept:
            return []
        ring = kept
    return ring


def spread(places: list[Point], radius: float, size: tuple[int, int]) -> list[Point]:
    """The places moved apart until discs of this radius do not overlap, as far as 60 turns go."""
    moved = [list(p) for p in places]
    gap = 2 * radius + 2
    for _ in range(60):
        calm = True
        for i, a in enumerate(moved):
            for j in range(i):
                b = moved[j]
                dx, dy = a[0] - b[0], a[1] - b[1]
                if abs(dx) >= gap or abs(dy) >= gap:
                    continue
                far = math.hypot(dx, dy)
                if far >= gap:
                    continue
                calm = False
                # Two places on the same spot part along a direction of their own.
                ux, uy = (dx / far, dy / far) if far else (math.cos(i), math.sin(i))
                push = (gap - far) / 2
                a[0], a[1] = a[0] + ux * push, a[1] + uy * push
                b[0], b[1] = b[0] - ux * push, b[1] - uy * push
        for place in moved:
            place[0] = min(max(place[0], radius + 1), size[0] - radius - 1)
            place[1] = min(max(place[1], radius + 1), size[1] - radius - 1)
        if calm:
            break
    return [(round(x), round(y)) for x, y in moved]


def svg_path(rings: Iterable[Ring]) -> str:
    """Closed outlines as the data of one path, in whole units, relative and without idle spaces."""
    parts = []
    for ring in rings:
        x, y = ring[0]
        text = []
        for next_x, next_y in ring[1:]:
            if (next_x, next_y) != (x, y):
                for delta in (next_x - x, next_y - y):
                    text.append(f"{delta}" if delta < 0 or not text else f" {delta}")
                x, y = next_x, next_y
        if text:
            parts.append(f"M{ring[0][0]} {ring[0][1]}l{''.join(text)}z")
    return "".join(parts)
