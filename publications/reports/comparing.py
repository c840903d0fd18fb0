"""Which of many reports are there already, and show what ones of today would show.

Each is told by its contents: its figures are gathered anew, for all of them together, and compared
with those that a file was made from. Nothing else says that nothing has changed, so that nothing
can be wrong about it.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.core.exceptions import ValidationError
from django.utils import translation

from portal.lib.jobs import JobState
from publications.models import Report
from publications.models.reports import SAME, ReportKind
from publications.reports import making, showing
from publications.reports.kinds import KINDS

# What was found for one that is wanted: a report, none, or why there can be none.
Found = Report | ValidationError | None


def found_for_each(wanted: Sequence[Report]) -> list[Found]:
    """For each the same report that is being made, else one whose file is there and shows what
    one of today would show; in the same order."""
    found: list[Found] = list(unfinished_twins(wanted))
    others = [number for number, twin in enumerate(found) if twin is None]
    standing = standing_of_each([wanted[number] for number in others])
    for number, report in zip(others, standing, strict=True):
        found[number] = report
    return found


def standing_of_each(wanted: Sequence[Report]) -> list[Found]:
    """What ``making.standing`` finds for each, in the same order."""
    digests: dict[int, str | ValidationError] = {}
    for together in alike(wanted).values():
        digests |= digests_of(together)
    told = [digest for digest in digests.values() if isinstance(digest, str)]
    ready = Report.objects.filter(state=JobState.DONE, digest__in=told).exclude(file="")
    there = {
        (report.digest, *same(report)): report for report in ready.without_data().order_by("pk")
    }
    return [
        digest
        if isinstance(digest := digests[id(report)], ValidationError)
        else there.get((digest, *same(report)))
        for report in wanted
    ]


def unfinished_twins(wanted: Sequence[Report]) -> list[Report | None]:
    """The same reports, where they are being made, in the same order."""
    years = {report.year for report in wanted}
    waiting = Report.objects.unfinished().filter(year__in=years).without_data()
    found = {same(report): report for report in waiting}
    return [found.get(same(report)) for report in wanted]


def alike(wanted: Sequence[Report]) -> dict[tuple, list[Report]]:
    """The wanted reports of one kind and time, in one language."""
    groups = defaultdict(list)
    for report in wanted:
        groups[report.kind, report.year, report.quarter, report.language].append(report)
    return groups


def same(report: Report) -> tuple:
    return tuple(getattr(report, Report._meta.get_field(name).attname) for name in SAME)


def digests_of(wanted: Sequence[Report]) -> dict[int, str | ValidationError]:
    """The digests of reports that are alike, by their identities: they have no rows yet."""
    drawn = kept_drawings()
    return {
        id(report): data
        if isinstance(data, ValidationError)
        else showing.digest_of(report.kind, data, report.language, drawn=drawn)
        for report, data in frozen_of_each(wanted)
    }


def frozen_of_each(wanted: Sequence[Report]) -> Iterator[tuple[Report, dict | ValidationError]]:
    """What ``making.frozen_data`` gives for each: together, where the kind of report can."""
    module, first = KINDS[ReportKind(wanted[0].kind)], wanted[0]
    if not hasattr(module, "data_of_each"):
        for report in wanted:
            try:
                yield report, making.frozen_data(report)
            except ValidationError as error:
                yield report, error
        return
    subjects = {report.subject.pk: report.subject for report in wanted}
    if hasattr(module, "prepare"):
        module.prepare(list(subjects.values()), first.year)
    with translation.override(first.language):
        found = {
            subject.pk: data
            for subject, data in module.data_of_each(
                list(subjects.values()), first.year, first.language
            )
        }
    for report in wanted:
        data = found[report.subject.pk]
        yield report, data if isinstance(data, ValidationError) else making.frozen(data)


def kept_drawings() -> showing.Drawing:
    """A way to have maps that draws each once, for as long as it is held."""
    kept: dict[str, dict | None] = {}

    def drawn(data: dict, language: str) -> dict | None:
        key = json.dumps([data.get("region"), data.get("map"), language], sort_keys=True)
        if key not in kept:
            kept[key] = showing.region_map(data, language)
        return kept[key]

    return drawn
