"""Putting texts into the library: their symbols, their files, and when the public sees them."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import Storage
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.lib.changes import announce
from portal.lib.files import FileFacts
from publications.models import Publication, PublicationFile
from publications.models.library import PublicationState


class Upload(NamedTuple):
    """A file that was judged by its content, and what was found in it."""

    file: File
    facts: FileFacts


def next_symbol(year: int) -> str:
    """The first symbol after the last one of the year; numbers that were left out stay free."""
    taken = Publication.objects.filter(symbol__startswith=f"P/{year}/").values_list(
        "symbol", flat=True
    )
    numbers = (int(match[1]) for match in map(re.compile(r"/(\d+)$").search, taken) if match)
    return f"P/{year}/{max(numbers, default=0) + 1:02d}"


def record(
    save: Callable[[], Publication],
    *,
    files: Mapping[str, Upload],
    removed: Collection[str] = (),
) -> Publication:
    """Save a publication and its files, per language, all or nothing.

    ``save`` stores the record itself. A file that is replaced or removed leaves the storage once
    everything is committed; a new one leaves it again when something fails. Raises
    ValidationError when the symbol was taken in the meantime.
    """
    stored: list[tuple[Storage, str]] = []
    publication = None
    try:
        with transaction.atomic():
            publication = save()
            for language in removed:
                remove_file(publication, language)
            for language, upload in files.items():
                kept = keep_file(publication, language, upload)
                stored.append((kept.storage, kept.name))
            announce(publication)
    except BaseException as error:
        for storage, name in stored:
            storage.delete(name)
        if publication is None and isinstance(error, IntegrityError):
            raise ValidationError(
                {"symbol": _("Another publication already has this symbol.")}
            ) from error
        raise
    return publication


def keep_file(publication: Publication, language: str, upload: Upload):
    """Store the file of one language in the place of an earlier one."""
    row = publication.files.filter(language=language).first() or PublicationFile(
        publication=publication, language=language
    )
    forget_on_commit(row)
    row.media_type, row.size, row.pages, row.is_tagged, row.digest = upload.facts
    row.file.save(upload.file.name, upload.file, save=False)
    try:
        row.save()
    except BaseException:
        row.file.storage.delete(row.file.name)
        raise
    return row.file


def remove_file(publication: Publication, language: str):
    for row in publication.files.filter(language=language):
        forget_on_commit(row)
        row.delete()


def forget_on_commit(row: PublicationFile):
    """Take the row's present file out of the storage once its end is certain."""
    if row.file:
        storage, name = row.file.storage, row.file.name
        transaction.on_commit(lambda: storage.delete(name))


def publish(publication: Publication):
    """Open the text to those it is for, from its date on. Raises ValidationError when it is."""
    move(
        publication,
        PublicationState.PUBLISHED,
        refused=_("This publication is already published."),
        after=(PublicationState.DRAFT, PublicationState.WITHDRAWN),
    )


def withdraw(publication: Publication):
    """Take a published text back; its symbol stays taken. Raises ValidationError otherwise."""
    move(
        publication,
        PublicationState.WITHDRAWN,
        refused=_("Only what is published can be withdrawn."),
        after=(PublicationState.PUBLISHED,),
    )


@transaction.atomic
def move(publication: Publication, state: str, *, refused: str, after: Collection[str]):
    current = Publication.objects.select_for_update().get(pk=publication.pk)
    if current.state not in after:
        raise ValidationError(refused, code="wrong_state")
    current.state = publication.state = state
    current.save(update_fields=["state"])
