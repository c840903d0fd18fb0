"""Files that mean harm are refused, with words that say why; harmless ones near them are not."""

import io
import socket
import threading

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from portal.lib import files, pdf
from tests import hostile
from tests.documents import a_docx, a_pdf, a_zip, an_epub, an_odt

LIMIT = 20 * 1024 * 1024


def refusal(content: bytes, name: str, **options) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        files.inspect(io.BytesIO(content), name=name, limit=LIMIT, **options)
    return caught.value


@pytest.mark.parametrize("attack", hostile.FILES)
def test_what_is_refused(attack):
    content, name, code = hostile.FILES[attack]
    assert refusal(content, name).code == code


@pytest.mark.parametrize("name", hostile.PATHS)
def test_a_path_in_the_name(name):
    assert refusal(a_pdf(), name).code == "bad_name"


@pytest.mark.parametrize("attack", hostile.FILES)
def test_the_reason_is_told_in_the_reader_s_language(attack):
    content, name, _code = hostile.FILES[attack]
    error = refusal(content, name)
    told = {}
    for language in ("fr", "en", "es"):
        with translation.override(language):
            told[language] = error.messages[0]
    assert len(set(told.values())) == 3
    assert "%(" not in "".join(told.values())


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (a_docx({"word/embeddings/a.xlsx": a_zip({"xl/workbook.xml": "<x/>"})}), "a.docx"),
        (hostile.with_attachment("figures.csv", "région;2\n".encode()), "a.pdf"),
        (hostile.opening(S=hostile.Name.GoTo, D=hostile.Array([])), "a.pdf"),
        (hostile.odt_body('<draw:image xlink:href="Pictures/a.png"/>'), "a.odt"),
        (hostile.odt_body('<draw:object xlink:href="./Object 1"/>'), "a.odt"),
        (an_odt({"content.xml": ""}), "a.odt"),
        (an_epub(hostile.a_page("<p>one = 1, on = 2</p>")), "a.epub"),
        (an_epub({"META-INF/encryption.xml": '<e><CipherReference URI="a.ttf"/></e>'}), "a.epub"),
        (a_pdf() + b"\r\n\n", "a.pdf"),
    ],
    ids=[
        "chart of a workbook",
        "table of a report",
        "jump to a page",
        "picture",
        "chart",
        "empty part",
        "prose like code",
        "scrambled font",
        "line ends",
    ],
)
def test_what_only_looks_like_it_is_taken(content, name):
    assert files.inspect(io.BytesIO(content), name=name, limit=LIMIT).size == len(content)


def test_a_report_of_the_portal_s_own_is_taken():
    report = pdf.from_html(
        '<html lang="fr"><title>Rapport</title><p>Rapport',
        attachments=(pdf.AttachedFile("figures.csv", b"region;2\n", "Figures"),),
    )
    facts = files.inspect(io.BytesIO(report), name="a.pdf", limit=LIMIT)
    assert (facts.pages, facts.is_tagged, facts.language) == (1, True, "fr")


# -- The virus scanner ---------------------------------------------------------------------------


class Clamd:
    """A small daemon that speaks INSTREAM over a real socket, as clamd does."""

    def __init__(self, address, *, answer: bytes | None = None, most: int = 10**9):
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.listener = socket.socket(family, socket.SOCK_STREAM)
        self.listener.bind(address)
        self.listener.listen()
        self.answer, self.most, self.received = answer, most, []
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    @property
    def port(self) -> int:
        return self.listener.getsockname()[1]

    def serve(self):
        while True:
            try:
                link, _address = self.listener.accept()
            except OSError:
                return
            with link:
                link.sendall(self.checked(link))

    def checked(self, link) -> bytes:
        assert self.exactly(link, 10) == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(self.exactly(link, 4), "big"):
            content += self.exactly(link, length)
            if len(content) > self.most:
                return b"INSTREAM size limit exceeded. ERROR\0"
        self.received.append(content)
        if self.answer is not None:
            return self.answer
        return b"stream: Example-Virus FOUND\0" if b"Evil" in content else b"stream: OK\0"

    @staticmethod
    def exactly(link, length: int) -> bytes:
        content = b""
        while len(content) < length:
            piece = link.recv(length - len(content))
            if not piece:
                break
            content += piece
        return content

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)


@pytest.fixture
def clamd(settings):
    """Calling it starts a daemon, which the portal then asks."""
    started = []

    def start(address=("127.0.0.1", 0), **options) -> Clamd:
        daemon = Clamd(address, **options)
        started.append(daemon)
        settings.CLAMD = address if isinstance(address, str) else f"127.0.0.1:{daemon.port}"
        return daemon

    yield start
    for daemon in started:
        daemon.close()


EVIL = a_pdf(title="Evil")


def test_a_clean_file_is_taken(clamd):
    daemon = clamd()
    content = a_pdf(title="long " * 50_000)
    assert files.inspect(io.BytesIO(content), name="a.pdf", limit=LIMIT).pages == 2
    assert daemon.received == [content]


def test_a_virus_is_named_and_refused(clamd):
    clamd()
    error = refusal(EVIL, "a.pdf")
    assert error.code == "infected"
    assert "Example-Virus" in error.messages[0]


def test_the_scanner_on_a_socket_of_this_machine(clamd, tmp_path):
    daemon = clamd(str(tmp_path / "clamd.ctl"))
    assert refusal(EVIL, "a.pdf").code == "infected"
    assert daemon.received == [EVIL]


@pytest.mark.parametrize("answer", [b"stream: Timeout ERROR\0", b"", b"UNKNOWN COMMAND\0", b"x"])
def test_an_unclear_answer_keeps_nothing(clamd, answer):
    clamd(answer=answer)
    assert refusal(a_pdf(), "a.pdf").code == "not_checked"


def test_a_file_that_is_too_large_for_the_scanner_is_not_kept(clamd):
    clamd(most=1000)
    assert refusal(a_pdf(title="long " * 500_000), "a.pdf").code == "not_checked"


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/no/such/socket", "nonsense", "127.0.0.1:"])
def test_a_scanner_that_does_not_answer_keeps_nothing(settings, address):
    settings.CLAMD = address
    assert refusal(a_pdf(), "a.pdf").code == "not_checked"


def test_without_a_scanner_nothing_is_asked(settings):
    assert settings.CLAMD == ""
    assert files.inspect(io.BytesIO(EVIL), name="a.pdf", limit=LIMIT).pages == 2


def test_pictures_and_enclosures_are_checked_too(clamd):
    clamd(answer=b"stream: Example-Virus FOUND\0")
    picture = hostile.an_enormous_png((10, 10))
    assert refusal(picture, "a.png", kinds=files.ENCLOSURES).code == "infected"
