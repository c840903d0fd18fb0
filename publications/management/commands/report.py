"""Makes a report on the shell and writes it to a file: certificate, member or region."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from members.models import Organisation
from portal.lib.translations import LANGUAGES
from publications.models.reports import ReportKind
from publications.reports import making
from regions.models import Region


class Command(BaseCommand):
    help = "Make a PDF report: report certificate|member|region --of SLUG-OR-CODE --output FILE"

    def add_arguments(self, parser):
        parser.add_argument("kind", choices=[kind.value for kind in making.KINDS])
        parser.add_argument("--of", required=True, help="an organisation’s address or R1 to R9")
        parser.add_argument("--language", choices=LANGUAGES, default="fr")
        parser.add_argument("--year", type=int, default=timezone.localdate().year)
        parser.add_argument("--output", required=True, type=Path)

    def handle(self, *, kind, of, language, year, output, **options):
        output = output.resolve()
        if not output.parent.is_dir():
            raise CommandError(f"There is no folder {output.parent}.")
        subject = self.subject(kind, of)
        try:
            with translation.override(language):
                data = making.KINDS[ReportKind(kind)].data(subject, year, language)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        content = making.render_data(kind=kind, data=data, language=language)
        partial = output.with_name(f"{output.name}.partial")
        partial.write_bytes(content)
        partial.replace(output)
        self.stdout.write(f"{output} ({len(content)} bytes)")

    def subject(self, kind: str, of: str) -> Organisation | Region:
        if kind == ReportKind.REGION:
            found = Region.objects.filter(code=of.upper()).first()
            if found is None:
                codes = ", ".join(Region.objects.values_list("code", flat=True))
                raise CommandError(f"There is no region {of}. The regions are {codes}.")
            return found
        found = Organisation.objects.filter(slug=of).first()
        if found is None:
            raise CommandError(f"There is no organisation {of}.")
        return found
