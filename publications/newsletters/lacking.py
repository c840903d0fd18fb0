"""What a language of an issue lacks, each by name, with the page where it is mended."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.models import User
from portal.lib import writing
from portal.lib.translations import Text, TranslationState, current_language
from publications.models import Issue, IssueBlock
from publications.newsletters import sections

# The texts of an item, as portal.lib.sections tells it.
TOLD_FIELDS = ("title", "text", "place")


@dataclass(frozen=True)
class Lack:
    """One thing that is not whole in a language.

    ``name`` is what it is called, ``texts`` which of its texts are missing or, when it
    ``is_unrevised``, are there and to be revised. ``url`` is empty when the person may not mend it.
    """

    name: Text
    texts: list[str]
    is_unrevised: bool
    url: str


def lacks(issue: Issue, found: dict, *, user: User | None = None) -> list[Lack]:
    """What the contents of an issue (``rendering.contents``) lack in their language.

    Labels are in the active language. Without a user no page to mend it is looked for.
    """
    language = found["language"]
    return [
        *own_lacks(issue, language, user),
        *block_lacks(issue, language, user),
        *item_lacks(issue, found, user),
    ]


def own_lacks(issue: Issue, language: str, user: User | None) -> list[Lack]:
    """Subject, opening text and whatever else the issue says itself."""
    if issue.translation_state(language) == TranslationState.READY:
        return []
    return [
        Lack(
            name=Text(_("The words of the letter"), current_language()),
            **what_lacks(issue, language),
            url=reverse("publications:newsletter_text", args=(issue.dashed_symbol,))
            if user
            else "",
        )
    ]


def block_lacks(issue: Issue, language: str, user: User | None) -> list[Lack]:
    return [
        Lack(
            name=block.text("title", language),
            **what_lacks(block, language),
            url=reverse("publications:newsletter_block", args=(issue.dashed_symbol, block.pk))
            if user
            else "",
        )
        for block in issue.blocks.order_by("place", "position", "pk")
        if block.is_in(language) and block.translation_state(language) != TranslationState.READY
    ]


def what_lacks(record: Issue | IssueBlock, language: str) -> dict:
    """The labels of the texts that are missing, else of all, which are then to be revised."""
    shown = [name for name in record.translated_fields if name not in record.may_stay]
    missing = [
        name
        for name in shown
        if (text := record.text(name, language)).value and text.language != language
    ]
    labels = [capfirst(str(record._meta.get_field(name).verbose_name)) for name in missing or shown]
    return {"texts": labels, "is_unrevised": not missing}


def item_lacks(issue: Issue, found: dict, user: User | None) -> list[Lack]:
    language = found["language"]
    items = [item for section in found["sections"] for item in section["items"]]
    missing = {item["pk"]: lacking_fields(item, language) for item in items}
    if not any(missing.values()):
        return []
    wordings = {"title": _("Title"), "text": _("Summary"), "place": _("Place")}
    records = records_told_of(issue) if user else {}
    return [
        Lack(
            name=item["title"],
            texts=[wordings[field] for field in missing[item["pk"]]],
            is_unrevised=False,
            url=writing.address(records[item["pk"]], language, user) if user else "",
        )
        for item in items
        if missing[item["pk"]]
    ]


def lacking_fields(item: dict, language: str) -> list[str]:
    """The texts of an item that its readers would get in another language."""
    return [name for name in TOLD_FIELDS if item[name].value and item[name].language != language]


def records_told_of(issue: Issue) -> dict:
    shown = sections.shown_items(issue)
    return {item.pk: item.subject for items in shown.values() for item in items}
