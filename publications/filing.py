"""The files of publications: judged, freed of personal data, put into storage and taken out."""

from typing import NamedTuple

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from members.models import User
from portal.lib import files
from portal.lib.files import FileFacts, cleaning, language_label, refused
from publications import reading
from publications.models import Publication, PublicationFile


class Upload(NamedTuple):
    """A file that was judged by its content, and what was found in it."""

    file: File
    facts: FileFacts
    is_stripped: bool = False


def judge(file: File, *, strip: bool = False) -> Upload:
    """Look into a file, and take the personal data out of it when asked to.

    Raises ValidationError for what the library does not take.
    """
    name = file.name or ""
    facts = files.inspect(file, name=name, limit=settings.UPLOAD_LIMIT)
    if not strip:
        return Upload(file, facts)
    try:
        plain = ContentFile(cleaning.stripped(file), name=name)
    except cleaning.UNREADABLE as error:
        raise refused("not_cleaned") from error
    return Upload(plain, files.inspect(plain, name=name, limit=settings.UPLOAD_LIMIT), True)


# -- Personal data -------------------------------------------------------------------------------


def must_strip(user: User) -> bool:
    """Whoever acts for a discreet member leaves no name in a file, ticked or not."""
    return any(organisation.discreet for organisation in user.standing.organisations)


def strips_by_default(user: User, publication: Publication) -> bool:
    """Whether the tick is set when the form opens.

    The secretariat sees it set where a contributing organisation is discreet. Everybody else sees
    it set always, so that nobody learns from a tick who is discreet.
    """
    return not user.standing.is_secretariat or names_discreet(publication)


def names_discreet(publication: Publication) -> bool:
    if publication.pk is None:
        return False
    proposed_for = publication.proposed_for
    return (proposed_for is not None and proposed_for.discreet) or publication.organisations.filter(
        discreet=True
    ).exists()


# -- Storage -------------------------------------------------------------------------------------


def keep_file(publication: Publication, language: str, upload: Upload):
    """Store the file of one language in the place of an earlier one; a worker then reads it."""
    row = publication.files.filter(language=language).first() or PublicationFile(
        publication=publication, language=language
    )
    row.forget_on_commit()
    row.take_facts(upload.facts, is_stripped=upload.is_stripped)
    row.file.save(upload.file.name, upload.file, save=False)
    try:
        row.save()
    except BaseException:
        row.file.storage.delete(row.file.name)
        raise
    reading.request(row)
    return row.file


def remove_file(publication: Publication, language: str):
    for row in publication.files.filter(language=language):
        row.delete()


# -- What an editor should know --------------------------------------------------------------------


def language_warning(language: str, facts: FileFacts) -> str:
    """Told when a file says that it is in another language than the one it is filed under."""
    if not differs(language, facts.language):
        return ""
    return _(
        "The file for %(filed)s says that it is in %(declared)s. It was kept. If the file is the "
        "right one, correct the language in its properties: screen readers pronounce it "
        "accordingly."
    ) % {"filed": language_label(language), "declared": language_label(facts.language)}


def differs(language: str, declared: str) -> bool:
    return bool(declared) and files.base_language(declared) not in ("", language)
