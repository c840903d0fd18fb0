"""The search finds what may be read, whatever accents and endings, on either database."""

import datetime
import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from portal import finding, indexing, mending, search
from portal.lib.changes import announce
from portal.models import SearchDocument, SearchWord
from publications.models import Publication
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def found(query: str, language: str = "fr", **values) -> list[str]:
    return [plain(hit.title) for hit in hits(query, language, **values)]


def hits(query: str, language: str = "fr", **values) -> list[finding.Hit]:
    return list(finding.find(query, language=language, **values).page)


def plain(marked: str) -> str:
    return re.sub("<[^>]*>", "", html.unescape(marked))


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
        (hit,) = hits("protection", language)
        assert (hit.language, hit.mark) == (language, "")


def test_a_hit_in_another_language_says_so():
    factories.create_publication(title_fr="Ancianos", title_en=None, original_language="fr")
    with translation.override("es"):
        (hit,) = hits("ancianos", "es")
    assert (hit.language, hit.title_language, hit.mark) == ("fr", "fr", "en francés")


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

    assert mending.repair() == 4  # one title, and a region in three languages
    assert mending.repair() == 0
    assert found("nouveau") == ["Nouveau titre"]
    assert found("ancien") == []


def test_hits_are_marked_and_the_rest_is_escaped():
    publish("<b>Socles</b> sociaux", summary_fr="Un socle & des droits")
    (hit,) = hits("socle")
    assert hit.title == "&lt;b&gt;<mark>Socles</mark>&lt;/b&gt; sociaux"
    assert "Un <mark>socle</mark> &amp; des droits" in hit.snippet


def test_only_one_kind_when_asked():
    publish("Forum régional")
    factories.create_event(title_fr="Forum régional", kind="forum")
    assert len(found("forum")) == 2
    assert len(found("forum", chosen={"kind": "event"})) == 1


def test_the_readers_language_comes_first_and_titles_before_texts():
    factories.create_publication(title_fr=None, title_en="Care", original_language="en")
    publish("Care")
    publish("Autre", summary_fr="Care, care et care")
    assert [(plain(hit.title), hit.language) for hit in hits("care", "en")] == [
        ("Care", "en"),
        ("Care", "fr"),
        ("Autre", "fr"),
    ]
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


def test_an_activity_of_a_past_cycle_is_not_found():
    """Axis pages are those of the current cycle: the hit would lead elsewhere."""
    factories.create_activity(title_fr="Actuelle")
    cycle = factories.create_cycle(first_year=2001, last_year=2004)
    factories.create_activity(axis=factories.create_axis(1, cycle=cycle), title_fr="Ancienne")
    assert found("ancienne") == []
    assert found("actuelle") == ["Actuelle"]


def test_a_long_text_shows_the_words_around_the_first_hit():
    publish("Titre", body_fr="<p>" + "avant " * 40 + "socle " + "après " * 40 + "</p>")
    (hit,) = hits("socle")
    assert hit.snippet.startswith("… avant")
    assert hit.snippet.endswith("après …")
    assert "<mark>socle</mark>" in hit.snippet


def test_a_snippet_keeps_a_heading_apart_from_the_sentence_after_it():
    publish("Titre", body_fr="<h2>Et pour qui</h2><p>Un socle de droits.</p><p>Et la suite.</p>")
    (hit,) = hits("socle")
    assert "Et pour qui · Un socle de droits. Et la suite." in plain(hit.snippet)
    assert found('"pour qui un socle"') == []


# -- Phrases, beginnings, what is left out, symbols ----------------------------------------------


@pytest.mark.parametrize(
    "query", ['"protection sociale"', "« protection sociale »", "“PROTECTION sociale”"]
)
def test_a_phrase_stands_word_by_word(query):
    publish("Protection sociale pour tous")
    publish("Politique sociale et protection")
    publish("Autre", summary_fr="Une protection, sociale ou non")  # a comma is no word
    publish("Encore", summary_fr="La protection et la sociale")
    assert sorted(found(query)) == ["Autre", "Protection sociale pour tous"]


def test_a_phrase_goes_across_no_end_of_a_text():
    publish("Titre", summary_fr="finit par protection", authors="Sociale, Nom")
    assert found('"protection sociale"') == []


def test_a_word_in_quotation_marks_is_that_word():
    publish("Les droits")
    publish("Le droit")
    assert found('"droit"') == ["Le droit"]
    assert sorted(found("droit")) == ["Le droit", "Les droits"]


def test_a_phrase_has_the_elisions_of_its_language():
    publish("L’égalité devant l’impôt")
    assert found('"egalite devant l\'impot"') == ["L’égalité devant l’impôt"]


def test_a_beginning_finds_every_ending():
    publish("Protecteur")
    publish("Protection")
    publish("Projection")
    assert sorted(found("protec*")) == ["Protecteur", "Protection"]
    assert found("protec") == []


@pytest.mark.parametrize("size", range(2, len("protection") + 1))
def test_a_beginning_of_any_length_finds_words_and_stems_wherever_they_stand(size):
    beginning = f"{'protection'[:size]}*"
    titled = publish("Protection")
    publish("Bilan", summary_fr="La protection")
    attach(publish("Fichier"), "La protection")
    publish("Autre", summary_fr="pirogue")
    expected = {"Protection", "Bilan", "Fichier"}
    assert set(found(beginning)) == expected
    assert set(found(f"{beginning} -bilan")) == expected - {"Bilan"}
    assert found(f"autre {beginning}") == []
    assert set(found(f"autre -{beginning}")) == {"Autre"}
    titled.delete()
    assert set(found(beginning)) == expected - {"Protection"}


def test_what_is_left_out():
    publish("Budget social")
    publish("Budget militaire")
    publish("Budget social de guerre")
    assert found("budget -militaires -guerre") == ["Budget social"]
    assert sorted(found('budget -"social de guerre"')) == ["Budget militaire", "Budget social"]
    assert found("-militaire") == []


@pytest.mark.parametrize("query", ["P/2026/14", "p/2026/14", "P-2026-14", "(P/2026/14)."])
def test_a_symbol_finds_its_text_before_those_that_mention_it(query):
    publish("Suite", symbol="P/2026/15", summary_fr="Voir P/2026/14, page 3.")
    publish("Origine", symbol="P/2026/14")
    publish("Ailleurs", symbol="P/2026/140", summary_fr="14 pages en 2026")
    assert found(query) == ["Origine", "Suite"]


def test_the_beginning_of_a_symbol_finds_all_of_them():
    publish("Un", symbol="P/2025/01")
    publish("Deux", symbol="P/2026/02")
    assert found("P/2026") == ["Deux"]


def test_a_letter_is_found_by_its_symbol():
    letter = factories.create_newsletter(factories.create_region("R8"))
    factories.create_issue(
        newsletter=letter,
        symbol="L/R8/2026/02",
        subject_fr="Printemps",
        state="sent",
        sent_at=timezone.now(),
    )
    assert found("L/R8/2026/02") == ["Printemps"]
    assert found("L/R8/2026/03") == []


def test_an_acronym_comes_before_words_like_it():
    factories.create_organisation(name="Conseil des cias", acronym="")
    factories.create_organisation(name="Union", acronym="CIAS")
    assert found("CIAS") == ["Union (exemple)", "Conseil des cias (exemple)"]


def test_the_newest_first_and_by_date():
    publish("Rapport ancien", published_on=datetime.date(2020, 1, 1))
    publish("Rapport récent", published_on=datetime.date(2024, 1, 1))
    publish("Autre", summary_fr="rapport", published_on=datetime.date(2025, 1, 1))
    assert found("rapport") == ["Rapport récent", "Rapport ancien", "Autre"]
    assert found("rapport", by_date=True) == ["Autre", "Rapport récent", "Rapport ancien"]


# -- Files ---------------------------------------------------------------------------------------


def attach(publication, words: str, *, language: str = "fr", media_type: str = "application/pdf"):
    publication.files.create(
        language=language, media_type=media_type, words=words, size=1, digest="0" * 64
    )
    announce(publication)


def test_the_words_of_a_file_are_found_and_said_to_be_in_it():
    publication = publish("Rapport")
    attach(publication, "Page un. " + "mot " * 900 + "Les <b>ornithorynques</b> & les autres")
    (hit,) = hits("ornithorynque rapport")
    assert hit.file_mark == "in the file (PDF, French)"
    assert "Les &lt;b&gt;<mark>ornithorynques</mark>" in hit.snippet
    (hit,) = hits("rapport")
    assert hit.file_mark == ""


def test_a_file_in_a_language_without_text_is_found_under_the_original_title():
    publication = publish("Rapport annuel")
    attach(publication, "El ornitorrinco", language="es")
    (hit,) = hits("ornitorrinco", "en")
    assert (plain(hit.title), hit.title_language, hit.language) == ("Rapport annuel", "fr", "es")
    assert hit.file_mark == "in the file (PDF, Spanish)"


@pytest.mark.parametrize("values", [{"access": "secretariat"}, {"state": "draft"}])
def test_the_file_of_a_closed_text_is_found_by_nobody(values):
    attach(publish("Fermé", **values), "ornithorynque")
    assert found("ornithorynque") == []
    assert found("ornithorynque", audience="members") == []


def test_members_find_what_the_public_does_not():
    publication = publish("Projet", access="members", body_fr="<p>confidentiel</p>")
    attach(publication, "ornithorynque")
    publish("Ouvert", body_fr="<p>public</p>")
    for word in ("confidentiel", "ornithorynque"):
        assert found(word) == []
        assert found(word, audience="members") == ["Projet"]
    (hit,) = hits("confidentiel", audience="members")
    assert hit.url == f"/fr/space/library/{publication.dashed_symbol}/"
    assert found("projet") == ["Projet"]
    (hit,) = hits("projet")
    assert hit.url == f"/fr/publications/{publication.dashed_symbol}/"
    assert found("ouvert", audience="members") == ["Ouvert"]


# -- Keeping the documents true ------------------------------------------------------------------


def test_a_document_that_says_the_same_is_not_written_again():
    publication = publish("Stable")
    before = SearchDocument.objects.get()
    with CaptureQueriesContext(connection) as asked:
        search.follow([publication])
    assert not [q for q in asked if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert SearchDocument.objects.get().pk == before.pk


def test_many_changes_are_followed_in_lots():
    publications = [publish(f"Rapport {number}") for number in range(5)]
    Publication.objects.update(summary_fr="autre")
    with CaptureQueriesContext(connection) as asked:
        search.follow(publications[:1])
    one = len(asked)
    with CaptureQueriesContext(connection) as asked:
        search.follow(publications[1:])
    assert len(asked) <= one


def test_repair_takes_away_what_has_no_record_any_more():
    publication = publish("Éphémère")
    pk = publication.pk
    publication.placements.all()._raw_delete("default")
    Publication.objects.filter(pk=pk)._raw_delete("default")
    assert found("ephemere") == ["Éphémère"]
    assert mending.repair() == 1
    assert found("ephemere") == []
    assert not SearchWord.objects.exists()


def test_repair_goes_in_lots(monkeypatch):
    monkeypatch.setattr(mending, "LOT", 2)
    for number in range(5):
        publish(f"Rapport {number}")
    SearchDocument.objects.all().delete()
    assert mending.repair() == 5
    assert len(found("rapport")) == 5


# -- Common words --------------------------------------------------------------------------------


def test_a_common_word_ranks_the_newest_of_each_kind_and_says_so(monkeypatch):
    monkeypatch.setattr(finding, "MOST", 2)
    factories.create_event(title_fr="Bilan du forum", title_en="")
    for number in range(2):
        publish(f"Bilan {number}", published_on=datetime.date(2020 + number, 1, 1))
    assert finding.find("bilan", language="fr").is_capped is False

    for number in range(2, 5):
        publish(f"Bilan {number}", published_on=datetime.date(2020 + number, 1, 1))
    result = finding.find("bilan", language="fr")
    assert result.is_capped is True
    assert {plain(hit.title) for hit in result.page} == {
        *("Bilan 4", "Bilan 3", "Bilan 2", "Bilan du forum"),
    }
    assert [(c.value, c.number, c.is_capped) for c in result.choices["kind"]] == [
        ("publication", 3, True),
        ("event", 1, False),
    ]
    # A filter reaches the older ones, and what it leaves is whole.
    narrowed = finding.find("bilan", language="fr", chosen={"year": "2020"})
    assert [plain(hit.title) for hit in narrowed.page] == ["Bilan 0"]
    assert narrowed.is_capped is False
    events = finding.find("bilan", language="fr", chosen={"kind": "event"})
    assert (events.count, events.is_capped) == (1, False)


def test_a_common_word_that_a_filter_makes_rare_counts_what_it_leaves(monkeypatch):
    """What else the filter could be set to is told without numbers, by fewer documents."""
    monkeypatch.setattr(finding, "SEEN", 1)
    africa, europe = factories.create_region("R8"), factories.create_region("R2")
    for year in (2020, 2021, 2022):
        publish("Bilan", regions=[africa], published_on=datetime.date(year, 1, 1))
    publish("Bilan", regions=[europe], published_on=datetime.date(2023, 1, 1))
    publish("Bilan", regions=[europe], published_on=datetime.date(2024, 1, 1))
    result = finding.find("bilan", language="fr", chosen={"region": "R8"})
    assert (result.count, result.is_capped) == (3, False)
    assert result.choices["year"] == [(year, 1, False) for year in ("2022", "2021", "2020")]
    assert result.choices["region"] == [("R2", 0, False)]


def test_a_phrase_of_common_words_is_looked_for_among_the_newest(monkeypatch):
    monkeypatch.setattr(finding, "MOST", 2)
    publish("Protection sociale")
    for _ in range(3):
        publish("Sociale, puis protection")
    result = finding.find('"protection sociale"', language="fr")
    assert (result.count, result.is_capped) == (0, True)


def test_every_kind_has_a_room():
    assert set(indexing.ROOM_OF) == set(search.SOURCES)
