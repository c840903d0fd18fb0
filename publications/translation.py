import simple_history
from modeltranslation.translator import TranslationOptions, register

from publications.models import Issue, Newsletter, Publication


@register(Publication)
class PublicationTranslation(TranslationOptions):
    fields = ("title", "summary", "body")


@register(Newsletter)
class NewsletterTranslation(TranslationOptions):
    fields = ("title",)


@register(Issue)
class IssueTranslation(TranslationOptions):
    fields = ("subject", "lead")


simple_history.register(
    Publication,
    app="publications",
    m2m_fields=[Publication.axes.field, Publication.regions.field, Publication.countries.field],
)
simple_history.register(Issue, app="publications")
