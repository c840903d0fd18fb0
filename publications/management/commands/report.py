"""Makes reports on the shell: one to a file, or all of a region, a category or everybody."""

import shutil
import time
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from members.models import Category, Organisation
from portal.lib.jobs import JobState
from portal.lib.translations import LANGUAGES
from publications.models import Report, ReportBatch
from publications.models.reports import BY_QUARTER, ON_ORGANISATION, SHARED, ReportKind
from publications.reports import batches, lots, making
from publications.reports.kinds import KINDS
from regions.models import Region

# How long to wait for reports that a worker has taken, between two looks.
PAUSE = 0.5


class Command(BaseCommand):
    help = (
        "Make a PDF report: report KIND --of SLUG-OR-CODE --output FILE; or, with --all, every "
        "report of a kind, as one ZIP for each language: report KIND --all --output FOLDER"
    )

    def add_arguments(self, parser):
        parser.add_argument("kind", choices=[kind.value for kind in KINDS])
        parser.add_argument("--of", help="an organisation’s address, or R1 to R9")
        parser.add_argument("--all", action="store_true", help="one on each member or region")
        parser.add_argument("--region", help="with --all: R1 to R9")
        parser.add_argument("--category", help="with --all: the code of a category")
        parser.add_argument(
            "--language",
            choices=LANGUAGES,
            action="append",
            help="fr unless given; with --all each one’s own unless given, and more than once",
        )
        parser.add_argument("--year", type=int, default=timezone.localdate().year)
        parser.add_argument("--quarter", type=int, choices=range(1, 5))
        parser.add_argument("--output", required=True, type=Path, help="a file, or a folder")

    def handle(self, *, kind: str, output: Path, quarter: int | None, **options):
        output = output.resolve()
        if quarter and kind not in BY_QUARTER:
            raise CommandError(f"The kind {kind} is about a whole year, not a quarter.")
        if options["all"]:
            self.make_all(kind, output, quarter=quarter, **options)
        else:
            self.make_one(kind, output, quarter=quarter, **options)

    # -- One ---------------------------------------------------------------------------------------

    def make_one(self, kind: str, output: Path, *, of, language, year, quarter, **options):
        if not output.parent.is_dir():
            raise CommandError(f"There is no folder {output.parent}.")
        if options["region"] or options["category"]:
            raise CommandError("--region and --category go with --all.")
        if language and len(language) > 1:
            raise CommandError("One report is in one language; several go with --all.")
        subject = self.subject(kind, of)
        report = Report(
            kind=kind,
            organisation=subject if isinstance(subject, Organisation) else None,
            region=subject if isinstance(subject, Region) else None,
            language=(language or ["fr"])[0],
            year=year,
            quarter=quarter,
        )
        try:
            data = making.frozen_data(report)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        content = making.render_data(kind=kind, data=data, language=report.language)
        partial = output.with_name(f"{output.name}.partial")
        partial.write_bytes(content)
        partial.replace(output)
        self.stdout.write(f"{output} ({len(content)} bytes)")

    def subject(self, kind: str, of: str | None) -> Organisation | Region | None:
        if kind in SHARED and not of:
            return None
        if kind == ReportKind.PROGRAMME:
            raise CommandError("The programme is everybody’s: leave --of out.")
        if not of:
            raise CommandError("Say with --of whom the report is about, or give --all.")
        if kind in ON_ORGANISATION:
            found = Organisation.objects.filter(slug=of).first()
            if found is None:
                raise CommandError(f"There is no organisation {of}.")
            return found
        return self.region(of)

    def region(self, code: str) -> Region:
        found = Region.objects.filter(code=code.upper()).first()
        if found is None:
            codes = ", ".join(Region.objects.values_list("code", flat=True))
            raise CommandError(f"There is no region {code}. The regions are {codes}.")
        return found

    # -- All ---------------------------------------------------------------------------------------

    def make_all(self, kind: str, output: Path, *, of, language, **options):
        if of:
            raise CommandError("Give either --of or --all.")
        if kind not in batches.KINDS:
            raise CommandError(f"There is one report of the kind {kind}: leave --all out.")
        if not output.is_dir():
            raise CommandError(f"There is no folder {output}.")
        category = options["category"] and self.category(options["category"])
        region = options["region"] and self.region(options["region"])
        with translation.override("en"):
            try:
                batch = batches.order(
                    kind=kind,
                    year=options["year"],
                    quarter=options["quarter"],
                    region=region or None,
                    category=category or None,
                    languages=language or (),
                )
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            self.work_through(batch)
        self.write(batch, output)

    def category(self, code: str) -> Category:
        found = Category.objects.filter(code=code.upper()).first()
        if found is None:
            codes = ", ".join(Category.objects.values_list("code", flat=True))
            raise CommandError(f"There is no category {code}. The categories are {codes}.")
        return found

    def work_through(self, batch: ReportBatch):
        """Do the work here, beside any worker, until the batch is over."""
        while not batch.is_finished:
            waiting = Report.objects.waiting().filter(entries__batch=batch).order_by("pk")
            for report in waiting:
                making.make(report)
                lots.ring_after(report)
            if not lots.work_on(batch) and not waiting.exists():
                time.sleep(PAUSE)
            batch.refresh_from_db()

    def write(self, batch: ReportBatch, output: Path):
        """Copy the archives, and say what is missing. Raises CommandError when there are none."""
        if batch.state != JobState.DONE:
            raise CommandError(batch.why or f"The batch has been {batch.state}.")
        for archive in batch.archives.exclude(file=""):
            target = output / archive.download_name
            partial = target.with_name(f"{target.name}.partial")
            with archive.file.open("rb") as source, partial.open("wb") as copy:
                shutil.copyfileobj(source, copy)
            partial.replace(target)
            self.stdout.write(f"{target} ({archive.reports} reports, {archive.size} bytes)")
        for entry in batch.entries.not_made().select_related("organisation", "region", "report"):
            self.stderr.write(f"missing: {entry}: {entry.why_not}")
        if not batch.entries.made().exists():
            raise CommandError("None of the reports could be made.")
