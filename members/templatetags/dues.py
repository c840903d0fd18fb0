"""Money in templates of pages and mails."""

from decimal import Decimal

from django import template

from members import dues
from regions.models import IncomeGroup

register = template.Library()


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """The amount with its currency, as the reader's language writes it."""
    return dues.money(amount, currency)


@register.filter
def income_group(group: str) -> str:
    """The name of an income group."""
    return IncomeGroup(group).label if group else ""
