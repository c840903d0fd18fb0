"""Who is written to when reports are ready: whoever asked and is still entitled to them."""

import datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members import notices
from members.models import User
from portal.lib.jobs import JobState
from portal.lib.links import absolute_url
from publications.models import Report, ReportBatch

READY = "report_ready"
# So many at once; the others a minute later.
MOST = 200


def batch_is_ready(batch: ReportBatch):
    """Write to everybody who ordered a batch and may still see it, once each time it is ready."""
    for person in batch.readers.active():
        if not ReportBatch.objects.run_by(person).filter(pk=batch.pk).exists():
            continue
        with translation.override(person.language):
            write(
                person,
                key=f"batch:{batch.pk}:{batch.attempts}",
                template="report_batch",
                subject=_("Your reports are ready"),
                batch=batch,
                url=absolute_url(
                    "publications:report_batch", language=person.language, pk=batch.pk
                ),
            )


def tell_due(now: datetime.datetime | None = None) -> int:
    """Write to who asked for a report, left, and has not seen how it ended. Returns how many."""
    now = now or timezone.now()
    awaited = Report.objects.awaited(now).select_related(
        "requested_by", "organisation__country__region", "region"
    )
    count = 0
    for report in awaited.order_by("finished_at", "pk")[:MOST]:
        if not Report.objects.filter(pk=report.pk, told_at=None).update(told_at=now):
            continue
        person = report.requested_by
        if Report.objects.visible_to(person).filter(pk=report.pk).exists():
            one_has_ended(report, person)
            count += 1
    return count


def one_has_ended(report: Report, person: User):
    with translation.override(person.language):
        write(
            person,
            key=f"report:{report.pk}:{report.finished_at:%Y-%m-%dT%H:%M:%S}",
            template="report_ready",
            subject=_("Your report is ready")
            if report.state == JobState.DONE
            else _("Your report could not be made"),
            report=report,
            name=report.subject.text("name", person.language) if report.subject else None,
            url=absolute_url(page_for(person), language=person.language),
        )


def page_for(person: User) -> str:
    """Where somebody finds the reports they asked for."""
    return "publications:reports_desk" if person.standing.has_desk else "publications:documents"


def note_seen(user: User):
    """The list of reports has been shown to who asked for some: no mail tells them again."""
    Report.objects.seen_by(user).update(told_at=timezone.now())


def write(person: User, *, key: str, template: str, subject: str, **context):
    notices.write(
        READY,
        key,
        template=template,
        subject=subject,
        to=person.email,
        language=person.language,
        context={"person": person, **context},
        person=person,
    )
