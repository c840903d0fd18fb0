"""Machine drafts: off by default, labelled always, never over what a person wrote."""

import pytest

from portal.lib import machine as providers
from portal.lib.machine import DummyProvider, ProviderFailed, drafted
from portal.models import MachineDrafting, TranslationDraft
from portal.translating import machine
from tests.factories import (
    create_executive,
    create_language_lead,
    create_publication,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db
ACT = "/en/secretariat/translations/act/"


@pytest.fixture
def dummy(settings):
    settings.MACHINE_TRANSLATION = "portal.lib.machine.DummyProvider"


class Silent:
    def translate(self, texts, *, source, target):
        return []


class Hostile:
    def translate(self, texts, *, source, target):
        return ["<script>alert(1)</script>" for _text in texts]


def row(record) -> str:
    return f"publication:{record.pk}"


def run(records, by, django_capture):
    with django_capture(execute=True):
        job = machine.ask([row(one) for one in records], "es", by=by)
    job.refresh_from_db()
    return job


def test_mark_up_stays_as_it_was():
    html = '<h2>Titre</h2><p>Un <a href="https://example.org/a">lien &amp; un mot</a>.</p>'
    found = drafted(
        {"body": html}, html=frozenset({"body"}), source="fr", target="es", by=DummyProvider()
    )
    assert found["body"] == (
        '<h2>[fr → es] Titre</h2><p>[fr → es] Un <a href="https://example.org/a" '
        'rel="noopener noreferrer">[fr → es] lien &amp; un mot</a>[fr → es] .</p>'
    )


def test_what_a_provider_gives_back_is_text_and_nothing_else():
    found = drafted(
        {"title": "T", "body": "<p>x</p>"},
        html=frozenset({"body"}),
        source="fr",
        target="es",
        by=Hostile(),
    )
    assert found["body"] == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"
    with pytest.raises(ProviderFailed):
        drafted({"title": "T"}, html=frozenset(), source="fr", target="es", by=Silent())


def test_it_is_off_by_default(client):
    assert providers.provider() is None
    client.force_login(create_secretary())
    assert b"Machine draft" not in client.get("/en/secretariat/translations/").content
    sent = {"act": "machine", "language": "es", "rows": [row(create_publication())]}
    answer = client.post(ACT, sent, follow=True)
    assert b"No machine translation is set up." in answer.content
    assert MachineDrafting.objects.count() == 0


def test_a_job_drafts_what_was_chosen_and_readers_are_told(
    client, dummy, django_capture_on_commit_callbacks
):
    text = create_publication(title_fr="Rapport", body_fr="<p>Corps</p>")
    client.force_login(create_secretary())
    sent = {"act": "machine", "language": "es", "rows": [row(text)]}
    with django_capture_on_commit_callbacks(execute=True):
        client.post(ACT, sent)
    text.refresh_from_db()
    assert (text.title_es, text.state_es) == ("[fr → es] Rapport", "machine")
    assert text.history.first().history_change_reason == "Machine draft"
    job = MachineDrafting.objects.get()
    assert (job.state, job.refused) == ("done", [])
    page = client.get(f"/es/publications/{text.dashed_symbol}/").content.decode()
    assert "traducción automática, sin revisar" in page


def test_what_people_wrote_is_never_touched(dummy, django_capture_on_commit_callbacks):
    secretary = create_secretary()
    human, begun = create_publication(title_es="Informe"), create_publication()
    partly = create_publication(title_es="Informe", summary_es="", summary_fr="Résumé.")
    TranslationDraft.objects.create(kind="publication", key=str(begun.pk), language="es")
    job = run([human, begun, partly], secretary, django_capture_on_commit_callbacks)
    assert [one for one, _why in job.refused] == [row(human), row(begun), row(partly)]
    for text, title in ((human, "Informe"), (begun, None), (partly, "Informe")):
        text.refresh_from_db()
        assert text.title_es == title


@pytest.mark.slow
def test_only_who_edits_a_text_has_it_drafted(dummy, django_capture_on_commit_callbacks):
    here, there = create_region("R8"), create_region("R2")
    own, other = create_publication(regions=[here]), create_publication(regions=[there])
    for person, refused in ((create_executive(here), [row(other)]), (create_language_lead(), None)):
        job = run([own, other], person, django_capture_on_commit_callbacks)
        told = [one for one, _why in job.refused]
        assert told == (refused or [row(own), row(other)])


def test_a_machine_draft_is_drafted_again_and_revised_by_a_person(
    dummy, django_capture_on_commit_callbacks
):
    secretary, text = create_secretary(), create_publication(title_fr="Rapport")
    run([text], secretary, django_capture_on_commit_callbacks)
    text.refresh_from_db()
    text.title_fr = "Autre"
    text.save()
    run([text], secretary, django_capture_on_commit_callbacks)
    text.refresh_from_db()
    assert (text.title_es, text.state_es) == ("[fr → es] Autre", "machine")
    assert not text.is_behind("es")


def test_a_job_whose_worker_fell_silent_is_rung_for_again(
    dummy, django_capture_on_commit_callbacks
):
    text = create_publication()
    job = machine.ask([row(text)], "es", by=create_secretary())
    MachineDrafting.objects.update(queued_at="2020-01-01T00:00:00Z")
    with django_capture_on_commit_callbacks(execute=True):
        machine.requeue_stale()
    job.refresh_from_db()
    assert job.state == "done"
