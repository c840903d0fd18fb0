import simple_history
from modeltranslation.translator import TranslationOptions, register

from members.models import Category, Facet, Mandate, Membership, Organisation


@register(Category)
class CategoryTranslation(TranslationOptions):
    fields = ("label", "description")


@register(Facet)
class FacetTranslation(TranslationOptions):
    fields = ("label",)


@register(Organisation)
class OrganisationTranslation(TranslationOptions):
    fields = ("name", "description")


simple_history.register(Category, app="members")
simple_history.register(
    Organisation,
    app="members",
    m2m_fields=[Organisation.regions.field, Organisation.facets.field],
)
simple_history.register(Membership, app="members")
simple_history.register(Mandate, app="members")
