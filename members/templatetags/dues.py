"""Money in templates of pages and mails."""

from decimal import Decimal

from django import template
from django.utils import timezone

from members import dues
from members.models import Category
from regions.models import IncomeGroup

register = template.Library()


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """The amount with its currency, as the reader's language writes it."""
    return dues.money(amount, currency)


@register.simple_tag
def costs_of(category: Category) -> list[tuple[str, dues.Price]]:
    """What a category costs a year: the income group (empty: everywhere) and the price."""
    return dues.costs_of(category, timezone.localdate())


@register.filter
def income_group(group: str) -> str:
    """The name of an income group."""
    return IncomeGroup(group).label if group else ""
