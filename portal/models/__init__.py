from portal.models.house import (
    Assignment,
    ContactMessage,
    Heartbeat,
    NetworkIdentity,
    OldPageAddress,
    Page,
)
from portal.models.light import LightEdition
from portal.models.pictures import Picture
from portal.models.reads import DailyReads
from portal.models.search import SearchAudience, SearchDocument, SearchSpelling, SearchWord
from portal.models.text_files import TextFile
from portal.models.translations import MachineDrafting, Term, TranslationDraft, TranslationTask

__all__ = [
    "Assignment",
    "ContactMessage",
    "DailyReads",
    "Heartbeat",
    "LightEdition",
    "MachineDrafting",
    "NetworkIdentity",
    "OldPageAddress",
    "Page",
    "Picture",
    "SearchAudience",
    "SearchDocument",
    "SearchSpelling",
    "SearchWord",
    "Term",
    "TextFile",
    "TranslationDraft",
    "TranslationTask",
]
