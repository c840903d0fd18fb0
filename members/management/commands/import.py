"""Imports from the shell: check a file of members, record it, take a recorded import back."""

import json
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from members.imports import committing, staging, undoing
from members.imports.columns import title_of
from members.imports.wording import wording
from members.models import ImportBatch
from portal.lib.jobs import JobState


class Command(BaseCommand):
    help = "Check or record a file of organisations, people and memberships; undo an import."

    def add_arguments(self, parser: CommandParser):
        acts = parser.add_subparsers(dest="act", required=True, metavar="members|undo")
        members = acts.add_parser("members", help="check a CSV, XLSX or ODS file, and record it")
        members.add_argument("file", type=Path)
        members.add_argument("--confirm", action="store_true", help="record what can be recorded")
        undo = acts.add_parser("undo", help="take back what an import recorded")
        undo.add_argument("batch", help="the number of the import, such as I/2026/003")
        for command in (members, undo):
            command.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args, act: str, **options):
        # What the verbs refuse is told in English on the shell, whatever the locale.
        with translation.override("en"):
            try:
                if act == "undo":
                    batch = self.undo(options["batch"])
                else:
                    batch = self.members(options["file"], confirm=options["confirm"])
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            self.tell(batch, as_json=options["json"])
            if batch.state == JobState.FAILED:
                raise CommandError(batch.why)

    def members(self, path: Path, *, confirm: bool) -> ImportBatch:
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        with path.open("rb") as file:
            batch = staging.request(file=File(file), name=path.name, by=None, by_worker=False)
        staging.check(batch)
        batch.refresh_from_db()
        if confirm and batch.state == JobState.DONE and batch.writes:
            committing.confirm(batch, by=None, by_worker=False)
            committing.commit(batch)
        batch.refresh_from_db()
        return batch

    def undo(self, number: str) -> ImportBatch:
        batch = ImportBatch.objects.filter(number=number).first()
        if batch is None:
            raise CommandError(f"There is no import {number}.")
        undoing.request(batch, by=None, by_worker=False)
        undoing.undo(batch)
        batch.refresh_from_db()
        return batch

    def tell(self, batch: ImportBatch, *, as_json: bool):
        if as_json:
            self.stdout.write(json.dumps(self.facts(batch), ensure_ascii=False))
            return
        recorded = "undone" if batch.undone_at else "recorded" if batch.committed_at else "checked"
        self.stdout.write(
            f"{batch.number}: {recorded}; {batch.read} rows read, {batch.created} to create, "
            f"{batch.updated} to change, {batch.unchanged} unchanged, {batch.refused} to correct"
        )
        for refusal in self.refusals(batch):
            self.stdout.write(
                f"  line {refusal['line']}, {refusal['field']}: {refusal['value']!r}: "
                f"{refusal['problem']} {refusal['repair']}"
            )

    def facts(self, batch: ImportBatch) -> dict:
        return {
            "number": batch.number,
            "state": batch.state,
            "error": batch.why,
            "read": batch.read,
            "created": batch.created,
            "updated": batch.updated,
            "unchanged": batch.unchanged,
            "refused": batch.refused,
            "recorded": batch.is_recorded,
            "undone": batch.undone_at is not None,
            "layout": batch.layout,
            "refusals": list(self.refusals(batch)),
        }

    def refusals(self, batch: ImportBatch):
        rows = batch.rows.refused().values_list("line", "problems")
        for line, problems in rows.iterator(chunk_size=1000):
            for field, value, code, params in problems:
                problem, repair = wording(code, params)
                yield {
                    "line": line,
                    "field": title_of(field),
                    "value": value,
                    "code": code,
                    "problem": problem,
                    "repair": repair,
                }
