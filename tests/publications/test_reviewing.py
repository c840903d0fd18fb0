"""The review: who takes which step from which state, and what both sides and the public see."""

import datetime
import itertools

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from members.models import Notice
from publications import publishing, reviewing, stepper
from publications.models import Correction, Publication
from publications.models.library import Ground, PublicationState
from tests.factories import (
    create_contact,
    create_country,
    create_executive,
    create_language_lead,
    create_network,
    create_organisation,
    create_person,
    create_proposal,
    create_publication,
    create_region,
    create_secretary,
)
from tests.publications.desk_form import page_of

pytestmark = pytest.mark.django_db
SEND_BACK = {"reason": "Say where."}
WITHDRAW = {"reason": "An error in table 2.", "because": "error"}
CORRECT = {"wording_en": "Table 2 was wrong.", "original_language": "en", "made_on": "2026-11-01"}


def in_two_days() -> dict:
    day = timezone.localdate() + datetime.timedelta(days=2)
    return {"day": day.isoformat(), "time": "09:30"}


@pytest.fixture
def secretary(client):
    create_network()
    person = create_secretary(full_name="Sec Example")
    client.force_login(person)
    return person


@pytest.fixture
def proposal():
    create_network()
    organisation = create_organisation(country=create_country("KE"))
    found = create_proposal(organisation, state="proposed")
    found.regions.add(create_region("R8"))
    return found


# -- Step × state × person -------------------------------------------------------------------------

# act → {state it is taken from: state it leads to}; any other state refuses it
ACTS = {
    "publish": {
        "proposed": "published",
        "sent_back": "published",
        "scheduled": "published",
    },
    "schedule": {
        "proposed": "scheduled",
        "sent_back": "scheduled",
        "scheduled": "scheduled",
    },
    "send-back": {"proposed": "sent_back"},
    "unschedule": {"scheduled": "proposed"},
    "withdraw": {"published": "withdrawn", "scheduled": "withdrawn"},
    "correct": {"published": "published"},
}
SENT = {
    "send-back": SEND_BACK,
    "withdraw": WITHDRAW,
    "correct": CORRECT,
    "schedule": None,
    "publish": {},
    "unschedule": {},
}
AT_DESK = [state for state in PublicationState.values if state != "draft"]


@pytest.mark.parametrize("state", AT_DESK)
@pytest.mark.parametrize("act", ACTS)
def test_each_step_begins_where_it_may(client, secretary, proposal, act, state):
    Publication.objects.filter(pk=proposal.pk).update(state=state)
    sent = in_two_days() if SENT[act] is None else SENT[act]
    answer = client.post(page_of(proposal, f"{act}/"), sent)
    proposal.refresh_from_db()
    assert proposal.state == ACTS[act].get(state, state)
    done = state in ACTS[act]
    assert proposal.steps.count() == int(done)
    # A refusal is told: on the page of the act itself, or on the way back.
    if not done and answer.status_code == 200:
        assert answer.context["form"].non_field_errors()


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("executive", 302),
        ("elsewhere", 404),
        ("contact", 404),
        ("proposer", 404),
        ("lead", 404),
        ("nobody", 404),
    ],
)
def test_the_region_decides_on_its_own_texts_and_nobody_else_does(
    client, proposal, act, who, expected
):
    state = next(iter(ACTS[act]))
    Publication.objects.filter(pk=proposal.pk).update(state=state)
    person = {
        "executive": lambda: create_executive(create_region("R8")),
        "elsewhere": lambda: create_executive(create_region("R4")),
        "contact": create_contact,
        "proposer": lambda: proposal.proposed_by,
        "lead": create_language_lead,
        "nobody": create_person,
    }[who]()
    client.force_login(person)
    sent = in_two_days() if SENT[act] is None else SENT[act]
    assert client.post(page_of(proposal, f"{act}/"), sent).status_code == expected
    proposal.refresh_from_db()
    assert (proposal.state == ACTS[act][state]) == (expected == 302 or act == "correct")


def test_a_text_of_two_regions_is_for_the_secretariat(client, proposal):
    proposal.regions.add(create_region("R4"))
    client.force_login(create_executive(create_region("R8")))
    assert client.post(page_of(proposal, "publish/")).status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_pages_of_the_acts_open_in_three_languages(client, secretary, proposal, language):
    base = f"/{language}/secretariat/publications/"
    for act in ("send-back", "schedule", "withdraw", "replace", "correct"):
        assert client.get(page_of(proposal, f"{act}/", base)).status_code == 200
    html = client.get(page_of(proposal, "", base)).content.decode()
    assert 'aria-current="step"' in html


@pytest.mark.parametrize(
    ("act", "sent", "field"),
    [
        ("send-back", {"reason": "  "}, "reason"),
        ("withdraw", {"because": "error", "reason": ""}, "reason"),
        ("withdraw", {"because": "mood", "reason": "x"}, "because"),
        ("schedule", {"day": "", "time": "09:00"}, "day"),
        ("schedule", {"day": "2020-01-01", "time": "09:00"}, "__all__"),
        ("correct", {"original_language": "en", "made_on": "2026-11-01"}, "wording_en"),
    ],
)
def test_what_is_missing_is_told(client, secretary, proposal, act, sent, field):
    answer = client.post(page_of(proposal, f"{act}/"), sent)
    assert field in answer.context["form"].errors
    proposal.refresh_from_db()
    assert (proposal.state, proposal.steps.count()) == ("proposed", 0)


# -- Two at once -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_of_two_reviewers_one_wins_and_the_other_is_told(client, secretary, proposal):
    first = publishing.note(proposal, "proposed", by=proposal.proposed_by)
    reviewing.send_back(proposal, reason="Say where.", by=create_secretary())
    # The second still has the page on which it was in review.
    answer = client.post(page_of(proposal, "publish/"), {"seen": first.pk}, follow=True)
    assert "Somebody was faster: sent back." in answer.content.decode()
    sent = in_two_days() | {"seen": first.pk}
    page = client.post(page_of(proposal, "schedule/"), sent)
    assert "Somebody was faster: sent back." in page.content.decode()
    proposal.refresh_from_db()
    assert proposal.state == "sent_back"


def test_saving_an_old_form_does_not_undo_a_step(client, secretary, proposal):
    from publications.forms.records import PublicationForm  # noqa: PLC0415
    from tests.publications.desk_form import as_stored  # noqa: PLC0415

    opened = Publication.objects.get(pk=proposal.pk)
    sent = as_stored(opened, original_language="en", title_en="New words", authors="")
    form = PublicationForm(sent, instance=opened, user=secretary)
    assert form.is_valid(), form.errors
    publishing.publish(Publication.objects.get(pk=proposal.pk), by=create_secretary())
    assert form.record()
    proposal.refresh_from_db()
    assert (proposal.title_en, proposal.state) == ("New words", "published")
    assert proposal.announced_at is not None


# -- Both sides see the same -----------------------------------------------------------------------


@pytest.mark.slow
def test_both_sides_see_the_same_steps_and_reasons(client, secretary, proposal):
    publishing.note(proposal, "proposed", by=proposal.proposed_by)
    reviewing.send_back(proposal, reason="Say where.", by=secretary)
    desk = client.get(page_of(proposal))
    client.force_login(proposal.proposed_by)
    space = client.get(f"/en/space/texts/{proposal.dashed_symbol}/")
    assert desk.context["steps"] == space.context["steps"]
    assert desk.context["log"] == space.context["log"]
    assert "Say where." in desk.content.decode()
    assert "Say where." in space.content.decode()


# state → the steps before, the current one, those to come
STEPPER = {
    "draft": ([], "Draft", ["In review", "To appear", "Published"]),
    "proposed": (["Draft"], "In review", ["To appear", "Published"]),
    "sent_back": ([], "Sent back", ["In review", "To appear", "Published"]),
    "scheduled": (["Draft", "In review"], "To appear", ["Published"]),
    "published": (["Draft", "In review", "To appear"], "Published", []),
    "withdrawn": (["Draft"], "Withdrawn", []),
}


@pytest.mark.parametrize("state", PublicationState.values)
def test_the_stepper_of_each_state(state):
    steps = stepper.steps_of(create_publication(state=state, announced_at=None), [])
    by_state = {"done": [], "current": [], "": []}
    for step in steps:
        by_state[step["state"]].append(step["title"])
    if state != "withdrawn":
        done, current, later = STEPPER[state]
        assert (by_state["done"], by_state["current"], by_state[""]) == (done, [current], later)
    else:
        assert by_state["current"] == ["Withdrawn"]


def test_a_correction_does_not_change_since_when_a_text_stands_there(secretary):
    text = create_publication()
    step = publishing.note(text, "published", by=secretary)
    step.at = timezone.now() - datetime.timedelta(days=40)
    step.save()
    before = stepper.steps_of(text, list(text.steps.all()))
    reviewing.correct(text, Correction(wording_fr="Une faute."), by=secretary)
    assert stepper.steps_of(text, list(text.steps.all())) == before


# -- The queue -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_proposal_waits_in_the_queue_of_who_decides(client, secretary, proposal):
    publishing.note(proposal, "proposed", by=proposal.proposed_by)
    for person, count in (
        (secretary, 1),
        (create_executive(create_region("R8")), 1),
        (create_executive(create_region("R4")), 0),
    ):
        client.force_login(person)
        html = client.get("/en/secretariat/").content.decode()
        assert html.count(f"/en/secretariat/publications/{proposal.dashed_symbol}/") == count


def test_who_takes_a_step_is_not_written_to_about_it(secretary, proposal):
    publishing.publish(proposal, by=proposal.proposed_by)
    assert not Notice.objects.filter(kind="proposal_published").exists()


def test_a_text_of_the_desk_writes_to_nobody(secretary):
    publishing.publish(create_publication(state="draft"), by=secretary)
    assert not Notice.objects.exists()


# -- Withdrawn: the address stays ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "a été retiré"), ("en", "has been withdrawn"), ("es", "ha sido retirado")],
)
def test_what_the_public_has_seen_leaves_its_symbol_and_a_ground(client, language, words):
    create_network()
    text = create_publication(title_en="Secret title", title_fr="Titre secret")
    publishing.withdraw(text, reason="For editors", because=Ground.ERROR)
    answer = client.get(f"/{language}/publications/{text.dashed_symbol}/")
    html = answer.content.decode()
    assert answer.status_code == 410
    assert words in html
    assert text.symbol in html
    text.refresh_from_db()
    for hidden in ("Secret title", "Titre secret", "For editors"):
        assert hidden not in html
    permanent = client.get(f"/id/{text.dashed_symbol}")
    assert permanent.status_code == 302
    assert client.get(permanent.url).status_code == 410
    assert text.symbol not in client.get("/en/publications/").content.decode()


def test_what_nobody_has_seen_leaves_nothing(client, proposal):
    Publication.objects.filter(pk=proposal.pk).update(state="withdrawn")
    hidden = create_publication(access="secretariat")
    publishing.withdraw(hidden)
    for one in (proposal, hidden):
        assert client.get(f"/en/publications/{one.dashed_symbol}/").status_code == 404
        assert client.get(f"/id/{one.dashed_symbol}").status_code == 404


def test_published_again_it_is_read_again(client):
    text = create_publication()
    publishing.withdraw(text, because=Ground.ERROR)
    publishing.publish(text)
    text.refresh_from_db()
    assert (text.withdrawn_at, text.withdrawn_because) == (None, "")
    assert client.get(text.get_absolute_url()).status_code == 200


# -- Corrections -----------------------------------------------------------------------------------


def test_readers_are_told_of_a_correction_in_their_language(client, secretary):
    text = create_publication()
    before = text.changed_at
    sent = CORRECT | {"wording_fr": "Le tableau 2 était faux."}
    client.post(page_of(text, "correct/"), sent)
    [correction] = text.corrections.all()
    text.refresh_from_db()
    assert text.changed_at > before
    assert [step.kind for step in text.steps.all()] == ["corrected"]
    client.logout()
    assert (
        "Le tableau 2 était faux."
        in client.get(f"/fr/publications/{text.dashed_symbol}/").content.decode()
    )
    spanish = client.get(f"/es/publications/{text.dashed_symbol}/").content.decode()
    assert '<span lang="en">Table 2 was wrong.</span>' in spanish
    client.force_login(secretary)
    address = page_of(text, f"corrections/{correction.pk}/")
    client.post(address, sent | {"wording_es": "La tabla 2 estaba mal."})
    assert text.corrections.get().wording_es == "La tabla 2 estaba mal."
    before = text.changed_at
    text.refresh_from_db()
    assert text.changed_at > before  # what is made from the text is made anew


def test_a_correction_of_another_text_is_not_found(client, secretary):
    text, other = create_publication(), create_publication()
    correction = Correction.objects.create(publication=other, wording_fr="X")
    assert client.get(page_of(text, f"corrections/{correction.pk}/")).status_code == 404


# -- In force, replaced ----------------------------------------------------------------------------


@pytest.mark.slow
def test_a_chain_leads_to_the_newest_and_both_pages_say_so(client, secretary):
    first, second, third = (create_publication(kind="position") for _ in range(3))
    assert "in force" in client.get(first.get_absolute_url()).content.decode()
    for older, newer in ((first, second), (second, third)):
        client.post(page_of(older, "replace/"), {"symbol": newer.dashed_symbol})
    client.logout()
    html = client.get(first.get_absolute_url()).content.decode()
    assert f'href="{third.get_absolute_url()}"' in html
    assert "Replaced by:" in html
    assert "Replaces:" in client.get(third.get_absolute_url()).content.decode()
    assert [step.reason for step in first.steps.all()] == [second.symbol]


def test_a_text_that_is_not_out_replaces_nothing_yet(client):
    older, newer = create_publication(), create_publication(state="draft", title_en="To come")
    reviewing.replace(older, newer, by=create_secretary())
    assert "To come" not in client.get(older.get_absolute_url()).content.decode()
    publishing.publish(newer)
    assert "To come" in client.get(older.get_absolute_url()).content.decode()


@pytest.mark.parametrize("length", [1, 2, 4])
def test_no_chain_goes_round(client, secretary, length):
    texts = [create_publication() for _ in range(length)]
    for older, newer in itertools.pairwise(texts):
        reviewing.replace(older, newer, by=secretary)
    page = client.post(page_of(texts[-1], "replace/"), {"symbol": texts[0].symbol})
    assert page.context["form"].errors["symbol"]
    with pytest.raises(ValidationError):
        reviewing.replace(texts[-1], texts[0], by=secretary)
    texts[-1].refresh_from_db()
    assert texts[-1].replaced_by is None


def test_data_that_goes_round_is_read_all_the_same(client):
    one, other = create_publication(), create_publication()
    Publication.objects.filter(pk=one.pk).update(replaced_by=other)
    Publication.objects.filter(pk=other.pk).update(replaced_by=one)
    assert client.get(one.get_absolute_url()).status_code == 200


def test_a_text_is_in_force_again(client, secretary):
    older, newer = create_publication(), create_publication()
    reviewing.replace(older, newer, by=secretary)
    client.post(page_of(older, "replace/"), {"symbol": ""})
    older.refresh_from_db()
    assert older.replaced_by is None
    assert older.steps.count() == 2


@pytest.mark.parametrize("symbol", ["P/2026/9999", "nothing", "P/2026/14\x00"])
def test_an_unknown_symbol_replaces_nothing(client, secretary, symbol):
    text = create_publication()
    page = client.post(page_of(text, "replace/"), {"symbol": symbol})
    assert page.context["form"].errors["symbol"]


def test_an_executive_replaces_by_a_text_of_the_region(client):
    region = create_region("R8")
    text, abroad = create_publication(regions=[region]), create_publication(state="draft")
    client.force_login(create_executive(region))
    page = client.post(page_of(text, "replace/"), {"symbol": abroad.symbol})
    assert page.context["form"].errors["symbol"]
