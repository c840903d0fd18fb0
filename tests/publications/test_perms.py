"""Who runs which texts at the desk: an executive one region's, members and leads none."""

import pytest

from publications.models import Publication
from tests.documents import add_file
from tests.factories import (
    create_contact,
    create_country,
    create_executive,
    create_language_lead,
    create_publication,
    create_region,
)
from tests.publications.desk_form import LIST, as_stored, errors_of, page_of, typed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def executive(client):
    person = create_executive(create_region("R8"))
    client.force_login(person)
    return person


@pytest.mark.slow
def test_an_executive_runs_the_texts_of_one_region(client, executive):
    region = create_region("R8")
    draft = create_publication(regions=[region], state="draft")
    assert client.post(page_of(draft, "publish/")).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "published"
    sent = typed(symbol="P/2026/77", regions=[region.pk], level="regional")
    assert client.post(f"{LIST}new/", sent).status_code == 302
    assert Publication.objects.get(symbol="P/2026/77").regions.get() == region
    assert client.get(f"{LIST}new/").context["form"]["regions"].value() == [region.pk]


@pytest.mark.slow
def test_an_executive_finds_nothing_elsewhere(client, executive):
    east, europe = create_region("R8"), create_region("R2")
    strange = [
        create_publication(regions=[europe]),
        create_publication(regions=[east, europe]),
        create_publication(),
        create_publication(regions=[east], access="secretariat"),
    ]
    assert list(client.get(LIST).context["page"]) == []
    for publication in strange:
        add_file(publication)
        for act in ("", "preview/", "fr/file"):
            assert client.get(page_of(publication, act)).status_code == 404
        for act in ("", "publish/", "withdraw/"):
            answer = client.post(page_of(publication, act), as_stored(publication))
            assert answer.status_code == 404
        before = publication.state
        publication.refresh_from_db()
        assert publication.state == before


@pytest.mark.slow
def test_an_executive_moves_nothing_out_of_reach(client, executive):
    east, europe = create_region("R8"), create_region("R2")
    publication = create_publication(regions=[east])
    wrong = {
        "regions": {"regions": [europe.pk]},
        "access": {"access": "secretariat"},
        "countries": {"countries": [create_country("FI", region=europe).pk]},
    }
    for field, values in wrong.items():
        answer = client.post(page_of(publication), as_stored(publication, **values))
        assert errors_of(answer) == [field]
        new = typed(symbol="P/2026/77", **{"regions": [east.pk]} | values)
        assert errors_of(client.post(f"{LIST}new/", new)) == [field]
    nowhere = client.post(page_of(publication), as_stored(publication, regions=[]))
    assert errors_of(nowhere) == ["regions"]
    both = client.post(page_of(publication), as_stored(publication, regions=[east.pk, europe.pk]))
    assert errors_of(both) == ["regions"]
    publication.refresh_from_db()
    assert list(publication.regions.all()) == [east]
    assert publication.access == "public"
    assert Publication.objects.count() == 1


@pytest.mark.parametrize("make", [create_contact, create_language_lead])
def test_members_and_leads_have_no_desk(client, make):
    publication = create_publication(regions=[create_region("R8")])
    client.force_login(make())
    for path in ("", "new/", f"{publication.dashed_symbol}/"):
        assert client.get(f"{LIST}{path}").status_code == 404
    for act in ("publish/", "withdraw/", ""):
        assert client.post(page_of(publication, act), typed()).status_code == 404
    publication.refresh_from_db()
    assert publication.state == "published"
