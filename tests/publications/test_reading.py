"""What the worker reads from files: words and first page, once, also when a worker dies."""

import datetime

import pytest
from django.utils import timezone

from portal.lib import changes, pdf
from publications import filing, reading
from publications.models import PublicationFile
from publications.models.files import LONGEST_READING, MOST_READINGS
from publications.tasks import read_due_files, read_file
from tests.documents import a_docx, a_pdf, add_file, an_upload
from tests.factories import create_publication

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def a_report(words: str = "Socles") -> bytes:
    return pdf.from_html(f'<html lang="fr"><title>x</title><p>{words}')


def pictures(folder) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.webp"))


def test_words_and_first_page_are_read_and_announced(
    monkeypatch, tmp_path, django_capture_on_commit_callbacks
):
    file = add_file(create_publication(symbol="P/2026/14"), "fr", a_report())
    assert (file.words, bool(file.thumbnail), file.read_at) == ("", False, None)
    heard = []
    monkeypatch.setattr(changes, "_receivers", [heard.extend])
    with django_capture_on_commit_callbacks(execute=True):
        read_file(file.pk)
    file.refresh_from_db()
    assert file.words == "Socles"
    assert pictures(tmp_path) == [f"P-2026-14-fr-{file.digest[:12]}.webp"]
    assert file.thumbnail_height > file.thumbnail_width > 300
    assert (file.reading_since, file.readings, file.read_at is not None) == (None, 1, True)
    assert heard == [file.publication]


def test_a_kept_file_rings_for_a_worker(django_capture_on_commit_callbacks):
    publication = create_publication()
    with django_capture_on_commit_callbacks(execute=True):
        filing.keep_file(publication, "fr", filing.judge(an_upload(a_report())))
    assert publication.files.get().words == "Socles"


@pytest.mark.slow
def test_a_bell_that_was_lost_is_rung_again(django_capture_on_commit_callbacks):
    for _ in range(3):
        add_file(create_publication(), "fr", a_report())
    with django_capture_on_commit_callbacks(execute=True):
        read_due_files()
    assert set(PublicationFile.objects.values_list("words", flat=True)) == {"Socles"}
    with django_capture_on_commit_callbacks(execute=True) as rung:
        read_due_files()
    assert rung == []


def test_a_file_is_read_by_one_worker_at_a_time():
    file = add_file(create_publication(), "fr", a_report())
    other = PublicationFile.objects.get(pk=file.pk)
    assert reading.claim(other)
    assert not reading.read(file)
    assert PublicationFile.objects.get().words == ""


def test_a_file_whose_worker_died_is_due_again_three_times_at_most():
    file = add_file(create_publication(), "fr", a_report())
    now = timezone.now()
    for attempt in range(1, MOST_READINGS + 1):
        assert reading.claim(file)
        assert file.readings == attempt
        assert not PublicationFile.objects.due_for_reading(now).exists()
        PublicationFile.objects.update(
            reading_since=now - LONGEST_READING - datetime.timedelta(seconds=1)
        )
    assert not PublicationFile.objects.due_for_reading(now).exists()
    assert not reading.read(file)


def test_what_another_file_s_worker_read_is_thrown_away(tmp_path):
    """The file was replaced while a worker was reading it."""
    publication = create_publication()
    late = add_file(publication, "fr", a_report("Ancien"))
    assert reading.claim(late)
    add_file(publication, "fr", a_report("Nouveau"))
    page = reading.words.FirstPage(b"x", 1, 1)
    assert not reading.keep(late, "Ancien", page)
    file = publication.files.get()
    assert (file.words, bool(file.thumbnail), pictures(tmp_path)) == ("", False, [])
    assert reading.read(file)
    assert publication.files.get().words == "Nouveau"


@pytest.mark.slow
def test_a_new_file_forgets_the_words_and_the_picture_of_the_former_one(
    tmp_path, django_capture_on_commit_callbacks
):
    publication = create_publication()
    for content, words in ((a_report("Ancien"), "Ancien"), (a_report("Nouveau"), "Nouveau")):
        with django_capture_on_commit_callbacks(execute=True):
            filing.keep_file(publication, "fr", filing.judge(an_upload(content)))
        assert publication.files.get().words == words
        assert len(pictures(tmp_path)) == 1
    with django_capture_on_commit_callbacks(execute=True):
        filing.keep_file(publication, "fr", filing.judge(an_upload(a_docx(), "a.docx")))
    file = publication.files.get()
    assert file.words == "Socles de protection\net des mots"
    assert (file.thumbnail.name, file.thumbnail_width, pictures(tmp_path)) == ("", 0, [])


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"PK\x03\x04"])
def test_what_cannot_be_read_is_not_tried_again(content):
    """What was stored before files were judged as they are now."""
    file = add_file(create_publication())
    with file.file.storage.open(file.file.name, "wb") as stored:
        stored.write(content)
    assert reading.read(file)
    file.refresh_from_db()
    assert (file.words, bool(file.thumbnail)) == ("", False)
    assert not PublicationFile.objects.due_for_reading(timezone.now()).exists()


def test_a_file_that_is_gone_is_not_tried_again():
    file = add_file(create_publication())
    file.file.storage.delete(file.file.name)
    assert reading.read(file)
    read_file(file.pk + 1)


def test_the_picture_shows_the_page_of_a_pdf_without_words():
    file = add_file(create_publication(), "fr", a_pdf())
    assert reading.read(file)
    file.refresh_from_db()
    assert file.words == "" and file.thumbnail
