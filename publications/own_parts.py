"""What this app knows of an organisation, as tables to take away."""

from collections.abc import Iterator

from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _

from members.models import Organisation
from members.own_data import Part, register
from portal.lib.jobs import JobState
from publications.models import Publication, Report
from publications.reports.making import file_name


def made(organisation: Organisation):
    found = Report.objects.filter(organisation=organisation, state=JobState.DONE)
    return found.select_related("organisation", "region").order_by("year", "pk")


def reports(organisation: Organisation) -> Iterator[tuple]:
    for report in made(organisation):
        yield report.kind, report.year, report.language, report.finished_at, kept_name(report)


def kept_name(report: Report) -> str:
    """The name of its file in the archive; empty when the file has expired."""
    return "" if report.is_expired else f"{report.pk}-{file_name(report)}"


def report_files(organisation: Organisation) -> Iterator[tuple[str, FieldFile]]:
    for report in made(organisation).exclude(file=""):
        yield kept_name(report), report.file


def contributions(organisation: Organisation) -> Iterator[tuple]:
    """The published texts that name it among their authors."""
    found = Publication.objects.published().filter(organisations=organisation)
    for publication in found.order_by("published_on", "pk"):
        title = publication.text("title")
        yield publication.symbol, title.value, title.language, publication.published_on


def proposals(organisation: Organisation) -> Iterator[tuple]:
    """What it has proposed for the library, whatever has become of it."""
    found = Publication.objects.proposed_by_one_of([organisation]).select_related("proposed_by")
    for publication in found.order_by("pk"):
        language = publication.original_language
        yield (
            publication.symbol,
            publication.own_text("title", language),
            language,
            publication.state,
            str(publication.proposed_by or ""),
            publication.own_text("summary", language),
            publication.own_text("body", language),
        )


def register_all():
    register(
        Part(
            "reports",
            _("certificates and yearly reports"),
            ("kind", "year", "language", "made_at", "file"),
            reports,
            report_files,
        ),
        Part(
            "publications",
            _("publications to which the organisation contributed"),
            ("symbol", "title", "language", "published_on"),
            contributions,
        ),
        Part(
            "proposals",
            _("texts that the organisation has proposed"),
            ("symbol", "title", "language", "state", "written_by", "summary", "text"),
            proposals,
        ),
    )
