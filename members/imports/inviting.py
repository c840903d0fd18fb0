"""Telling people whom an import let act for an organisation. Never by itself."""

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from members import notices
from members.imports.committing import may_confirm
from members.models import ImportBatch, Mandate, User
from portal.lib import network
from portal.lib.links import absolute_url


def newcomers(batch: ImportBatch) -> QuerySet[User]:
    """The people that a recorded import added, and who have not logged in yet."""
    if not batch.is_recorded:
        return User.objects.none()
    made = batch.traces.filter(model="user").values("record")
    return User.objects.active().filter(pk__in=made, last_login__isnull=True)


def invite(batch: ImportBatch, *, by: User | None) -> int:
    """Write to each of them, once, how to choose a password. Returns how many mails are new."""
    if not may_confirm(batch, by=by):
        raise ValidationError(_("Only whoever asked for this import can do that."), code="rights")
    written = 0
    for person in newcomers(batch).iterator():
        mandates = Mandate.objects.current().filter(person=person).select_related("organisation")
        language = person.language
        with translation.override(language):
            subject = _("Your account in the members’ area of %(network)s") % {
                "network": network.current().name(language)
            }
            notice = notices.write(
                "imported",
                f"person:{person.pk}",
                template="imported",
                subject=subject,
                to=person.email,
                language=language,
                person=person,
                context={
                    "person": person,
                    "mandates": [
                        (mandate.get_kind_display(), mandate.organisation.text("name").value)
                        for mandate in mandates
                    ],
                    "url": absolute_url("account_reset_password", language=language),
                },
            )
        written += notice is not None
    return written
