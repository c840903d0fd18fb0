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

__all__ = [
    "Assignment",
    "ContactMessage",
    "DailyReads",
    "Heartbeat",
    "NetworkIdentity",
    "OldPageAddress",
    "Page",
    "Picture",
    "SearchDocument",
]
