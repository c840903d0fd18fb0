"""The pages of the translation desk, for leads and for editors."""

import pytest

from portal.models import TranslationDraft, TranslationTask
from portal.translating import queue
from publications.models import Publication
from tests.factories import (
    create_activity,
    create_axis,
    create_contact,
    create_executive,
    create_language_lead,
    create_newsletter,
    create_organisation,
    create_person,
    create_publication,
    create_region,
    create_secretary,
    create_subscription,
)

pytestmark = pytest.mark.django_db
LEAD, DESK = "/en/space/translations/", "/en/secretariat/translations/"


@pytest.fixture
def lead(client):
    person = create_language_lead("es", full_name="Lola Example")
    client.force_login(person)
    return person


@pytest.fixture
def secretary():
    return create_secretary()


def page_of(record, base=LEAD, kind="publication", language="es"):
    return f"{base}{kind}/{record.pk}/{language}/"


def spanish(**values) -> dict:
    return {"title": "", "summary": "", "body": ""} | values


WHOLE = spanish(title="Informe", summary="Resumen.")


def titles(answer) -> list[str]:
    return [row.title.value for row in answer.context["queue"].page.object_list]


# -- The queue -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_a_lead_sees_what_waits_over_all_kinds(client, lead, language):
    waiting = create_publication(state="draft", title_fr="Brouillon")
    create_publication(title_es="Informe")
    create_publication(access="secretariat")
    create_publication(title_es="Original", original_language="es")
    region = create_region("R8", name_es="")
    answer = client.get(f"/{language}/space/translations/?language=fr")
    rows = answer.context["queue"].page.object_list
    assert {(row.kind.code, row.key) for row in rows} == {
        ("publication", str(waiting.pk)),
        ("region", str(region.pk)),
    }
    assert client.get(f"/{language}/space/translations/?state=ready&kind=publication").context[
        "queue"
    ].counts == {"publication": 1}


def test_what_reaches_most_readers_comes_first_then_principal_information(client, lead):
    region = create_region("R8")
    create_activity(title_fr="Loin")
    create_activity(title_fr="Près", regions=[region])
    create_axis(1, title_es="")
    create_subscription(newsletter=create_newsletter(region), language="es")
    answer = client.get(LEAD)
    rows = answer.context["queue"].page.object_list
    assert [(row.readers, row.is_principal) for row in rows[:2]] == [(1, False), (0, True)]
    assert not rows[-1].is_principal


@pytest.mark.slow
def test_the_queue_is_filtered(client, lead):
    region = create_region("R8")
    here = create_publication(regions=[region], title_fr="Ici", title_en="Here")
    create_publication(title_fr="Ailleurs", title_en="Elsewhere")
    create_activity()
    TranslationTask.objects.create(
        kind="publication", key=str(here.pk), language="es", person=lead, due_on="2020-01-01"
    )
    for query in ("region=R8", "whose=mine", "whose=due", "kind=publication&region=R8"):
        assert titles(client.get(f"{LEAD}?{query}")) == ["Here"], query
    assert len(titles(client.get(f"{LEAD}?kind=publication"))) == 2
    assert titles(client.get(f"{LEAD}?state=outdated")) == []
    assert len(titles(client.get(f"{LEAD}?kind=x&region=y&state=z&page=99"))) == 4
    assert b"overdue:" in client.get(f"{LEAD}?whose=due").content


def test_words_are_counted_and_those_that_are_new(client, lead):
    text = create_publication(title_fr="Un rapport", summary_fr="Ceci reste.", title_es="Informe")
    create_publication(title_fr="Trois mots ici", summary_fr="")
    text.summary_fr = "Ceci reste. Quatre mots en plus."
    text.save()
    answer = client.get(f"{LEAD}?kind=publication")
    found = {
        row.record.title_fr: (row.words, row.new_words, row.work)
        for row in answer.context["queue"].page.object_list
    }
    assert found == {"Un rapport": (8, 4, 4), "Trois mots ici": (3, None, 3)}
    assert (answer.context["queue"].words, answer.context["queue"].work) == (11, 7)
    assert b"4 new of 8" in answer.content


@pytest.mark.parametrize("who", [create_contact, create_person])
def test_the_pages_are_for_leads_and_editors(client, who, secretary):
    publication = create_publication()
    client.force_login(who())
    for address in (LEAD, DESK, page_of(publication), page_of(publication, DESK)):
        assert client.get(address).status_code == 404
    client.force_login(secretary)
    assert client.get(LEAD).status_code == 404
    assert client.get(page_of(publication)).status_code == 404
    assert client.get(DESK).status_code == 200


@pytest.mark.slow
def test_the_number_of_queries_of_the_queue(client, lead, django_assert_num_queries):
    create_publication()
    client.get(LEAD)
    for _ in range(2):
        with django_assert_num_queries(QUEUE):
            assert client.get(LEAD).status_code == 200
        create_publication(), create_publication()


QUEUE = 31


# -- One text --------------------------------------------------------------------------------------


def test_a_lead_drafts_and_publishes_nothing(client, lead):
    publication = create_publication(state="draft")
    address = page_of(publication)
    sent = WHOLE | {"title_fr": "Autre", "state": "published", "access": "members"}
    assert client.post(address, sent).status_code == 302
    assert client.post(address, sent | {"act": "take_over"}).status_code == 302
    before = publication.title_fr
    publication.refresh_from_db()
    assert (publication.title_es, publication.title_fr) == (None, before)
    assert (publication.state, publication.access) == ("draft", "public")
    draft = TranslationDraft.objects.get()
    assert (draft.texts["title"], draft.state, draft.author) == ("Informe", "writing", lead)
    client.post(address, WHOLE | {"act": "hand_in"})
    draft.refresh_from_db()
    assert draft.state == "waiting"


@pytest.mark.slow
def test_a_lead_is_refused_other_languages_originals_and_closed_texts(client, lead):
    own = create_publication(title_es="Original", original_language="es", title_en="Copy")
    closed, open_text = create_publication(access="secretariat"), create_publication()
    hidden = create_organisation(discreet=True)
    refused = [
        page_of(own),
        page_of(closed),
        page_of(hidden, kind="organisation"),
        page_of(open_text, language="en"),
        page_of(open_text, language="de"),
        page_of(open_text, kind="report"),
        f"{LEAD}publication/99999/es/",
    ]
    for address in refused:
        assert client.get(address).status_code == 404
        assert client.post(address, WHOLE).status_code == 404
    assert TranslationDraft.objects.count() == 0


def test_both_sides_carry_their_language_and_what_is_new_is_marked(client, lead):
    text = create_publication(summary_fr="Ceci reste. Cela part.", title_es="Informe")
    text.summary_fr = "Ceci reste. Cela arrive."
    text.save()
    html = client.get(page_of(text)).content.decode()
    assert '<ins><span class="vh" lang="en">new: </span>Cela arrive.</ins>' in html
    assert '<del><span class="vh" lang="en">was: </span>Cela part.</del>' in html
    assert '<div lang="fr" class="source marked">' in html
    assert 'name="summary" cols="40" rows="6" lang="es"' in html
    assert "Resumen." in html


def test_an_older_original_that_nobody_knows_is_said_to_be_unknown(client, lead):
    text = create_publication(title_es="Informe")
    Publication.objects.filter(pk=text.pk).update(source_es="0" * 64, state_es="outdated")
    answer = client.get(page_of(text))
    assert answer.context["is_unknown"] is True
    assert b"is not known, so nothing is marked" in answer.content


def test_html_is_tidied_and_scripts_go(client, lead):
    text = create_publication(body_fr="<p>Corps <b>gras</b></p>")
    body = '<p onclick="x()">Cuerpo<script>alert(1)</script></p>'
    client.post(page_of(text), WHOLE | {"body": body})
    assert "script" not in TranslationDraft.objects.get().texts["body"]
    assert "onclick" not in TranslationDraft.objects.get().texts["body"]
    html = client.get(page_of(text)).content.decode()
    assert "<p>Corps " in html


def test_two_translators_do_not_overwrite_each_other(client, lead):
    text = create_publication()
    page = client.get(page_of(text))
    version = page.context["form"]["version"].value()
    client.post(page_of(text), WHOLE | {"version": version})
    answer = client.post(page_of(text), spanish(title="Otro", version=version))
    assert answer.status_code == 200
    assert b"Somebody else has saved" in answer.content
    assert [change.stored for change in answer.context["form"].meanwhile] == [
        "Informe",
        "Resumen.",
    ]
    assert answer.context["form"]["summary"].value() == "Resumen."
    again = {name: answer.context["form"][name].value() for name in ("version", "summary")}
    assert client.post(page_of(text), spanish(title="Otro", **again)).status_code == 302
    assert TranslationDraft.objects.get().texts["title"] == "Otro"


def test_an_original_that_changes_meanwhile_is_told_before_anything_is_kept(client, lead):
    text = create_publication()
    source = text.fingerprint()
    text.title_fr = "Autre"
    text.save()
    answer = client.post(page_of(text), WHOLE | {"source": source})
    assert b"The original has changed while you were writing" in answer.content
    assert TranslationDraft.objects.count() == 0
    renewed = answer.context["form"]["source"].value()
    assert client.post(page_of(text), WHOLE | {"source": renewed}).status_code == 302


def test_half_a_translation_is_kept_and_not_handed_in(client, lead):
    text = create_publication()
    answer = client.post(page_of(text), spanish(title="Informe", act="hand_in"))
    assert b"Still to be translated: summary." in answer.content
    version = answer.context["form"]["version"].value()
    assert (
        client.post(page_of(text), WHOLE | {"act": "hand_in", "version": version}).status_code
        == 302
    )


# -- The desk --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_editor_takes_over_and_the_public_page_shows_it(client, lead, secretary):
    text = create_publication()
    client.post(page_of(text), WHOLE | {"title": "Lagos", "act": "hand_in"})
    client.force_login(secretary)
    page = client.get(DESK)
    assert [draft.record for draft in page.context["waiting"]] == [text]
    assert "Lagos" not in client.get(f"/es/publications/{text.dashed_symbol}/").content.decode()
    draft = TranslationDraft.objects.get()
    answer = client.post(f"{DESK}drafts/", {"drafts": [draft.pk], "act": "take_over"}, follow=True)
    assert b"1 done." in answer.content
    assert "Lagos" in client.get(f"/es/publications/{text.dashed_symbol}/").content.decode()


@pytest.mark.slow
def test_each_draft_answers_for_itself(client, lead, secretary):
    good, broken = create_publication(), create_publication()
    for text in (good, broken):
        client.post(page_of(text), WHOLE | {"act": "hand_in"})
    broken.body_fr = "<p>Corps</p>"
    broken.save()
    client.force_login(secretary)
    pks = list(TranslationDraft.objects.values_list("pk", flat=True))
    answer = client.post(
        f"{DESK}drafts/", {"drafts": [*pks, 99999], "act": "take_over"}, follow=True
    )
    html = answer.content.decode()
    assert "1 done." in html
    assert "2 refused:" in html and "Still to be translated: text." in html


def test_several_are_sent_back_with_one_reason(client, lead, secretary):
    text = create_publication()
    client.post(page_of(text), WHOLE | {"act": "hand_in"})
    client.force_login(secretary)
    pk = TranslationDraft.objects.get().pk
    client.post(f"{DESK}drafts/", {"drafts": [pk], "act": "send_back"})
    assert TranslationDraft.objects.get().state == "waiting"
    client.post(f"{DESK}drafts/", {"drafts": [pk], "act": "send_back", "reason": "Short."})
    assert TranslationDraft.objects.get().state == "returned"
    client.force_login(lead)
    assert b"Short." in client.get(page_of(text)).content


@pytest.mark.slow
def test_an_executive_approves_for_one_region(client, lead):
    here, there = create_region("R8"), create_region("R2")
    own, other = create_publication(regions=[here]), create_publication(regions=[there])
    for text in (own, other):
        client.post(page_of(text), WHOLE | {"act": "hand_in"})
    client.force_login(create_executive(here))
    assert [draft.record for draft in client.get(DESK).context["waiting"]] == [own]
    assert client.get(page_of(other, DESK)).status_code == 404
    pks = list(TranslationDraft.objects.values_list("pk", flat=True))
    client.post(f"{DESK}drafts/", {"drafts": pks, "act": "take_over"})
    states = {draft.key: draft.state for draft in TranslationDraft.objects.all()}
    assert states == {str(own.pk): "taken", str(other.pk): "waiting"}


@pytest.mark.slow
def test_texts_are_given_to_a_lead_several_at_once(client, lead, secretary):
    text, activity = create_publication(), create_activity()
    client.force_login(secretary)
    rows = [f"publication:{text.pk}", f"activity:{activity.pk}", "page:7", "x"]
    sent = {"rows": rows, "language": "es", "to": lead.pk, "due_on": "2030-01-31", "act": "give"}
    html = client.post(f"{DESK}act/", sent, follow=True).content.decode()
    assert "2 done." in html and "2 refused:" in html
    assert TranslationTask.objects.filter(person=lead, due_on="2030-01-31").count() == 2
    answer = client.post(f"{DESK}act/", {"rows": rows, "language": "es"}, follow=True)
    assert b"Choose a person." in answer.content
    assert client.post(f"{DESK}act/", {"language": "de"}).status_code == 404


def test_a_lead_takes_a_text_and_lets_it_go(client, lead):
    text = create_publication()
    client.post(f"{page_of(text)}give/", {"to": lead.pk, "due_on": ""})
    assert TranslationTask.objects.get().person == lead
    assert titles(client.get(f"{LEAD}?whose=mine")) == [text.title_en]
    client.post(f"{page_of(text)}give/", {"act": "drop"})
    assert TranslationTask.objects.count() == 0
    client.post(f"{page_of(text)}give/", {"to": create_language_lead().pk})
    assert TranslationTask.objects.count() == 0


@pytest.mark.slow
def test_a_discreet_member_is_on_no_page_of_a_lead(client, lead, secretary):
    hidden = create_organisation(name="Xylophane", discreet=True, name_es="")
    assert "Xylophane" not in client.get(f"{LEAD}?state=all").content.decode()
    client.force_login(secretary)
    assert "Xylophane" in client.get(f"{DESK}?language=es&state=all").content.decode()
    lead.mandates.get().sees.add(hidden)
    client.force_login(lead)
    assert "Xylophane" in client.get(f"{LEAD}?state=all").content.decode()


def test_the_number_of_queries_of_a_text(client, lead, django_assert_num_queries):
    text = create_publication(body_fr="<p>Corps</p>")
    client.get(page_of(text))
    with django_assert_num_queries(TEXT):
        assert client.get(page_of(text)).status_code == 200


TEXT = 14


def test_beyond_what_is_read_texts_are_counted(lead, monkeypatch):
    monkeypatch.setattr(queue, "READ", 2)
    for _ in range(4):
        create_publication()
    found = queue.queue(lead, queue.Wanted("es"))
    assert (found.count, len(found.page.object_list)) == (4, 2)
