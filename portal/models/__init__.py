from portal.models.house import (
    Assignment,
    ContactMessage,
    Heartbeat,
    NetworkIdentity,
    OldPageAddress,
    Page,
    SearchDocument,
)
from portal.models.pictures import Picture
from portal.models.reads import DailyReads
from portal.models.translations import MachineDrafting, Term, TranslationDraft, TranslationTask

__all__ = [
    "Assignment",
    "ContactMessage",
    "DailyReads",
    "Heartbeat",
    "MachineDrafting",
    "NetworkIdentity",
    "OldPageAddress",
    "Page",
    "Picture",
    "SearchDocument",
    "Term",
    "TranslationDraft",
    "TranslationTask",
]
