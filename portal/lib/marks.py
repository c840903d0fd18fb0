"""The marks of the network, drawn as small SVGs: nine cells, seven ribs, three words.

A region is where its cell lies in the grid; an axis is the rib that is filled. Colours stand
in attributes for print and mail, where no stylesheet reaches into a drawing; on the web the
stylesheet overrides them through the classes.
"""

import math
from functools import cache

from django.template.defaultfilters import truncatechars
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from portal.lib.maps import REGION_FILLS
from portal.lib.translations import Text

INK, LINE = "#1d1a33", "#d8d5e6"
CELL, STEP = 7, 8
FAN_CENTER, FAN_OUTER, FAN_INNER = (25.0, 25.0), 24.0, 7.5
RIBS = 7
GAP = 0.6  # half the space between two ribs, in units of the drawing


def opening(css: str, view_box: str, title: str) -> SafeString:
    """The start of a drawing: with a title for who cannot see it, or hidden from them."""
    if title:
        return format_html(
            '<svg class="{}" viewBox="{}" role="img"><title>{}</title>', css, view_box, title
        )
    return format_html('<svg class="{}" viewBox="{}" aria-hidden="true">', css, view_box)


def cell_path(numbers: tuple[int, ...]) -> str:
    """The cells of these numbers (1–9, like a keypad from top left) as one path."""
    places = ((STEP * ((n - 1) % 3), STEP * ((n - 1) // 3)) for n in numbers)
    return "".join(f"M{x} {y}h{CELL}v{CELL}h-{CELL}z" for x, y in places)


@cache
def region_grid(number: int, title: str = "") -> SafeString:
    """The nine-cell grid with the cell of one region in its colour."""
    others = tuple(n for n in range(1, 10) if n != number)
    code = f"R{number}"
    return format_html(
        '{}<path class="m-off" fill="{}" d="{}"/>'
        '<path class="m-region r{}" fill="{}" d="{}"/></svg>',
        opening("grid", "0 0 23 23", title),
        LINE,
        cell_path(others),
        number,
        REGION_FILLS[code],
        cell_path((number,)),
    )


@cache
def logo(title: str = "") -> SafeString:
    """The nine cells in the colours of the nine regions."""
    cells = "".join(
        f'<path class="m-region r{n}" fill="{REGION_FILLS[f"R{n}"]}" d="{cell_path((n,))}"/>'
        for n in range(1, 10)
    )
    return format_html(
        "{}{}</svg>",
        opening("logo", "0 0 23 23", title),
        mark_safe(cells),
    )


@cache
def rib_path(number: int) -> str:
    """The rib of an axis: the n-th seventh of a half ring, from left to right."""
    (cx, cy), step = FAN_CENTER, math.pi / RIBS
    first, last = math.pi - (number - 1) * step, math.pi - number * step

    def point(radius: float, angle: float, turn: float) -> str:
        shift = GAP / radius * turn
        x = cx + radius * math.cos(angle + shift)
        y = cy - radius * math.sin(angle + shift)
        return f"{x:.1f} {y:.1f}"

    return (
        f"M{point(FAN_INNER, first, -1)}L{point(FAN_OUTER, first, -1)}"
        f"A24 24 0 0 1 {point(FAN_OUTER, last, 1)}L{point(FAN_INNER, last, 1)}"
        f"A7.5 7.5 0 0 0 {point(FAN_INNER, first, -1)}z"
    )


@cache
def axis_fan(number: int, title: str = "") -> SafeString:
    """The seven-rib fan with the rib of one axis filled; none for 0."""
    others = "".join(rib_path(n) for n in range(1, RIBS + 1) if n != number)
    active = (
        format_html('<path class="m-on" fill="{}" d="{}"/>', INK, rib_path(number))
        if number
        else ""
    )
    return format_html(
        '{}<path class="m-off" fill="{}" d="{}"/>{}</svg>',
        opening("fan", "0 0 50 26", title),
        LINE,
        others,
        active,
    )


def cover(symbol: str, title: Text, region_code: str, axis: int) -> SafeString:
    """The generated cover of a text: its region's colour, the rib of its axis, no picture."""
    return format_html(
        '<div class="cover {}" aria-hidden="true" lang="{}"><i>{}</i><b>{}</b>{}</div>',
        region_code.lower(),
        title.language,
        symbol,
        truncatechars(title.value, 70),
        axis_fan(axis),
    )
