"""What is looked at before a letter may leave, each check where it passes and where it does not."""

import http.server
import threading

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from publications.models import Issue, OutsideLink
from publications.models.library import PublicationState
from publications.models.links import FRESH
from publications.models.periods import Period
from publications.newsletters import drafting, linkchecking, preflight, rendering
from tests import factories as make

pytestmark = pytest.mark.django_db
Q3 = Period(2026, 3)


@pytest.fixture
def issue() -> Issue:
    make.create_network()
    region = make.create_region("R8")
    make.create_publication(
        regions=[region], published_on=Q3.first_day, title_es="Informe", summary_es="Resumen."
    )
    return drafting.draft(make.create_newsletter(region), Q3)


def check(issue: Issue, code: str) -> preflight.Check:
    return next(one for one in preflight.run(issue) if one.code == code)


def found(issue: Issue, code: str) -> list[tuple[str, str]]:
    return [(str(finding.verdict), finding.text) for finding in check(issue, code).findings]


def segment(issue: Issue, language: str = "en", **changed) -> preflight.Segment:
    """One mail of the issue, with its HTML, text or subject changed."""
    told = rendering.contents(issue, language)
    letter = rendering.letter(issue, language, found=told)._replace(**changed)
    return preflight.Segment(issue, language, "public", told, letter)


def verdicts(look, mail: preflight.Segment) -> list[str]:
    return [str(finding.verdict) for finding in look(mail)]


def test_an_ordinary_letter_passes_every_check(issue):
    results = {one.code: str(one.verdict) for one in preflight.run(issue)}
    assert results == {
        "own_links": "passed",
        "outside_links": "passed",
        "alternatives": "passed",
        "sections": "passed",
        "plain": "passed",
        "size": "passed",
        "subject": "passed",
        "preheader": "warning",  # one short title alone
        "unsubscribe": "passed",
        "languages": "passed",
    }
    preflight.require_passed(issue)


def test_every_segment_is_looked_at(issue):
    assert [(mail.language, str(mail.audience)) for mail in preflight.segments(issue)] == [
        (language, audience)
        for language in ("fr", "en", "es")
        for audience in ("public", "members")
    ]
    world = make.create_issue(newsletter=make.create_newsletter(None))
    assert {str(mail.audience) for mail in preflight.segments(world)} == {"public"}


# -- Links within the portal -----------------------------------------------------------------------


def test_a_link_to_a_text_that_is_not_open_any_more_keeps_the_letter_back(issue):
    report = issue.items.get().publication
    mails = preflight.segments(issue)
    report.state = PublicationState.WITHDRAWN
    report.save()
    result = preflight.own_links(mails)
    assert {str(finding.verdict) for finding in result.findings} == {"failed"}
    assert all(report.dashed_symbol in finding.text for finding in result.findings)
    assert "410" in result.findings[0].text


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/en/no-such-page/", "There is no page"),
        ("/en/publications/P-2026-99999/", "not open to readers"),
        ("/en/secretariat/newsletters/", "perhaps to the log-in"),
        ("/en/space/", "perhaps to the log-in"),
    ],
)
def test_an_address_is_looked_at_as_an_anonymous_reader_would(issue, settings, path, words):
    html = f'<html lang="en"><body><a href="{settings.SITE_URL}{path}">x</a></body></html>'
    result = preflight.own_links([segment(issue, html=html)])
    [finding] = result.findings
    assert str(finding.verdict) == "failed"
    assert words in finding.text
    assert result.summary == "0 of 1 link in order."


def test_looking_at_pages_leaves_the_language_as_it_was(issue):
    with translation.override("es"):
        preflight.run(issue)
        assert translation.get_language() == "es"


# -- Links to the outside --------------------------------------------------------------------------


def with_links(issue: Issue, *urls: str) -> list[preflight.Segment]:
    links = "".join(f'<a href="{url}">x</a>' for url in urls)
    return [segment(issue, html=f'<html lang="en"><body>{links}</body></html>')]


def test_links_to_the_outside_are_left_alone_where_that_is_switched_off(issue):
    result = preflight.outside_links(with_links(issue, "https://example.org/"))
    assert [str(finding.verdict) for finding in result.findings] == ["warning"]
    assert not OutsideLink.objects.exists()


@pytest.mark.parametrize("url", ["ftp://example.org/x", "javascript:alert(1)", "data:text/html,x"])
def test_an_address_that_is_none_of_the_web_fails_everywhere(issue, url):
    result = preflight.outside_links(with_links(issue, url))
    assert [str(finding.verdict) for finding in result.findings] == ["failed"]


def test_an_address_of_mail_is_no_link_to_look_at(issue):
    assert preflight.outside_links(with_links(issue, "mailto:a@example.org")).findings == []


@pytest.fixture
def switched_on(settings):
    settings.CHECK_OUTSIDE_LINKS = True
    return settings


URL = "https://example.org/page"


def test_what_nobody_has_looked_at_yet_keeps_the_letter_back_and_is_asked_for(issue, switched_on):
    result = preflight.outside_links(with_links(issue, URL, URL))
    [finding] = result.findings
    assert "has not been looked at yet" in finding.text
    assert str(finding.verdict) == "failed"
    assert OutsideLink.objects.get().url == URL


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        ("ok", []),
        ("missing", ["failed"]),
        ("forbidden", ["failed"]),
        ("failed", ["warning"]),
        ("closed", ["warning"]),
    ],
)
def test_what_was_found_is_told_with_its_time(issue, switched_on, outcome, verdict):
    OutsideLink.objects.create(url=URL, outcome=outcome, status=404, checked_at=timezone.now())
    result = preflight.outside_links(with_links(issue, URL))
    assert [str(finding.verdict) for finding in result.findings] == verdict
    for finding in result.findings:
        assert f"{timezone.now():%Y}" in finding.text


def test_what_is_older_than_a_day_is_looked_at_again(switched_on):
    now = timezone.now()
    OutsideLink.objects.create(url=URL, outcome="ok", checked_at=now - FRESH / 2)
    assert not linkchecking.ask_for([URL])
    OutsideLink.objects.update(checked_at=now - FRESH * 1.1, asked_at=now - FRESH * 2)
    assert not OutsideLink.objects.due(now).exists()
    assert linkchecking.ask_for([URL])
    assert OutsideLink.objects.due(timezone.now()).exists()


@pytest.fixture
def site():
    class Site(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.server.agents.append(self.headers["User-Agent"])
            self.send_response(404 if self.path == "/gone" else 200)
            self.end_headers()

        do_GET = do_HEAD

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.agents = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_the_background_looks_at_what_was_asked_for_once(switched_on, site):
    port = site.server_port
    switched_on.OUTSIDE_LINKS_ALLOWED = {("127.0.0.1", port)}
    urls = [f"http://127.0.0.1:{port}/", f"http://127.0.0.1:{port}/gone", "http://127.0.0.1:1/"]
    linkchecking.ask_for(urls)
    linkchecking.check_due()
    rows = {row.url: (row.outcome, row.status) for row in OutsideLink.objects.all()}
    assert rows == dict(zip(urls, [("ok", 200), ("missing", 404), ("forbidden", 0)], strict=True))
    assert all(row.checked_at and row.taken_at is None for row in OutsideLink.objects.all())
    assert switched_on.SITE_URL in site.agents[0]
    asked = len(site.agents)
    linkchecking.check_due()
    assert len(site.agents) == asked


def test_a_link_that_another_worker_has_taken_is_left_to_it(switched_on):
    linkchecking.ask_for([URL])
    link = OutsideLink.objects.get()
    assert linkchecking.take(link)
    assert not linkchecking.take(link)


def test_nothing_is_asked_where_it_is_switched_off(settings):
    OutsideLink.objects.create(url="http://127.0.0.1:1/")
    linkchecking.check_due()
    assert OutsideLink.objects.get().checked_at is None


# -- The mail itself -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('<img src="x">', ["failed"]),
        ('<img src="x" alt=" ">', ["failed"]),
        ('<img src="x" alt="" role="presentation">', []),
        ('<img src="x" alt="A council in session">', []),
        ('<a href="https://example.org/"> </a>', ["failed"]),
        ('<a href="https://example.org/"><img src="x" alt="Read it"></a>', []),
    ],
)
def test_pictures_and_links_say_what_they_are(issue, body, found):
    mail = segment(issue, html=f'<html lang="en"><body>{body}</body></html>')
    assert verdicts(preflight.alternatives, mail) == found


def test_a_heading_with_nothing_after_it_is_an_empty_section(issue):
    html = "<html><body><div><h2>Dates</h2><p> </p><h2>Members</h2><p>One</p></div></body></html>"
    [finding] = preflight.empty_sections(segment(issue, html=html))
    assert "“Dates”" in finding.text


def test_a_letter_with_nothing_in_it_fails(issue):
    issue.items.all().delete()
    assert ("failed", "Nothing is in the letter in English.") in found(issue, "sections")


def test_what_has_been_withdrawn_meanwhile_is_told(issue):
    make.create_publication(regions=[issue.region], published_on=Q3.first_day)
    drafting.gather(issue)
    gone = issue.items.last().publication
    gone.state = PublicationState.WITHDRAWN
    gone.save()
    assert found(issue, "sections") == [
        ("warning", "1 item is not public any more and is left out.")
    ]


def test_the_plain_text_is_there_whole_and_without_mark_up(issue):
    assert verdicts(preflight.plain_text, segment(issue, text=" \n")) == ["failed"]
    [finding] = preflight.plain_text(segment(issue, text="Nothing of it"))
    assert "is missing from the plain text" in finding.text
    marked_up = segment(issue).letter.text + "<p>Bold</p>"
    assert verdicts(preflight.plain_text, segment(issue, text=marked_up)) == ["failed"]


@pytest.mark.parametrize(
    ("octets", "found"), [(90 * 1024, []), (95 * 1024, ["warning"]), (100 * 1024 + 1, ["failed"])]
)
def test_a_mail_stays_below_what_gmail_shows_whole(issue, octets, found):
    assert verdicts(preflight.size, segment(issue, html="x" * octets)) == found


def test_octets_are_counted_and_not_characters(issue):
    assert verdicts(preflight.size, segment(issue, html="é" * 60 * 1024)) == ["failed"]


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ("L’égalité, c’est maintenant ! ñ 😀", []),
        ("x" * 71, ["warning"]),
        ("x" * 151, ["failed"]),
        ("", ["failed"]),
        ("Hello\r\nBcc: everybody@example.org", ["failed"]),
        ("Tab\tinside", ["failed"]),
        ("\u202eturned round", ["failed"]),
    ],
)
def test_a_subject_is_short_and_safe_in_a_header(issue, subject, found):
    assert verdicts(preflight.subject, segment(issue, subject=subject)) == found


def test_a_mail_without_words_beside_the_subject_is_told(issue):
    mail = segment(issue)
    mail.found["sections"] = []
    assert verdicts(preflight.preheader, mail) == ["warning"]


def test_the_way_to_unsubscribe_is_in_the_language_of_the_mail(issue):
    mail = segment(issue)
    assert verdicts(preflight.unsubscribe, mail) == []
    foreign = mail.letter.html.replace("/en/newsletters/", "/fr/newsletters/")
    [finding] = preflight.unsubscribe(segment(issue, html=foreign))
    assert "another language" in finding.text
    without = mail.letter.html.replace(rendering.TOKEN, "nobody")
    [finding] = preflight.unsubscribe(segment(issue, html=without))
    assert finding.text == "No link to unsubscribe is in the mail in English."
    assert len(list(preflight.unsubscribe(segment(issue, text="Nothing")))) == 1


def test_a_text_in_another_language_says_so(issue):
    report = issue.items.get().publication
    report.title_es = report.summary_es = ""
    report.save()
    mail = segment(issue, "es")
    assert verdicts(preflight.languages, mail) == []
    silent = segment(issue, "es", html=mail.letter.html.replace(' lang="fr"', ""))
    assert verdicts(preflight.languages, silent) == ["failed", "failed"]
    wrong = segment(issue, html=mail.letter.html)
    assert "does not say its language" in next(preflight.languages(wrong)).text


def test_what_fails_is_told_by_its_check(issue):
    issue.items.all().delete()
    with pytest.raises(ValidationError, match="Empty sections: Nothing is in the letter in French"):
        preflight.require_passed(issue)


# -- The page --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "réussi"), ("en", "passed"), ("es", "superado")],
)
def test_the_page_shows_each_check_with_what_to_do(client, issue, language, words):
    client.force_login(make.create_secretary())
    Issue.objects.filter(pk=issue.pk).update(subject_en="Hello\tworld")
    path = f"/{language}/secretariat/newsletters/{issue.dashed_symbol}/"
    page = client.get(f"{path}checks/").content.decode()
    assert page.count('class="pill ok"') == 8
    assert words in page
    assert f'href="{path}text/"' in page
    assert 'class="pill error"' in page
