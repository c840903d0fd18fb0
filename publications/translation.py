import simple_history
from modeltranslation.translator import TranslationOptions, register

from portal.lib.history import HistoryWithLinks
from publications.models import (
    Author,
    Correction,
    Issue,
    IssueBlock,
    IssueCorrection,
    Newsletter,
    Publication,
    Series,
)


@register(Publication)
class PublicationTranslation(TranslationOptions):
    fields = ("title", "summary", "body")


@register(Series)
class SeriesTranslation(TranslationOptions):
    fields = ("title", "description")


@register(Correction)
class CorrectionTranslation(TranslationOptions):
    fields = ("wording",)


@register(IssueCorrection)
class IssueCorrectionTranslation(TranslationOptions):
    fields = ("wording",)


@register(Newsletter)
class NewsletterTranslation(TranslationOptions):
    fields = ("title",)


@register(Issue)
class IssueTranslation(TranslationOptions):
    fields = ("subject", "lead", "preheader")


@register(IssueBlock)
class IssueBlockTranslation(TranslationOptions):
    fields = ("title", "body")


simple_history.register(
    Publication,
    app="publications",
    records_class=HistoryWithLinks,
    # What is made from the rest has no history of its own.
    excluded_fields=["sort_fr", "sort_en", "sort_es", "shelf", "counted"],
    m2m_fields=[
        Publication.axes.field,
        Publication.regions.field,
        Publication.countries.field,
        Publication.challenges.field,
    ],
)
simple_history.register(Series, app="publications")
simple_history.register(Author, app="publications")
simple_history.register(Correction, app="publications")
simple_history.register(Issue, app="publications")

simple_history.register(IssueBlock, app="publications")
simple_history.register(IssueCorrection, app="publications")
