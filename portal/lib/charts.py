"""Charts as bars in a table: the same data draws the bar and writes the figure beside it."""

from typing import NamedTuple

from django.utils.html import format_html

BAR_WIDTH = 100
BAR_HEIGHT = 8


class Bar(NamedTuple):
    """A row of a chart; ``share`` is its length in per cent of the longest row."""

    label: str
    value: int
    share: int


def bars(rows: list[tuple[str, int]]) -> list[Bar]:
    """The rows with their lengths against the longest; all are empty when all are zero."""
    longest = max((value for _, value in rows), default=0)
    return [
        Bar(label, value, round(100 * value / longest) if longest else 0) for label, value in rows
    ]


def bar_svg(share: int, title: str) -> str:
    """One bar as an SVG; its title says the figure to who cannot see it."""
    return format_html(
        '<svg class="bar" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img">'
        '<title>{}</title><rect width="{}" height="{}" fill="#1d1a33"/></svg>',
        BAR_WIDTH,
        BAR_HEIGHT,
        title,
        share,
        BAR_HEIGHT,
    )
