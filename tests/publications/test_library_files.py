"""How files and pictures of first pages are handed out: by the rule of their text, whole, in parts,
or by the web server in front."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as sets
from hypothesis import strategies as st

from portal.lib.files.serving import wanted_part
from publications import publishing, reading
from tests.documents import a_docx, a_pdf, add_file
from tests.factories import create_contact, create_publication, create_secretary

pytestmark = pytest.mark.django_db
FILE = "/en/publications/P-2026-14/fr/file"
PICTURE = "/en/publications/P-2026-14/fr/page.webp"
CONTENT = a_pdf(3, tagged=True)


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def publication():
    return create_publication(symbol="P/2026/14")


@pytest.fixture
def file(publication):
    """The file of the publication, read by a worker."""
    file = add_file(publication, "fr", CONTENT)
    assert reading.read(file)
    file.refresh_from_db()
    return file


def body_of(answer) -> bytes:
    return b"".join(answer.streaming_content)


# -- Parts of a file -------------------------------------------------------------------------------

SIZE = len(CONTENT)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, SIZE - 1),
        ("bytes=-50", SIZE - 50, SIZE - 1),
        (f"bytes=-{SIZE * 2}", 0, SIZE - 1),
        (f"bytes=10-{SIZE * 2}", 10, SIZE - 1),
        ("bytes=0-0", 0, 0),
    ],
)
def test_a_part_of_a_file(client, file, asked, first, last):
    answer = client.get(FILE, headers={"range": asked})
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer.headers["Content-Length"] == str(last - first + 1)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert body_of(answer) == CONTENT[first : last + 1]


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=-0", f"bytes={SIZE * 9}-{SIZE * 10}"])
def test_a_part_that_a_file_does_not_have(client, file, asked):
    answer = client.get(FILE, headers={"range": asked})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-9", "pages=1-2", "bytes=9-3", "bytes=-", "bytes=x-"]
)
def test_what_is_no_single_part_is_answered_whole(client, file, asked):
    answer = client.get(FILE, headers={"range": asked})
    assert answer.status_code == 200
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert body_of(answer) == CONTENT


def test_the_rest_of_a_file_that_was_replaced_is_the_whole_new_one(client, file):
    kept = {"range": "bytes=100-", "if-range": f'"{file.digest}"'}
    assert status_of(client, FILE, headers=kept) == 206
    add_file(file.publication, "fr", a_pdf(9))
    assert status_of(client, FILE, headers=kept) == 200


@pytest.mark.slow
@sets(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from("bytes=0123456789-, "), max_size=24), st.integers(1, 2000))
def test_whatever_is_asked_for_lies_within_the_file(rf, asked, size):
    wanted = wanted_part(rf.get("/", headers={"range": asked}), size, "")
    if wanted is not None:
        first, last = wanted
        assert (0 <= first <= last < size) or (first, last) == (size, size - 1)


def test_a_document_is_not_compressed_once_more(client, file):
    answer = client.get(FILE, headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Content-Length"] == str(SIZE)
    assert answer.headers["ETag"] == f'"{file.digest}"'
    assert body_of(answer) == CONTENT
    page = client.get("/en/publications/P-2026-14/", headers={"accept-encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"


# -- By the web server -----------------------------------------------------------------------------


def test_nginx_is_told_where_the_file_lies(client, file, settings):
    settings.X_ACCEL_PREFIX = "/portal-files/"
    answer = client.get(FILE)
    assert answer.headers["X-Accel-Redirect"] == "/portal-files/publications/P-2026-14-fr.pdf"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="P-2026-14-fr.pdf"'
    assert answer.content == b""
    known = client.get(FILE, headers={"if-none-match": f'"{file.digest}"'})
    assert known.status_code == 304
    assert "X-Accel-Redirect" not in known.headers


def test_apache_is_told_the_path(client, file, settings, tmp_path):
    settings.X_SENDFILE = True
    answer = client.get(FILE)
    assert answer.headers["X-Sendfile"] == str(tmp_path / "publications" / "P-2026-14-fr.pdf")
    assert answer.content == b""


@pytest.mark.parametrize("access", ["members", "secretariat"])
def test_the_web_server_is_told_nothing_of_what_is_not_public(client, file, settings, access):
    settings.X_ACCEL_PREFIX = "/portal-files/"
    file.publication.access = access
    file.publication.save()
    for address in (FILE, PICTURE):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "X-Accel-Redirect" not in answer.headers


# -- By the rule of the text -----------------------------------------------------------------------


def status_of(client, address: str, **options) -> int:
    """The status; a file is read to its end, which closes it."""
    answer = client.get(address, **options)
    if answer.streaming:
        body_of(answer)
    return answer.status_code


def statuses(client, address: str) -> list[int]:
    names = ("file", "page.webp")
    return [status_of(client, address.replace("page.webp", name)) for name in names]


@pytest.mark.slow
def test_an_old_address_answers_as_the_text_does_now(client, file):
    publication = file.publication
    assert statuses(client, PICTURE) == [200, 200]
    for change in ("members", "secretariat", "public"):
        publication.access = change
        publication.save()
        known = {"if-none-match": f'"{file.digest}"'}
        expected = 304 if change == "public" else 404
        assert client.get(FILE, headers=known).status_code == expected
        assert statuses(client, PICTURE) == ([200, 200] if change == "public" else [404, 404])
    publishing.withdraw(publication)
    assert statuses(client, PICTURE) == [404, 404]


@pytest.mark.slow
def test_members_and_secretariat_read_each_what_is_theirs(client, file):
    publication, space = file.publication, "/en/space/library/P-2026-14/fr/page.webp"
    desk = "/en/secretariat/publications/P-2026-14/fr/page.webp"
    publication.access = "members"
    publication.save()
    client.force_login(create_contact())
    assert statuses(client, space) == [200, 200]
    assert statuses(client, desk) == [404, 404]
    answer = client.get(space)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert body_of(answer).startswith(b"RIFF")
    publication.access = "secretariat"
    publication.save()
    assert statuses(client, space) == [404, 404]
    client.force_login(create_secretary())
    assert statuses(client, desk) == [200, 200]
    # The public address answers as to anybody, whoever asks.
    assert statuses(client, PICTURE) == [404, 404]


def test_no_picture_is_served_by_its_path(client, file):
    assert file.thumbnail
    for path in (f"/{file.thumbnail.name}", f"/files/{file.thumbnail.name}"):
        assert client.get(path, follow=True).status_code == 404


# -- On the page of the publication ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "picture"), [("publications", PICTURE), ("space/library", "/space/library/")]
)
def test_the_page_shows_the_first_page(client, file, base, picture):
    client.force_login(create_contact())
    shown = client.get(f"/en/{base}/P-2026-14/").content.decode()
    tag = shown[shown.index('<img class="first-page"') :].split(">")[0]
    assert picture in tag
    assert f'width="{file.thumbnail_width}" height="{file.thumbnail_height}"' in tag
    assert 'class="cover' not in shown.split("<article>")[0]


def test_lists_keep_the_drawn_cover(client, file):
    shown = client.get("/en/publications/").content.decode()
    assert "page.webp" not in shown and 'class="cover' in shown


def test_without_a_picture_the_cover_is_drawn(client, publication):
    add_file(publication, "fr", a_docx(), "a.docx")
    assert client.get(PICTURE).status_code == 404
    assert "first-page" not in client.get("/en/publications/P-2026-14/").content.decode()


def test_of_a_members_text_the_public_sees_no_first_page(client, file):
    file.publication.access = "members"
    file.publication.save()
    shown = client.get("/en/publications/P-2026-14/").content.decode()
    assert "first-page" not in shown and "SHA-256" not in shown


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", ("Langue du fichier", "français", "Accessibilité", ", balisé")),
        ("en", ("Language of the file", "French", "PDF, tagged text", ", tagged")),
        ("es", ("Idioma del archivo", "francés", "Accesibilidad", ", etiquetado")),
    ],
)
def test_what_the_file_says_of_itself_is_shown(client, file, language, said):
    type(file).objects.filter(pk=file.pk).update(declared_language="fr-FR")
    shown = client.get(f"/{language}/publications/P-2026-14/").content.decode()
    assert [text for text in said if text not in shown] == []
    assert file.digest[:16] in shown


def test_a_list_reads_no_words(client, file):
    with CaptureQueriesContext(connection) as asked:
        client.get("/en/publications/")
        client.get("/en/publications/P-2026-14/")
    assert [query["sql"] for query in asked if '"words"' in query["sql"]] == []
