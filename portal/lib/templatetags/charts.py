"""Charts in templates: a bar beside its figure."""

from django import template
from django.utils.translation import gettext as _

from portal.lib import charts

register = template.Library()


@register.simple_tag
def bar(value: int, rows: list[dict], key: str = "count") -> str:
    """The bar of a value among rows; its length is measured against the longest of them."""
    longest = max((row[key] for row in rows), default=0)
    share = round(100 * value / longest) if longest else 0
    return charts.bar_svg(
        share, _("%(value)s of at most %(longest)s") % {"value": value, "longest": longest}
    )


@register.filter
def iso_date(text: str):
    """The date of an ISO text, as frozen report data has it."""
    return charts.date_of(text)
