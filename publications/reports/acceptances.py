"""What follows from an acceptance: the new member's certificate, made by itself."""

from django.db import transaction

from members.models import Acceptance
from publications.models import Report
from publications.models.reports import ReportKind
from publications.reports import making


def follow(acceptance: Acceptance):
    """Ask for the certificate of the first year, in the language of the application."""
    making.request(
        kind=ReportKind.CERTIFICATE,
        subject=acceptance.organisation,
        language=acceptance.application.language,
        year=acceptance.membership.starts_on.year,
    )


def undo(acceptance: Acceptance):
    """Take away the certificate of a membership that was taken back, with its file."""
    made = Report.objects.filter(
        organisation=acceptance.organisation,
        kind=ReportKind.CERTIFICATE,
        queued_at__gte=acceptance.decided_at,
    )
    for report in made:
        if report.file:
            storage, name = report.file.storage, report.file.name
            transaction.on_commit(lambda storage=storage, name=name: storage.delete(name))
        report.delete()
