"""The record of a publication at the desk: its authors as rows, and what else it says of itself."""

import pytest
from django.urls import reverse

from publications import credits
from publications.credits import Credit
from publications.models import Publication, Series
from tests.factories import (
    create_country,
    create_executive,
    create_network,
    create_organisation,
    create_publication,
    create_region,
    create_secretary,
)
from tests.publications.desk_form import LIST, as_stored, errors_of, page_of, typed

pytestmark = pytest.mark.django_db
ORCID = "0000-0002-1825-0097"


@pytest.fixture
def secretary(client):
    create_network()
    person = create_secretary()
    client.force_login(person)
    return person


def rows(*authors: dict, shown: int = 0, version: str = "") -> dict:
    """What the rows of authors send: as many as were shown, and the spare ones."""
    sent = {
        "authors-TOTAL_FORMS": str(max(len(authors), shown + 2)),
        "authors-INITIAL_FORMS": str(shown),
        "authors-MIN_NUM_FORMS": "0",
        "authors-MAX_NUM_FORMS": "60",
        "authors-version": version,
    }
    for place, author in enumerate(authors):
        sent |= {f"authors-{place}-{name}": value for name, value in author.items()}
    return sent


AWA = {
    "name": "Awa Exemple",
    "family_name": "Exemple",
    "affiliation": "Example University",
    "orcid": ORCID,
}


def of(publication) -> list[str]:
    return [author.name for author in publication.credits.all()]


def test_authors_are_recorded_in_their_order(client, secretary):
    council = create_organisation(name="Lake council")
    sent = rows({"name": "Lake council", "organisation": "Lake council (example)"}, AWA)
    assert client.post(f"{LIST}new/", typed(**sent)).status_code == 302
    found = Publication.objects.get()
    assert found.authors == "Lake council; Awa Exemple"
    body, person = found.credits.all()
    assert (body.is_body, body.organisation) == (True, council)
    assert (person.affiliation, person.orcid) == ("Example University", ORCID)
    assert [step.kind for step in found.steps.all()] == ["recorded"]
    html = client.get(found.get_absolute_url().replace("/publications/", "/space/library/"))
    assert html.status_code == 404  # a draft is read in the preview
    preview = client.get(page_of(found, "preview/")).content.decode()
    assert f"https://orcid.org/{ORCID}" in preview
    assert "(Example University)" in preview


def shown_rows(client, publication) -> tuple[list[dict], str]:
    """The rows as the page shows them, ready to be sent back."""
    found = client.get(page_of(publication)).context["form"].author_rows
    shown = [
        {name: form[name].value() or "" for name in (*AWA, "organisation", "position")}
        for form in found.initial_forms
    ]
    return shown, found.version


@pytest.mark.slow
def test_rows_are_put_in_another_order_and_taken_out(client, secretary):
    publication = create_publication(symbol="P/2026/14")
    credits.record(publication, [Credit("One"), Credit("Two"), Credit("Three")])
    shown, version = shown_rows(client, publication)
    shown[0]["position"], shown[1]["leaves"], shown[2]["position"] = "9", "on", "1"
    sent = rows(*shown, {"name": "Four"}, shown=3, version=version)
    assert client.post(page_of(publication), as_stored(publication, **sent)).status_code == 302
    publication.refresh_from_db()
    assert of(publication) == ["Three", "One", "Four"]
    assert publication.authors == "Three; One; Four"


@pytest.mark.slow
def test_authors_that_somebody_else_has_written_are_not_overwritten(client, secretary):
    publication = create_publication(symbol="P/2026/14")
    credits.record(publication, [Credit("One")])
    shown, version = shown_rows(client, publication)
    credits.record(publication, [Credit("One"), Credit("Two")])
    sent = rows(*shown, shown=1, version=version)
    page = client.post(page_of(publication), as_stored(publication, **sent))
    assert "They are: One; Two." in page.content.decode()
    assert of(publication) == ["One", "Two"]


@pytest.mark.parametrize(
    ("author", "field"),
    [
        (AWA | {"orcid": "0000-0002-1825-0098"}, "orcid"),
        (AWA | {"orcid": "javascript:alert(1)"}, "orcid"),
        (AWA | {"family_name": "Otra"}, "family_name"),
        ({"name": "A body", "orcid": ORCID}, "__all__"),
        ({"affiliation": "Without a name"}, "name"),
        (AWA | {"organisation": "Nobody of this name"}, "organisation"),
    ],
)
def test_what_is_wrong_is_told_in_its_row_and_nothing_is_stored(client, secretary, author, field):
    answer = client.post(f"{LIST}new/", typed(**rows(author)))
    assert field in answer.context["form"].author_rows.forms[0].errors
    assert Publication.objects.count() == 0


def test_an_orcid_may_be_pasted_as_an_address(client, secretary):
    sent = rows(AWA | {"orcid": f"https://orcid.org/{ORCID}"})
    client.post(f"{LIST}new/", typed(**sent))
    assert Publication.objects.get().credits.get().orcid == ORCID


def test_a_name_that_several_bear_is_asked_in_full(client, secretary):
    create_organisation(name="Lake council of the north")
    create_organisation(name="Lake council of the south")
    answer = client.post(f"{LIST}new/", typed(organisations="Lake council"))
    assert errors_of(answer) == ["organisations"]
    answer = client.post(f"{LIST}new/", typed(organisations="lake council of the north (example)"))
    assert Publication.objects.get().organisations.get().own_text("name", "en") == (
        "Lake council of the north (example)"
    )


def test_the_rest_of_the_record(client, secretary):
    series = Series.objects.create(slug="papers", title_en="Papers", original_language="en")
    council = create_organisation(name="Lake council", acronym="LCX")
    sent = typed(
        series=series.pk,
        number_in_series="12",
        doi="10.1234/abc<d>",
        references="One. https://example.org/a_(b).\n<b>Two</b> javascript:alert(1)",
        last_reviewed_on="2026-05-01",
        licence="CC BY-SA 4.0",
        organisations="LCX",
    )
    client.post(f"{LIST}new/", sent)
    found = Publication.objects.get()
    assert (found.series, found.number_in_series, found.doi) == (series, "12", "10.1234/abc<d>")
    assert list(found.organisations.all()) == [council]
    client.post(page_of(found, "publish/"))
    client.logout()
    html = client.get(found.get_absolute_url()).content.decode()
    for part in (
        'href="/en/publications/series/papers/"',
        "No. 12",
        'href="https://doi.org/10.1234/abc%3Cd%3E"',
        '<a href="https://example.org/a_(b)" rel="nofollow">https://example.org/a_(b)</a>.',
        "&lt;b&gt;Two&lt;/b&gt; javascript:alert(1)",
        "https://creativecommons.org/licenses/by-sa/4.0/",
        reverse("members:organisation", kwargs={"slug": council.slug}).split("/", 2)[2],
    ):
        assert part in html


def test_empty_facts_are_not_printed(client):
    create_network()
    text = create_publication(licence="")
    html = client.get(text.get_absolute_url()).content.decode()
    for label in ("DOI", "Series", "Licence", "Corrections", "References", "Challenges", "ORCID"):
        assert f">{label}<" not in html


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"doi": "abc"}, "doi"),
        ({"number_in_series": "4"}, "number_in_series"),
        ({"licence": "MIT"}, "licence"),
        ({"series": "99"}, "series"),
        ({"organisations": "Nobody at all"}, "organisations"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(client, secretary, values, field):
    assert errors_of(client.post(f"{LIST}new/", typed(**values))) == [field]
    assert Publication.objects.count() == 0


@pytest.mark.slow
def test_a_discreet_member_is_neither_offered_nor_lost(client):
    create_network()
    region, elsewhere = create_region("R4"), create_region("R8")
    hidden = create_organisation(
        name="Xylophane", country=create_country("KE", region=elsewhere), discreet=True
    )
    publication = create_publication(symbol="P/2026/14", regions=[region])
    publication.organisations.set([hidden])
    credits.record(publication, [Credit("A body", organisation=hidden)])
    client.force_login(create_executive(region))
    html = client.get(page_of(publication)).content.decode()
    assert "Xylophane" not in html
    shown, version = shown_rows(client, publication)
    sent = rows(*shown, shown=1, version=version)
    client.post(page_of(publication), as_stored(publication, organisations="", **sent))
    assert list(publication.organisations.all()) == [hidden]
    assert publication.credits.get().organisation == hidden
    guessed = as_stored(publication, organisations="Xylophane")
    assert errors_of(client.post(page_of(publication), guessed)) == ["organisations"]
    client.logout()
    assert "Xylophane" not in client.get(publication.get_absolute_url()).content.decode()


def test_the_page_has_its_headings_and_two_spare_rows(client, secretary):
    publication = create_publication(symbol="P/2026/14")
    credits.record(publication, [Credit("One")])
    page = client.get(page_of(publication))
    assert len(page.context["form"].author_rows.forms) == 3
    titles = [str(group.title) for group in page.context["form"].groups()]
    assert titles == [
        "What it is",
        "Who may read and reuse it",
        "What it is about",
        "Scholarship",
    ]
    shown = {field.name for group in page.context["form"].groups() for field in group.fields}
    shown |= {field.name for field in page.context["form"].edit_fields()}
    left_out = {
        name
        for name in page.context["form"].fields
        if name not in shown and not name.endswith(("_fr", "_en", "_es"))
    }
    assert left_out == {"version"}
