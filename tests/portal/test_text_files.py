"""Texts leave as a file and come back: shown first, recorded as one, never ready by mistake."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from portal import texts
from portal.lib.exchange import formats
from portal.lib.exchange.texts import CSV, XLIFF_12, XLIFF_20
from portal.models import TextFile, TranslationDraft
from portal.text_files import checking, exporting, recording
from portal.text_files.checking import Outcome
from tests.factories import (
    create_category,
    create_contact,
    create_executive,
    create_language_lead,
    create_organisation,
    create_publication,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db

FORMATS = (XLIFF_12, XLIFF_20, CSV)
BODY = "<p>Un texte <strong>clair</strong>.</p><p>Et sa suite.</p>"
SPANISH = "<p>Un texto <strong>claro</strong>.</p><p>Y lo que sigue.</p>"


@pytest.fixture
def report():
    """A French report, without Spanish."""
    return create_publication(
        symbol="P/2026/14",
        title_fr="Socles de protection",
        title_en="",
        summary_fr="Ce qui protège.",
        summary_en="",
        body_fr=BODY,
    )


def exported(by, *, source="fr", target="es", codes=("publication",), states=exporting.OPEN):
    return exporting.batch(
        by=by,
        source=source,
        target=target,
        kinds=[texts.kind_with(code) for code in codes],
        states=states,
    )


def translated(batch, values: dict[str, str], **changes):
    """The batch with these translations by field, its marks as a tool leaves them."""
    return batch._replace(
        records=tuple(
            record._replace(
                fields=tuple(
                    field._replace(target=values.get(field.name, field.target), gaps=0, **changes)
                    for field in record.fields
                )
            )
            for record in batch.records
        )
    )


WHOLE = {"title": "Pisos de protección", "summary": "Lo que protege.", "body": SPANISH}


def received(batch, by, kind=XLIFF_12) -> TextFile:
    return checking.receive(content=formats.written(batch, kind), name="es.xlf", by=by)


def outcomes(checked) -> list[tuple[str, str]]:
    return [(one.name, str(one.outcome)) for record in checked for one in record.fields]


def preview(file, by, **options):
    return checking.check(checking.batch_of(file, **options), by=by)


def recorded(file, by, **options):
    promised = recording.signature(preview(file, by, **options))
    return recording.record(file, by=by, promised=promised, **options)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_of_the_secretariat_goes_into_the_texts(report, kind):
    secretary = create_secretary()
    file = received(translated(exported(secretary), WHOLE), secretary, kind)
    checked = preview(file, secretary)
    assert outcomes(checked) == [("title", "new"), ("summary", "new"), ("body", "new")]
    assert [(record.state, record.is_direct) for record in checked] == [("ready", True)]
    report.refresh_from_db()
    assert report.translation_state("es") == "missing"

    recorded(file, secretary)
    report.refresh_from_db()
    assert report.own_texts("es") == WHOLE
    assert report.translation_state("es") == "ready"
    assert report.history.first().history_change_reason == "From a translation file"
    file.refresh_from_db()
    assert (file.is_recorded, bytes(file.content)) == (True, b"")
    assert file.told["counts"]["new"] == 3


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_that_comes_back_untouched_changes_nothing(report, kind):
    secretary = create_secretary()
    for name, text in WHOLE.items():
        setattr(report, f"{name}_es", text)
    report.save()
    batch = exported(secretary, states=("ready",))
    checked = preview(received(batch, secretary, kind), secretary)
    assert {outcome for _name, outcome in outcomes(checked)} == {"unchanged"}
    assert checked.writes == 0


def test_what_a_lead_sends_waits_for_approval(report):
    lead = create_language_lead("es")
    file = received(translated(exported(lead), WHOLE), lead)
    assert [record.is_direct for record in preview(file, lead)] == [False]
    recorded(file, lead)
    report.refresh_from_db()
    assert report.translation_state("es") == "missing"
    draft = TranslationDraft.objects.get()
    assert (draft.state, draft.author, draft.texts) == ("waiting", lead, WHOLE)
    assert draft.source == report.fingerprint()


def test_half_a_translation_stays_a_draft_that_is_being_written(report):
    lead = create_language_lead("es")
    recorded(received(translated(exported(lead), {"title": "Pisos"}), lead), lead)
    assert TranslationDraft.objects.get().state == "writing"
    # Sent once more with the rest, it is compared with one's own draft.
    file = received(translated(exported(lead), WHOLE | {"title": "Pisos"}), lead)
    assert outcomes(preview(file, lead)) == [
        ("title", "unchanged"),
        ("summary", "new"),
        ("body", "new"),
    ]
    recorded(file, lead)
    assert TranslationDraft.objects.get().state == "waiting"


def test_the_draft_of_a_colleague_is_not_overwritten(report):
    first, second = create_language_lead("es"), create_language_lead("es")
    recorded(received(translated(exported(first), {"title": "Pisos"}), first), first)
    checked = preview(received(translated(exported(second), WHOLE), second), second)
    assert {outcome for _name, outcome in outcomes(checked)} == {"refused"}
    assert checked[0].notes == [f"{first.full_name} has begun a draft of it here."]


@pytest.mark.parametrize("is_finished", [False, True])
def test_a_file_of_an_older_original_is_never_ready(report, is_finished):
    secretary, lead = create_secretary(), create_language_lead("es")
    old = report.fingerprint()
    files = [
        received(translated(exported(by), WHOLE, state="ready"), by) for by in (secretary, lead)
    ]
    report.title_fr = "Socles de protection sociale"
    report.save()
    assert [record.is_older for record in preview(files[0], secretary)] == [True]

    recorded(files[1], lead, is_finished=is_finished)
    draft = TranslationDraft.objects.get()
    assert (draft.source, draft.source_texts["title"]) == (old, "Socles de protection")
    recorded(files[0], secretary, is_finished=is_finished)
    report.refresh_from_db()
    assert (report.state_es, report.source_es) == ("outdated", old)


def test_the_marks_of_a_file_are_believed_unless_somebody_says_that_it_is_finished(report):
    secretary = create_secretary()
    batch = translated(exported(secretary), WHOLE, state="in_progress")
    assert preview(received(batch, secretary), secretary)[0].state == "in_progress"
    file = received(translated(exported(secretary), WHOLE, state="machine"), secretary)
    assert preview(file, secretary)[0].state == "machine"
    assert preview(file, secretary, is_finished=True)[0].state == "ready"
    recorded(file, secretary)
    report.refresh_from_db()
    assert report.state_es == "machine"


def test_a_part_alone_leaves_the_whole_in_progress(report):
    secretary = create_secretary()
    recorded(received(translated(exported(secretary), {"title": "Pisos"}), secretary), secretary)
    report.refresh_from_db()
    assert (report.title_es, report.state_es) == ("Pisos", "in_progress")


def test_an_outdated_translation_is_confirmed_without_a_change(report):
    secretary = create_secretary()
    for name, text in WHOLE.items():
        setattr(report, f"{name}_es", text)
    report.save()
    report.summary_fr = "Ce qui nous protège."
    report.save()
    assert report.state_es == "outdated"
    batch = exported(secretary, states=("outdated",))
    assert preview(received(batch, secretary), secretary).writes == 0
    file = received(translated(batch, {}, state="ready"), secretary)
    assert set(outcomes(preview(file, secretary))) == {
        (name, "confirmed") for name in ("title", "summary", "body")
    }
    recorded(file, secretary)
    report.refresh_from_db()
    assert report.state_es == "ready"


def why(checked) -> dict[str, str]:
    return {one.name: one.why for record in checked for one in record.fields if one.why}


def test_each_text_that_cannot_be_taken_in_is_refused_by_name(report):
    secretary = create_secretary()
    batch = translated(exported(secretary), WHOLE)
    record = batch.records[0]
    title, summary, body = record.fields
    strange = record._replace(
        fields=(
            title._replace(target="x" * 251),
            summary._replace(target="a\x00b"),
            body,
            body,
            title._replace(name="colour"),
        )
    )
    gone = record._replace(key="999999", label="Publication: gone")
    other = record._replace(kind="recipe")
    checked = checking.check(batch._replace(records=(strange, gone, other)), by=secretary)
    assert why(checked[:1]) == {
        "title": "It is longer than 250 characters.",
        "summary": "It holds characters that cannot be stored.",
        "body": "It comes more than once in the file.",
        "colour": "Texts of this kind have no such part.",
    }
    assert checked[1].label == "Publication: gone"
    assert set(why(checked[1:2]).values()) == {"This text is gone, or is not yours to translate."}
    assert set(why(checked[2:]).values()) == {"The portal has no texts of this kind."}
    assert checked.writes == 0


def test_passages_without_a_translation_refuse_the_text(report):
    secretary = create_secretary()
    batch = translated(exported(secretary), WHOLE)
    title, summary, body = batch.records[0].fields
    fields = (title, summary._replace(target=""), body._replace(gaps=1, passages=2))
    batch = batch._replace(records=(batch.records[0]._replace(fields=fields),))
    checked = checking.check(batch, by=secretary)
    assert outcomes(checked) == [("title", "new"), ("summary", "empty"), ("body", "refused")]
    assert why(checked) == {"body": "1 of its 2 passages has no translation."}


def test_another_language_than_that_of_the_original_is_refused(report):
    secretary = create_secretary()
    batch = translated(exported(secretary), WHOLE)._replace(source_language="en")
    checked = checking.check(batch, by=secretary)
    told = "Its original is in French, not in the language of the file."
    assert set(why(checked).values()) == {told}


def test_hostile_markup_is_taken_out_and_told(report):
    secretary = create_secretary()
    hostile = '<p onclick="x()">Hola<script>alert(1)</script> <a href="javascript:x">a</a></p>'
    file = received(translated(exported(secretary), WHOLE | {"body": hostile}), secretary, CSV)
    body = preview(file, secretary)[0].fields[2]
    assert "Mark-up that texts may not hold was taken out." in body.notes
    recorded(file, secretary)
    report.refresh_from_db()
    assert "script" not in report.body_es
    assert "javascript" not in report.body_es
    assert "onclick" not in report.body_es


def test_nothing_is_recorded_when_a_text_has_changed_since_the_preview(report):
    secretary = create_secretary()
    file = received(translated(exported(secretary), WHOLE), secretary)
    promised = recording.signature(preview(file, secretary))
    report.title_es = "Entretanto"
    report.save()
    with pytest.raises(ValidationError) as refused:
        recording.record(file, by=secretary, promised=promised)
    assert refused.value.code == "stale"
    file.refresh_from_db()
    assert not file.is_recorded
    recorded(file, secretary)
    with pytest.raises(ValidationError) as refused:
        recording.record(file, by=secretary, promised=promised)
    assert refused.value.code == "recorded"


def test_one_text_that_cannot_be_written_leaves_all_as_they_were(report, monkeypatch):
    secretary = create_secretary()
    create_publication(symbol="P/2026/15", title_en="", summary_en="")
    file = received(translated(exported(secretary), WHOLE), secretary)
    promised = recording.signature(preview(file, secretary))
    written = []

    def put_in(checked, language, real=recording.put_in):
        if written:
            raise RuntimeError
        written.append(checked)
        real(checked, language)

    monkeypatch.setattr(recording, "put_in", put_in)
    with pytest.raises(RuntimeError):
        recording.record(file, by=secretary, promised=promised)
    report.refresh_from_db()
    assert (report.title_es, report.state_es) == (None, "missing")


def test_only_what_may_be_translated_is_exported():
    region = create_region("R8")
    create_publication(symbol="P/2026/01", regions=[region], title_en="", summary_en="")
    create_publication(symbol="P/2026/02", access="secretariat", title_en="", summary_en="")
    create_publication(symbol="P/2026/03", original_language="es", title_es="Hola", title_en="")
    secret = create_organisation(name="Introuvable", discreet=True, name_es="")
    create_organisation(name="Visible", name_es="")
    lead, secretary = create_language_lead("es"), create_secretary()
    executive = create_executive(region)

    def names(by):
        batch = exported(by, codes=("publication", "organisation"))
        return [record.fields[0].source for record in batch.records]

    assert len(names(secretary)) == 4
    assert len(names(lead)) == 2
    assert len(names(executive)) == 3
    hidden = secret.own_text("name", "fr")
    assert hidden in names(secretary)
    assert hidden not in names(lead)
    assert names(create_contact()) == []


def test_a_lead_cannot_bring_in_a_discreet_organisation_by_its_number():
    secretary, lead = create_secretary(), create_language_lead("es")
    secret = create_organisation(name="Introuvable", discreet=True, name_es="")
    batch = translated(exported(secretary, codes=("organisation",)), {"name": "Hallado"})
    checked = checking.check(batch, by=lead)
    assert set(why(checked).values()) == {"This text is gone, or is not yours to translate."}
    assert checked[0].record is None
    secret.refresh_from_db()
    assert not secret.name_es


@pytest.mark.parametrize("number", [1, 3])
def test_a_check_asks_as_often_for_three_texts(number, django_assert_num_queries):
    secretary = create_secretary()
    for serial in range(number):
        create_publication(symbol=f"P/2026/{serial + 30}", title_en="", summary_en="")
    batch = translated(exported(secretary), {"title": "Hola"})
    secretary.standing  # noqa: B018  asked once a request
    with django_assert_num_queries(5):
        checking.check(batch, by=secretary)


# -- Pages -----------------------------------------------------------------------------------------


def upload(client, batch, address, kind=XLIFF_12):
    content = formats.written(batch, kind)
    return client.post(address, {"file": SimpleUploadedFile("es.xlf", content)})


@pytest.mark.slow
def test_a_lead_exports_looks_and_records(client, report):
    lead = create_language_lead("es")
    client.force_login(lead)
    page = client.get("/en/space/translations/files/").content.decode()
    assert "1 text from French" in page
    response = client.get(
        "/en/space/translations/files/export/?target=es&source=fr&format=xliff20&kind=publication"
    )
    assert response["Content-Type"] == "application/xliff+xml"
    assert response["Cache-Control"] == "private, no-store"
    kind, batch = formats.read(response.content)
    assert (kind, len(batch.records)) == (XLIFF_20, 1)

    response = upload(client, translated(batch, WHOLE), "/en/space/translations/files/")
    page = client.get(response["Location"]).content.decode()
    assert "Pisos de protección" in page
    assert "becomes a draft that waits for approval" in page
    signature = page.split('name="signature" value="')[1].split('"')[0]
    client.post(f"{response['Location']}record/", {"signature": signature})
    assert TranslationDraft.objects.get().state == "waiting"
    page = client.get(response["Location"]).content.decode()
    assert "Recorded on" in page


def test_a_damaged_file_is_refused_on_the_page_and_not_kept(client):
    client.force_login(create_secretary())
    response = client.post(
        "/en/secretariat/translations/files/",
        {"file": SimpleUploadedFile("x.xlf", b"<xliff")},
    )
    assert "This file is damaged and cannot be read." in response.content.decode()
    assert TextFile.objects.count() == 0


def test_a_file_into_another_language_than_ones_own_is_refused(client, report):
    batch = translated(exported(create_secretary()), WHOLE)
    client.force_login(create_language_lead("en"))
    response = upload(client, batch, "/en/space/translations/files/")
    assert "This file is a translation into Spanish." in response.content.decode()


def test_the_file_of_somebody_else_is_not_found(client, report):
    secretary, lead = create_secretary(), create_language_lead("es")
    file = received(translated(exported(secretary), WHOLE), secretary)
    client.force_login(lead)
    assert client.get(f"/en/space/translations/files/{file.pk}/").status_code == 404
    assert client.post(f"/en/space/translations/files/{file.pk}/record/").status_code == 404
    client.force_login(create_language_lead("es"))
    own = received(translated(exported(lead), WHOLE), lead)
    assert client.get(f"/en/space/translations/files/{own.pk}/").status_code == 404


def test_a_file_is_thrown_away(client, report):
    secretary = create_secretary()
    file = received(translated(exported(secretary), WHOLE), secretary)
    client.force_login(secretary)
    client.post(f"/en/secretariat/translations/files/{file.pk}/record/", {"act": "drop"})
    assert TextFile.objects.count() == 0


def test_files_that_nobody_records_are_forgotten(report):
    secretary = create_secretary()
    old = received(translated(exported(secretary), WHOLE), secretary)
    kept = received(translated(exported(secretary), WHOLE), secretary)
    TextFile.objects.filter(pk=old.pk).update(sent_at=timezone.now() - datetime.timedelta(31))
    recording.forget()
    assert list(TextFile.objects.all()) == [kept]


def test_a_text_written_one_thing_a_line_keeps_its_lines():
    secretary = create_secretary()
    create_category("C", label_es="", benefits_fr="Une chose\nUne autre", original_language="fr")
    batch = exported(secretary, codes=("category",))
    values = {"label": "categoría", "benefits": "Una cosa\nOtra"}
    checked = checking.check(translated(batch, values), by=secretary)
    after = {one.name: one.after for one in checked[0].fields}
    assert after["benefits"] == "Una cosa\nOtra"
    assert Outcome.NEW in {one.outcome for one in checked[0].fields}
