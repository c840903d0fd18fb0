from portal.models.house import (
    Assignment,
    ContactMessage,
    Heartbeat,
    NetworkIdentity,
    OldPageAddress,
    Page,
    SearchDocument,
)

__all__ = [
    "Assignment",
    "ContactMessage",
    "Heartbeat",
    "NetworkIdentity",
    "OldPageAddress",
    "Page",
    "SearchDocument",
]
