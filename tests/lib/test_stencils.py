"""Mails made once as bytes: what each reader gets is what the email package would have made."""

import email
import email.policy
import re

import pytest
from django.core.mail import EmailMultiAlternatives
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.lib.post import read_back, stuffed
from portal.lib.stencils import Stencil, Unwritable

STAND_IN = "token-of-the-reader"
DAY = "[[day]]"
HOLES = {"token": STAND_IN, "day": DAY}
TEXT = (
    "L’été à Ñuble : « oui »\u00a0!\r\n"
    ".\n..une ligne de points\n"
    f"From here https://example.org/{STAND_IN}/leave?a=b {DAY}{DAY}\n"
    f"{STAND_IN}\n"
    "une ligne finit par des espaces   \n\tet une par un tabulateur\t\n" + "mot " * 300 + "\n"
)
HTML = (
    f'<p lang="es">¿Mañana? <a href="https://example.org/{STAND_IN}">niño</a> {DAY}.</p>\n'
    "<p>" + "👩‍👩‍👧 עברית " * 60 + "</p>\n"
)

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=300).filter(
    # What breaks a line in a text is written as one kind of break.
    lambda text: "\r" not in text
)
USERS = (
    st.text("abz09.+_-", min_size=1, max_size=60)
    .map(lambda text: f"a{text}b")
    .filter(lambda text: ".." not in text)
)
HOSTS = st.sampled_from(["example.org", "münchen.example", "españa.example", "x.y.example"])


def message(*, text: str = TEXT, html: str = HTML, to: str = "x@example.org"):
    found = EmailMultiAlternatives(
        "Lettre d’été : ¡mañana! 👋",
        text,
        "Réseau <council@example.org>",
        [to],
        headers={"Message-ID": "<0@example.org>", "Content-Language": "fr"},
    )
    found.attach_alternative(html, "text/html")
    return found


STENCIL = Stencil(message(), holes=HOLES, own=("Message-ID", "Date"))


def filled(token: str = "t", day: str = "d", **values) -> bytes:
    values = {"to": "zoe@example.org", "headers": {"Message-ID": "<1@example.org>"}} | values
    return STENCIL.filled(words={"token": token, "day": day}, **values)


def parsed(content: bytes):
    return email.message_from_bytes(content.replace(b"\r\n", b"\n"), policy=email.policy.default)


def built(token: str, day: str, to: str = "zoe@example.org"):
    """The same mail as Django and the email package make it."""
    texts = (part.replace(STAND_IN, token).replace(DAY, day) for part in (TEXT, HTML))
    text, html = texts
    return parsed(message(text=text, html=html, to=to).message().as_bytes())


def bodies(mail) -> list[str]:
    # A text that ends without a line break gets none, and one more is none either.
    parts = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    return [part.replace("\r\n", "\n").rstrip("\n") for part in parts]


@settings(max_examples=60, deadline=None)
@given(token=WORDS, day=WORDS, user=USERS, host=HOSTS)
@example("=", ".", "zoe", "example.org")
@example("…=3D\n.\nx ", " ", "zoe", "example.org")
@example("x" * 5000, "’ é ñ 👋 עברית", "o.brien+n", "münchen.example")
def test_a_filled_stencil_says_what_the_email_package_would(token, day, user, host):
    content = filled(token, day, to=f"{user}@{host}")
    ours, theirs = parsed(content), built(token, day, f"{user}@{host}")
    assert bodies(ours) == bodies(theirs)
    for name in ("Subject", "From", "To", "Content-Language", "MIME-Version"):
        assert ours.get_all(name) == theirs.get_all(name), name
    assert ours.get_all("Message-ID") == ["<1@example.org>"]
    for one, other in zip(ours.walk(), theirs.walk(), strict=True):
        assert one.get_content_type() == other.get_content_type()
        assert one.get_content_charset() == other.get_content_charset()
        assert not one.defects


@settings(max_examples=60, deadline=None)
@given(token=WORDS, day=WORDS)
@example("\n.\n.", "\n")
@example("\n\nBcc: all@example.org\n\nhello", "n" * 300)
def test_what_goes_over_the_wire_is_plain(token, day):
    content = filled(token, day)
    assert content.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
    assert content == stuffed(content)
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    head, _, body = content.partition(b"\r\n\r\n")
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert b"\nbcc:" not in head.lower()
    said = parsed(content)["To"].addresses
    assert [one.addr_spec for one in said] == ["zoe@example.org"]


@pytest.mark.parametrize(
    "address",
    [
        "two@at@example.org",
        "zoe@example.org\r\nBcc: all@example.org",
        "zoe@exa mple.org",
        "zoé@example.org",
        "",
        "zoe",
        "<zoe@example.org>, all@example.org",
    ],
)
def test_an_address_no_mail_can_carry_is_refused(address):
    with pytest.raises(Unwritable):
        filled(to=address)


@pytest.mark.parametrize("value", ["a\r\nBcc: b@example.org", "a\nb", "é", "", " a", "x" * 1000])
def test_a_header_that_would_begin_another_is_refused(value):
    with pytest.raises(Unwritable):
        filled(headers={"List-Unsubscribe": value})


def test_a_hole_without_a_word_is_an_error():
    with pytest.raises(KeyError):
        STENCIL.filled(to="zoe@example.org", headers={}, words={"token": "t"})


def test_for_files_and_memory_the_mail_is_read_back():
    found = read_back(filled("t’é", "d"))
    assert (found.subject, found.to) == ("Lettre d’été : ¡mañana! 👋", ["zoe@example.org"])
    assert found.from_email == "Réseau <council@example.org>"
    assert found.extra_headers == {"Message-ID": "<1@example.org>", "Content-Language": "fr"}
    assert "https://example.org/t’é/leave" in found.body
    [(html, kind)] = found.alternatives
    assert kind == "text/html"
    assert "¿Mañana?" in html
