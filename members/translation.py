import simple_history
from modeltranslation.translator import TranslationOptions, register
from simple_history.models import HistoricalRecords

from members.models import (
    Affiliation,
    Association,
    Category,
    Document,
    DuesBand,
    Facet,
    Headcount,
    Invoice,
    Likeness,
    Mandate,
    Membership,
    Organisation,
    Partner,
    Payment,
    Question,
    QuestionOption,
    User,
    Waiver,
)
from portal.lib.history import HistoryWithLinks
from portal.lib.translations import LANGUAGES


@register(Category)
class CategoryTranslation(TranslationOptions):
    fields = ("label", "description", "benefits", "invitations")


@register(Document)
class DocumentTranslation(TranslationOptions):
    fields = ("title",)


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
    records_class=HistoryWithLinks,
    m2m_fields=[Organisation.regions.field, Organisation.facets.field],
)
simple_history.register(Membership, app="members")
simple_history.register(
    Mandate, app="members", records_class=HistoryWithLinks, m2m_fields=[Mandate.sees.field]
)
simple_history.register(Question, app="members")
simple_history.register(QuestionOption, app="members")
simple_history.register(Association, app="members")
simple_history.register(Affiliation, app="members")
simple_history.register(Headcount, app="members")
simple_history.register(Likeness, app="members")


class HistoryOfPeople(HistoricalRecords):
    """What was changed of a person. Logging in is no change, and a password is never kept."""

    def post_save(self, instance, created, using=None, update_fields=None, **kwargs):
        if update_fields and set(update_fields) <= {"last_login", "password"}:
            return
        super().post_save(instance, created, using=using, **kwargs)


simple_history.register(
    User,
    app="members",
    records_class=HistoryOfPeople,
    excluded_fields=[
        "password",
        "last_login",
        "second_factor_since",
        "groups",
        "user_permissions",
    ],
)
simple_history.register(Document, app="members")
simple_history.register(
    Partner,
    app="members",
    records_class=HistoryWithLinks,
    m2m_fields=[Partner.regions.field, Partner.facets.field, Partner.organisations.field],
)
simple_history.register(DuesBand, app="members")
simple_history.register(Invoice, app="members")
simple_history.register(Payment, app="members")
simple_history.register(Waiver, app="members")
