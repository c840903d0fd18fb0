"""Charts in templates: each a claim, a drawing and the table of its figures."""

from collections.abc import Sequence

from django import template
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.lib import charts

register = template.Library()


@register.simple_tag
def bar(value: int, rows: list[dict], key: str = "count") -> str:
    """The bar of a value among rows; its length is measured against the longest of them."""
    longest = max((row[key] for row in rows), default=0)
    share = charts.share_of(value, longest)
    return charts.bar_svg(
        share, _("%(value)s of at most %(longest)s") % {"value": value, "longest": longest}
    )


@register.filter
def iso_date(text: str):
    """The date of an ISO text, as frozen report data has it."""
    return charts.date_of(text)


@register.simple_tag
def axis_label(number: int) -> str:
    return _("Axis %(number)s") % {"number": number}


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(
    claim: str, rows: Sequence[dict], label_head: str, figure_head: str, *, note: str = ""
) -> dict:
    """Bars with their figures; see the component for what the rows are."""
    return {
        "claim": claim,
        "rows": rows,
        "label_head": label_head,
        "figure_head": figure_head,
        "with_fans": any(row.get("number") for row in rows),
        "note": note,
    }


@register.inclusion_tag("components/small_multiples.html")
def small_multiples(
    claim: str,
    panels: Sequence[dict],
    periods: Sequence[str],
    label_head: str,
    *,
    note: str = "",
) -> dict:
    """A small chart per panel on one scale, with the table; see the component."""
    chart = charts.multiples(panels, periods)
    for panel in chart["panels"]:
        panel["alternative"] = _("%(label)s: %(figures)s") % {
            "label": words(panel["label"]),
            "figures": ", ".join(
                f"{period} {value}" for period, value in zip(periods, panel["values"], strict=True)
            ),
        }
        panel["first_period"], panel["last_period"] = "", ""
        if periods:
            panel["first_period"] = periods[0]
            panel["last_period"] = periods[-1] if len(periods) > 1 else ""
    return {
        "claim": claim,
        "chart": chart,
        "periods": periods,
        "label_head": label_head,
        "note": note,
    }


@register.inclusion_tag("components/timeline.html")
def timeline(
    claim: str,
    first: str,
    last: str,
    items: Sequence[dict],
    label_head: str,
    *,
    detail_head: str = "",
    note: str = "",
) -> dict:
    """What happened when, with the table; see the component."""
    chart = charts.timeline(first, last, items)
    for month in chart["months"]:
        style = "Y" if month["day"].month == 1 else "M"
        month["name"] = formats.date_format(month["day"], style)
    return {
        "claim": claim,
        "chart": chart,
        "label_head": label_head,
        "detail_head": detail_head,
        "note": note,
        "alternative": ngettext(
            "Line of time with %(count)s mark; the table says what it is.",
            "Line of time with %(count)s marks; the table says what they are.",
            len(items),
        )
        % {"count": len(items)},
    }


@register.inclusion_tag("components/coverage_grid.html")
def coverage_grid(
    claim: str,
    rows: Sequence[dict],
    legend: Sequence[tuple[str, str]],
    label_head: str,
    *,
    note: str = "",
) -> dict:
    """A square per state with the letters of its members, with the table; see the component."""
    drawn = []
    for row in rows:
        cells = row["cells"]
        lists = [[c["name"] for c in cells if letter in c["codes"]] for letter, _meaning in legend]
        lists.append([c["name"] for c in cells if not c["codes"]])
        alternative = _("%(label)s: a member in %(covered)s of %(all)s states") % {
            "label": row.get("acronym") or words(row["label"]),
            "covered": sum(bool(cell["codes"]) for cell in cells),
            "all": len(cells),
        }
        drawn.append(
            {**row, "chart": charts.coverage(cells), "lists": lists, "alternative": alternative}
        )
    return {
        "claim": claim,
        "rows": drawn,
        "legend": legend,
        "label_head": label_head,
        "note": note,
    }


def words(label: dict | str) -> str:
    return label["value"] if isinstance(label, dict) else label
