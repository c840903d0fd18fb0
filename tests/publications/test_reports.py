"""Reports: figures against a brute-force count, jobs that join and heal, real tagged PDFs."""

import csv
import datetime
import io
from io import BytesIO

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils import timezone, translation
from pypdf import PdfReader

from members import associations
from portal.lib.jobs import JobState
from publications.models import Report
from publications.reports import certificate, making, member, region, showing
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def network():
    factories.create_network()
    for number in range(1, 8):
        factories.create_axis(number)
    return factories.create_region()


def today() -> datetime.date:
    return timezone.localdate()


def text_of(content: bytes) -> str:
    return " ".join(
        " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split()
    )


# -- Figures -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_region_counts_what_a_brute_force_count_finds(network):
    kenya = factories.create_country("KE")
    malawi = factories.create_country("MW")
    factories.create_country("ZM")
    elsewhere = factories.create_country("FR", region=factories.create_region("R2"))
    factories.create_organisation(category="A", country=kenya)
    factories.create_organisation(country=kenya, status="grace")
    factories.create_organisation(country=malawi, discreet=True)
    factories.create_organisation(country=malawi, status="lapsed")
    factories.create_organisation(country=elsewhere)
    one, two = factories.create_axis(1), factories.create_axis(2)
    factories.create_publication(regions=[network], axes=[one, two])
    factories.create_publication(regions=[network], axes=[one], access="members")
    factories.create_publication(regions=[network], axes=[one], access="secretariat")
    factories.create_publication(regions=[network], axes=[one], state="draft")
    factories.create_publication(
        regions=[network], axes=[one], published_on=datetime.date(today().year - 1, 6, 1)
    )
    factories.create_event(regions=[network], days=0)
    factories.create_subscription(newsletter=factories.create_newsletter(network))

    data = region.data(network, today().year, "en")

    assert {
        key: data[key]
        for key in (
            "members",
            "national",
            "up_to_date",
            "countries",
            "countries_with_member",
            "publications",
            "events",
            "subscribers",
        )
    } == {
        "members": 3,
        "national": 1,
        "up_to_date": 2,
        "countries": 3,
        "countries_with_member": 1,
        "publications": 2,
        "events": 1,
        "subscribers": 1,
    }
    assert [axis["count"] for axis in data["axes"]] == [2, 1, 0, 0, 0, 0, 0]


def test_a_discreet_member_shows_in_no_country(network):
    malawi = factories.create_country("MW")
    hidden = factories.create_organisation(name="Hidden", country=malawi, discreet=True)
    grouping = factories.create_grouping(countries=[malawi])
    grouping.regions.add(network)

    data = region.data(network, today().year, "fr")

    assert data["members"] == 1
    assert data["map"] == {}
    assert data["country_list"] == []
    assert [(g["states"], g["covered"]) for g in data["groupings"]] == [(1, 0)]
    assert hidden.name_fr not in str(data)


def test_a_report_in_spanish_falls_back_with_its_language(network):
    factories.create_publication(regions=[network], title_fr="Rapport sur l’aide", title_en="")
    data = region.data(network, today().year, "es")
    assert data["region"]["name"] == {"value": "Region R8 (ejemplo)", "language": "es"}
    assert data["latest"][0]["title"] == {"value": "Rapport sur l’aide", "language": "fr"}


def test_the_member_report_tells_the_year(network):
    organisation = factories.create_organisation(category="A")
    factories.create_membership(organisation, year=today().year - 1)
    factories.create_membership(organisation)
    factories.create_contact(organisation)
    factories.create_activity(organisations=[organisation], axis=factories.create_axis(3))
    publication = factories.create_publication()
    publication.organisations.add(organisation)

    data = member.data(organisation, today().year, "en")

    assert (data["since"], data["periods"], data["people"]) == (today().year - 1, 2, 1)
    parts = {part["code"]: part["lines"] for part in data["parts"]}
    assert [line["details"] for line in parts["activities"]] == [["Axis 3"]]
    assert [line["symbol"] for line in parts["publications"]] == [publication.symbol]
    assert data["ends_on"] == f"{today().year}-12-31"


def test_there_is_no_member_report_before_membership(network):
    organisation = factories.create_organisation()
    factories.create_membership(organisation)
    with pytest.raises(ValidationError) as caught:
        member.data(organisation, today().year - 1, "en")
    assert caught.value.code == "not_yet_member"


def test_there_is_no_certificate_without_membership(network):
    with pytest.raises(ValidationError) as caught:
        certificate.data(factories.create_organisation(), today().year, "en")
    assert caught.value.code == "no_membership"


# -- Documents ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_attached_figures_are_those_of_the_page(network):
    factories.create_publication(regions=[network], axes=[factories.create_axis(1)])
    year = today().year
    data = region.data(network, year, "fr")
    content = making.render_data(kind="region", data=data, language="fr")
    with pikepdf.open(BytesIO(content)) as pdf:
        (name,) = pdf.attachments
        attached = pdf.attachments[name].get_file().read_bytes().decode("utf-8-sig")
    rows = {(row[0], row[1]): row[2] for row in csv.reader(io.StringIO(attached))}
    assert rows["members", ""] == str(data["members"])
    assert rows["publications_on_axis", "1"] == str(data["axes"][0]["count"])


def test_a_formula_in_the_attached_file_is_harmless(network):
    organisation = factories.create_organisation(name="=1+1", country=None)
    factories.create_membership(organisation)
    data = certificate.data(organisation, today().year, "en")
    assert b",'=1+1" in showing.figures_csv(kind="certificate", data=data)


# -- Jobs --------------------------------------------------------------------------------------


def ask(subject, kind="region", **values) -> Report:
    wanted = {"language": "fr", "year": today().year} | values
    return making.request(kind=kind, subject=subject, **wanted)


def test_a_second_request_joins_the_first(network):
    assert ask(network).pk == ask(network).pk
    assert ask(network, language="en").pk != ask(network).pk
    assert Report.objects.count() == 2


@pytest.mark.slow
def test_a_report_is_made_once_and_keeps_its_data(network):
    report = ask(network)
    assert making.make(report) is True
    assert making.make(report) is False
    report.refresh_from_db()
    assert (report.state, report.progress, report.total) == (JobState.DONE, 4, 4)
    assert report.data["region"]["code"] == "R8"
    with report.file.open("rb") as file:
        assert file.read(5) == b"%PDF-"


def test_a_cancelled_report_leaves_no_file(network):
    report = ask(network)
    assert report.cancel() is True
    assert making.make(report) is False
    report.refresh_from_db()
    assert (report.state, report.file.name) == (JobState.CANCELLED, "")


@pytest.mark.slow
def test_a_report_whose_worker_died_is_made_again(network):
    report = ask(network)
    report.claim()
    long_ago = timezone.now() - datetime.timedelta(minutes=6)
    Report.objects.filter(pk=report.pk).update(heartbeat_at=long_ago)
    making.requeue_stale()
    report.refresh_from_db()
    assert report.state == JobState.QUEUED
    assert making.make(report) is True


def test_a_report_that_keeps_stopping_is_given_up(network):
    report = ask(network)
    long_ago = timezone.now() - datetime.timedelta(minutes=6)
    for _ in range(3):
        report.claim()
        Report.objects.filter(pk=report.pk).update(heartbeat_at=long_ago)
        making.requeue_stale()
        report.refresh_from_db()
    assert report.state == JobState.FAILED
    assert report.why == "The work stopped three times without finishing."


def test_what_goes_wrong_is_told_on_the_row(network):
    organisation = factories.create_organisation()
    factories.create_membership(organisation)
    report = ask(organisation, kind="certificate", language="en")
    organisation.memberships.all().delete()
    assert making.make(report) is False
    report.refresh_from_db()
    assert report.state == JobState.FAILED
    assert report.why == (
        f"{organisation.name_en} has no membership in {today().year}, "
        "so there is nothing to certify."
    )


# -- Reach -----------------------------------------------------------------------------------------


def test_the_reports_say_for_how_many_one_speaks_and_where_the_figure_comes_from():
    council = factories.create_organisation(category="A")
    factories.create_membership(council, year=2026)
    associations.count(
        council, figure=1200, source="Assembly", as_of=datetime.date(2026, 1, 5), by=None
    )
    day = datetime.date(2026, 11, 3)
    own = member.data(council, 2026, "en", today=day)
    assert own["reach"]["organisations"] == 1200
    assert ["speaks_for", "2026-01-05", 1200] in member.table(own)
    place = region.data(council.region, 2026, "en", today=day)
    assert [source["origin"] for source in place["reach"]["sources"]] == ["Assembly"]
    assert ["speaks_for_in_countries", "", 1] in region.table(place)
    with translation.override("en"):
        page = render_to_string(
            "publications/reports/_reach.html", {"reach": place["reach"], "in_region": True}
        )
    said = " ".join(page.split())
    assert "the network speaks for 1,200 organisations in 1 country, as of 5 January 2026." in said
    assert "figure of 1,200, Assembly, 5 January 2026" in said


def test_who_unites_nobody_has_no_such_section():
    other = factories.create_organisation(category="C")
    factories.create_membership(other, year=2026)
    assert member.data(other, 2026, "en")["reach"] is None
