"""Reports that are there are told by what they would show today, many at once as each alone."""

import datetime
import re

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.models import (
    Affiliation,
    Association,
    Category,
    Headcount,
    Invoice,
    Mandate,
    Membership,
    Organisation,
    User,
)
from portal.lib import network, revision
from portal.models import NetworkIdentity
from programme.models import Activity, Axis, Cycle, EmergingIssue, Event, Second
from publications.models import Issue, IssueItem, Publication, Report
from publications.reports import batches, comparing, lots, making, showing
from regions.models import Country, Region
from tests import factories

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year


@pytest.fixture
def council():
    """A member of whom nearly every source of its report says something."""
    factories.create_network()
    south = factories.create_region("R8")
    today = timezone.localdate()
    axis = factories.create_axis(1)
    council = factories.create_organisation(category="A", name="Lake")
    period = factories.create_membership(council)
    factories.create_invoice(council, membership=period)
    factories.create_contact(council)
    factories.create_activity(axis=axis, organisations=[council], starts_on=today)
    Second.objects.create(issue=factories.create_emerging_issue(region=south), organisation=council)
    text = factories.create_publication(regions=[south], axes=[axis], published_on=today)
    text.organisations.add(council)
    letter = factories.create_issue(period="2026-Q3", state="sent", sent_at=timezone.now())
    IssueItem.objects.create(
        issue=letter, section="publications", publication=text, in_en=True, in_fr=True
    )
    factories.create_event(regions=[south], organisations=[council], days=0)
    Headcount.objects.create(
        organisation=council, figure=40, as_of=today, source="Register (example)"
    )
    return council


@pytest.fixture
def placed():
    """One without a country, active in a region, with a list of its members."""
    france = factories.create_country("FR", region=factories.create_region("R2"))
    placed = factories.create_organisation(category="A", name="Forest", country=france)
    placed.country = None
    placed.save()
    placed.regions.add(france.region)
    factories.create_membership(placed)
    factories.create_affiliation(placed, country=factories.create_country("KE"))
    return placed


def wanted(subject, **values) -> Report:
    about = {"kind": "member", "language": "en", "year": YEAR} | values
    return Report(organisation=subject, **about)


def ready(report: Report) -> Report:
    """The report as a worker leaves it, without the second that a real PDF takes."""
    report.data = making.frozen_data(report)
    report.digest = showing.digest_of(report.kind, report.data, report.language)
    report.state = "done"
    report.save()
    report.file.save(making.file_name(report), ContentFile(b"%PDF-1.7"))
    return report


def tables_read(queries: list[dict]) -> set[str]:
    sql = "\n".join(query["sql"] for query in queries)
    return set(re.findall(r'(?:FROM|JOIN) "?(\w+)"?', sql))


# -- Whatever changes, it is made again ------------------------------------------------------------

AFTER = datetime.date(YEAR, 1, 2)
# For each table that is read, a change in it alone that the report of a member shows.
CHANGES = {
    "members_affiliation": lambda: Affiliation.objects.all().delete(),
    "members_association": lambda: Association.objects.update(country=None),
    "members_category": lambda: Category.objects.update(label_en="Changed"),
    "members_headcount": lambda: Headcount.objects.update(figure=41),
    "members_invoice": lambda: Invoice.objects.update(balance=0, paid=100),
    "members_mandate": lambda: Mandate.objects.update(since=AFTER),
    "members_membership": lambda: Membership.objects.update(starts_on=AFTER),
    "members_organisation": lambda: Organisation.objects.update(acronym="NEW"),
    "members_organisation_regions": lambda: Organisation.regions.through.objects.all().delete(),
    "members_user": lambda: User.objects.update(is_active=False),
    "portal_networkidentity": lambda: NetworkIdentity.objects.update(name_en="Changed"),
    "programme_activity": lambda: Activity.objects.update(title_en="Changed"),
    "programme_activity_organisations": lambda: Activity.objects.get().organisations.clear(),
    "programme_axis": lambda: Axis.objects.update(title_en="Changed"),
    "programme_cycle": lambda: Cycle.objects.update(first_year=YEAR + 1, last_year=YEAR + 4),
    "programme_emergingissue": lambda: EmergingIssue.objects.update(title_en="Changed"),
    "programme_event": lambda: Event.objects.update(title_en="Changed"),
    "programme_event_organisations": lambda: Event.objects.get().organisations.clear(),
    "programme_event_regions": lambda: Event.objects.get().regions.clear(),
    "programme_second": lambda: Second.objects.all().delete(),
    "publications_issue": lambda: Issue.objects.update(subject_en="Changed"),
    "publications_issueitem": lambda: IssueItem.objects.all().delete(),
    "publications_publication": lambda: Publication.objects.update(title_en="Changed"),
    "publications_publication_axes": lambda: Publication.objects.get().axes.clear(),
    "publications_publication_organisations": lambda: (
        Publication.objects.get().organisations.clear()
    ),
    "publications_publication_regions": lambda: Publication.objects.get().regions.clear(),
    "regions_country": lambda: Country.objects.filter(code="KE").update(name_en="Changed"),
    "regions_region": lambda: Region.objects.update(name_en="Changed"),
}


@pytest.mark.slow
def test_what_changes_in_any_table_that_is_read_is_made_again(council, placed):
    there = [ready(wanted(council)), ready(wanted(placed))]

    def standing() -> list:
        subjects = Organisation.objects.filter(pk__in=(council.pk, placed.pk)).order_by("pk")
        revision.move()  # as the commit would
        return comparing.standing_of_each([wanted(subject) for subject in subjects])

    with CaptureQueriesContext(connection) as asked:
        assert standing() == there
    assert tables_read(asked.captured_queries) - {"publications_report"} == CHANGES.keys()
    for table, change in CHANGES.items():
        with transaction.atomic():
            change()
            assert standing() != there, table
            transaction.set_rollback(True)
    assert standing() == there


# -- Many at once as each alone --------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["member", "certificate"])
def test_many_are_told_as_each_alone(council, placed, kind):
    other = factories.create_organisation(name="Field")
    factories.create_membership(other, year=YEAR + 1)
    one = ready(wanted(council, kind=kind))
    ready(wanted(placed, kind=kind))
    again = ready(wanted(placed, kind=kind))
    again.file.delete()
    ready(wanted(council, kind=kind, language="fr"))
    Organisation.objects.filter(pk=placed.pk).update(name_en="Changed")
    placed.refresh_from_db()
    found = comparing.standing_of_each(
        [wanted(subject, kind=kind) for subject in (other, council, placed)]
    )
    assert found[1:] == [one, None]
    assert isinstance(found[0], ValidationError)
    with pytest.raises(ValidationError, match=re.escape(found[0].messages[0])):
        making.standing(wanted(other, kind=kind))


def test_one_that_is_being_made_is_joined_before_one_that_is_there(council, placed):
    ready(wanted(council))
    twin = making.place(wanted(council))
    twin.refresh_from_db()
    making.place(wanted(placed, language="es"))
    assert comparing.found_for_each([wanted(placed), wanted(council)]) == [None, twin]


def test_many_ask_the_database_as_often_as_one(council, django_assert_num_queries):
    members = [factories.create_organisation(name=f"Beside {n}") for n in range(5)]
    for member in members:
        factories.create_membership(member)
        ready(wanted(member))
    for some in (members[:1], members):
        subjects = list(Organisation.objects.filter(pk__in=[one.pk for one in some]))
        revision.current(), network.current()
        with django_assert_num_queries(23):
            found = comparing.standing_of_each([wanted(subject) for subject in subjects])
        assert None not in found and len(found) == len(some)


# -- In bulk ---------------------------------------------------------------------------------------


def test_a_second_order_of_the_same_makes_nothing(council, placed, monkeypatch):
    monkeypatch.setattr(lots, "LOT", 1)
    monkeypatch.setattr(lots, "COMPARED", 2)
    for subject in (council, placed):
        for language in ("fr", "en", "es"):
            ready(wanted(subject, language=language))
    batch = batches.order(kind="member", year=YEAR, languages=("fr", "en", "es"))
    assert lots.work_on(batch) is True
    batch.refresh_from_db()
    assert (batch.state, batch.counts["made"], Report.objects.count()) == ("done", 6, 6)
    assert [archive.reports for archive in batch.archives.all()] == [2, 2, 2]


def test_what_is_there_takes_no_place_in_a_lot(council, placed, monkeypatch):
    monkeypatch.setattr(lots, "LOT", 1)
    factories.create_membership(factories.create_organisation(name="Field"))
    ready(wanted(council))
    batch = batches.order(kind="member", year=YEAR, languages=("en",))
    assert lots.work_on(batch) is True
    assert Report.objects.unfinished().count() == 1
    assert batch.entries.made().count() == 1
    assert batch.entries.filter(report=None).count() == 1
