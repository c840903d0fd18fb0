from publications.models.addresses import OldSymbol
from publications.models.counts import FacetCount
from publications.models.credits import Author
from publications.models.files import PublicationFile
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
from publications.models.series import Series

__all__ = [
    "Access",
    "Author",
    "Correction",
    "Delivery",
    "EditorialStep",
    "FacetCount",
    "Issue",
    "IssueItem",
    "Newsletter",
    "OldSymbol",
    "Publication",
    "PublicationFile",
    "Report",
    "Series",
    "Subscription",
]
