"""What members propose: who may write, send, see and withdraw, and what becomes of it."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from members.models import Notice
from publications import proposing, publishing, reviewing
from publications.models import Publication
from publications.models.library import PublicationState
from tests.documents import a_pdf, an_upload
from tests.factories import (
    create_axis,
    create_contact,
    create_country,
    create_executive,
    create_mandate,
    create_network,
    create_organisation,
    create_person,
    create_proposal,
    create_publication,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db
TEXTS = "/en/space/texts/"


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def organisation():
    create_network()
    return create_organisation(name="Lake council", country=create_country("KE"))


@pytest.fixture
def contact(client, organisation):
    person = create_contact(organisation, full_name="Ana Example")
    client.force_login(person)
    return person


def typed(**values) -> dict:
    return {
        "original_language": "en",
        "title": "Floors that hold (example)",
        "summary": "What three councils have learnt.",
        "body": "<p>One. <script>alert(1)</script></p>",
        "authors": "Ana Example; Lake council",
        "kind": "practice_note",
        "level": "national",
    } | values


def page_of(publication, act="") -> str:
    return f"{TEXTS}{publication.dashed_symbol}/{act}"


# -- Writing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_a_member_writes_in_any_of_the_three_languages(client, contact, organisation, language):
    axis, region = create_axis(2), create_region("R8")
    sent = typed(original_language=language, axes=[axis.pk], regions=[region.pk], countries=["KE"])
    answer = client.post(f"/{language}/space/texts/new/", sent | {"file": an_upload(a_pdf(3))})
    found = Publication.objects.get()
    year = timezone.localdate().year
    assert found.symbol == f"P/{year}/01"
    assert answer.url == f"/{language}/space/texts/{found.dashed_symbol}/"
    assert (found.original_language, found.state) == (language, "draft")
    assert found.own_text("title", language) == "Floors that hold (example)"
    assert found.own_text("body", language) == "<p>One. </p>"
    assert [state for code, state in found.languages() if code != language] == ["missing"] * 2
    assert (found.proposed_by, found.proposed_for) == (contact, organisation)
    assert [*found.axes.all(), *found.regions.all()] == [axis, region]
    assert [(file.language, file.pages) for file in found.files.all()] == [(language, 3)]
    assert found.authors == "Ana Example; Lake council"
    assert [step.kind for step in found.steps.all()] == ["recorded"]
    assert client.get(answer.url).status_code == 200


def test_the_form_begins_with_what_is_known(client, contact, organisation):
    form = client.get(f"{TEXTS}new/").context["form"]
    assert form["original_language"].value() == contact.language
    assert list(form["regions"].value()) == [organisation.country.region_id]
    assert form["countries"].value() == ["KE"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": ""}, "title"),
        ({"original_language": "pt"}, "original_language"),
        ({"kind": "novel"}, "kind"),
        ({"regions": ["999"]}, "regions"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_stored(client, contact, values, field):
    answer = client.post(f"{TEXTS}new/", typed(**values))
    assert field in answer.context["form"].errors
    assert Publication.objects.count() == 0


def test_a_file_that_is_something_else_is_refused(client, contact):
    sent = typed(file=an_upload(b"MZ this is a program", name="text.pdf"))
    answer = client.post(f"{TEXTS}new/", sent)
    assert "file" in answer.context["form"].errors
    assert Publication.objects.count() == 0


def test_a_text_moves_with_its_language(client, contact, organisation):
    found = create_proposal(organisation, by=contact, language="en", body_en="<p>One.</p>")
    client.post(page_of(found, "edit/"), typed(original_language="es", title="Pisos"))
    found.refresh_from_db()
    assert (found.title_es, found.title_en) == ("Pisos", None)
    assert found.languages() == [("fr", "missing"), ("en", "missing"), ("es", "ready")]


def test_two_who_record_at_the_same_moment_get_two_symbols(organisation, contact):
    year = timezone.localdate().year
    taken = create_publication(symbol=f"P/{year}/01")
    publication, tried = Publication(title_en="Two", original_language="en", kind="report"), []

    def save():
        if not tried:  # a colleague has taken the number since it was read
            publication.symbol = taken.symbol
        tried.append(publication.symbol)
        publication.save()
        return publication

    proposing.with_symbol(publication, save)
    assert tried == [f"P/{year}/01", f"P/{year}/02"]


# -- Sending and what comes back -------------------------------------------------------------------


@pytest.mark.slow
def test_a_text_goes_and_comes_back_and_appears(
    client, contact, organisation, django_capture_on_commit_callbacks
):
    secretary = create_secretary(language="fr")
    answer = client.post(f"{TEXTS}new/", typed(send="1", regions=[create_region("R8").pk]))
    found = Publication.objects.get()
    assert found.state == "proposed"
    [received] = Notice.objects.filter(kind="proposal_received")
    assert (received.email, received.language) == (secretary.email, "fr")
    assert "Lake council" in received.text
    assert f"/fr/secretariat/publications/{found.dashed_symbol}/" in received.text

    reviewing.send_back(found, reason="Say where.", by=secretary)
    [back] = Notice.objects.filter(kind="proposal_sent_back")
    assert (back.email, back.language) == (contact.email, "en")
    assert "Say where." in back.text
    html = client.get(answer.url).content.decode()
    assert "Say where." in html
    assert "Sent back" in html

    client.post(page_of(found, "edit/"), typed(title="Floors (example)", send="1"))
    found.refresh_from_db()
    assert (found.state, found.title_en) == ("proposed", "Floors (example)")
    assert Notice.objects.filter(kind="proposal_received").count() == 2

    when = timezone.now() + datetime.timedelta(days=2)
    publishing.schedule(found, at=when, by=secretary)
    assert Notice.objects.filter(kind="proposal_scheduled", email=contact.email).count() == 1
    Publication.objects.filter(pk=found.pk).update(appears_at=timezone.now())
    assert publishing.release_due() == 1
    [out] = Notice.objects.filter(kind="proposal_published")
    assert out.email == contact.email
    assert [step.kind for step in found.steps.all()] == [
        "recorded",
        "proposed",
        "sent_back",
        "proposed",
        "scheduled",
        "published",
    ]
    # The reason stays between the two sides.
    client.logout()
    assert "Say where." not in client.get(found.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"summary_en": None}, "Write a summary before you send the text."),
        ({"body_en": None}, "Write the text, or add it as a file, before you send it."),
    ],
)
def test_too_little_is_not_sent(client, contact, organisation, values, told):
    found = create_proposal(organisation, by=contact, **values)
    answer = client.post(page_of(found, "send/"), follow=True)
    assert told in answer.content.decode()
    found.refresh_from_db()
    assert found.state == "draft"


def test_a_text_in_review_is_not_written_in(client, contact, organisation):
    found = create_proposal(organisation, by=contact, state="proposed")
    assert client.get(page_of(found, "edit/")).status_code == 404
    assert client.post(page_of(found, "edit/"), typed()).status_code == 404


def test_a_form_that_was_open_when_the_text_left_changes_nothing(contact, organisation):
    from publications.forms.proposals import ProposalForm  # noqa: PLC0415

    found = create_proposal(organisation, by=contact, title_en="As it was")
    form = ProposalForm(typed(), instance=found, organisation=organisation, user=contact)
    assert form.is_valid()
    proposing.send(Publication.objects.get(pk=found.pk), by=contact)
    assert not form.record()
    found.refresh_from_db()
    assert (found.title_en, found.state) == ("As it was", "proposed")


def test_who_has_left_is_not_written_to(organisation):
    leaver, successor = create_person(), create_contact(organisation)
    create_mandate(leaver, organisation=organisation, until=datetime.date(2021, 1, 1))
    found = create_proposal(organisation, by=leaver, state="proposed")
    reviewing.send_back(found, reason="Why?", by=create_secretary())
    assert [one.email for one in Notice.objects.filter(kind="proposal_sent_back")] == [
        successor.email
    ]


def test_a_person_can_switch_these_mails_off(contact, organisation):
    from members import preferences  # noqa: PLC0415

    preferences.stop(contact, preferences.topic_with("proposals"))
    found = create_proposal(organisation, by=contact, state="proposed")
    reviewing.send_back(found, reason="Why?", by=create_secretary())
    assert not Notice.objects.filter(kind="proposal_sent_back").exists()


# -- Who sees, who may -----------------------------------------------------------------------------

# person → (see, edit, send, withdraw) of a draft of the lake council
MAY = {
    "contact": (200, 200, 302, 302),
    "head": (200, 200, 302, 302),
    "finance": (200, 404, 404, 404),
    "voter": (200, 404, 404, 404),
    "stranger": (404, 404, 404, 404),
    "executive": (404, 404, 404, 404),
    "secretary": (404, 404, 404, 404),
}


@pytest.mark.parametrize("kind", MAY)
def test_a_draft_is_its_organisations_alone(client, organisation, kind):
    found = create_proposal(organisation, by=create_contact(organisation))
    found.regions.add(organisation.country.region)
    if kind == "executive":
        person = create_executive(organisation.country.region)
    elif kind == "secretary":
        person = create_secretary()
    elif kind == "stranger":
        person = create_contact()
    else:
        person = create_person()
        create_mandate(person, kind, organisation=organisation)
    client.force_login(person)
    seen = (
        client.get(page_of(found)).status_code,
        client.get(page_of(found, "edit/")).status_code,
        client.post(page_of(found, "send/")).status_code,
        client.post(page_of(found, "withdraw/")).status_code,
    )
    assert seen == MAY[kind]
    # Nor is it at the desk before it has been sent.
    found.refresh_from_db()
    Publication.objects.filter(pk=found.pk).update(state="draft")
    if kind in ("executive", "secretary"):
        assert client.get(f"/en/secretariat/publications/{found.dashed_symbol}/").status_code == 404
        assert found not in Publication.objects.visible_to(person)


# status of the organisation → (list, new, send, withdraw)
BY_STATUS = {
    "active": (200, 200, 302, 302),
    "grace": (200, 200, 302, 302),
    "lapsed": (200, 404, 404, 302),
    "suspended": (200, 404, 404, 302),
    "withdrawn": (200, 404, 404, 302),
    "applicant": (200, 404, 404, 302),
}


@pytest.mark.parametrize("status", BY_STATUS)
def test_a_member_that_has_lapsed_sees_and_withdraws_and_proposes_nothing(client, status):
    create_network()
    organisation = create_organisation(status=status)
    person = create_contact(organisation)
    found = create_proposal(organisation, by=person)
    client.force_login(person)
    assert (
        client.get(TEXTS).status_code,
        client.get(f"{TEXTS}new/").status_code,
        client.post(page_of(found, "send/")).status_code,
        client.post(page_of(found, "withdraw/")).status_code,
    ) == BY_STATUS[status]


# state → what withdrawing leaves, None where it is refused
WITHDRAWN_FROM = {
    "draft": "withdrawn",
    "proposed": "withdrawn",
    "sent_back": "withdrawn",
    "scheduled": "withdrawn",
    "published": None,
    "withdrawn": None,
}


@pytest.mark.parametrize("state", WITHDRAWN_FROM)
def test_a_text_is_withdrawn_before_it_appears_and_not_after(client, contact, organisation, state):
    assert set(WITHDRAWN_FROM) == set(PublicationState.values)
    found = create_proposal(organisation, by=contact, state=state)
    answer = client.post(page_of(found, "withdraw/"))
    found.refresh_from_db()
    expected = WITHDRAWN_FROM[state]
    assert answer.status_code == (302 if expected else 404)
    assert found.state == (expected or state)


def test_what_was_withdrawn_before_it_appeared_stays_so(contact, organisation):
    found = create_proposal(organisation, by=contact, state="proposed")
    proposing.take_back(found, by=contact)
    with pytest.raises(ValidationError, match="withdrawn before it appeared"):
        publishing.publish(found, by=create_secretary())
    assert not Publication.objects.taken_back().exists()


def test_the_desk_publishes_nothing_that_was_not_sent(contact, organisation):
    found = create_proposal(organisation, by=contact)
    with pytest.raises(ValidationError, match="still writing"):
        publishing.publish(found, by=create_secretary())


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_database_as_often_for_three_rows(
    client, contact, organisation, rows, django_assert_num_queries
):
    for _row in range(rows):
        create_proposal(organisation, by=contact)
    client.get(TEXTS)
    with django_assert_num_queries(LIST_QUERIES):
        page = client.get(TEXTS).content.decode()
    assert page.count('data-label="State"') == rows


LIST_QUERIES = 8


@pytest.mark.slow
def test_a_discreet_member_is_not_named_to_who_may_not_know_of_it(client):
    create_network()
    hidden = create_organisation(name="Xylophane", country=create_country("KE"), discreet=True)
    writer = create_contact(hidden, full_name="Zibelline Example")
    elsewhere = create_region("R4")
    found = create_proposal(hidden, by=writer)
    found.regions.set([elsewhere])
    executive, secretary = create_executive(elsewhere), create_secretary()
    proposing.send(found, by=writer)
    [to_executive] = Notice.objects.filter(email=executive.email)
    [to_secretary] = Notice.objects.filter(email=secretary.email)
    assert "Xylophane" not in to_executive.text
    assert "Xylophane" in to_secretary.text
    address = f"/en/secretariat/publications/{found.dashed_symbol}/"
    for person, sees in ((executive, False), (secretary, True)):
        client.force_login(person)
        html = client.get(address).content.decode()
        assert ("Xylophane" in html, "Zibelline" in html) == (sees, sees)
    publishing.publish(found, by=secretary)
    found.organisations.set([hidden])
    client.logout()
    html = client.get(found.get_absolute_url()).content.decode()
    assert "Xylophane" not in html
    assert "Zibelline" not in html
