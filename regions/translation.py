import simple_history
from modeltranslation.translator import TranslationOptions, register

from regions.models import Country, CountryIncome, Grouping, Region


@register(Region)
class RegionTranslation(TranslationOptions):
    fields = ("name", "description")


@register(Country)
class CountryTranslation(TranslationOptions):
    fields = ("name",)


@register(Grouping)
class GroupingTranslation(TranslationOptions):
    fields = ("acronym", "name")


simple_history.register(Region, app="regions")
simple_history.register(Country, app="regions")
simple_history.register(Grouping, app="regions")
simple_history.register(CountryIncome, app="regions")
