"""Asking for and fetching reports: own, own region's, everything; 404 to strangers."""

import pytest
from django.utils import timezone

from portal.lib.jobs import STOPPED, JobState
from publications.models import Report
from publications.reports import making
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    """A network with a member in R8 that has a certificate."""
    factories.create_network()
    organisation = factories.create_organisation(category="A")
    factories.create_membership(organisation)
    report = making.request(
        kind="certificate",
        subject=organisation,
        language="en",
        year=timezone.localdate().year,
    )
    making.make(report)
    report.refresh_from_db()
    return report


@pytest.mark.slow
def test_those_who_act_for_the_subject_fetch_the_file(client, house):
    for person in (
        factories.create_contact(house.organisation),
        factories.create_executive(factories.create_region("R8")),
        factories.create_secretary(),
    ):
        client.force_login(person)
        response = client.get(f"/en/space/documents/{house.pk}/file")
        assert response.status_code == 200
        assert response["Content-Type"] == "application/pdf"
        assert response["Cache-Control"] == "private, no-store"
        assert b"".join(response.streaming_content).startswith(b"%PDF-")


@pytest.mark.slow
def test_strangers_learn_nothing(client, house):
    for person in (
        factories.create_contact(),
        factories.create_executive(factories.create_region("R2")),
        factories.create_language_lead(),
        factories.create_person(),
    ):
        client.force_login(person)
        assert client.get(f"/en/space/documents/{house.pk}/file").status_code == 404
        assert client.post(f"/en/secretariat/reports/{house.pk}/again").status_code == 404
        assert client.post(f"/en/secretariat/reports/{house.pk}/cancel").status_code == 404


SENTENCES = {
    "no_membership": {
        "fr": "{name} n’a pas d’adhésion en {year}\u00a0: il n’y a rien à attester.",
        "en": "{name} has no membership in {year}, so there is nothing to certify.",
        "es": "{name} no tiene afiliación en {year}; no hay nada que certificar.",
    },
    STOPPED: {
        "fr": "Le travail s’est interrompu trois fois sans aboutir.",
        "en": "The work stopped three times without finishing.",
        "es": "El trabajo se detuvo tres veces sin terminar.",
    },
}


@pytest.mark.parametrize("language", ["fr", "en", "es"])
@pytest.mark.parametrize("reason", SENTENCES)
def test_each_reader_is_told_why_in_the_language_of_the_page(client, language, reason):
    factories.create_network()
    organisation = factories.create_organisation(category="A", name="Lake")
    year = timezone.localdate().year
    asked_by = factories.create_contact(organisation, language="fr")
    report = Report.objects.create(
        kind="certificate",
        organisation=organisation,
        year=year,
        language="en",
        requested_by=asked_by,
    )
    report.fail(reason=reason)
    name = organisation.text("name", language).value
    told = SENTENCES[reason][language].format(name=name, year=year)
    for person, address in (
        (asked_by, f"/{language}/space/documents/"),
        (factories.create_secretary(language="es"), f"/{language}/secretariat/reports/"),
    ):
        client.force_login(person)
        assert f'<p class="small">{told}</p>' in client.get(address).content.decode()


def test_a_member_asks_for_its_own_report(client):
    organisation = factories.create_organisation()
    factories.create_membership(organisation)
    client.force_login(factories.create_contact(organisation))
    response = client.post(
        "/en/space/documents/",
        {
            "kind": "member",
            "organisation": organisation.pk,
            "language": "es",
            "year": timezone.localdate().year,
        },
    )
    assert response.status_code == 302
    report = Report.objects.get()
    assert (report.organisation, report.language) == (organisation, "es")


def test_a_member_cannot_ask_about_another_one(client):
    other = factories.create_organisation()
    factories.create_membership(other)
    client.force_login(factories.create_contact())
    response = client.post(
        "/en/space/documents/",
        {
            "kind": "member",
            "organisation": other.pk,
            "language": "es",
            "year": timezone.localdate().year,
        },
    )
    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["organisation"]
    assert Report.objects.count() == 0


def test_an_executive_asks_for_the_own_region_alone(client):
    own, other = factories.create_region("R8"), factories.create_region("R2")
    client.force_login(factories.create_executive(own))
    for region, expected in ((own, 302), (other, 200)):
        response = client.post(
            "/en/secretariat/reports/",
            {
                "kind": "region",
                "region": region.pk,
                "language": "fr",
                "year": timezone.localdate().year,
            },
        )
        assert response.status_code == expected
    assert [report.region for report in Report.objects.all()] == [own]


def test_a_year_that_has_not_begun_is_refused(client):
    client.force_login(factories.create_secretary())
    region = factories.create_region()
    response = client.post(
        "/en/secretariat/reports/",
        {
            "kind": "region",
            "region": region.pk,
            "language": "fr",
            "year": timezone.localdate().year + 1,
        },
    )
    assert response.context["form"].errors["year"] == ["This year has not begun."]


def test_members_have_no_desk_of_reports(client):
    client.force_login(factories.create_contact())
    assert client.get("/en/secretariat/reports/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_desk_asks_the_database_as_often_for_three_rows(
    client, rows, django_assert_num_queries
):
    region = factories.create_region()
    for year in range(rows):
        making.request(kind="region", subject=region, language="fr", year=2024 + year)
    client.force_login(factories.create_secretary())
    with django_assert_num_queries(REPORTS_DESK_QUERIES):
        response = client.get("/en/secretariat/reports/")
    assert len(response.context["page"].object_list) == rows


# One of them notes that whoever asked has seen what is ready.
REPORTS_DESK_QUERIES = 9


def test_cancelling_keeps_the_row(client):
    region = factories.create_region()
    report = making.request(kind="region", subject=region, language="fr", year=2026)
    client.force_login(factories.create_secretary())
    client.post(f"/fr/secretariat/reports/{report.pk}/cancel")
    report.refresh_from_db()
    assert report.state == JobState.CANCELLED


def test_an_expired_file_is_offered_again_and_linked_nowhere(client):
    factories.create_network()
    organisation = factories.create_organisation()
    about = {"language": "en", "year": 2024, "state": JobState.DONE, "data": {"year": 2024}}
    report = Report.objects.create(kind="member", organisation=organisation, **about)
    client.force_login(factories.create_contact(organisation))
    for page in ("/en/space/", "/en/space/documents/"):
        content = client.get(page).content.decode()
        assert "file expired" in content
        assert f"/space/documents/{report.pk}/file" not in content
    assert client.get(f"/en/space/documents/{report.pk}/file").status_code == 404
    response = client.post(f"/en/space/documents/{report.pk}/restore")
    assert response.url == "/en/space/documents/"
    report.refresh_from_db()
    assert (report.state, report.is_expired) == (JobState.QUEUED, False)
    assert report.expired_at is not None
