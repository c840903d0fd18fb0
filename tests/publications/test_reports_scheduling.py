"""The schedule of reports: what is due and not yet there, once, by lots, however late."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from portal.lib.jobs import JobState
from publications import tasks
from publications.models import Report
from publications.reports import making, scheduling
from tests import factories

pytestmark = pytest.mark.django_db

LATE_IN_JANUARY = datetime.date(2026, 1, 29)


@pytest.fixture
def network():
    factories.create_network()
    for number in range(1, 8):
        factories.create_axis(number)
    return factories.create_region(original_language="en")


def asked(*kinds: str) -> list[tuple]:
    rows = Report.objects.filter(kind__in=kinds or ("member", "region"))
    return sorted(rows.values_list("kind", "language", "year", "quarter"), key=str)


def member(**values):
    organisation = factories.create_organisation(**values)
    factories.create_membership(organisation, year=2025)
    return organisation


def test_a_missed_first_of_january_heals_and_nothing_is_asked_for_twice(network):
    member(original_language="es")
    member(original_language="fr", status="lapsed")
    factories.create_membership(factories.create_organisation(), year=2026)

    assert scheduling.request_due(LATE_IN_JANUARY) is None
    due = [
        ("member", "es", 2025, None),
        ("region", "en", 2025, 4),
    ]
    assert asked() == due
    # Whatever became of them, they were asked for.
    Report.objects.update(state=JobState.FAILED)
    scheduling.request_due(LATE_IN_JANUARY)
    scheduling.request_due(datetime.date(2026, 3, 31))
    assert asked() == due


def test_each_quarter_that_ended_is_reported_on(network):
    scheduling.request_due(datetime.date(2026, 4, 1))
    scheduling.request_due(datetime.date(2026, 7, 14))
    assert [row for row in asked() if row[0] == "region"] == [
        ("region", "en", 2026, 1),
        ("region", "en", 2026, 2),
    ]


def test_the_programme_is_reported_on_in_each_language(network):
    for day in (LATE_IN_JANUARY, LATE_IN_JANUARY, datetime.date(2026, 4, 2)):
        scheduling.request_due(day)
    assert asked("programme") == [
        ("programme", language, year, quarter)
        for language in ("en", "es", "fr")
        for year, quarter in ((2025, 4), (2026, 1))
    ]


def test_what_somebody_asked_for_already_is_not_made_again(network):
    organisation = member()
    about = {"language": "es", "year": 2025}
    making.request(kind="member", subject=organisation, **about)
    making.request(kind="region", subject=network, quarter=4, **about)
    scheduling.request_due(LATE_IN_JANUARY)
    assert asked() == [
        ("member", "es", 2025, None),
        ("region", "es", 2025, 4),
    ]


def test_the_database_keeps_the_schedule_from_asking_twice(network):
    organisation = member()
    scheduling.request_due(LATE_IN_JANUARY)
    report = Report.objects.get(kind="member")
    assert report.due == f"member:2025:{organisation.pk}"
    report.pk, report.state = None, JobState.DONE
    with pytest.raises(IntegrityError), transaction.atomic():
        report.save(force_insert=True)


def test_members_are_asked_about_by_lots(network, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(scheduling, "LOT", 2)
    organisations = [member() for _number in range(5)]
    last = scheduling.request_due(LATE_IN_JANUARY)
    assert last == organisations[1].pk
    assert Report.objects.filter(kind="member").count() == 2
    last = scheduling.request_due(LATE_IN_JANUARY, after=last)
    assert scheduling.request_due(LATE_IN_JANUARY, after=last) is None
    assert Report.objects.filter(kind="member").count() == 5


def test_what_cannot_be_made_keeps_nobody_else_from_theirs(network, monkeypatch):
    monkeypatch.setattr(scheduling, "LOT", 1)
    refused, other = member(), member()
    refuse = making.frozen_data

    def refusing(report):
        if report.organisation == refused:
            raise ValidationError("Nothing to report.")
        return refuse(report)

    monkeypatch.setattr(making, "frozen_data", refusing)
    last = scheduling.request_due(LATE_IN_JANUARY)
    scheduling.request_due(LATE_IN_JANUARY, after=last)
    assert Report.objects.filter(kind="member", organisation=other).exists()


def test_the_bell_goes_on_until_everybody_was_asked_about(network, monkeypatch):
    monkeypatch.setattr(scheduling, "LOT", 1)
    year = datetime.date.today().year - 1
    for _number in range(3):
        factories.create_membership(factories.create_organisation(), year=year)
    tasks.request_due_reports()
    assert Report.objects.filter(kind="member", year=year).count() == 3
