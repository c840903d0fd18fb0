"""The work of language leads: to translate everything, and publish nothing."""

import pytest

from publications.models import Publication
from tests.documents import a_pdf, an_upload
from tests.factories import (
    create_contact,
    create_executive,
    create_language_lead,
    create_publication,
    create_secretary,
)

pytestmark = pytest.mark.django_db
LEAD = "/en/space/translations/"


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def page_of(publication, language="es", base=LEAD):
    return f"{base}{publication.dashed_symbol}/{language}/"


@pytest.fixture
def lead(client):
    person = create_language_lead("es")
    client.force_login(person)
    return person


def spanish(**values) -> dict:
    empty = {"title_es": "", "summary_es": "", "body_es": "", "state_es": ""}
    return empty | values


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_a_lead_sees_what_waits(client, lead, language):
    waiting = create_publication(state="draft")
    ready = create_publication(title_es="Informe")
    create_publication(access="secretariat")
    create_publication(title_es="Original", original_language="es")
    address = f"/{language}/space/translations/"
    assert list(client.get(address).context["page"]) == [waiting]
    assert set(client.get(f"{address}?show=all&language=fr").context["page"]) == {waiting, ready}
    assert client.get(page_of(waiting, base=address)).status_code == 200


def test_a_lead_translates_and_publishes_nothing(client, lead):
    publication = create_publication(state="draft", symbol="P/2026/14")
    address = page_of(publication)
    answer = client.post(
        address,
        spanish(
            title_es="Informe",
            summary_es="Resumen.",
            body_es="<p>Texto<script>x</script></p>",
            file_es=an_upload(a_pdf(3)),
            # What is not theirs to say is not read.
            title_fr="Autre",
            state="published",
            access="members",
            symbol="P/2026/99",
        ),
    )
    assert answer.status_code == 302
    before = (publication.title_fr, "draft", "public", "P/2026/14")
    publication.refresh_from_db()
    after = (publication.title_fr, publication.state, publication.access, publication.symbol)
    assert after == before
    assert (publication.title_es, publication.body_es) == ("Informe", "<p>Texto</p>")
    assert publication.state_es == "ready"
    assert [(file.language, file.pages) for file in publication.files.all()] == [("es", 3)]
    assert publication.history.latest().history_user == lead


def test_a_translation_made_against_an_older_original_is_revised(client, lead):
    publication = create_publication(title_es="Informe")
    publication.title_fr = "Autre rapport"
    publication.save()
    assert publication.state_es == "outdated"
    client.post(
        page_of(publication), spanish(title_es="Otro", summary_es="Resumen.", state_es="outdated")
    )
    publication.refresh_from_db()
    assert publication.state_es == "ready"


def test_a_lead_is_refused_other_languages_originals_and_closed_texts(client, lead):
    own = create_publication(title_es="Original", original_language="es", title_en="Copy")
    closed = create_publication(access="secretariat")
    withdrawn = create_publication(state="withdrawn")
    open_text = create_publication()
    refused = [
        page_of(own),
        page_of(own, "en"),
        page_of(closed),
        page_of(withdrawn),
        page_of(open_text, "en"),
        page_of(open_text, "fr"),
        page_of(open_text, "de"),
        f"{LEAD}P-2026-99/es/",
    ]
    for address in refused:
        assert client.get(address).status_code == 404
        assert client.post(address, spanish(title_es="X", title_en="X")).status_code == 404
    assert Publication.objects.filter(title_es="X").count() == 0


def test_a_wrong_file_is_refused_whole_here_too(client, lead):
    publication = create_publication()
    sent = spanish(title_es="Informe", file_es=an_upload(b"MZ", "x.pdf"))
    answer = client.post(page_of(publication), sent)
    assert list(answer.context["form"].errors) == ["file_es"]
    publication.refresh_from_db()
    assert publication.title_es is None


@pytest.mark.parametrize("make", [create_contact, create_secretary, create_executive])
def test_the_pages_of_leads_are_theirs(client, make):
    publication = create_publication()
    client.force_login(make())
    assert client.get(LEAD).status_code == 404
    assert client.get(page_of(publication)).status_code == 404


def test_the_number_of_queries_of_a_leads_list(client, lead, django_assert_num_queries):
    create_publication()
    client.get(LEAD)
    for _ in range(2):
        with django_assert_num_queries(6):
            assert client.get(LEAD).status_code == 200
        create_publication(), create_publication()
