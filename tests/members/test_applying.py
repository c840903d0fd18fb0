"""An application goes from state to state as its life allows, and each step is kept."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from members import applying, daily, dossier, enclosures, tracking
from members.models import Application, Notice, Organisation
from members.models.applications import STEPS, ApplicationState
from tests.documents import a_pdf, an_upload
from tests.factories import (
    create_application,
    create_contact,
    create_country,
    create_enclosed,
    create_executive,
    create_network,
    create_organisation,
    create_question,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db
STATES = ApplicationState.values


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_every_step_and_every_refusal(before, after):
    application = create_application(state=before)
    if after in STEPS[ApplicationState(before)]:
        event = applying.move(application, after, kind="note")
        assert (event.state, application.state) == (after, after)
    else:
        with pytest.raises(ValidationError) as caught:
            applying.move(application, after, kind="note")
        assert caught.value.code == "no_such_step"
        assert application.state == before
        assert application.events.count() == 0


def test_a_step_that_somebody_else_took_meanwhile_is_refused():
    application = create_application(state="submitted")
    other = Application.objects.get(pk=application.pk)
    applying.move(other, "refused", kind="refused")
    with pytest.raises(ValidationError):
        applying.move(application, "accepted", kind="accepted")


def test_an_end_has_its_day_and_taking_it_back_opens_again():
    application = create_application(state="submitted")
    applying.move(application, "accepted", kind="accepted")
    assert application.closed_at is not None
    applying.move(application, "submitted", kind="taken_back")
    assert application.closed_at is None


def test_the_applicant_sees_an_event_from_its_day_on():
    application = create_application(state="submitted")
    now = timezone.now()
    applying.note(application, kind="note", text="between us")
    applying.note(application, kind="advised", public_from=now)
    applying.note(application, kind="accepted", public_from=now + datetime.timedelta(minutes=10))
    assert [event.kind for event in application.events.public()] == ["advised"]
    assert [event.kind for event in application.events.internal()] == ["note", "accepted"]
    later = now + datetime.timedelta(minutes=11)
    assert application.events.public(later).count() == 2


def test_who_sees_which_applications():
    here, there = create_region("R8"), create_region("R4")
    own = create_application(country=create_country("KE", region=here), state="submitted")
    create_application(country=create_country("BR", region=there), state="submitted")
    create_application(country=create_country("KE"), state="draft")
    international = create_application(category="B", state="advised")
    international.regions.set([here])
    seen = Application.objects.run_by
    assert set(seen(create_executive(here))) == {own, international}
    assert seen(create_secretary()).count() == 3
    assert seen(create_contact()).count() == 0


# -- Forgetting ------------------------------------------------------------------------------------


def test_a_draft_nobody_touched_for_thirty_days_is_erased_once_with_all_it_has():
    today = timezone.localdate()
    old = timezone.now() - datetime.timedelta(days=31)
    left_alone = create_application(state="draft", touched_at=old, people=2)
    document = create_enclosed(left_alone)
    storage, name = document.file.storage, document.file.name
    tracking.write_link(left_alone)
    kept = create_application(state="draft", touched_at=timezone.now())
    sent = create_application(state="submitted", touched_at=old)
    tracking.write_link(sent)
    assert applying.forget_drafts(today) == 1
    assert set(Application.objects.all()) == {kept, sent}
    assert not storage.exists(name)
    assert Notice.objects.get().key.startswith(tracking.key_of(sent))
    assert applying.forget_drafts(today) == 0


def test_the_daily_duty_forgets_drafts_and_heals_after_an_interruption():
    old = timezone.now() - datetime.timedelta(days=60)
    left_alone = create_application(state="draft", touched_at=old)
    document = create_enclosed(left_alone)
    # The file went, and then the machine stopped.
    document.file.storage.delete(document.file.name)
    assert daily.do_what_is_due()["applying.forget_drafts"] == 1
    assert not Application.objects.exists()


def test_keys_of_mails_do_not_run_into_each_other():
    one = create_application(state="draft", pk=4)
    create_application(state="draft", pk=44)
    tracking.write_link(Application.objects.get(pk=44))
    applying.erase(one)
    assert Notice.objects.count() == 1


@pytest.mark.parametrize("state", [state for state in STATES if state != "draft"])
def test_what_was_sent_is_not_erased(state):
    with pytest.raises(ValidationError) as caught:
        applying.erase(create_application(state=state))
    assert caught.value.code == "not_editable"


# -- Verbs refuse what pages do not offer ----------------------------------------------------------


@pytest.mark.parametrize("state", [s for s in STATES if s not in ("draft", "more_asked")])
def test_what_is_not_editable_refuses_every_change(state):
    application = create_application(state=state, people=1)
    question = create_question()
    for act in (
        lambda: applying.set_organisation(application, name="Another"),
        lambda: applying.set_people(application, []),
        lambda: applying.set_answers(application, {question: "x"}),
        lambda: applying.set_place(
            application,
            category=application.category,
            country=application.country,
            language="fr",
        ),
        lambda: applying.submit(application),
        lambda: enclosures.add(application, an_upload(), kind="other"),
        lambda: enclosures.remove(create_enclosed(application)),
    ):
        with pytest.raises(ValidationError) as caught:
            act()
        assert caught.value.code == "not_editable"
    application.refresh_from_db()
    assert (application.language, application.people.count()) == ("en", 2)


def test_asking_for_more_needs_words():
    application = create_application(state="submitted")
    with pytest.raises(ValidationError) as caught:
        applying.ask_more(application, text="  ", by=create_secretary())
    assert "text" in caught.value.message_dict
    assert application.state == "submitted"


def test_an_answer_without_changes_leaves_no_note():
    application = create_application(state="draft", people=2)
    applying.submit(application)
    applying.ask_more(application, text="Are you sure?", by=create_secretary())
    applying.submit(application, text="Yes.")
    assert not application.events.internal().exists()


def test_the_mails_are_in_the_language_of_the_application():
    application = create_application(state="draft", people=2, language="es")
    create_network()
    with translation.override("fr"):
        applying.submit(application)
    notice = Notice.objects.get()
    assert notice.language == "es"
    assert "/es/apply/follow/" in notice.text


# -- Documents are bounded -------------------------------------------------------------------------


def test_a_document_is_kept_under_a_name_nobody_guesses():
    application = create_application(state="draft")
    document = enclosures.add(application, an_upload(name="../../x.pdf"), kind="report")
    assert document.name == "x.pdf"
    assert document.file.name.startswith(f"applications/{application.key}/")
    assert "x.pdf" not in document.file.name.rsplit("/", 1)[1][:6]
    document.file.close()


def refused(application, upload) -> str:
    with pytest.raises(ValidationError) as caught:
        enclosures.add(application, upload, kind="other")
    return caught.value.code


def test_the_same_document_twice_and_a_ninth_are_refused():
    application = create_application(state="draft")
    enclosures.add(application, an_upload(), kind="other").file.close()
    assert refused(application, an_upload(name="again.pdf")) == "known"
    for number in range(enclosures.MOST - 1):
        another = an_upload(a_pdf(title=f"{number}"))
        enclosures.add(application, another, kind="other").file.close()
    assert refused(application, an_upload(a_pdf(title="ninth"))) == "too_many"


def test_a_document_of_more_than_ten_megabytes_is_refused():
    application = create_application(state="draft")
    large = an_upload(a_pdf() + b"\0" * enclosures.LIMIT)
    assert refused(application, large) == "too_large"
    assert application.documents.count() == 0


def test_drafts_do_not_fill_the_disk():
    hoard = create_application(state="draft")
    create_enclosed(hoard)
    hoard.documents.update(size=enclosures.ALL_DRAFTS - 1)
    application = create_application(state="draft")
    assert refused(application, an_upload()) == "full"
    Application.objects.filter(pk=hoard.pk).update(state="submitted", submitted_at=timezone.now())
    enclosures.add(application, an_upload(), kind="other").file.close()


# -- Who it may be, for reviewers ------------------------------------------------------------------


def test_reviewers_see_discreet_lookalikes_and_other_applications():
    application = create_application(name="Lake Forum", email="a@lake.test")
    discreet = create_organisation(name_en="Forum of the Lake", discreet=True)
    former = create_organisation(website="https://lake.test/", status="lapsed")
    twin = create_application(name="The Lake Forum", state="advised")
    create_application(name="The Lake Forum", state="draft")
    create_application(name="The Lake Forum", country=create_country("MW"))
    everything = dossier.lookalikes(application, Organisation.objects.all())
    assert {found for found, _match in everything} == {discreet, former}
    assert dossier.lookalikes(application, Organisation.objects.public()) == []
    assert [found for found, _match in dossier.other_applications(application)] == [twin]
