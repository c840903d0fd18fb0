"""How often one text is read, beside the form in which it is edited."""

from django import template

from portal.models.reads import RECENT_DAYS
from portal.readership import Sums, sums

register = template.Library()


@register.inclusion_tag("portal/_reads.html")
def reads_of(kind: str, record) -> dict:
    found = sums(kind, [record.pk]).get(str(record.pk), Sums()) if record.pk else Sums()
    return {"sums": found, "days": RECENT_DAYS}
