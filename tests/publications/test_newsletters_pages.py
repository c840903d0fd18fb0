"""Letters on the web and at the desk."""

import re

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from publications.models import Issue, Sending
from publications.models.newsletters import IssueState
from publications.models.periods import Period
from publications.newsletters import cancelling, drafting, gate, ledger, sending
from tests import factories as make
from tests.sending import started

pytestmark = pytest.mark.django_db
Q3 = Period(2026, 3)
LANGUAGES = ("fr", "en", "es")


def draft(code: str = "R8", period: Period = Q3) -> Issue:
    """A draft with one report in French and English, and thus a fallback in Spanish."""
    region = make.create_region(code)
    make.create_publication(regions=[region], published_on=period.first_day)
    return drafting.draft(make.create_newsletter(region), period)


def sent(code: str = "R8", period: Period = Q3) -> Issue:
    issue = draft(code, period)
    issue.state, issue.sent_at = IssueState.SENT, timezone.now()
    issue.save()
    return issue


# -- The archive -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_archive_shows_what_was_sent(client, language):
    issue, waiting = sent(), draft("R2")
    response = client.get(f"/{language}/newsletters/")
    page = response.content.decode()
    assert response.status_code == 200
    assert f"/{language}/newsletters/{issue.dashed_symbol}/" in page
    assert waiting.dashed_symbol not in page
    assert not response.cookies
    assert "no-store" not in response["Cache-Control"]


def test_the_archive_is_narrowed_to_a_region(client):
    for code in ("R8", "R2"):
        sent(code)
    assert shown_in(client, "?region=R8") == ["L-R8-2026-01"]
    assert shown_in(client, "?region=R1") == ["L-R2-2026-01", "L-R8-2026-01"]
    world = sent_world()
    assert shown_in(client, "?region=world") == [world.dashed_symbol]


def sent_world() -> Issue:
    issue = drafting.draft(make.create_newsletter(None), Q3)
    issue.state, issue.sent_at = IssueState.SENT, timezone.now()
    issue.save()
    return issue


def shown_in(client, query: str) -> list[str]:
    page = client.get(f"/en/newsletters/{query}").content.decode()
    return sorted(set(re.findall(r'/en/newsletters/(L-[^/"]+)/"', page)))


@pytest.mark.parametrize("number", [1, 3])
def test_the_archive_asks_the_same_number_of_questions(client, number, django_assert_num_queries):
    make.create_network()
    for code in ("R8", "R2", "R7")[:number]:
        sent(code)
    client.get("/en/newsletters/")
    with django_assert_num_queries(2):
        client.get("/en/newsletters/")


# -- One issue -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_issue_has_one_address_whatever_the_language(client, language):
    issue = sent()
    html = client.get(f"/{language}/newsletters/{issue.dashed_symbol}/").content.decode()
    permanent = f"http://localhost:8000/id/{issue.dashed_symbol}"
    assert f'<a href="{permanent}">{permanent}</a>' in html
    for code in LANGUAGES:
        address = f"http://localhost:8000/{code}/newsletters/{issue.dashed_symbol}/"
        assert f'<link rel="alternate" hreflang="{code}" href="{address}">' in html
    response = client.get(f"/id/{issue.dashed_symbol}", headers={"accept-language": language})
    assert response.url.endswith(f"/{language}/newsletters/{issue.dashed_symbol}/")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_issue_has_a_page_in_each_language(client, language):
    issue = sent()
    response = client.get(f"/{language}/newsletters/{issue.dashed_symbol}/")
    page = response.content.decode()
    assert response.status_code == 200
    assert issue.region.text("name", language).value in page
    assert not response.cookies
    for other in LANGUAGES:
        assert f'hreflang="{other}"' in page
        assert f"/{language}/newsletters/{issue.dashed_symbol}/{other}.pdf" in page
    marked = re.search(r'lang="fr">Rapport \d+</a> <span class="fallback">', page)
    assert bool(marked) == (language == "es")


def test_the_page_is_open_as_soon_as_the_mails_that_lead_to_it_are_under_way(client):
    issue = draft()
    address = f"/en/newsletters/{issue.dashed_symbol}/"
    assert client.get(address).status_code == 404
    Issue.objects.filter(pk=issue.pk).update(state=IssueState.SENDING)
    assert client.get(address).status_code == 200


# -- The board -------------------------------------------------------------------------------------


def test_the_board_has_a_row_for_each_letter(client):
    issue = draft()
    for code in ("R2", None):
        make.create_newsletter(make.create_region(code) if code else None)
    for language in ("fr", "fr", "es"):
        make.create_subscription(newsletter=issue.newsletter, language=language)
    client.force_login(make.create_secretary())
    page = client.get("/en/secretariat/newsletters/").content.decode()
    assert page.count('<th scope="row">') == 3
    assert "/en/secretariat/newsletters/L-R8-2026-01/" in page
    assert re.findall(r'data-label="(?:FR|EN|ES)">(\d+)<', page) == ["0"] * 6 + ["2", "0", "1"]


@pytest.mark.parametrize("number", [1, 3])
def test_the_board_asks_the_same_number_of_questions(client, number, django_assert_num_queries):
    make.create_network()
    for code in ("R8", "R2", "R7")[:number]:
        cancelling.cancel(started(draft(code)))
    client.force_login(make.create_secretary())
    client.get("/en/secretariat/newsletters/")
    with django_assert_num_queries(12):
        client.get("/en/secretariat/newsletters/")


def test_a_letter_is_drafted_from_the_board(client):
    letter = make.create_newsletter(make.create_region("R8"))
    client.force_login(make.create_executive(letter.region))
    response = client.post(
        "/en/secretariat/newsletters/draft/", {"newsletter": letter.pk, "period": "2026-q3"}
    )
    assert response.url == "/en/secretariat/newsletters/L-R8-2026-01/"
    assert client.get(response.url).status_code == 200


@pytest.mark.parametrize("period", ["2026-Q5", "autumn", ""])
def test_a_period_that_is_none_is_said_on_the_board(client, period):
    letter = make.create_newsletter(make.create_region("R8"))
    client.force_login(make.create_secretary())
    response = client.post(
        "/en/secretariat/newsletters/draft/", {"newsletter": letter.pk, "period": period}
    )
    assert response.status_code == 422
    assert Issue.objects.count() == 0


# -- An issue at the desk --------------------------------------------------------------------------


@pytest.fixture
def secretary(client):
    person = make.create_secretary()
    client.force_login(person)
    return person


def desk(issue: Issue, rest: str = "") -> str:
    return f"/en/secretariat/newsletters/{issue.dashed_symbol}/{rest}"


def words(**changed) -> dict:
    given = {
        f"{name}_{code}": f"{name} {code}" for name in ("subject", "lead") for code in LANGUAGES
    }
    return given | changed


def test_the_panel_says_what_each_language_lacks(client, secretary):
    issue = draft()
    make.create_subscription(newsletter=issue.newsletter, language="es")
    page = client.get(desk(issue)).content.decode()
    panels = page.split('<article class="mini')[1:]
    assert [re.search(r'class="pill (\w+)"', panel)[1] for panel in panels] == ["ok", "ok", "warn"]
    assert "2 texts are missing" in panels[2]
    assert "1 recipient (public 1)." in panels[2]


def test_the_words_are_edited_in_three_languages(client, secretary):
    issue = draft()
    assert client.get(desk(issue, "text/")).status_code == 200
    assert client.post(desk(issue, "text/"), words()).url == desk(issue)
    issue.refresh_from_db()
    assert (issue.subject_es, issue.lead_fr) == ("subject es", "lead fr")
    assert issue.languages() == [(code, "ready") for code in LANGUAGES]
    changed = words(subject_fr="Autre titre")
    client.post(desk(issue, "text/"), changed)
    issue.refresh_from_db()
    assert issue.languages() == [("fr", "ready"), ("en", "outdated"), ("es", "outdated")]
    assert client.post(desk(issue, "text/"), words(subject_fr="")).status_code == 200


@pytest.mark.slow
def test_items_are_moved_removed_and_looked_for(client, secretary):
    issue = draft()
    make.create_publication(regions=[issue.region], published_on=Q3.first_day)
    client.post(desk(issue, "items/"), {"act": "gather"})
    first, second = issue.items.all()
    client.post(desk(issue, "items/"), {"act": "down", "item": first.pk})
    assert list(issue.items.all()) == [second, first]
    client.post(desk(issue, "items/"), {"act": "remove", "item": second.pk})
    assert list(issue.items.all()) == [first]
    foreign = draft("R2").items.get()
    for data in ({"act": "remove", "item": foreign.pk}, {"act": "up", "item": "x"}, {"act": "?"}):
        assert client.post(desk(issue, "items/"), data).status_code == 404
    assert foreign.issue.items.count() == 1


@pytest.mark.slow
def test_an_empty_issue_does_not_get_through(client, secretary):
    issue = drafting.draft(make.create_newsletter(make.create_region("R8")), Q3)
    assert "Nothing new was found" in client.get(desk(issue)).content.decode()
    response = client.post(desk(issue, "ready/"), follow=True)
    assert "Add something before it is sent" in response.content.decode()
    assert "is not ready" in client.post(desk(issue, "send/"), follow=True).content.decode()
    issue.refresh_from_db()
    assert issue.state == IssueState.DRAFT


@pytest.mark.slow
def test_an_issue_too_large_for_a_mail_does_not_get_through(secretary):
    issue = draft()
    issue.lead_en = "equality " * 12_000
    issue.save()
    with pytest.raises(ValidationError, match="100 KB"):
        gate.make_ready(issue, by=secretary)


@pytest.mark.slow
def test_sending_from_the_desk_reaches_the_readers_and_shows_the_counts(
    client, secretary, django_capture_on_commit_callbacks
):
    issue = draft()
    for language in ("fr", "fr", "es"):
        make.create_subscription(newsletter=issue.newsletter, language=language)
    make.declare_ready(issue, by=secretary)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(desk(issue, "send/"))
    assert len(mail.outbox) == 3
    page = client.get(desk(issue, "?follow=1")).content.decode()
    assert "Français: 2 of 2" in page
    assert "Español: 1 of 1" in page
    assert "http-equiv" not in page
    assert f'href="/en/newsletters/{issue.dashed_symbol}/"' in page


@pytest.mark.slow
def test_the_page_refreshes_itself_on_demand_while_mails_are_under_way(client, secretary):
    issue = draft()
    for _ in range(3):
        make.create_subscription(newsletter=issue.newsletter)
    issue.state, issue.sending_since = IssueState.SENDING, timezone.now()
    issue.save()
    sending.freeze(issue)
    batch = ledger.claim(issue)
    batch.over(batch.rows[0], "failed", error="550 no")
    batch.settle()
    page = client.get(desk(issue)).content.decode()
    assert "English: 1 of 3" in page
    assert "http-equiv" not in page
    assert "3 mails for 3 recipients" in page
    assert 'http-equiv="refresh"' in client.get(desk(issue, "?follow=1")).content.decode()
    assert client.get(desk(issue, "text/")).url == desk(issue)


def test_an_editor_pauses_a_letter_and_lets_it_go_on(
    client, secretary, django_capture_on_commit_callbacks
):
    issue = draft()
    make.create_subscription(newsletter=issue.newsletter)
    client.post(desk(issue, "pause/"))
    assert not Sending.objects.exists()
    issue.state, issue.sending_since = IssueState.SENDING, timezone.now()
    issue.save()
    sending.freeze(issue)
    assert "Pause the sending" in client.get(desk(issue)).content.decode()
    client.post(desk(issue, "pause/"))
    paused = Sending.objects.get()
    assert (paused.pause_reason, paused.paused_by) == ("by_hand", secretary)
    page = client.get(desk(issue)).content.decode()
    assert "paused by hand" in page
    assert "Resume the sending" in page
    with django_capture_on_commit_callbacks(execute=True):
        client.post(desk(issue, "pause/"), {"resume": "1"})
    assert not Sending.objects.get().is_paused
    issue.refresh_from_db()
    assert issue.state == IssueState.SENT
    page = client.post(desk(issue, "pause/"), {"resume": "1"}, follow=True).content.decode()
    assert "is not being sent" in page


# -- Who may --------------------------------------------------------------------------------------


@pytest.fixture
def refused(client):
    """Logs in as an executive of R2, for whom R8 and the world do not exist."""
    client.force_login(make.create_executive(make.create_region("R2")))


PAGES = ["", "text/", "preview/", "preview/fr.html", "preview/fr.txt"]
ACTS = ["text/", "items/", "accept/", "ready/", "send/", "test/"]


@pytest.mark.slow
@pytest.mark.parametrize("code", ["R8", None])
def test_an_executive_has_no_issue_of_another_region_or_of_the_world(client, refused, code):
    letter = make.create_newsletter(make.create_region(code) if code else None)
    issue = drafting.draft(letter, Q3)
    assert [client.get(desk(issue, page)).status_code for page in PAGES] == [404] * len(PAGES)
    assert [client.post(desk(issue, act)).status_code for act in ACTS] == [404] * len(ACTS)
    board = client.get("/en/secretariat/newsletters/")
    assert board.status_code == 200
    assert issue.dashed_symbol not in board.content.decode()
    response = client.post(
        "/en/secretariat/newsletters/draft/", {"newsletter": letter.pk, "period": "2026-Q2"}
    )
    assert response.status_code == 422
    assert Issue.objects.count() == 1


@pytest.mark.slow
def test_an_executive_runs_the_letter_of_the_own_region(client):
    issue = draft()
    client.force_login(make.create_executive(issue.region))
    assert [client.get(desk(issue, page)).status_code for page in PAGES] == [200] * len(PAGES)
    client.post(desk(issue, "accept/"), {"language": "es", "reason": "No translator."})
    client.post(desk(issue, "ready/"))
    issue.refresh_from_db()
    assert issue.state == IssueState.READY


@pytest.mark.parametrize("person", [make.create_contact, make.create_language_lead])
def test_who_has_no_desk_finds_nothing(client, person):
    issue = draft()
    client.force_login(person())
    for path in ("/en/secretariat/newsletters/", desk(issue), desk(issue, "preview/fr.html")):
        assert client.get(path).status_code == 404
    assert client.post("/en/secretariat/newsletters/draft/").status_code == 404
    assert client.post(desk(issue, "send/")).status_code == 404


def test_an_anonymous_reader_is_asked_to_log_in(client):
    issue = draft()
    for path in ("/en/secretariat/newsletters/", desk(issue)):
        assert client.get(path).url.startswith("/en/account/login/")


def test_what_was_sent_is_not_called_incomplete(client, secretary):
    issue = draft()
    assert 'class="pill warn"' in client.get(desk(issue)).content.decode().split("<main")[1]
    Issue.objects.filter(pk=issue.pk).update(state=IssueState.SENT, sent_at=timezone.now())
    page = client.get(desk(issue)).content.decode().split("<main")[1]
    assert "will go out in another language" not in page
    assert 'class="pill warn"' not in page
