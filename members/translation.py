import simple_history
from modeltranslation.translator import TranslationOptions, register

from members.models import (
    Category,
    DuesBand,
    Facet,
    Invoice,
    Mandate,
    Membership,
    Organisation,
    Payment,
    Question,
    QuestionOption,
    Waiver,
)
from portal.lib.translations import LANGUAGES


@register(Category)
class CategoryTranslation(TranslationOptions):
    fields = ("label", "description")


@register(Facet)
class FacetTranslation(TranslationOptions):
    fields = ("label",)


@register(Organisation)
class OrganisationTranslation(TranslationOptions):
    fields = ("name", "description")


@register(Question)
class QuestionTranslation(TranslationOptions):
    fields = ("text", "help")
    required_languages = dict.fromkeys(LANGUAGES, ("text",))


@register(QuestionOption)
class QuestionOptionTranslation(TranslationOptions):
    fields = ("label",)
    required_languages = LANGUAGES


simple_history.register(Category, app="members")
simple_history.register(
    Organisation,
    app="members",
    m2m_fields=[Organisation.regions.field, Organisation.facets.field],
)
simple_history.register(Membership, app="members")
simple_history.register(Mandate, app="members")
simple_history.register(Question, app="members")
simple_history.register(QuestionOption, app="members")
simple_history.register(DuesBand, app="members")
simple_history.register(Invoice, app="members")
simple_history.register(Payment, app="members")
simple_history.register(Waiver, app="members")
