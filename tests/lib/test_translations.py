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
    )


def test_the_reader_gets_the_own_language(region):
    assert region.text("name", "en") == Text("West Africa", "en")


def test_a_missing_text_falls_back_to_the_original(region):
    assert region.text("name", "es") == Text("Afrique de l’Ouest", "fr")
    region.description_fr = "Un texte."
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
    region.mark_in_progress("es")
    region.save()
    assert region.state_es == TranslationState.IN_PROGRESS
    assert Region.objects.available_in("es").count() == 0
    assert Region.objects.missing_in("es").count() == 0


def test_a_text_in_progress_is_not_shown_to_readers():
    text = factories.create_publication(title_es="Inf", summary_es="Resumen.")
    text.mark_in_progress("es")
    text.save()
    assert text.text("title", "es").language == text.text("summary", "es").language == "fr"
    text.mark_translated("es")
    text.save()
    assert text.text("title", "es") == Text("Inf", "es")


def test_half_a_translation_is_in_progress_until_it_is_whole():
    text = factories.create_publication(body_fr="<p>Corps</p>", title_es="I", summary_es="")
    assert text.lacking("es") == ["summary", "body"]
    assert text.state_es == TranslationState.IN_PROGRESS
    assert text.text("title", "es").language == "fr"
    text.summary_es, text.body_es = "Resumen.", "<p>Cuerpo</p>"
    text.save()
    assert text.state_es == TranslationState.READY
    text.body_es = ""
    text.save()
    assert text.state_es == TranslationState.IN_PROGRESS


def test_a_name_is_shown_before_the_rest_is_translated(region):
    region.description_fr = "Un texte."
    region.name_es = "África occidental"
    region.save()
    assert region.state_es == TranslationState.IN_PROGRESS
    assert region.text("name", "es") == Text("África occidental", "es")
    assert region.text("description", "es") == Text("Un texte.", "fr")


def test_a_text_added_to_the_original_makes_translations_outdated_even_as_a_minor_edit(region):
    region.description_fr = "Un texte."
    region.save(minor_edit=True)
    assert region.state_en == TranslationState.OUTDATED


def test_an_original_put_back_as_it_was_makes_translations_ready_again(region):
    region.name_fr = "Autre"
    region.save()
    region.name_fr = "Afrique de l’Ouest"
    region.save()
    assert region.state_en == TranslationState.READY


def test_another_original_language_changes_no_text(region):
    region.original_language = "en"
    region.save()
    assert region.languages() == [("fr", "ready"), ("en", "ready"), ("es", "missing")]
    region.name_en = "Western Africa"
    region.save()
    assert region.state_fr == TranslationState.OUTDATED


def test_another_original_that_was_outdated_leaves_the_rest_to_be_revised(region):
    region.name_fr = "Autre"
    region.save()
    region.original_language = "en"
    region.save()
    assert region.state_fr == TranslationState.OUTDATED


def test_a_machine_draft_stays_one_when_the_original_changes(region):
    region.name_es = "África"
    region.mark_machine("es")
    region.save()
    assert region.is_available("es") and not region.is_behind("es")
    region.name_fr = "Autre"
    region.save()
    assert region.state_es == TranslationState.MACHINE
    assert region.is_behind("es")


def test_a_translation_of_an_older_original_is_never_silently_ready(region):
    older = region.fingerprint()
    region.name_fr = "Autre"
    region.save()
    region.take_translation("es", {"name": "África"}, source=older)
    region.save()
    assert (region.name_es, region.state_es) == ("África", TranslationState.OUTDATED)
    region.take_translation("es", {"name": "Otra"}, source=region.fingerprint())
    region.save()
    assert region.state_es == TranslationState.READY


def test_a_minor_edit_is_written_into_the_history(region):
    region.name_fr = "Afrique de l’ouest"
    region.save(minor_edit=True)
    assert region.history.first().history_change_reason.startswith("Minor edit")
    region.name_fr, region._change_reason = "Afrique occidentale", "Asked by the region."
    region.save(minor_edit=True)
    reason = region.history.first().history_change_reason
    assert reason == "Asked by the region. Minor edit: the translations stay valid."
    region.description_en = "Text"
    region._change_reason = None
    region.save(minor_edit=True)  # the original was not edited
    assert region.history.first().history_change_reason is None


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


def test_a_machine_translation_is_always_labelled(region):
    region.name_es = "África"
    region.mark_machine("es")
    region.save()
    assert render(region, "name", "es") == (
        'África <span class="fallback">traducción automática, sin revisar</span>'
    )
    assert "traducción automática" not in render(region, "name", "en")
    page = Publication(original_language="fr", body_es="<p>Texto</p>", state_es="machine")
    with translation.override("es"):
        template = Template('{% load text %}{% tr_html record "body" %}')
        html = template.render(Context({"record": page}))
    assert html.startswith('<p><span class="fallback">') and html.endswith("<p>Texto</p>")


def test_a_title_is_escaped():
    publication = factories.create_publication(title_fr="<b>Coût : 93 %</b>")
    assert render(publication, "title", "fr") == "&lt;b&gt;Coût\u00a0: 93\u00a0%&lt;/b&gt;"


def test_the_query_rewriting_of_the_library_is_not_relied_upon():
    """Lookups name their column, since a plain name is rewritten to the active language."""
    factories.create_publication(title_fr="Unique", title_en="Only")
    with translation.override("en"):
        assert Publication.objects.filter(title_fr="Unique").count() == 1
