"""What exists in which language, and when a translation is out of date."""

import pytest
from django.template import Context, Template
from django.utils import translation

from portal.lib.translations import Text, TranslationState
from publications.models import Publication
from regions.models import Region
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def region():
    return Region.objects.create(
        code="R7",
        original_language="fr",
        name_fr="Afrique de l’Ouest",
        name_en="West Africa",
        description_fr="Un texte.",
    )


def test_the_reader_gets_the_own_language(region):
    assert region.text("name", "en") == Text("West Africa", "en")


def test_a_missing_text_falls_back_to_the_original(region):
    assert region.text("name", "es") == Text("Afrique de l’Ouest", "fr")
    assert region.text("description", "en") == Text("Un texte.", "fr")


def test_an_original_may_be_spanish():
    region = Region.objects.create(code="R4", original_language="es", name_es="América Latina")
    assert region.text("name", "fr") == Text("América Latina", "es")
    assert region.languages() == [("fr", "missing"), ("en", "missing"), ("es", "ready")]


def test_a_changed_original_makes_its_translations_outdated(region):
    region.name_fr = "Afrique centrale et de l’Ouest"
    region.save()
    region.refresh_from_db()
    assert region.state_en == TranslationState.OUTDATED
    assert region.is_available("en") is True


def test_a_minor_edit_keeps_translations_valid(region):
    region.name_fr = "Afrique de l’ouest"
    region.save(minor_edit=True)
    assert region.state_en == TranslationState.READY
    region.name_fr = "Autre"
    region.save()
    assert region.state_en == TranslationState.OUTDATED


def test_an_outdated_translation_is_ready_again_when_marked(region):
    region.name_fr = "Autre"
    region.save()
    region.mark_translated("en")
    region.save()
    assert region.state_en == TranslationState.READY


def test_a_minor_edit_does_not_hide_an_outdated_translation(region):
    region.name_fr = "Autre"
    region.save()
    region.name_fr = "Autre."
    region.save(minor_edit=True)
    assert region.state_en == TranslationState.OUTDATED


def test_a_cleared_translation_is_missing(region):
    region.name_en = ""
    region.save()
    region.refresh_from_db()
    assert (region.name_en, region.state_en) == (None, TranslationState.MISSING)


def test_saving_some_fields_saves_the_states_with_them(region):
    region.name_es = "África"
    region.save(update_fields=["name_es"])
    region.refresh_from_db()
    assert region.state_es == TranslationState.READY


def test_a_text_in_progress_is_kept_so(region):
    region.state_es = TranslationState.IN_PROGRESS
    region.save()
    assert region.state_es == TranslationState.IN_PROGRESS
    assert Region.objects.available_in("es").count() == 0
    assert Region.objects.missing_in("es").count() == 0


def test_filtering_does_not_fall_back(region):
    assert Region.objects.available_in("en").count() == 1
    assert Region.objects.available_in("es").count() == 0
    assert Region.objects.missing_in("es").count() == 1


def render(record, field: str, language: str) -> str:
    with translation.override(language):
        template = Template("{% load text %}{% tr record field %}")
        return template.render(Context({"record": record, "field": field}))


def test_a_fallback_carries_its_language_and_a_mark(region):
    assert render(region, "name", "en") == "West Africa"
    html = render(region, "name", "es")
    assert html.startswith('<span lang="fr">Afrique de l’Ouest</span> <span class="fallback">')


def test_a_title_is_escaped():
    publication = factories.create_publication(title_fr="<b>Coût : 93 %</b>")
    assert render(publication, "title", "fr") == "&lt;b&gt;Coût\u00a0: 93\u00a0%&lt;/b&gt;"


def test_the_query_rewriting_of_the_library_is_not_relied_upon():
    """Lookups name their column, since a plain name is rewritten to the active language."""
    factories.create_publication(title_fr="Unique", title_en="Only")
    with translation.override("en"):
        assert Publication.objects.filter(title_fr="Unique").count() == 1
