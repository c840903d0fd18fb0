"""Rows of reports: what each kind is about, one at a time, and who sees and runs it."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from publications.models import Issue, Report
from publications.reports import figures, making
from tests import factories

pytestmark = pytest.mark.django_db


def row(kind: str, subject=None, **values) -> Report:
    """A report that waits, on an organisation, a region, or the whole network."""
    about = {type(subject).__name__.lower(): subject} if subject else {}
    return Report.objects.create(
        **{"kind": kind, "language": "fr", "year": 2026} | about | values,
    )


def is_refused(*args, **values) -> bool:
    try:
        with transaction.atomic():
            row(*args, **values)
    except IntegrityError:
        return True
    return False


def test_each_kind_is_about_what_it_asks():
    region = factories.create_region()
    organisation = factories.create_organisation()
    fitting = [
        ("certificate", organisation, None),
        ("member", organisation, None),
        ("region", region, None),
        ("region", region, 3),
        ("programme", None, None),
        ("programme", None, 3),
        ("directory", None, None),
        ("directory", region, None),
    ]
    tried = [
        (kind, subject, quarter)
        for kind in ("certificate", "member", "region", "programme", "directory")
        for subject in (None, region, organisation)
        for quarter in (None, 3, 0, 5)
    ]
    kept = [one for one in tried if not is_refused(one[0], one[1], quarter=one[2])]
    assert sorted(map(str, kept)) == sorted(map(str, fitting))


@pytest.mark.parametrize(
    ("kind", "quarter", "about"),
    [
        ("member", None, "organisation"),
        ("region", None, "region"),
        ("region", 3, "region"),
        ("directory", None, "region"),
        ("directory", None, None),
        ("programme", None, None),
        ("programme", 3, None),
    ],
)
def test_one_of_each_is_under_way(kind, quarter, about):
    make = {
        "organisation": factories.create_organisation,
        "region": factories.create_region,
        None: lambda: None,
    }[about]
    subject = make()
    first = row(kind, subject, quarter=quarter)
    assert is_refused(kind, subject, quarter=quarter)
    assert is_refused(kind, subject, quarter=quarter, state="running")
    assert not is_refused(kind, subject, quarter=quarter, language="en")
    assert not is_refused(kind, subject, quarter=quarter, year=2025)
    if kind in ("region", "programme"):
        assert not is_refused(kind, subject, quarter=4)
    first.cancel()
    assert not is_refused(kind, subject, quarter=quarter)


def test_a_report_is_named_by_what_it_is_about():
    region = factories.create_region()
    made = [row("programme"), row("programme", quarter=3), row("directory", region)]
    assert [making.file_name(report) for report in made] == [
        "programme-2026-fr.pdf",
        "programme-2026-q3-fr.pdf",
        "directory-r8-2026-fr.pdf",
    ]
    assert [str(report) for report in made] == [
        "programme report: 2026 (fr)",
        "programme report: 2026-Q3 (fr)",
        f"directory of members: {region}, 2026 (fr)",
    ]


def test_who_sees_and_runs_which():
    here, there = factories.create_region("R8"), factories.create_region("R2")
    council = factories.create_organisation()
    people = {
        "secretary": factories.create_secretary(),
        "executive": factories.create_executive(here),
        "other executive": factories.create_executive(there),
        "contact": factories.create_contact(council),
        "stranger": factories.create_person(),
        "lead": factories.create_language_lead(),
    }
    asked_by_contact = row("directory", there, language="en", requested_by=people["contact"])
    rows = {
        "own region": row("region", here, quarter=3),
        "other region": row("region", there, quarter=3),
        "programme under way": row("programme"),
        "programme": row("programme", state="done"),
        "directory under way": row("directory"),
        "directory": row("directory", state="done"),
        "directory here under way": row("directory", here),
        "directory there": row("directory", there, state="done"),
        "own request": asked_by_contact,
    }

    def names(found) -> set[str]:
        keys = set(found.values_list("pk", flat=True))
        return {name for name, report in rows.items() if report.pk in keys}

    finished = {"programme", "directory", "directory there"}
    of_the_network = {"programme under way", "programme", "directory under way", "directory"}
    assert {name: names(Report.objects.visible_to(user)) for name, user in people.items()} == {
        "secretary": set(rows),
        "executive": finished | of_the_network | {"own region", "directory here under way"},
        "other executive": finished | of_the_network | {"other region", "own request"},
        "contact": finished | {"own region", "own request"},
        "stranger": set(),
        "lead": set(),
    }
    assert {name: names(Report.objects.run_by(user)) for name, user in people.items()} == {
        "secretary": set(rows),
        "executive": of_the_network | {"own region", "directory here under way"},
        "other executive": of_the_network | {"other region", "directory there", "own request"},
        "contact": set(),
        "stranger": set(),
        "lead": set(),
    }


def test_a_quarter_has_its_days_and_its_letters():
    day = datetime.date
    assert figures.span(2026, 3, day(2026, 12, 1)) == (day(2026, 7, 1), day(2026, 9, 30))
    assert figures.span(2026, 4, day(2026, 11, 3)) == (day(2026, 10, 1), day(2026, 11, 3))
    assert figures.span(2026, None, day(2026, 11, 3)) == (day(2026, 1, 1), day(2026, 11, 3))
    assert figures.span(2025, None, day(2026, 11, 3)) == (day(2025, 1, 1), day(2025, 12, 31))
    assert figures.span(2027, 1, day(2026, 11, 3)) == (day(2027, 1, 1), day(2027, 1, 1))
    letter = factories.create_newsletter()
    for period in ("2026-Q2", "2026-Q3", "2026-07", "2026-09", "2026-10", "2025-Q3"):
        factories.create_issue(newsletter=letter, period=period)

    def periods(*args) -> list[str]:
        found = Issue.objects.filter(newsletter=letter).standing_for(*args)
        return sorted(found.values_list("period", flat=True))

    assert periods(2026, 3) == ["2026-07", "2026-09", "2026-Q3"]
    assert periods(2026) == ["2026-07", "2026-09", "2026-10", "2026-Q2", "2026-Q3"]
