"""From the choice of a category to the page that follows the application, over HTTP."""

import datetime
import re

import pytest
from django.core import mail, signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from members import applying, tracking
from members.models import Application, Notice
from portal.lib.forms import stamp
from tests.documents import a_pdf
from tests.factories import (
    create_application,
    create_category,
    create_contact,
    create_country,
    create_enclosed,
    create_membership,
    create_network,
    create_organisation,
    create_question,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db
LANGUAGES = ("fr", "en", "es")


@pytest.fixture(autouse=True)
def network():
    create_network()
    create_category("C")
    return create_country("KE")


def old_stamp(seconds: int = 30) -> str:
    """A stamp as a page that was opened a moment ago carries it."""

    class Earlier(signing.TimestampSigner):
        def timestamp(self):
            return signing.b62_encode(int(timezone.now().timestamp()) - seconds)

    return Earlier(salt="portal.form").sign("shown")


def first_step(**values) -> dict:
    given = {"country": "KE", "email": "Applicant@example.org", "shown_at": old_stamp()}
    return given | values


ORGANISATION = {"name": "Lake Forum (example)", "description": "It brings people together."}
PEOPLE = {
    "person0-full_name": "Ada Example",
    "person0-email": "ada@example.org",
    "person0-language": "en",
    "person1-full_name": "Bo Example",
    "person1-email": "bo@example.org",
    "person1-language": "fr",
    "person2-language": "en",
}


def begin(client, language: str = "en", **values) -> Application:
    answer = client.post(f"/{language}/apply/new/C/", first_step(**values))
    assert answer.status_code == 302, answer.content.decode()
    return Application.objects.latest("pk")


def begun_with(client, application: Application):
    """The client comes back by the link of its mail."""
    return client.post(f"/en/apply/follow/{tracking.token_of(application)}/continue/")


# -- From the first step to the last ---------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_the_choice_of_a_category_to_the_page_that_follows_it(
    client, language, django_capture_on_commit_callbacks
):
    question = create_question(kind="yes_no")
    page = client.get(f"/{language}/apply/").content.decode()
    assert f"/{language}/apply/new/C/" in page
    with django_capture_on_commit_callbacks(execute=True):
        application = begin(client, language)
    assert application.language == language
    draft = f"/{language}/apply/draft"
    answer = client.post(f"{draft}/organisation/", ORGANISATION)
    assert answer["Location"] == f"{draft}/people/"
    answer = client.post(f"{draft}/people/", PEOPLE)
    assert answer["Location"] == f"{draft}/questions/"
    answer = client.post(
        f"{draft}/questions/",
        {
            f"question{question.pk}": "yes",
            "kind": "statutes",
            "file": SimpleUploadedFile("statutes.pdf", a_pdf()),
        },
    )
    assert answer["Location"] == f"{draft}/check/"
    html = client.get(f"{draft}/check/").content.decode()
    for said in ("Lake Forum (example)", "bo@example.org", "statutes.pdf", "Question"):
        assert said in html
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"{draft}/check/", {"agrees": "on", "act": "send"})
    follow = f"/{language}/apply/follow/{tracking.token_of(application)}/"
    assert answer["Location"] == follow
    application.refresh_from_db()
    assert application.state == "submitted"
    assert application.client == ""
    assert [person.position for person in application.people.all()] == [0, 1]
    with application.documents.get().file.open() as stored:
        assert stored.read() == a_pdf()
    page = client.get(follow)
    assert page.status_code == 200
    assert 'aria-current="step"' in page.content.decode()
    assert [message.to for message in mail.outbox] == [["applicant@example.org"]] * 2
    assert all(follow in message.body for message in mail.outbox)
    assert {message.extra_headers["Content-Language"] for message in mail.outbox} == {language}


def test_an_international_organisation_says_its_regions(client):
    create_category("B")
    region = create_region("R4")
    answer = client.post(
        "/en/apply/new/B/",
        {"regions": [region.pk], "email": "a@example.org", "shown_at": old_stamp()},
    )
    assert answer.status_code == 302
    application = Application.objects.get()
    assert (application.country, application.region) == (None, region)


@pytest.mark.parametrize(
    ("values", "field"),
    [({"country": ""}, "country"), ({"country": "XX"}, "country"), ({"email": "no"}, "email")],
)
def test_the_first_step_says_what_is_wrong_and_keeps_nothing(client, values, field):
    answer = client.post("/en/apply/new/C/", first_step(**values))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Application.objects.exists()
    assert not answer.cookies


def test_an_unknown_category_does_not_exist(client):
    assert client.get("/en/apply/new/Z/").status_code == 404


# -- The cookie ------------------------------------------------------------------------------------


def test_the_cookie_belongs_to_the_drafts_pages_alone(client, settings):
    settings.HTTPS = True
    answer = client.post("/en/apply/new/C/", first_step())
    assert {(name, found["path"]) for name, found in answer.cookies.items()} == {
        (f"application_{code}", f"/{code}/apply/draft/") for code in LANGUAGES
    }
    for found in answer.cookies.values():
        assert (found["httponly"], found["secure"], found["samesite"]) == (True, True, "Lax")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.slow
def test_a_draft_is_shown_in_the_three_languages_and_never_kept_by_a_cache(client):
    begin(client)
    for code in LANGUAGES:
        for step in ("place", "organisation", "people", "questions", "check"):
            page = client.get(f"/{code}/apply/draft/{step}/")
            assert page.status_code == 200
            assert f'<html lang="{code}"' in page.content.decode()
            assert "no-store" in page["Cache-Control"]
            assert "noindex" in page["X-Robots-Tag"]
            assert "csrfmiddlewaretoken" not in page.content.decode()


@pytest.mark.parametrize("step", ["place", "organisation", "people", "questions", "check"])
def test_without_the_cookie_or_with_a_forged_one_the_link_is_offered(client, step):
    application = begin(client)
    client.cookies.clear()
    assert client.get(f"/en/apply/draft/{step}/")["Location"] == "/en/apply/link/"
    client.cookies["application_en"] = application.key.hex
    assert client.get(f"/en/apply/draft/{step}/")["Location"] == "/en/apply/link/"
    assert client.post(f"/en/apply/draft/{step}/", ORGANISATION).status_code == 302
    application.refresh_from_db()
    assert application.name == ""


def test_a_sent_application_can_no_longer_be_changed_with_the_cookie(client):
    application = begin(client)
    Application.objects.filter(pk=application.pk).update(
        state="submitted", submitted_at=timezone.now()
    )
    answer = client.post("/en/apply/draft/organisation/", ORGANISATION)
    assert answer["Location"] == f"/en/apply/follow/{tracking.token_of(application)}/"
    assert answer.cookies["application_en"]["max-age"] == 0
    application.refresh_from_db()
    assert application.name == ""


def test_leaving_for_later_saves_what_there_is_and_takes_the_cookie(client):
    application = begin(client)
    answer = client.post("/en/apply/draft/organisation/", {"acronym": "LF", "act": "later"})
    assert answer["Location"] == "/en/apply/saved/"
    assert all(found["max-age"] == 0 for found in answer.cookies.values())
    application.refresh_from_db()
    assert application.acronym == "LF"
    assert client.get("/en/apply/saved/").status_code == 200


def test_another_site_cannot_post_to_a_draft(client):
    application = begin(client)
    headers = {"sec-fetch-site": "cross-site"}
    for address in ("draft/organisation/", "new/C/", "link/"):
        answer = client.post(f"/en/apply/{address}", ORGANISATION, headers=headers)
        assert answer.status_code == 403
    application.refresh_from_db()
    assert application.name == ""


# -- Programs and quotas ---------------------------------------------------------------------------


def test_a_program_that_fills_in_the_trap_is_told_nothing(client):
    answer = client.post("/en/apply/new/C/", first_step(homepage="https://example.org"))
    assert answer["Location"] == "/en/apply/link/sent/"
    assert not Application.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"shown_at": stamp()}, "too_quick"),
        ({"shown_at": "forged:1:2"}, "too_late"),
        ({"shown_at": ""}, "too_late"),
        ({"shown_at": old_stamp(2 * 86400)}, "too_late"),
    ],
)
def test_a_form_that_comes_back_at_once_or_very_late_is_shown_again(client, given, code):
    if code == "too_quick":
        given = {"shown_at": stamp()}
    answer = client.post("/en/apply/new/C/", first_step(**given))
    assert answer.status_code == 422
    assert answer.context["form"].has_error("__all__", code)
    assert not Application.objects.exists()
    if code == "too_late":
        fresh = re.search(r'name="shown_at" value="([^"]+)"', answer.content.decode())[1]
        assert fresh != given["shown_at"]


def test_three_drafts_wait_under_one_address_and_no_fourth(client):
    for _ in range(3):
        create_application(state="draft", email="applicant@example.org")
    create_application(state="submitted", email="applicant@example.org")
    answer = client.post("/en/apply/new/C/", first_step())
    assert answer.context["form"].has_error("__all__", "too_many_drafts")


def test_one_network_begins_five_drafts_a_day(client):
    for number in range(5):
        begin(client, email=f"a{number}@example.org")
    answer = client.post("/en/apply/new/C/", first_step(email="a5@example.org"))
    assert answer.context["form"].has_error("__all__", "too_many_begun")
    yesterday = timezone.now() - datetime.timedelta(days=1, minutes=1)
    Application.objects.update(begun_at=yesterday)
    begin(client, email="a5@example.org")


def test_the_fingerprint_of_a_network_is_no_address():
    assert "192.0.2.1" not in applying.client_of("192.0.2.1")
    assert applying.client_of("2001:db8::1") == applying.client_of("2001:db8::ffff:2")
    assert applying.client_of("2001:db8::1") != applying.client_of("2001:db8:0:1::1")
    assert applying.client_of("192.0.2.1") != applying.client_of("192.0.2.2")
    assert applying.client_of("") == applying.client_of("")


@pytest.mark.slow
def test_too_many_posts_from_one_address_are_slowed_down(client):
    for _ in range(20):
        client.post("/en/apply/new/C/", {})
    assert client.post("/en/apply/new/C/", first_step()).status_code == 429


# -- The seat --------------------------------------------------------------------------------------


def seated(**values):
    organisation = create_organisation(category="A", country=create_country("KE"), **values)
    create_membership(organisation, year=1987)
    return organisation


def test_a_taken_seat_is_said_with_its_holder_its_year_and_the_ways_out(client):
    holder = seated(name="Council of the Lake")
    answer = client.post("/en/apply/new/A/", first_step())
    html = answer.content.decode()
    assert answer.status_code == 422
    assert answer.context["form"].errors["__all__"] == [
        "Country KE has had a member of category A since 1987: "
        f"{holder.name_en}. Apply in category C, or write to the region."
    ]
    assert "/en/apply/new/C/" in html
    assert "/en/contact/?region=R8" in html
    assert not Application.objects.exists()


def test_behind_a_discreet_holder_the_application_goes_on_in_silence(client):
    seated(discreet=True)
    taken = client.post("/en/apply/new/A/", first_step())
    create_country("MW")
    free = client.post("/en/apply/new/A/", first_step(country="MW"))
    assert taken.status_code == free.status_code == 302
    application = Application.objects.filter(country="KE").get()
    begun_with(client, application)
    client.post("/en/apply/draft/organisation/", ORGANISATION)
    client.post("/en/apply/draft/people/", PEOPLE)
    client.post("/en/apply/draft/questions/", {})
    client.post("/en/apply/draft/check/", {"agrees": "on"})
    application.refresh_from_db()
    assert application.state == "submitted"


def test_a_seat_of_former_times_is_free(client):
    seated(status="lapsed")
    assert client.post("/en/apply/new/A/", first_step()).status_code == 302


def test_the_seat_is_asked_again_when_category_or_country_change(client):
    seated()
    application = begin(client)
    answer = client.post(
        "/en/apply/draft/place/",
        {"category": create_category("A").pk, "country": "KE", "language": "en"},
    )
    assert answer.context["form"].has_error("__all__", "seat_taken")
    application.refresh_from_db()
    assert application.category.code == "C"


def test_the_seat_is_asked_again_when_the_application_is_sent(client):
    application = create_application(category="A", state="draft", people=2)
    seated()
    begun_with(client, application)
    answer = client.post("/en/apply/draft/check/", {"agrees": "on"})
    assert answer.status_code == 422
    assert answer.context["form"].has_error("__all__", "seat_taken")


def test_the_place_can_be_changed_and_the_other_field_is_left_out(client):
    application = begin(client)
    international = create_category("B")
    region = create_region("R4")
    answer = client.post(
        "/en/apply/draft/place/",
        {
            "category": international.pk,
            "country": "KE",
            "regions": [region.pk],
            "language": "es",
        },
    )
    assert answer["Location"] == "/en/apply/draft/organisation/"
    application.refresh_from_db()
    assert (application.category, application.country) == (international, None)
    assert (application.region, application.language) == (region, "es")
    answer = client.post("/en/apply/draft/place/", {"category": international.pk, "language": "es"})
    assert "regions" in answer.context["form"].errors


# -- Probable duplicates ---------------------------------------------------------------------------


def test_a_member_that_looks_the_same_is_pointed_out_once(client):
    member = create_organisation(
        name_fr="Forum du lac", name_en="Forum, Lake (Example)", country=create_country("KE")
    )
    application = begin(client)
    answer = client.post("/en/apply/draft/organisation/", ORGANISATION)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert member.get_absolute_url() in html
    assert "same name" in html
    application.refresh_from_db()
    assert application.name == ORGANISATION["name"]
    answer = client.post("/en/apply/draft/organisation/", ORGANISATION | {"seen": [str(member.pk)]})
    assert answer["Location"] == "/en/apply/draft/people/"
    assert member.get_absolute_url() in client.get("/en/apply/draft/check/").content.decode()


@pytest.mark.parametrize("values", [{"discreet": True}, {"status": "lapsed"}])
def test_who_is_not_public_is_never_pointed_out(client, values):
    create_organisation(name_en=ORGANISATION["name"], website="https://lake.test/", **values)
    application = begin(client)
    given = ORGANISATION | {"website": "https://www.lake.test/"}
    answer = client.post("/en/apply/draft/organisation/", given)
    assert answer["Location"] == "/en/apply/draft/people/"
    assert "already be a member" not in client.get("/en/apply/draft/check/").content.decode()
    application.refresh_from_db()
    assert application.website == "https://www.lake.test/"


# -- People, questions, documents ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "part", "field"),
    [
        ({"person0-full_name": ""}, 0, "full_name"),
        ({"person1-email": ""}, 1, "email"),
        ({"person1-email": "no address"}, 1, "email"),
        ({"person2-full_name": "Cy Example"}, 2, "email"),
        ({"person2-email": "cy@example.org"}, 2, "full_name"),
        ({"person2-full_name": "Bo", "person2-email": "BO@example.org"}, 2, "email"),
    ],
)
def test_what_is_refused_of_people(client, change, part, field):
    application = begin(client)
    answer = client.post("/en/apply/draft/people/", PEOPLE | change)
    assert answer.status_code == 422
    assert field in answer.context["form"].parts[part][2].errors
    assert not application.people.exists()


def test_people_are_replaced_and_the_head_may_be_a_contact(client):
    application = begin(client)
    client.post("/en/apply/draft/people/", PEOPLE)
    client.post("/en/apply/draft/people/", PEOPLE | {"person1-email": "ADA@example.org"})
    assert [(p.kind, p.email) for p in application.people.all()] == [
        ("head", "ada@example.org"),
        ("contact", "ada@example.org"),
    ]
    html = client.get("/en/apply/draft/people/").content.decode()
    assert 'value="Ada Example"' in html


def test_every_kind_of_question_is_asked_in_the_readers_language_and_answered(client):
    short, long = create_question(kind="short"), create_question(kind="long", required=False)
    choice = create_question(kind="choice", options=("One", "Two"))
    create_question(kind="short", is_asked=False, text_en="Not asked any more")
    create_question("A", text_en="Of another category")
    application = begin(client)
    html = client.get("/es/apply/draft/questions/").content.decode()
    assert short.text_es in html
    assert "Two es" in html
    assert "Not asked any more" not in client.get("/en/apply/draft/questions/").content.decode()
    option = choice.options.get(position=1)
    given = {f"question{short.pk}": "Forty", f"question{choice.pk}": option.pk}
    answer = client.post("/en/apply/draft/questions/", given)
    assert answer["Location"] == "/en/apply/draft/check/"
    assert {a.question: (a.text, a.option) for a in application.answers.all()} == {
        short: ("Forty", None),
        choice: ("", option),
    }
    # A question that was answered and is emptied again loses its answer.
    given |= {f"question{long.pk}": "Something"}
    client.post("/en/apply/draft/questions/", given)
    client.post("/en/apply/draft/questions/", given | {f"question{long.pk}": ""})
    assert application.answers.count() == 2


def test_a_question_that_must_be_answered_is_demanded_only_to_go_on(client):
    question, other = create_question(), create_question()
    application = begin(client)
    answer = client.post("/en/apply/draft/questions/", {f"question{other.pk}": "Yes"})
    assert answer.status_code == 422
    assert f"question{question.pk}" in answer.context["form"].errors
    answer = client.post(
        "/en/apply/draft/questions/", {f"question{other.pk}": "Yes", "act": "later"}
    )
    assert answer["Location"] == "/en/apply/saved/"
    assert application.answers.get().question == other


def upload(client, name: str = "a.pdf", content: bytes | None = None, **values):
    file = SimpleUploadedFile(name, a_pdf() if content is None else content)
    given = {"file": file, "kind": "report", "act": "add", **values}
    return client.post("/en/apply/draft/questions/", given)


def test_adding_and_removing_a_document_keeps_the_answers(
    client, django_capture_on_commit_callbacks
):
    question = create_question()
    application = begin(client)
    answer = upload(client, **{f"question{question.pk}": "Something"})
    assert answer["Location"] == "/en/apply/draft/questions/"
    document = application.documents.get()
    assert (document.kind, document.name) == ("report", "a.pdf")
    assert application.answers.get().text == "Something"
    storage, name = document.file.storage, document.file.name
    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            "/en/apply/draft/questions/",
            {"remove": document.pk, "act": "", f"question{question.pk}": "Something else"},
        )
    assert application.answers.get().text == "Something else"
    assert not application.documents.exists()
    assert not storage.exists(name)


def test_nobody_removes_a_document_of_another_application(client):
    foreign = create_enclosed(create_application())
    begin(client)
    for pk in (foreign.pk, "x", "²", 0):
        client.post("/en/apply/draft/questions/", {"remove": pk, "act": "remove"})
    foreign.refresh_from_db()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"MZ a program", "Accepted kinds"),
        ("a.docx", None, "The name says"),
        ("a.svg", b"<svg onload='x'/>", "Accepted kinds"),
        ("a.pdf", b"", "empty"),
    ],
)
def test_what_is_refused_of_documents(client, name, content, words):
    application = begin(client)
    answer = upload(client, name, content)
    assert answer.status_code == 422
    assert words in str(answer.context["document"].errors)
    assert not application.documents.exists()


def test_nothing_of_a_form_without_a_file_is_added(client):
    begin(client)
    answer = client.post("/en/apply/draft/questions/", {"act": "add"})
    assert "file" in answer.context["document"].errors


# -- Sending ---------------------------------------------------------------------------------------


def test_what_is_missing_is_listed_and_nothing_leaves(client):
    create_question(text_en="Why?")
    application = begin(client)
    gaps = [gap.text for gap in client.get("/en/apply/draft/check/").context["gaps"]]
    assert gaps == [
        "The name of the organisation is missing.",
        "Say what the organisation does.",
        "The head of the organisation is missing.",
        "A contact is missing.",
        "This question must be answered: Why?",
    ]
    answer = client.post("/en/apply/draft/check/", {"agrees": "on"})
    assert answer.context["form"].has_error("__all__", "incomplete")
    application.refresh_from_db()
    assert application.state == "draft"


def test_nothing_leaves_without_consent(client):
    application = create_application(state="draft", people=1)
    begun_with(client, application)
    answer = client.post("/en/apply/draft/check/", {})
    assert "agrees" in answer.context["form"].errors
    application.refresh_from_db()
    assert application.state == "draft"


# -- The link in the mail --------------------------------------------------------------------------


def test_the_answer_is_the_same_for_a_known_and_an_unknown_address(client):
    application = create_application(state="draft", email="known@example.org")
    given = {"email": "Known@example.org", "shown_at": old_stamp()}
    known = client.post("/en/apply/link/", given)
    unknown = client.post("/en/apply/link/", given | {"email": "unknown@example.org"})
    assert known["Location"] == unknown["Location"] == "/en/apply/link/sent/"
    assert known.cookies == unknown.cookies == {}
    notice = Notice.objects.get()
    assert notice.email == "known@example.org"
    assert tracking.token_of(application) in notice.text
    # Asked again within the hour, nothing more is written.
    client.post("/en/apply/link/", given)
    assert Notice.objects.count() == 1


def test_a_trapped_request_for_the_link_writes_nothing(client):
    create_application(state="draft", email="known@example.org")
    given = {"email": "known@example.org", "shown_at": old_stamp(), "homepage": "x"}
    assert client.post("/en/apply/link/", given)["Location"] == "/en/apply/link/sent/"
    assert not Notice.objects.exists()


def test_the_link_leads_back_to_the_first_step_that_lacks_something(client):
    application = create_application(state="draft")
    follow = f"/en/apply/follow/{tracking.token_of(application)}/"
    page = client.get(follow)
    assert page.status_code == 200
    assert page.cookies == {}
    answer = begun_with(client, application)
    assert answer["Location"] == "/en/apply/draft/people/"
    assert client.get("/en/apply/draft/people/").status_code == 200


def test_a_forged_link_and_one_to_an_erased_draft_say_so(client):
    application = create_application(state="draft")
    token = tracking.token_of(application)
    for address in ("", "continue/", "withdraw/"):
        method = client.post if address else client.get
        assert method(f"/en/apply/follow/{application.key.hex}.x/{address}").status_code == 404
    applying.erase(application)
    for address in ("", "continue/", "withdraw/"):
        method = client.post if address else client.get
        answer = method(f"/fr/apply/follow/{token}/{address}")
        assert answer.status_code == 410
        assert "noindex" in answer["X-Robots-Tag"]


def test_programs_that_follow_links_do_nothing(client):
    application = create_application(state="submitted")
    token = tracking.token_of(application)
    assert client.get(f"/en/apply/follow/{token}/withdraw/").status_code == 405
    assert client.get(f"/en/apply/follow/{token}/continue/").status_code == 405
    assert client.post(f"/en/apply/follow/{token}/").status_code == 405
    application.refresh_from_db()
    assert application.state == "submitted"


def test_a_decided_application_can_be_read_for_a_year(client):
    application = create_application(state="refused", closed_at=timezone.now())
    address = f"/en/apply/follow/{tracking.token_of(application)}/"
    assert client.get(address).status_code == 200
    application.closed_at -= datetime.timedelta(days=366)
    application.save()
    assert client.get(address).status_code == 410


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("state", "current"),
    [
        ("draft", 0),
        ("submitted", 1),
        ("advised", 2),
        ("more_asked", 1),
        ("accepted", None),
        ("refused", None),
        ("withdrawn", None),
    ],
)
def test_the_page_shows_where_every_application_stands(client, state, current, language):
    application = create_application(state=state, people=2)
    if state != "draft":
        applying.note(application, kind=state, text="Said to all", public_from=timezone.now())
    applying.note(application, kind="note", text="Between us")
    page = client.get(f"/{language}/apply/follow/{tracking.token_of(application)}/")
    assert page.status_code == 200
    assert "Between us" not in page.content.decode()
    assert ("Said to all" in page.content.decode()) == (state != "draft")
    found = [number for number, s in enumerate(page.context["steps"]) if s["state"] == "current"]
    assert found == ([] if current is None else [current])


def test_a_decision_is_told_when_it_can_no_longer_be_taken_back(client):
    application = create_application(state="submitted")
    later = timezone.now() + datetime.timedelta(minutes=10)
    event = applying.move(application, "accepted", kind="accepted", public_from=later)
    address = f"/en/apply/follow/{tracking.token_of(application)}/"
    assert client.get(address).context["state"] == "accepted"
    applying.note(application, kind="submitted", public_from=timezone.now())
    application.events.filter(kind="submitted").update(state="submitted")
    assert client.get(address).context["state"] == "submitted"
    applying.move(application, "submitted", kind="taken_back")
    event.refresh_from_db()
    assert event.public_from is None
    assert [s["state"] for s in tracking.steps(application, is_public=False)] == [
        "done",
        "current",
        "",
        "",
    ]


# -- Withdrawing and answering ---------------------------------------------------------------------


def test_the_applicant_withdraws_with_or_without_a_reason(client):
    application = create_application(state="advised")
    address = f"/en/apply/follow/{tracking.token_of(application)}/"
    assert client.post(f"{address}withdraw/", {"text": " Later. "})["Location"] == address
    application.refresh_from_db()
    assert application.state == "withdrawn"
    assert application.events.public().get().text == "Later."
    assert "You have withdrawn" in client.get(address).content.decode()


def test_a_decided_application_cannot_be_withdrawn(client):
    application = create_application(state="accepted")
    address = f"/en/apply/follow/{tracking.token_of(application)}/withdraw/"
    answer = client.post(address)
    assert answer.status_code == 422
    # What was decided may still be taken back; the refusal does not give it away.
    assert answer.context["refusal"].startswith("This application can no longer be withdrawn.")
    application.refresh_from_db()
    assert application.state == "accepted"


def test_a_draft_is_erased_by_its_author(client):
    application = begin(client)
    document = create_enclosed(application)
    storage, name = document.file.storage, document.file.name
    assert Notice.objects.count() == 1
    answer = client.post(f"/en/apply/follow/{tracking.token_of(application)}/withdraw/")
    assert answer.status_code == 200
    assert not Application.objects.exists()
    assert not storage.exists(name)
    assert not Notice.objects.exists()


def test_the_applicant_answers_what_is_asked_and_reviewers_see_what_changed(client):
    application = create_application(state="draft", people=2, email="a@example.org")
    applying.submit(application)
    applying.ask_more(application, text="Which districts?", by=create_secretary())
    assert "Which districts?" in Notice.objects.get(kind="application_more_asked").text
    address = f"/en/apply/follow/{tracking.token_of(application)}/"
    assert "Which districts?" in client.get(address).content.decode()
    assert begun_with(client, application)["Location"] == "/en/apply/draft/check/"
    client.post("/en/apply/draft/organisation/", ORGANISATION)
    upload(client)
    answer = client.post(
        "/en/apply/draft/check/", {"agrees": "on", "text": "All of them.", "act": "send"}
    )
    assert answer["Location"] == address
    application.refresh_from_db()
    assert application.state == "submitted"
    public = application.events.public().last()
    assert (public.kind, public.text) == ("answered", "All of them.")
    internal = application.events.internal().get()
    assert "Name of the organisation: Applicant" in internal.text
    assert "→ Lake Forum (example)" in internal.text
    assert "Document: — → a.pdf" in internal.text
    assert Notice.objects.filter(kind="application_received").count() == 2


def test_nobody_goes_back_into_a_form_that_is_under_review(client):
    application = create_application(state="submitted")
    answer = begun_with(client, application)
    assert answer["Location"] == f"/en/apply/follow/{tracking.token_of(application)}/"
    assert answer.cookies == {}


# -- The desk reads the documents, and nobody else -------------------------------------------------


def test_a_document_is_a_download_for_the_desk_alone(client):
    document = create_enclosed(create_application())
    draft = create_enclosed(create_application(state="draft"))
    address = f"/en/secretariat/applications/{document.application_id}/documents/{document.pk}/"
    client.force_login(create_contact())
    assert client.get(address).status_code == 403
    client.force_login(create_secretary())
    answer = client.get(address)
    assert b"".join(answer.streaming_content) == b"%PDF-1.7"
    assert answer["Content-Disposition"] == 'attachment; filename="statutes.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    hidden = f"/en/secretariat/applications/{draft.application_id}/documents/{draft.pk}/"
    assert client.get(hidden).status_code == 404
    foreign = f"/en/secretariat/applications/{document.application_id}/documents/{draft.pk}/"
    assert client.get(foreign).status_code == 404


def test_the_private_pages_are_named_to_no_crawler(client):
    robots = client.get("/robots.txt").content.decode()
    for place in ("draft", "follow", "link"):
        assert f"Disallow: /es/apply/{place}/" in robots


def test_the_way_in_is_on_the_directory_and_under_every_page(client):
    assert client.get("/en/members/").content.decode().count('href="/en/apply/"') == 2


@pytest.mark.parametrize("rows", [1, 3])
def test_the_check_asks_the_database_as_often_for_three_answers(
    client, rows, django_assert_num_queries
):
    application = create_application(state="draft", people=2)
    for _ in range(rows):
        question = create_question()
        application.answers.create(question=question, text="Said")
        create_enclosed(application)
        create_organisation(name_en=application.name)
    begun_with(client, application)
    client.get("/en/apply/draft/check/")
    with django_assert_num_queries(11):
        client.get("/en/apply/draft/check/")
