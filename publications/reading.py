"""What a worker reads from a file after it was kept: its words, and a picture of its first page.

The row says whether it has been read, and by whom since when; the queue is only the bell. A file
whose worker died is due again after five minutes, three times at most.
"""

import logging

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from pypdfium2 import PdfiumError

from portal.lib.changes import announce
from portal.lib.files import cleaning, words
from publications.models import PublicationFile

logger = logging.getLogger(__name__)

# So many files are rung for at once; the next minute sees to the others.
AT_ONCE = 50
UNREADABLE = (*cleaning.UNREADABLE, PdfiumError, ValidationError, MemoryError)


def request(file: PublicationFile):
    """Ring for a worker once the file is certain to stay."""
    from publications.tasks import read_file  # noqa: PLC0415  tasks call this module

    pk = file.pk
    transaction.on_commit(lambda: read_file.delay(pk))


def request_due() -> int:
    """Ring for every file that nobody has read yet, nor is reading now; how many."""
    due = PublicationFile.objects.due_for_reading(timezone.now()).order_by("pk")[:AT_ONCE]
    for file in due:
        request(file)
    return len(due)


def read(file: PublicationFile) -> bool:
    """Read one file, and have the search index follow. False when it is not due.

    What cannot be read stays without words or without a picture, and is not tried again.
    """
    if not claim(file):
        return False
    found, page = "", None
    try:
        with file.file.open("rb") as content:
            found = words.words(content, file.media_type)
            page = words.first_page(content, file.media_type)
    except UNREADABLE as error:
        logger.warning("%s cannot be read: %s", file, error)
    return keep(file, found, page)


def claim(file: PublicationFile) -> bool:
    """Take the file for this worker. False when another has it, or it has been read."""
    now = timezone.now()
    claimed = (
        PublicationFile.objects.due_for_reading(now)
        .filter(pk=file.pk)
        .update(reading_since=now, readings=F("readings") + 1)
    )
    file.refresh_from_db()
    return bool(claimed)


def keep(file: PublicationFile, found: str, page: words.FirstPage | None) -> bool:
    """Write down what was read, unless another file has come in its place meanwhile."""
    picture = file.thumbnail
    former = picture.name
    if page is not None:
        picture.save("page.webp", ContentFile(page.content), save=False)
    storage, new = picture.storage, picture.name
    with transaction.atomic():
        kept = PublicationFile.objects.filter(
            pk=file.pk, digest=file.digest, reading_since=file.reading_since
        ).update(
            words=found,
            thumbnail=new,
            thumbnail_width=page.width if page else 0,
            thumbnail_height=page.height if page else 0,
            read_at=timezone.now(),
            reading_since=None,
        )
        if kept:
            announce(file.publication)
    unwanted = former if kept else new
    if page is not None and unwanted:
        storage.delete(unwanted)
    return bool(kept)
