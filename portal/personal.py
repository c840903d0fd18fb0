"""What the roof holds on people."""

from portal.lib.holdings import Holding, leave_out, register
from portal.models import Assignment, ContactMessage, TextFile, TranslationDraft, TranslationTask


def listen():
    register(
        Holding(ContactMessage, emails=("email",), names=("name",), goes=True),
        Holding(Assignment, people=("person",), goes=True),
        Holding(TextFile, people=("sent_by", "recorded_by")),
        Holding(TranslationDraft, people=("author",)),
        Holding(TranslationTask, people=("person",), goes=True),
    )
    leave_out(
        "the network's own name and addresses",
        "portal.NetworkIdentity.name",
        "portal.NetworkIdentity.short_name",
        "portal.NetworkIdentity.sender",
        "portal.NetworkIdentity.reply_to",
    )
    leave_out("it names a file", "portal.Picture.name", "portal.TextFile.name")
    leave_out(
        "it names a place or a grouping of states",
        "regions.Region.name",
        "regions.Country.name",
        "regions.Grouping.name",
    )
