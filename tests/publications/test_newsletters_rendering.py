"""One issue as mail, text, web page and PDF, in three languages."""

import datetime
import email
import email.policy
import io
import re
from html.parser import HTMLParser

import pikepdf
import pytest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape
from pypdf import PdfReader

from members.joining import change_status
from portal.lib.text import NARROW_NO_BREAK, NO_BREAK
from publications.models import Issue
from publications.models.newsletters import IssueState
from publications.models.periods import Period
from publications.newsletters import copies, drafting, ledger, rendering
from tests import factories as make
from tests import pdf_structure, printed

pytestmark = pytest.mark.django_db
Q3 = Period(2026, 3)
LANGUAGES = ("fr", "en", "es")


@pytest.fixture
def issue() -> Issue:
    """A letter of R8 with one item in all languages, one in Spanish alone, a date, a member."""
    make.create_network(
        name_fr="Conseil d’action sociale (exemple)", name_es="Consejo de España (ejemplo)"
    )
    region = make.create_region(
        "R8",
        name_fr="Afrique de l’Est",
        name_en="East Africa",
        name_es="África del Este",
    )
    make.create_publication(
        regions=[region],
        symbol="P/2026/14",
        published_on=datetime.date(2026, 8, 14),
        title_fr="Socles : l’égalité à 100 % ?",
        title_en="Floors: equality",
        title_es="Pisos: la igualdad",
        summary_fr="« Résumé »",
        summary_en="Summary",
        summary_es="Resumen",
    )
    make.create_publication(
        regions=[region],
        symbol="P/2026/12",
        published_on=datetime.date(2026, 7, 2),
        original_language="es",
        title_fr="",
        title_en="",
        title_es="Cuidados & ciudadanía: los años <2026>",
        summary_fr="",
        summary_en="",
        summary_es="Señales del ñandú.",
    )
    make.create_event(
        regions=[region],
        title_fr="Forum",
        title_en="Forum",
        title_es="Foro",
        place_en="Lusaka",
        starts_at=datetime.datetime(2026, 10, 1, 8, tzinfo=datetime.UTC),
        ends_at=datetime.datetime(2026, 10, 1, 16, tzinfo=datetime.UTC),
    )
    member = make.create_organisation(name="Conseil du Malawi")
    make.create_membership(member, starts_on=datetime.date(2026, 7, 10))
    letter = make.create_newsletter(region, title_fr="Lettre de l’Est", title_es="Boletín")
    issue = drafting.draft(letter, Q3)
    issue.subject_fr, issue.lead_fr = "Trois conseils : l’été", "Chères et chers membres,\n\nVoilà."
    issue.subject_es = "Tres consejos para la niñez"
    issue.save()
    return issue


def titles(found: dict) -> list[tuple[str, str]]:
    return [item["title"] for section in found["sections"] for item in section["items"]]


# -- The contents ----------------------------------------------------------------------------------


def test_contents_say_the_language_of_each_text(issue):
    found = rendering.contents(issue, "fr")
    assert found["subject"][:2] == ("Trois conseils : l’été", "fr")
    assert [text[:2] for text in titles(found)] == [
        ("Socles : l’égalité à 100 % ?", "fr"),
        ("Cuidados & ciudadanía: los años <2026>", "es"),
        ("Forum", "fr"),
        ("Conseil du Malawi (exemple)", "fr"),
    ]
    assert [text[:2] for text in rendering.fallbacks(found)] == [
        ("Cuidados & ciudadanía: los años <2026>", "es"),
        ("Señales del ñandú.", "es"),
        ("Lusaka", "en"),
    ]
    assert [section["code"] for section in found["sections"]] == [
        "publications",
        "events",
        "members",
    ]


def test_what_was_withdrawn_or_hidden_since_leaves_the_issue(issue):
    publication = issue.items.get(publication__symbol="P/2026/14").subject
    member = issue.items.get(section="members").subject
    publication.state = "withdrawn"
    publication.save()
    member.discreet = True
    member.save()
    assert [title.language for title in titles(rendering.contents(issue, "fr"))] == ["es", "fr"]
    event = issue.items.get(section="events").subject
    event.is_public = False
    event.save()
    assert len(titles(rendering.contents(issue, "fr"))) == 1


# -- The mail --------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What the tests ask of a mail's HTML: tags, links, and each text with its language."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.links: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self._languages: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.append((tag, given))
        if tag == "a":
            self.links.append(given["href"])
        if tag not in ("meta", "br", "img", "hr"):
            inherited = self._languages[-1][1] if self._languages else ""
            self._languages.append((tag, given.get("lang", inherited)))

    def handle_endtag(self, tag):
        if tag in ("meta", "br", "img", "hr"):
            return
        while self._languages and self._languages.pop()[0] != tag:
            continue

    def handle_data(self, data):
        if data.strip() and self._languages:
            self.texts.append((" ".join(data.split(" ")).strip(), self._languages[-1][1]))

    def language_of(self, text: str) -> str:
        [found] = {language for written, language in self.texts if text in written}
        return found


def received(issue: Issue, language: str):
    """The mail of one reader, built and parsed back from its bytes."""
    subscription = make.create_subscription(newsletter=issue.newsletter, language=language)
    subscriber = subscription.subscriber
    delivery = issue.deliveries.create(subscriber=subscriber, language=language)
    row = ledger.Row(
        delivery.pk, "", language, "public", subscriber.pk, subscriber.email, subscriber.token, 0
    )
    _to, content = copies.LetterSegment(issue, language, "public").copy(row)
    return (
        email.message_from_bytes(content, policy=email.policy.default),
        content,
        subscriber,
        delivery,
    )


@pytest.mark.parametrize(
    ("language", "subject", "name"),
    [
        ("fr", f"Trois conseils{NO_BREAK}: l’été", "Conseil d’action sociale (exemple)"),
        ("en", "East Africa: third quarter of 2026", "Example Council"),
        ("es", "Tres consejos para la niñez", "Consejo de España (ejemplo)"),
    ],
)
def test_a_mail_parses_back_whole(issue, language, subject, name):
    message, content, subscriber, delivery = received(issue, language)
    token = subscriber.token
    leave = f"http://localhost:8000/{language}/newsletters/unsubscribe/{token}/R8/"
    assert message["Subject"] == subject
    assert message["From"].addresses[0].display_name == name
    assert message["From"].addresses[0].addr_spec == "council@example.org"
    assert message["To"] == subscriber.email
    assert message["Content-Language"] == language
    assert message["List-Unsubscribe"].strip() == f"<{leave}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == "<r8.newsletters.localhost>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Precedence"] == "bulk"
    assert message["Feedback-ID"] == f"l-r8-2026-01:{language}-public:r8:localhost"
    assert message["Message-ID"] == f"<l-r8-2026-01.{delivery.pk}@localhost>"
    assert message.get_content_type() == "multipart/alternative"
    plain, html = message.iter_parts()
    for part, kind in ((plain, "text/plain"), (html, "text/html")):
        assert part.get_content_type() == kind
        assert part.get_content_charset() == "utf-8"
        assert part["Content-Transfer-Encoding"] == "quoted-printable"
        body = part.get_content()
        assert leave in body
        assert f"/{language}/newsletters/subscription/{token}/" in body
        for stand_in in (rendering.TOKEN, rendering.SINCE, NARROW_NO_BREAK):
            assert stand_in not in body
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    assert len(html.get_content().encode()) < 100 * 1024


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_html_of_a_mail_is_plain_and_needs_nothing_from_outside(issue, language):
    html = rendering.letter(issue, language).html
    page = Page(html)
    names = {tag for tag, _ in page.tags}
    assert not names & {"img", "script", "link", "form", "iframe", "svg"}
    assert not re.search(r"url\(|@import|fonts\.g", html)
    assert "mj-" not in re.sub(r"mj-(?:column-per-\d+|outlook-group-fix)", "", html)
    assert dict(page.tags)["html"]["lang"] == language
    # Outlook's own tables are in comments; every other one is layout, or has headings of rows.
    layout = [
        given.get("role")
        for tag, given in page.tags
        if tag == "table" and given.get("class") != "rows"
    ]
    assert set(layout) == {"presentation"}
    assert all(link.startswith("http://localhost:8000/") for link in page.links)
    others = [code for code in LANGUAGES if code != language]
    assert [
        (given["lang"], given["hreflang"])
        for tag, given in page.tags
        if tag == "a" and "hreflang" in given
    ] == [(code, code) for code in others]


def test_a_fallback_carries_its_language_and_a_mark(issue):
    page = Page(rendering.letter(issue, "en").html)
    assert page.language_of("Cuidados & ciudadanía") == "es"
    assert page.language_of("Señales del ñandú.") == "es"
    assert page.language_of("Floors: equality") == "en"
    assert page.language_of("in Spanish") == "en"
    text = rendering.letter(issue, "en").text
    assert "Cuidados & ciudadanía: los años <2026> [in Spanish]" in text


def test_the_grid_lights_the_cell_of_the_region(issue):
    cells = [
        given["bgcolor"]
        for tag, given in Page(rendering.letter(issue, "en").html).tags
        if tag == "td" and given.get("width") == "13"
    ]
    assert cells == ["#4a4666"] * 7 + ["#ab7f73"] + ["#4a4666"]
    assert len({cell for row in rendering.grid_cells("world") for cell in row}) == 9


def test_french_in_a_mail_is_spaced_for_mail_programs(issue):
    letter = rendering.letter(issue, "fr")
    for body in (letter.html, letter.text):
        assert f"Socles{NO_BREAK}: l’égalité à 100{NO_BREAK}%{NO_BREAK}?" in body
        assert f"«{NO_BREAK}Résumé{NO_BREAK}»" in body
    assert f"1er{NO_BREAK}octobre" in letter.html
    assert f"1{NO_BREAK}October" in rendering.letter(issue, "en").html
    assert "1 de octubre".replace(" ", NO_BREAK, 1) in rendering.letter(issue, "es").html


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_colon_before_an_address_is_that_of_the_words_before_it(issue, language):
    lines = rendering.letter(issue, language).text.splitlines()
    before = [line.partition("http")[0] for line in lines if ": http" in line]
    assert len(before) == 7
    # The link to the letter in French is in French also in the mail of another language.
    french = [words for words in before if words.endswith(f"{NO_BREAK}: ")]
    assert french == (before[2:] if language == "fr" else [f"Lire en français{NO_BREAK}: "])


def test_a_long_opening_text_makes_no_long_line(issue):
    issue.lead_en = "équité " * 600
    issue.save()
    _, content, _, _ = received(issue, "en")
    assert max(len(line) for line in content.split(b"\r\n")) <= 998


@pytest.mark.parametrize("audience", ["public", "members"])
def test_a_readers_copy_differs_by_the_token_and_the_day_alone(issue, audience):
    letter = rendering.letter(issue, "en", audience=audience)
    own = letter.addressed(token="t" * 40, since=datetime.date(2025, 3, 1))
    told = "You have been subscribed since 1 March 2025."
    for copy, stencil in ((own.text, letter.text), (own.html, letter.html)):
        assert copy != stencil
        # People of members are written to because of their mandate.
        assert copy.count(told) == (audience == "public")
        restored = copy.replace("t" * 40, rendering.TOKEN).replace(told, rendering.SINCE)
        assert restored == stencil


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("fr", "Votre inscription date du 1er mars 2025."),
        ("en", "You have been subscribed since 1 March 2025."),
        ("es", "Su suscripción está activa desde el 1 de marzo de 2025."),
    ],
)
def test_each_mail_says_since_when_its_reader_is_subscribed(issue, language, told):
    """Written once for all readers of the same day, and nothing where it is not known."""
    segment = copies.LetterSegment(issue, language, "public")
    rows = [
        ledger.Row(pk, "", language, "public", pk, f"r{pk}@example.org", "t" * 40, 0)
        for pk in range(4)
    ]
    day = datetime.date(2025, 3, 1)
    for row, since in zip(rows, (day, day, datetime.date(2024, 7, 9), None), strict=True):
        _to, content = segment.copy(row, since=since)
        message = email.message_from_bytes(content, policy=email.policy.default)
        for kind in ("plain", "html"):
            body = message.get_body((kind,)).get_content()
            assert body.count(told) == (since == day)
            assert rendering.SINCE not in body
            assert body.count("2024") == (since is not None and since != day)
    assert len(segment.since) == 3


@pytest.mark.parametrize(
    ("language", "public", "members", "promise"),
    [
        ("en", "confirmed your subscription", "act for a member", "do not track opens or clicks."),
        ("fr", "confirmé votre inscription", "agissez pour une", "ni les ouvertures ni les clics."),
        ("es", "confirmó su suscripción", "actúa en nombre", "ni las aperturas ni los clics."),
    ],
)
def test_the_foot_says_why_it_comes_and_that_nothing_is_measured(
    issue, language, public, members, promise
):
    for audience, reason in (("public", public), ("members", members)):
        letter = rendering.letter(issue, language, audience=audience)
        for body in (letter.text, letter.html):
            assert reason in " ".join(body.split())
            assert promise in " ".join(body.split())


def test_a_name_cannot_add_headers(issue):
    issue.subject_en = "Council\r\nBcc: somebody@example.org"
    issue.save()
    message, _, _, _ = received(issue, "en")
    assert message["Bcc"] is None
    assert message["Subject"] == "Council Bcc: somebody@example.org"


# -- The PDF ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_reads_back_in_its_language(client, issue, language):
    Issue.objects.filter(pk=issue.pk).update(state=IssueState.SENT)
    response = client.get(f"/fr/newsletters/L-R8-2026-01/{language}.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Language"] == language
    assert not response.cookies
    with pikepdf.open(io.BytesIO(response.content)) as document:
        assert str(document.Root.Lang) == language
        assert bool(document.Root.MarkInfo.Marked)
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)
    assert NARROW_NO_BREAK not in text
    assert "L/R8/2026/01" in text
    assert "ciudadanía" in text
    titles_found = {"fr": "Trois conseils", "en": "East Africa", "es": "niñez"}
    assert titles_found[language] in text


@pytest.mark.slow
def test_the_pdf_follows_a_withdrawal_at_once(client, issue):
    Issue.objects.filter(pk=issue.pk).update(state=IssueState.SENT)
    address = "/en/newsletters/L-R8-2026-01/en.pdf"
    first = client.get(address).content
    assert client.get(address).content == first
    member = issue.items.get(section="members").subject
    change_status(member, "suspended", by=None, reason="Decided by the board.")
    text = " ".join(
        page.extract_text() for page in PdfReader(io.BytesIO(client.get(address).content)).pages
    )
    assert "Malawi" not in text


@pytest.mark.parametrize("address", ["de.pdf", "fr.pdf", ""])
def test_only_sent_issues_are_open(client, issue, address):
    assert client.get(f"/fr/newsletters/L-R8-2026-01/{address}").status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_is_read_in_its_order_and_says_where_it_is_from(issue, language):
    body = "<h4>Trop bas</h4><ul><li>Un</li></ul>"
    issue.blocks.create(title_fr="Mot", body_fr=body, title_es="Nota", body_es=body)
    issue.corrections.create(wording_fr="Une faute.")
    content = rendering.printed(issue, language)
    with translation.override(language):
        values = rendering.print_context(issue, rendering.contents(issue, language))
        values["language"] = language
        html = render_to_string(f"{rendering.TEMPLATES}/issue_print.html", values)
    assert pdf_structure.faults(content, language=language, html=html) == []
    words = printed.words_of(content)
    address = f"localhost:8000/id/{issue.dashed_symbol}"
    assert words.count(address) > 1
    assert "CCBY4.0" in words


@pytest.mark.slow
def test_a_kept_pdf_is_not_given_once_letters_look_otherwise(issue, another_release, kept_papers):
    rendering.printed(issue, "fr")
    rendering.printed(issue, "fr")
    before = kept_papers("issue-pdf")
    assert len(before) == 1
    another_release()
    rendering.printed(issue, "fr")
    assert len(kept_papers("issue-pdf") - before) == 1


@pytest.mark.slow
def test_hostile_names_stay_within_the_page_of_a_letter(issue):
    issue.subject_fr = printed.HOSTILE[0][:150]
    for name in printed.HOSTILE:
        issue.blocks.create(title_fr=name[:100], body_fr=f"<p>{escape(name)}</p>")
    content = rendering.printed(issue, "fr")
    assert printed.outside(content) == []
    assert printed.brought_along(content) == []
