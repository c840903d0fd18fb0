"""Documents for members: put there, replaced, withdrawn, and opened by whom they are for."""

from collections.abc import Iterable
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Document, DocumentFile, DocumentOpening, User
from portal.lib import files
from portal.lib.files import DOCX, ODT, PDF, FileFacts

ACCEPTED = (PDF, ODT, DOCX)
MAX_SIZE = 20 * 1024 * 1024


class Upload(NamedTuple):
    """A file and what was found in it."""

    file: File
    facts: FileFacts


def judge(file: File) -> Upload:
    """Look into a file. Raises ValidationError for what is no PDF, ODT or DOCX document."""
    return Upload(file, files.inspect(file, name=file.name or "", limit=MAX_SIZE, kinds=ACCEPTED))


def put(
    document: Document,
    *,
    by: User,
    uploads: dict[str, Upload],
    removed: Iterable[str] = (),
    minor_edit: bool = False,
):
    """Save a document with its files by language ("" for all), or do nothing.

    Raises ValidationError when no file would be left, or the audience is not named.
    """
    with transaction.atomic():
        is_new = document.pk is None
        before = None if is_new else Document.objects.select_for_update().get(pk=document.pk)
        if is_new:
            document.put_by = by
        if is_new or uploads or audience(before) != audience(document):
            document.changed_at = timezone.now()
        document.full_clean(exclude=[*document.translated_fields])
        document.save(minor_edit=minor_edit)
        for language in removed:
            remove(document, language)
        for language, upload in uploads.items():
            remove(document, language)
            keep(document, language, upload)
        if not document.files.exists():
            raise ValidationError(_("Add at least one file."), code="no_file")


def audience(document: Document) -> tuple:
    return (
        document.audience,
        document.category_id,
        document.region_id,
        document.organisation_id,
    )


def keep(document: Document, language: str, upload: Upload):
    row = DocumentFile(document=document, language=language)
    row.media_type, row.size, row.pages, row.is_tagged, row.digest = upload.facts[:5]
    row.file.save(upload.file.name, upload.file, save=True)


def remove(document: Document, language: str):
    """Take away the file of a language, from the storage too once that is certain."""
    for row in document.files.filter(language=language):
        storage, name = row.file.storage, row.file.name
        transaction.on_commit(lambda storage=storage, name=name: storage.delete(name))
        row.delete()


def withdraw(document: Document, *, by: User):
    """Take a document out of the members' area; it stays at the desk."""
    document.withdrawn_at, document.withdrawn_by = timezone.now(), by
    document.save(update_fields=["withdrawn_at", "withdrawn_by"])


def show_again(document: Document):
    document.withdrawn_at = document.withdrawn_by = None
    document.changed_at = timezone.now()
    document.save(update_fields=["withdrawn_at", "withdrawn_by", "changed_at"])


def opened(document: Document, *, by: User):
    """Remember that a person has it: it is no longer new to them."""
    DocumentOpening.objects.update_or_create(
        document=document, person=by, defaults={"opened_at": timezone.now()}
    )
