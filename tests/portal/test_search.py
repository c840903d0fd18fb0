"""The search finds what is public, whatever accents and endings, on either database."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portal import finding, search
from portal.models import SearchDocument
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def found(query: str, language: str = "fr", **values) -> list[str]:
    return [hit.document.title for hit in finding.find(query, language=language, **values)]


def publish(title_fr: str, **values):
    return factories.create_publication(title_fr=title_fr, title_en=None, **values)


@pytest.mark.parametrize(
    ("title", "language", "query"),
    [
        ("Les conseils nationaux", "fr", "conseil"),
        ("Le conseil national", "fr", "conseils nationaux"),
        ("L’égalité devant l’impôt", "fr", "egalite"),
        ("L’égalité devant l’impôt", "fr", "impots"),
        ("Œuvres sociales", "fr", "oeuvre"),
        ("Educación y cuidados", "es", "educacion"),
        ("El cuidado de los niños", "es", "cuidados"),
        ("Measuring social policies", "en", "policy"),
        ("Droits sociaux", "fr", "DROIT"),
    ],
)
def test_accents_and_endings_do_not_matter(title, language, query):
    titles = {"title_fr": None, "title_en": None, "title_es": None, f"title_{language}": title}
    factories.create_publication(**titles, original_language=language)
    assert found(query, language) == [title]


def test_every_word_counts():
    publish("Budget social")
    publish("Budget militaire")
    assert found("budget social") == ["Budget social"]
    assert found("budget introuvable") == []


def test_a_title_weighs_more_than_a_text():
    publish("Autre chose", summary_fr="La protection sociale, la protection, la protection.")
    publish("Protection sociale")
    assert found("protection") == ["Protection sociale", "Autre chose"]


def test_one_hit_for_each_record_in_the_readers_language():
    factories.create_publication(
        title_fr="Protection", title_en="Protection", title_es="Protection"
    )
    for language in ("fr", "en", "es"):
        (hit,) = finding.find("protection", language=language)
        assert hit.document.language == language


def test_a_hit_in_another_language_says_so():
    factories.create_publication(title_fr="Ancianos", title_en=None, original_language="fr")
    (hit,) = finding.find("ancianos", language="es")
    assert hit.document.language == "fr"


def test_what_is_not_public_is_not_found(django_capture_on_commit_callbacks):
    factories.create_organisation(name="Secrétissime", discreet=True)
    factories.create_organisation(name="Secrétissime", status="lapsed")
    publish("Secrétissime", access="secretariat")
    publish("Secrétissime", state="draft")
    factories.create_event(title_fr="Secrétissime", is_public=False)
    assert found("secretissime") == []


def test_a_members_text_is_found_by_its_title_alone():
    publish("Projet de programme", access="members", body_fr="<p>confidentiel</p>")
    assert found("projet") == ["Projet de programme"]
    assert found("confidentiel") == []


def test_a_member_that_becomes_discreet_is_gone_at_once():
    organisation = factories.create_organisation(name="Association visible")
    assert len(found("visible")) == 1
    organisation.discreet = True
    organisation.save()
    assert found("visible") == []


def test_a_deleted_record_is_gone():
    publication = publish("Éphémère")
    publication.delete()
    assert SearchDocument.objects.filter(kind="publication").count() == 0


def test_repair_mends_what_escaped():
    publication = publish("Ancien titre")
    type(publication).objects.filter(pk=publication.pk).update(title_fr="Nouveau titre")
    SearchDocument.objects.filter(kind="region").delete()
    region = factories.create_region("R1")
    SearchDocument.objects.filter(object_id=str(region.pk), kind="region").delete()

    assert search.repair() == 4  # one title, and a region in three languages
    assert search.repair() == 0
    assert found("nouveau") == ["Nouveau titre"]
    assert found("ancien") == []


def test_hits_are_marked_and_the_rest_is_escaped():
    publish("<b>Socles</b> sociaux", summary_fr="Un socle & des droits")
    (hit,) = finding.find("socle", language="fr")
    assert hit.title == "&lt;b&gt;<mark>Socles</mark>&lt;/b&gt; sociaux"
    assert "Un <mark>socle</mark> &amp; des droits" in hit.snippet


def test_only_one_kind_when_asked():
    publish("Forum régional")
    factories.create_event(title_fr="Forum régional", kind="forum")
    assert len(found("forum")) == 2
    assert len(found("forum", kind="event")) == 1


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(query=st.text(max_size=60))
@example(query='a AND (b OR "c*") NEAR(d e) -f ^g title_lexemes:h')
@example(query="a & (b | !c) <-> d:* 'e''f' \\ %s {g}")
@example(query="⑴ ½ ŉ ﷺ ǆ İ \x00 ß’ l’ d'")
def test_no_query_breaks_the_search(client, query):
    assert client.get("/fr/search/", {"q": query}).status_code == 200


def test_the_page_counts_and_names_its_results(client):
    publish("Premier rapport")
    response = client.get("/en/search/", {"q": "rapports"})
    assert response.context["page"].paginator.count == 1
    assert '<mark>rapport</mark></a> <span class="fallback">in French</span>' in (
        response.content.decode()
    )


def test_the_readers_language_comes_first_and_titles_before_texts():
    factories.create_publication(title_fr=None, title_en="Care", original_language="en")
    publish("Care")
    publish("Autre", summary_fr="Care, care et care")
    assert [
        (hit.document.title, hit.document.language) for hit in finding.find("care", language="en")
    ] == [("Care", "en"), ("Care", "fr"), ("Autre", "fr")]
    assert found("care", "fr") == ["Care", "Autre", "Care"]


def test_a_document_holds_its_own_language_alone():
    """A fallback would be shown, and stemmed, as a language it is not in."""
    factories.create_organisation(
        name_fr="Union", name_en="Union", name_es="Unión", description_fr="Les aînés"
    )
    bodies = dict(
        SearchDocument.objects.filter(kind="organisation").values_list("language", "body")
    )
    assert [code for code, body in bodies.items() if "aînés" in body] == ["fr"]


def test_a_query_that_finds_too_much_says_so(client, monkeypatch):
    monkeypatch.setattr(finding, "MOST", 2)
    for number in range(2):
        factories.create_publication(
            title_fr=f"Bilan {number}", title_en=f"Bilan {number}", title_es=f"Bilan {number}"
        )
    assert (len(finding.find("bilan")), finding.find("bilan").is_capped) == (2, False)
    publish("Bilan de trop")
    assert (len(finding.find("bilan")), finding.find("bilan").is_capped) == (2, True)


def test_an_activity_of_a_past_cycle_is_not_found():
    """Axis pages are those of the current cycle: the hit would lead elsewhere."""
    factories.create_activity(title_fr="Actuelle")
    cycle = factories.create_cycle(first_year=2001, last_year=2004)
    factories.create_activity(axis=factories.create_axis(1, cycle=cycle), title_fr="Ancienne")
    assert found("ancienne") == []
    assert found("actuelle") == ["Actuelle"]


def test_a_long_text_shows_the_words_around_the_first_hit():
    publish("Titre", body_fr="<p>" + "avant " * 40 + "socle " + "après " * 40 + "</p>")
    (hit,) = finding.find("socle", language="fr")
    assert hit.snippet.startswith("… avant")
    assert hit.snippet.endswith("après …")
    assert "<mark>socle</mark>" in hit.snippet


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_the_database_as_often_for_three_results(
    client, rows, django_assert_num_queries
):
    factories.create_network()
    for number in range(rows):
        publish(f"Rapport {number}")
    client.get("/fr/")
    with django_assert_num_queries(2):
        response = client.get("/fr/search/", {"q": "rapport"})
    assert len(response.context["page"].object_list) == rows
