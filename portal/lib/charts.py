"""Charts as bars in a table: the figure stands beside the bar, so nothing hangs on the drawing."""

import datetime

from django.utils.html import format_html

WIDTH = 100
HEIGHT = 6


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


def date_of(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)
