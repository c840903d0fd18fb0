"""Charts as plain geometry, for page and paper alike; the drawing is in templates/components.

Every chart is a claim, a drawing and the table of its figures. Nothing hangs on a colour: a bar
has its figure beside it, a cell its letter, a mark its number. Rows come as a report keeps them:
plain values, a text as {"value", "language"} or, in the language of the reader, as it is.
"""

import datetime
from collections.abc import Sequence

from django.utils.html import format_html

WIDTH = 100
HEIGHT = 6

INK, QUIET, LINE, MIST = "#1d1a33", "#5a5670", "#d8d5e6", "#f4f3f9"

# Small multiples, in units of a panel's drawing.
PANEL = (120, 44)
# A timeline, in units of its drawing; marks closer than STEP stand on different floors.
TIMELINE_WIDTH, TIMELINE_STEP, TIMELINE_FLOOR = 720, 20, 20
# A coverage grid: cells of this size, so many in a row at most.
CELL, CELLS = 34, 20


def bar_svg(share: int, title: str) -> str:
    """One bar, ``share`` per cent long; its title says the figure to who cannot see it."""
    return format_html(
        '<svg class="bar" viewBox="0 0 {0} {1}" preserveAspectRatio="none" role="img">'
        '<title>{2}</title><rect class="ink" width="{3}" height="{1}" fill="#1d1a33"></rect></svg>',
        WIDTH,
        HEIGHT,
        title,
        share,
    )


def share_of(value: int, longest: int) -> int:
    """Per cent of the longest; something is never drawn as nothing."""
    if not longest or not value:
        return 0
    return max(round(100 * value / longest), 1)


def multiples(panels: Sequence[dict], periods: Sequence[str]) -> dict:
    """The columns of each panel on one common scale.

    ``panels`` are {"label", "values"} with one value per period. Returns {"width", "height",
    "highest", "panels": [{"label", "values", "last", "columns": [{"x", "y", "width", "height"}]}]}.
    """
    width, height = PANEL
    highest = max((value for panel in panels for value in panel["values"]), default=0)
    step = width / max(len(periods), 1)
    drawn = []
    for panel in panels:
        columns = []
        for index, value in enumerate(panel["values"]):
            tall = round(height * value / highest, 1) if highest else 0
            columns.append(
                {
                    "x": round(index * step + step * 0.1, 1),
                    "y": round(height - tall, 1),
                    "width": round(step * 0.8, 1),
                    "height": tall,
                }
            )
        drawn.append({**panel, "columns": columns, "last": panel["values"][-1:]})
    return {"width": width, "height": height, "highest": highest, "panels": drawn}


def timeline(first: str, last: str, items: Sequence[dict]) -> dict:
    """Numbered marks along a line of time, in the order of their dates.

    ``first``, ``last`` and each item's "date" are ISO days. Returns {"width", "height", "line",
    "months": [{"x", "number"}], "items": [{…, "number", "x", "y"}]}: "line" is where the line of
    time lies, "number" what the table calls the mark.
    """
    start, end = date_of(first), date_of(last)
    days = max((end - start).days, 1)

    def place(day: datetime.date) -> float:
        inside = min(max((day - start).days, 0), days)
        return round(14 + (TIMELINE_WIDTH - 28) * inside / days, 1)

    floors: list[float] = []
    marks = []
    for number, item in enumerate(sorted(items, key=lambda item: item["date"]), 1):
        x = place(date_of(item["date"]))
        floor = next((i for i, at in enumerate(floors) if x - at >= TIMELINE_STEP), len(floors))
        floors[floor:] = [x, *floors[floor + 1 :]]
        marks.append({**item, "number": number, "x": x, "floor": floor})
    line = max(len(floors), 1) * TIMELINE_FLOOR + 6
    for mark in marks:
        mark["y"] = line - 14 - mark.pop("floor") * TIMELINE_FLOOR
    return {
        "width": TIMELINE_WIDTH,
        "height": line + 20,
        "line": line,
        "months": [{"x": place(day), "day": day} for day in firsts_of_months(start, end)],
        "items": marks,
    }


def firsts_of_months(start: datetime.date, end: datetime.date) -> list[datetime.date]:
    """The first of each month; of each quarter or year where months would be too many."""
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    step = 1 if months <= 13 else 3 if months <= 40 else 12
    return [
        datetime.date(year, month, 1)
        for year in range(start.year, end.year + 1)
        for month in range(1, 13, step)
        if start <= datetime.date(year, month, 1) <= end
    ]


def coverage(cells: Sequence[dict]) -> dict:
    """A row of squares, one for each cell: {"label", "name", "codes"}.

    The first of ``codes`` that a cell has decides how its square is filled: a square with the
    leading code (the first in the alphabet) is full, one with another has a border, one with none
    is dashed. Returns {"width", "height", "cells": [{…, "x", "y", "middle", "text", "look"}]}.
    """
    drawn = []
    for index, cell in enumerate(cells):
        x, y = index % CELLS * CELL + 1, index // CELLS * CELL + 1
        codes = sorted(cell["codes"])
        look = "none" if not codes else "full" if codes[0] == "A" else "part"
        drawn.append(
            {
                **cell,
                "x": x,
                "y": y,
                "middle": x + CELL // 2 - 2,
                "text": "".join(codes)[:3],
                "look": look,
            }
        )
    rows = max((len(cells) + CELLS - 1) // CELLS, 1)
    width = min(max(len(cells), 1), CELLS) * CELL
    return {"width": width, "height": rows * CELL, "size": CELL - 4, "cells": drawn}


def date_of(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)
