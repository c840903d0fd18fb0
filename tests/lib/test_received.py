"""Mails as they really come: old encodings, broken headers, quoted history."""

import base64
import random
import textwrap

import pytest

from portal.lib import received
from portal.lib.quotation import without_history


def raw(text: str, *, charset: str = "utf-8") -> bytes:
    """A mail written with plain line ends, as it goes over the wire."""
    return textwrap.dedent(text).lstrip("\n").encode(charset).replace(b"\n", b"\r\n")


def plain(body: bytes, content_type: str, encoding: str = "8bit") -> received.ReceivedMail:
    head = (
        b"From: Awa <awa@example.org>\r\nSubject: Test\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: " + content_type.encode() + b"\r\n"
        b"Content-Transfer-Encoding: " + encoding.encode() + b"\r\n\r\n"
    )
    return received.read(head + body)


TEXT = "Où est l’œuvre ? ¿Dónde está el señor Muñoz? Déjà."


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("utf-8", TEXT),
        ("windows-1252", TEXT),
        ("iso-8859-1", "Où est l'élève ? ¿Dónde está el señor Muñoz?"),
        ("iso-8859-15", "Où est l'œuvre à 5 € ?"),
        ("utf-16", TEXT),
        ("utf-7", TEXT),
        ("macintosh", "Où est l’œuvre ?"),
        ("koi8-r", "Где письмо?"),
        ("gb18030", "你好"),
        ("iso-2022-jp", "こんにちは"),
    ],
)
@pytest.mark.parametrize("encoding", ["8bit", "base64"])
def test_a_text_in_any_charset_is_read(charset, text, encoding):
    try:
        body = text.encode(charset)
    except LookupError:
        body, charset = text.encode("mac-roman"), "macintosh"
    if encoding == "base64":
        body = base64.encodebytes(body)
    elif charset == "utf-16":
        pytest.skip("UTF-16 goes by mail in base64 only")
    assert plain(body, f'text/plain; charset="{charset}"', encoding).whole == text


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252"])
@pytest.mark.parametrize("declared", ["", "; charset=us-ascii", "; charset=nonsense", "; charset="])
def test_a_wrong_charset_is_guessed(charset, declared):
    assert plain(TEXT.encode(charset), f"text/plain{declared}").whole == TEXT


def test_quoted_printable_with_soft_line_ends():
    body = b"D=C3=A9j=C3=A0 vu et =\r\nencore."
    assert (
        plain(body, "text/plain; charset=utf-8", "quoted-printable").whole == "Déjà vu et encore."
    )


def test_lines_broken_for_the_way_are_made_whole():
    body = b"A long line that was \r\nbroken.\r\n> quoted and \r\n> broken\r\n-- \r\nAwa\r\n"
    mail = plain(body, "text/plain; charset=utf-8; format=flowed")
    assert mail.whole == "A long line that was broken.\n> quoted and broken\n-- \nAwa"


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (b"=?utf-8?B?RMOpasOg?= =?utf-8?Q?_vu?=", "Déjà vu"),
        (b"=?iso-8859-1?q?D=E9j=E0?= vu", "Déjà vu"),
        # Cut between the two bytes of a letter
        (b"=?utf-8?B?RMM=?= =?utf-8?B?qWrDoA==?=", "Déjà"),
        (b"=?windows-1252*fr?Q?D=E9j=E0?=", "Déjà"),
        ("Déjà vu".encode(), "Déjà vu"),
        ("Déjà vu".encode("latin-1"), "Déjà vu"),
        (b"=?nonsense?Q?D=C3=A9j=C3=A0?=", "Déjà"),
        (b"=?utf-8?B?not base64 at all", "=?utf-8?B?not base64 at all"),
        (b"Two\r\n lines", "Two lines"),
        (b"", ""),
    ],
)
def test_subjects(subject, expected):
    assert received.read(b"Subject: " + subject + b"\r\n\r\nx").subject == expected


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        (b"Awa Exemple <awa@example.org>", ("Awa Exemple", "awa@example.org")),
        (b"AWA@Example.ORG", ("", "awa@example.org")),
        (b'"Exemple, Awa" <awa@example.org>', ("Exemple, Awa", "awa@example.org")),
        (b"=?utf-8?Q?Exemple=2C_A=C3=AFa?= <awa@example.org>", ("Exemple, Aïa", "awa@example.org")),
        ("Aïssa <awa@example.org>".encode("latin-1"), ("Aïssa", "awa@example.org")),
        (b"awa@example.org (Awa)", ("Awa", "awa@example.org")),
        (b"Awa <awa@example.org", ("Awa", "awa@example.org")),
        (b"Awa [x] <<awa@example.org>>", ("", "awa@example.org")),
        (b"nobody", ("", "")),
        (b"", ("", "")),
    ],
)  # fmt: skip
def test_senders(sender, expected):
    mail = received.read(b"From: " + sender + b"\r\n\r\nx")
    assert mail.address == expected[1]
    if expected[0]:
        assert mail.name == expected[0]


def test_of_alternatives_the_plain_text_is_read():
    mail = received.read(
        raw("""
        From: awa@example.org
        Content-Type: multipart/alternative; boundary=b

        --b
        Content-Type: text/plain; charset=utf-8

        Déjà.
        --b
        Content-Type: text/html; charset=utf-8

        <p>D&eacute;j&agrave;, in HTML.</p>
        --b--
        """)
    )
    assert (mail.whole, mail.files) == ("Déjà.", ())


def test_html_alone_is_read_as_text():
    mail = plain(
        b"<html><head><title>No</title><style>p {}</style></head>"
        b"<body><p>D&eacute;j&agrave;<br>vu</p>"
        b'<ul><li>one</li><li>two</li></ul><p><a href="https://example.org/a">here</a></p>'
        b"<script>alert(1)</script><blockquote><p>old</p></blockquote></body></html>",
        "text/html; charset=utf-8",
    )
    assert mail.whole == "Déjà\nvu\n\n- one\n- two\n\nhere <https://example.org/a>\n\n> old"
    assert mail.text.endswith("<https://example.org/a>")


def test_files_come_with_their_names_and_pictures_of_signatures_do_not():
    mail = received.read(
        raw("""
        From: awa@example.org
        Content-Type: multipart/mixed; boundary=b

        --b
        Content-Type: text/plain

        See the files.
        --b
        Content-Type: application/pdf
        Content-Disposition: attachment; filename*=utf-8''r%C3%A9sum%C3%A9.pdf
        Content-Transfer-Encoding: base64

        JVBERi0=
        --b
        Content-Type: application/octet-stream; name="=?utf-8?Q?d=C3=A9.odt?="
        Content-Disposition: attachment

        x
        --b
        Content-Type: application/msword
        Content-Disposition: attachment; filename="..\\..\\etc/passwd"

        x
        --b
        Content-Type: image/png
        Content-ID: <logo>
        Content-Disposition: inline; filename=logo.png

        x
        --b--
        """)
    )
    assert [file.name for file in mail.files] == ["résumé.pdf", "dé.odt", "passwd"]
    assert mail.files[0].content == b"%PDF-"
    assert mail.whole == "See the files."


def test_a_forwarded_mail_is_a_file():
    mail = received.read(
        raw("""
        From: awa@example.org
        Content-Type: multipart/mixed; boundary=b

        --b
        Content-Type: text/plain

        See below.
        --b
        Content-Type: message/rfc822

        From: other@example.org
        Subject: Old

        Secret.
        --b--
        """)
    )
    assert mail.whole == "See below."
    assert b"Secret." in mail.files[0].content


@pytest.mark.parametrize(
    "head",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; owner=x",
        "Precedence: bulk",
        "Precedence: auto_reply",
        "X-Autoreply: yes",
        "List-Id: <list.example.org>",
        "Return-Path: <>",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
        "From: MAILER-DAEMON@example.org",
    ],
)
def test_what_programs_write_is_recognised(head):
    assert received.read(f"{head}\r\nFrom: awa@example.org\r\n\r\nx".encode()).is_automatic


@pytest.mark.parametrize("head", ["Auto-Submitted: no", "Precedence: normal", "X-Other: 1"])
def test_what_people_write_is_not(head):
    assert not received.read(f"{head}\r\nFrom: awa@example.org\r\n\r\nx".encode()).is_automatic


def test_a_mail_without_a_name_gets_one_of_its_content():
    one, other = received.read(b"From: a@b.c\n\nx"), received.read(b"From: a@b.c\n\ny")
    assert one.message_id == received.read(b"From: a@b.c\n\nx").message_id != other.message_id


@pytest.mark.slow
def test_a_mail_made_to_cost_is_cheap():
    quoted = b"<blockquote>" * 20_000 + b"<p>x" * 20_000
    head = b"From: awa@example.org\r\nContent-Type: text/html\r\n\r\n"
    assert len(received.read(head + quoted).whole) <= received.MAX_TEXT
    assert received.read(head + b"<p>x" * 2_000_000).whole.startswith("x\n\nx")


@pytest.mark.slow
def test_nothing_that_a_mail_holds_raises():
    """Mails broken on purpose, and some thousand broken by chance."""
    deep = b"From: a@example.org\n"
    for number in range(3000):
        deep += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number)
    wide = (
        b"From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 5000
    )
    broken = [b"", b"\n", b"\x00" * 50, b"From:\n", deep, wide, bytes(range(256)) * 20]
    for content in broken:
        received.read(content)
    whole = raw("""
        From: =?utf-8?Q?A=C3=AFssa?= <awa@example.org>
        To: reply+abc@example.org
        Subject: =?utf-8?B?RMOpasOg?=
        Content-Type: multipart/mixed; boundary="b"; x*0=1; x*1*=utf-8''2

        --b
        Content-Type: text/html; charset="utf-8"; format=flowed; delsp=yes
        Content-Transfer-Encoding: quoted-printable

        <p>D=C3=A9j=C3=A0 <b>
        --b
        Content-Type: application/pdf; name*=utf-8''%E9.pdf
        Content-Transfer-Encoding: base64

        JVBERi0=
        --b--
        """)
    pick = random.Random(7)
    for _number in range(2000):
        mutated = bytearray(whole)
        for _change in range(pick.randint(1, 12)):
            place = pick.randrange(len(mutated))
            mutated[place : place + pick.randint(0, 3)] = bytes(
                pick.randrange(256) for _byte in range(pick.randint(0, 3))
            )
        mail = received.read(bytes(mutated))
        for text in (mail.subject, mail.whole, mail.name, mail.text, *(f.name for f in mail.files)):
            assert "\x00" not in text
            text.encode()


# -- What is new -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "history",
    [
        "##- Write your answer above this line -##\n\nAll of our mail",
        "> ##- Écrivez votre réponse au-dessus de cette ligne ##-\n> text",
        "On Mon, 2 Nov 2026 at 10:00, Council <c@example.org> wrote:\n> Old.\n> Older.",
        "On Mon, 2 Nov 2026 at 10:00, Council\n<c@example.org> wrote:\n\n> Old.",
        "Le lun. 2 nov. 2026 à 10:00, Conseil <c@example.org> a écrit :\n> Ancien.",
        "Le lun. 2 nov. 2026 à 10:00, Conseil <c@example.org> a écrit\u00a0:\n> Ancien.",
        "El lun, 2 nov 2026 a las 10:00, Consejo (<c@example.org>) escribió:\n> Antes.",
        "> Old.\n> Older.\n",
        "-----Original Message-----\nFrom: Council\nOld.",
        "-----Message d’origine-----\nDe : Conseil",
        "_____________\nFrom: C <c@example.org>\nSent: Monday\nTo: Awa\nSubject: Re\n\nOld.",
        "De : Conseil <c@example.org>\nEnvoyé : lundi\nÀ : Awa\nObjet : Re\n\nAncien.",
        "De: Consejo <c@example.org>\nEnviado el: lunes\nPara: Awa\nAsunto: Re\n\nAntes.",
        "*From:* Council\n*Sent:* Monday\n*To:* Awa\n*Cc:* Jean\n*Subject:* Re\n\nOld.",
        "On Mon, 2 Nov 2026 at 10:00, Council <c@example.org> wrote:\n##- Write above ##-\nOld.",
    ],
)  # fmt: skip
def test_history_is_cut_off(history):
    assert without_history(f"We agree.\n\nAwa\n\n{history}") == "We agree.\n\nAwa"


@pytest.mark.parametrize(
    "whole",
    [
        "We agree.",
        "> When?\nTomorrow.\n> Where?\nHere.",
        "On Monday the minister wrote:\nWe will pay.",
        "From: Monday on we are away.\nTo: whom it may concern.",
        "-- \nAwa\n+221 00",
        "5 > 4\nand more",
        "> only what was quoted",
    ],
)
def test_what_is_not_surely_history_stays(whole):
    assert without_history(whole) == whole


def test_answers_between_the_lines_stay_and_the_rest_goes():
    whole = "On Monday, Council wrote:\n> When?\nTomorrow.\n> Where?\nHere.\n> Bye.\n"
    assert (
        without_history(whole) == "On Monday, Council wrote:\n> When?\nTomorrow.\n> Where?\nHere."
    )
