"""What an editor changes in an issue: its items and its blocks.

Every change makes an issue that was ready a draft again; once it is on its way there is none.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Max
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import gettext as _

from portal.lib import alternates
from portal.lib.sections import Section, registered
from portal.lib.translations import LANGUAGES
from publications.models import Issue, IssueBlock, IssueItem
from publications.models.newsletters import POINTERS
from publications.newsletters.drafting import reopen, require_editable


@transaction.atomic
def move(row: IssueItem | IssueBlock, direction: str, *, language: str = ""):
    """Move an item one place up or down within its section, a block within its place.

    In the order of all languages, or in that of one, which from then on is its own.
    """
    require_editable(row.issue)
    rows = sorted(beside(row), key=lambda one: one.order_in(language))
    if language:
        rows = [one for one in rows if one.is_in(language)]
    here = rows.index(row)
    there = here - 1 if direction == "up" else here + 1
    if 0 <= there < len(rows):
        rows[here], rows[there] = rows[there], rows[here]
        number(rows, f"position_{language}" if language else "position")
        reopen(row.issue)


def beside(row: IssueItem | IssueBlock) -> models.QuerySet:
    """The rows in whose order it stands."""
    if isinstance(row, IssueItem):
        return row.issue.items.filter(section=row.section)
    return row.issue.blocks.filter(place=row.place)


def number(rows: list[IssueItem] | list[IssueBlock], field: str):
    for position, row in enumerate(rows, start=1):
        setattr(row, field, position)
        row.save(update_fields=[field])


def own_orders(issue: Issue) -> list[str]:
    """The languages in whose letter something stands in another order than in the others."""
    rows = [*issue.items.all(), *issue.blocks.all()]
    return [
        code
        for code in LANGUAGES
        if any(getattr(row, f"position_{code}") is not None for row in rows)
    ]


@transaction.atomic
def order_like_the_others(issue: Issue, language: str):
    """Give the letter of a language the common order back."""
    require_editable(issue)
    for rows in (issue.items, issue.blocks):
        rows.update(**{f"position_{language}": None})
    reopen(issue)


@transaction.atomic
def show_in(item: IssueItem, languages: Iterable[str]):
    """Leave it in the letters of these languages alone. Raises ValidationError for none of them."""
    require_editable(item.issue)
    for code in LANGUAGES:
        setattr(item, f"in_{code}", code in languages)
    if len(item.languages_without) == len(LANGUAGES):
        raise ValidationError(
            _("It must be in the letter of at least one language."), code="nowhere"
        )
    item.save(update_fields=[f"in_{code}" for code in LANGUAGES])
    reopen(item.issue)


@transaction.atomic
def remove(row: IssueItem | IssueBlock):
    require_editable(row.issue)
    row.delete()
    reopen(row.issue)


@transaction.atomic
def add(issue: Issue, address: str) -> IssueItem:
    """Tell of the record whose public page has this address, at the end of its section.

    Raises ValidationError for an address of ours that no section tells of, for a record that the
    public does not see, and for one that is told of already.
    """
    require_editable(issue)
    section, record = addressed(address)
    field = POINTERS[section.code]
    told = issue.items.filter(section=section.code)
    if told.filter(**{field: record}).exists():
        raise ValidationError(_("The letter tells of it already."), code="told")
    last = told.aggregate(last=Max("position"))["last"] or 0
    item = IssueItem.objects.create(
        issue=issue, section=section.code, position=last + 1, **{field: record}
    )
    reopen(issue)
    return item


def addressed(address: str) -> tuple[Section, models.Model]:
    """The record at the address of a page of ours, and the section that tells of such records."""
    try:
        path = urlsplit(address.strip()).path
        with translation.override(alternates.split(path)[0] or None):
            match = resolve(path)
    except (Resolver404, ValueError):
        match = None
    for section in registered():
        if match is not None and match.view_name == section.page:
            record = section.whole().filter(**section.by(match.kwargs)).first()
            if record is not None and section.shown(record):
                return section, record
    raise ValidationError(
        _("Give the address of a public page: of a publication, an event, a member or an issue."),
        code="no_such_page",
    )


@transaction.atomic
def place(block: IssueBlock):
    """Give a new block its place at the end."""
    last = beside(block).exclude(pk=block.pk).aggregate(last=Max("position"))["last"] or 0
    block.position = last + 1
    own = {f"position_{code}": None for code in LANGUAGES}
    for field, value in own.items():
        setattr(block, field, value)
    block.save(update_fields=["position", *own])
    reopen(block.issue)
