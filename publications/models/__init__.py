from publications.models.addresses import OldSymbol
from publications.models.certificates import Certificate
from publications.models.counts import FacetCount, Placement
from publications.models.credits import Author
from publications.models.deliveries import Delivery, Pace, Sending, SendingMark
from publications.models.digests import AxisDelivery, AxisDigest
from publications.models.fallbacks import FallbackAcceptance
from publications.models.files import PublicationFile
from publications.models.follows import Appearance, Digest, ListFollow, TranslationWish
from publications.models.issue_corrections import IssueCorrection
from publications.models.library import Access, Publication
from publications.models.life import Correction, EditorialStep
from publications.models.links import OutsideLink
from publications.models.newsletters import Issue, IssueBlock, IssueItem, Newsletter
from publications.models.report_batches import ReportArchive, ReportBatch, ReportBatchEntry
from publications.models.reports import Report
from publications.models.series import Series, SeriesAddress
from publications.models.subscribers import (
    Bounce,
    LetterLeft,
    Subscriber,
    Subscription,
    Suppression,
)

__all__ = [
    "Access",
    "Appearance",
    "Author",
    "AxisDelivery",
    "AxisDigest",
    "Bounce",
    "Certificate",
    "Correction",
    "Delivery",
    "Digest",
    "EditorialStep",
    "FacetCount",
    "FallbackAcceptance",
    "Issue",
    "IssueBlock",
    "IssueCorrection",
    "IssueItem",
    "LetterLeft",
    "ListFollow",
    "Newsletter",
    "OldSymbol",
    "OutsideLink",
    "Pace",
    "Placement",
    "Publication",
    "PublicationFile",
    "Report",
    "ReportArchive",
    "ReportBatch",
    "ReportBatchEntry",
    "Sending",
    "SendingMark",
    "Series",
    "SeriesAddress",
    "Subscriber",
    "Subscription",
    "Suppression",
    "TranslationWish",
]
