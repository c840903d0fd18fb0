"""Drafts of translations: a lead writes and publishes nothing, an editor takes over."""

import pytest
from django.core import mail
from django.core.exceptions import ValidationError

from members.models import Notice
from portal import texts
from portal.models import TranslationDraft, TranslationTask
from portal.translating import drafts, giving
from tests.factories import (
    create_executive,
    create_language_lead,
    create_organisation,
    create_publication,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db
SPANISH = {"title": "Informe", "summary": "Resumen.", "body": ""}


@pytest.fixture
def lead():
    return create_language_lead("es", full_name="Lola Example")


@pytest.fixture
def secretary():
    return create_secretary()


@pytest.fixture
def text(secretary):
    return create_publication()


KIND = "publication"


def written(text, by, **values) -> TranslationDraft:
    return drafts.save(texts.kind_with(KIND), text, "es", SPANISH | values, by=by)


def handed_in(text, by, **values) -> TranslationDraft:
    draft = written(text, by, **values)
    drafts.hand_in(draft, text)
    return draft


def spanish(text) -> tuple:
    text.refresh_from_db()
    return text.title_es, text.state_es


def test_nothing_of_a_draft_is_in_the_record(text, lead):
    draft = handed_in(text, lead)
    assert spanish(text) == (None, "missing")
    assert (draft.state, draft.rounds, draft.author) == ("waiting", 1, lead)
    assert draft.source_texts["title"] == text.title_fr


def test_an_editor_takes_a_draft_over_and_the_history_names_the_translator(text, lead, secretary):
    draft = handed_in(text, lead)
    drafts.take_over(draft, by=secretary)
    assert spanish(text) == ("Informe", "ready")
    assert text.history.first().history_change_reason == "Translation by Lola Example"
    assert (draft.state, draft.decided_by) == ("taken", secretary)
    with pytest.raises(ValidationError):
        drafts.take_over(draft, by=secretary)


def test_a_draft_of_an_older_original_is_taken_in_as_outdated(text, lead, secretary):
    draft = handed_in(text, lead)
    text.title_fr = "Autre"
    text.save()
    drafts.take_over(draft, by=secretary)
    assert spanish(text) == ("Informe", "outdated")


def test_half_a_draft_is_not_handed_in(text, lead):
    draft = written(text, lead, summary="")
    with pytest.raises(ValidationError, match="summary"):
        drafts.hand_in(draft, text)
    assert TranslationDraft.objects.get().state == "writing"


def test_who_does_not_edit_the_text_takes_nothing_over(text, lead):
    draft = handed_in(text, lead)
    region = create_region("R8")
    for person in (lead, create_executive(region)):
        with pytest.raises(ValidationError):
            drafts.take_over(draft, by=person)
        with pytest.raises(ValidationError):
            drafts.send_back(draft, by=person, reason="No")
    assert spanish(text) == (None, "missing")
    text.regions.set([region])
    drafts.take_over(draft, by=create_executive(region))
    assert spanish(text) == ("Informe", "ready")


def test_a_draft_is_sent_back_with_a_reason_and_handed_in_again(text, lead, secretary):
    draft = handed_in(text, lead)
    with pytest.raises(ValidationError):
        drafts.send_back(draft, by=secretary, reason=" ")
    drafts.send_back(draft, by=secretary, reason="“Informe” is too short.")
    assert (draft.state, draft.reason) == ("returned", "“Informe” is too short.")
    assert spanish(text) == (None, "missing")
    written(text, lead, title="Informe anual")
    draft.refresh_from_db()
    assert draft.state == "returned"
    drafts.hand_in(draft, text)
    assert (draft.state, draft.reason, draft.rounds) == ("waiting", "", 2)


def test_what_is_written_on_waits_no_more(text, lead, secretary):
    draft = handed_in(text, lead)
    written(text, lead, title="Otro")
    with pytest.raises(ValidationError):
        drafts.take_over(draft, by=secretary)


def test_an_editor_who_corrects_a_draft_is_not_its_translator(text, lead, secretary):
    handed_in(text, lead)
    kind = texts.kind_with(KIND)
    fixed = SPANISH | {"title": "Informe anual"}
    draft = drafts.save(kind, text, "es", fixed, by=secretary, is_editor=True)
    assert (draft.author, draft.state) == (lead, "waiting")
    drafts.take_over(draft, by=secretary)
    assert spanish(text) == ("Informe anual", "ready")


def test_an_editor_translates_directly(text, secretary):
    draft = written(text, secretary)
    drafts.take_over(draft, by=secretary)
    assert spanish(text) == ("Informe", "ready")
    assert Notice.objects.count() == 0


def test_a_text_that_does_not_fit_is_refused_and_changes_nothing(text, lead, secretary):
    draft = handed_in(text, lead, title="x" * 300)
    with pytest.raises(ValidationError):
        drafts.take_over(draft, by=secretary)
    assert spanish(text) == (None, "missing")


def test_each_is_told_once_in_the_own_language(
    text, lead, secretary, django_capture_on_commit_callbacks
):
    lead.language = "es"
    lead.save()
    with django_capture_on_commit_callbacks(execute=True):
        draft = handed_in(text, lead)
        drafts.send_back(draft, by=secretary, reason="Too short.")
        drafts.hand_in(draft, text)
        drafts.take_over(draft, by=secretary)
    told = [(notice.kind, notice.person) for notice in Notice.objects.order_by("pk")]
    assert told == [
        ("translation_waiting", secretary),
        ("translation_returned", lead),
        ("translation_waiting", secretary),
        ("translation_taken", lead),
    ]
    waiting, returned = (message.body for message in mail.outbox[:2])
    assert f"/en/secretariat/translations/publication/{text.pk}/es/" in waiting
    assert f"/es/space/translations/publication/{text.pk}/es/" in returned
    assert "Too short." in returned and "Buenos días" in returned


def test_a_translator_is_not_told_of_what_has_become_discreet(lead, secretary):
    member, kind = create_organisation(), texts.kind_with("organisation")
    member.name_es = ""
    member.save()
    draft = drafts.save(kind, member, "es", {"name": "Consejo"}, by=lead)
    drafts.hand_in(draft, member)
    member.discreet = True
    member.save()
    drafts.take_over(draft, by=secretary)
    assert [notice.person for notice in Notice.objects.all()] == [secretary]


def test_the_executive_of_its_region_is_told(text, lead, secretary):
    region = create_region("R8")
    text.regions.set([region])
    executive = create_executive(region)
    handed_in(text, lead)
    assert [notice.person for notice in Notice.objects.all()] == [executive]


def test_a_task_is_done_when_its_draft_is_taken_over(text, lead, secretary):
    kind = texts.kind_with(KIND)
    giving.give(kind, text, "es", to=lead, by=secretary)
    drafts.take_over(handed_in(text, lead), by=secretary)
    assert TranslationTask.objects.get().done_at is not None


def test_the_steps_are_those_of_both_sides(text, lead, secretary):
    def states():
        draft = TranslationDraft.objects.first()
        return [step["state"] for step in drafts.steps(draft, text.state_es)]

    assert [step["state"] for step in drafts.steps(None, "missing")] == ["current", "", ""]
    assert [step["state"] for step in drafts.steps(None, "ready")] == ["done"] * 3
    draft = written(text, lead)
    assert states() == ["current", "", ""]
    drafts.hand_in(draft, text)
    assert states() == ["done", "done", "current"]
    drafts.send_back(draft, by=secretary, reason="No")
    assert states() == ["current", "", ""]
    drafts.hand_in(draft, text)
    drafts.take_over(draft, by=secretary)
    assert states() == ["done"] * 3
