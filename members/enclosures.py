"""Documents that come with an application: judged by content, kept privately, and bounded."""

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Application, ApplicationDocument
from members.models.applications import EDITABLE, ApplicationState
from portal.lib import files

LIMIT = 10 * 1024 * 1024
MOST = 8
# All drafts together: nobody fills the disk without ever sending anything.
ALL_DRAFTS = 2 * 1024 * 1024 * 1024


def add(application: Application, upload: UploadedFile, *, kind: str) -> ApplicationDocument:
    """Keep a document of an application that can still be changed.

    Raises ValidationError when it is of no accepted kind, damaged or too large, when it is
    there already, or when there are too many.
    """
    facts = files.inspect(upload, name=upload.name, limit=LIMIT, kinds=files.ENCLOSURES)
    with transaction.atomic():
        # Locked, so that two uploads at once do not both find the last place free.
        locked = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
        if locked.state not in EDITABLE:
            raise ValidationError(
                _("This application has been sent and can no longer be changed."),
                code="not_editable",
            )
        if locked.documents.count() >= MOST:
            raise ValidationError(
                _("There are already %(most)d documents. Remove one to add another."),
                code="too_many",
                params={"most": MOST},
            )
        if locked.documents.filter(digest=facts.digest).exists():
            raise ValidationError(_("This document is already in the list."), code="known")
        if size_of_drafts() + facts.size > ALL_DRAFTS:
            raise ValidationError(
                _("No document can be taken at the moment. Send yours by mail to the secretariat."),
                code="full",
            )
        document = ApplicationDocument(
            application=locked,
            kind=kind,
            name=upload.name[-200:],
            media_type=facts.media_type,
            size=facts.size,
            digest=facts.digest,
        )
        document.file.save(upload.name, upload, save=False)
        document.save()
        Application.objects.filter(pk=application.pk).update(touched_at=timezone.now())
    return document


def remove(document: ApplicationDocument):
    """Take a document out of an application that can still be changed, and erase its file."""
    with transaction.atomic():
        application = Application.objects.select_for_update(of=("self",)).get(
            pk=document.application_id
        )
        if application.state not in EDITABLE:
            raise ValidationError(
                _("This application has been sent and can no longer be changed."),
                code="not_editable",
            )
        storage, name = document.file.storage, document.file.name
        document.delete()
        transaction.on_commit(lambda: storage.delete(name))


def erase_files(application: Application):
    for document in application.documents.all():
        document.file.delete(save=False)


def size_of_drafts() -> int:
    drafts = ApplicationDocument.objects.filter(application__state=ApplicationState.DRAFT)
    return drafts.aggregate(total=Sum("size"))["total"] or 0
