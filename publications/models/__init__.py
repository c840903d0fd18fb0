from publications.models.addresses import OldSymbol
from publications.models.counts import FacetCount, Placement
from publications.models.credits import Author
from publications.models.files import PublicationFile
from publications.models.follows import Appearance, Digest, ListFollow, TranslationWish
from publications.models.library import Access, Publication
from publications.models.life import Correction, EditorialStep
from publications.models.newsletters import (
    Delivery,
    Issue,
    IssueItem,
    Newsletter,
    Subscription,
)
from publications.models.reports import Report
from publications.models.series import Series, SeriesAddress

__all__ = [
    "Access",
    "Appearance",
    "Author",
    "Correction",
    "Delivery",
    "Digest",
    "EditorialStep",
    "FacetCount",
    "Issue",
    "IssueItem",
    "ListFollow",
    "Newsletter",
    "OldSymbol",
    "Placement",
    "Publication",
    "PublicationFile",
    "Report",
    "Series",
    "SeriesAddress",
    "Subscription",
    "TranslationWish",
]
