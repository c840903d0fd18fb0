from publications.models.files import PublicationFile
from publications.models.library import Access, Publication
from publications.models.newsletters import (
    Delivery,
    Issue,
    IssueItem,
    Newsletter,
    Subscription,
)
from publications.models.reports import Report

__all__ = [
    "Access",
    "Delivery",
    "Issue",
    "IssueItem",
    "Newsletter",
    "Publication",
    "PublicationFile",
    "Report",
    "Subscription",
]
