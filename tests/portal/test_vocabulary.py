"""What the search suggests: words of public records alone, near the one that was typed."""

import pytest
from django.utils import translation

from portal import finding, mending, vocabulary
from portal.models import SearchSpelling, SearchWord
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def publish(title_fr: str, **values):
    return factories.create_publication(title_fr=title_fr, title_en=None, **values)


def suggestion(query: str, language: str = "fr", **values) -> str:
    with translation.override(language):
        return finding.find(query, language=language, **values).suggestion


def counts() -> dict[str, int]:
    return dict(SearchWord.objects.values_list("word", "count"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("protecton", "protection"),
        ("portection", "protection"),
        ("protction sociale", "protection sociale"),
        ("educatoin", "éducation"),
        ("-budget protecton", "-budget protection"),
    ],
)
def test_a_slip_is_understood(typed, meant):
    publish("Protection sociale, éducation")
    assert suggestion(typed) == meant


@pytest.mark.parametrize("typed", ["protection", "zzzzzz", "protecton zzzzzz", "axe", "P/2026/99"])
def test_nothing_is_suggested_that_would_not_help(typed):
    publish("Protection sociale")
    assert suggestion(typed) == ""


def test_the_readers_language_first_then_the_more_common_word():
    publish("Mesure")
    factories.create_publication(title_fr=None, title_en="Measure measures", original_language="en")
    publish("Mesura", summary_fr="mesura")
    publish("Mesura")
    assert suggestion("mesurx", "fr") == "mesura"
    assert suggestion("meassure", "en") == "measure"


def test_words_are_counted_as_documents_come_and_go():
    first = publish("Protection protection")
    publish("Protection")
    assert counts()["protection"] == 2
    first.title_fr = "Partage"
    first.save()
    assert (counts()["protection"], counts()["partage"]) == (1, 1)
    first.delete()
    assert "partage" not in counts()
    assert not SearchSpelling.objects.filter(key="partage").exists()


def test_what_only_members_read_is_suggested_to_nobody():
    publish("Projet", access="members", body_fr="<p>ornithorynque</p>")
    publish("Secret", access="secretariat")
    publish("Brouillon", state="draft")
    assert set(counts()) & {"ornithorynque", "secret", "brouillon"} == set()
    assert "projet" in counts()


def test_a_member_that_becomes_discreet_is_suggested_no_more():
    organisation = factories.create_organisation(name="Xylophane")
    assert suggestion("xylophanne") == "xylophane"
    organisation.discreet = True
    organisation.save()
    assert "xylophane" not in counts()
    assert suggestion("xylophanne") == ""


def test_the_repair_counts_again():
    publish("Protection")
    SearchWord.objects.filter(word="protection").update(count=7)
    SearchWord.objects.create(word="fantôme", language="fr", count=2)
    mending.repair()
    assert counts()["protection"] == 1
    assert "fantôme" not in counts()


def test_a_word_of_a_file_or_a_symbol_has_no_spelling():
    assert list(vocabulary.spelt_words("P/2026/14 les axes d’été R8", "fr")) == [("axes", "fr")]


def test_a_lost_spelling_comes_back_with_the_word():
    publication = publish("Protection")
    SearchWord.objects.all().delete()
    mending.repair()
    assert suggestion("protecton") == "protection"
    assert publication.pk
