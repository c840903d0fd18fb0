"""The verbs of the library: symbols, files that come and go with their rows, and the public."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.utils import timezone

from portal.lib import changes, files
from publications import filing, publishing
from publications.models import Publication, PublicationFile
from tests.documents import a_pdf, add_file, an_upload
from tests.factories import create_publication, create_secretary

pytestmark = pytest.mark.django_db


def upload(content: bytes | None = None) -> filing.Upload:
    return filing.judge(an_upload(content))


def stored() -> set[str]:
    if not default_storage.exists("publications"):
        return set()
    return set(default_storage.listdir("publications")[1])


@pytest.fixture(autouse=True)
def empty_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_the_next_symbol_of_a_year():
    assert publishing.next_symbol(2026) == "P/2026/01"
    create_publication(symbol="P/2026/09")
    create_publication(symbol="P/2026/14")
    create_publication(symbol="P/2025/80")
    assert publishing.next_symbol(2026) == "P/2026/15"
    create_publication(symbol="P/2026/120")
    assert publishing.next_symbol(2026) == "P/2026/121"


def test_a_file_is_stored_with_what_was_found_in_it():
    publication = create_publication(symbol="P/2026/14")
    content = a_pdf(3, tagged=True)
    file = add_file(publication, "fr", content)
    assert file.file.name == "publications/P-2026-14-fr.pdf"
    assert file.file.read() == content
    file.file.close()
    assert (file.media_type, file.size, file.pages, file.is_tagged, file.kind) == (
        "application/pdf",
        len(content),
        3,
        True,
        "PDF",
    )


def test_a_replaced_file_leaves_once_everything_is_committed(
    django_capture_on_commit_callbacks,
):
    publication = create_publication(symbol="P/2026/14")
    old = add_file(publication, "fr").file.name
    with django_capture_on_commit_callbacks(execute=True):
        publishing.record(publication_saved(publication), files={"fr": upload(a_pdf(5))})
        assert default_storage.exists(old)
    assert not default_storage.exists(old)
    file = publication.files.get()
    assert file.pages == 5
    kept = {file.file.name, file.thumbnail.name}
    assert stored() == {name.split("/")[1] for name in kept}


def publication_saved(publication):
    def save():
        publication.save()
        return publication

    return save


def test_a_removed_file_leaves_with_its_row(django_capture_on_commit_callbacks):
    publication = create_publication()
    add_file(publication, "fr")
    add_file(publication, "en")
    with django_capture_on_commit_callbacks(execute=True):
        publishing.record(publication_saved(publication), files={}, removed=["fr"])
    assert [file.language for file in publication.files.all()] == ["en"]
    assert len(stored()) == 1


def test_all_or_nothing(django_capture_on_commit_callbacks):
    """A failure after the first file leaves neither rows nor files behind."""
    publication = create_publication(title_en="Before")
    kept = add_file(publication, "fr", a_pdf(2)).file.name

    def save():
        publication.title_en = "After"
        publication.save()
        return publication

    broken = filing.Upload(an_upload(), files.FileFacts("application/pdf", -1, 1, False, "x"))
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(Exception) as caught:
        publishing.record(save, files={"fr": upload(a_pdf(9)), "es": broken})
    assert type(caught.value).__name__ in ("IntegrityError", "DataError")
    publication.refresh_from_db()
    assert publication.title_en == "Before"
    assert [(f.language, f.pages) for f in publication.files.all()] == [("fr", 2)]
    assert stored() == {kept.split("/")[1]}


def test_a_symbol_taken_in_the_meantime_is_told():
    create_publication(symbol="P/2026/14")
    late = Publication(symbol="P/2026/14", kind="report", title_fr="Tard")
    with pytest.raises(ValidationError) as caught:
        publishing.record(publication_saved(late), files={"fr": upload()})
    assert list(caught.value.message_dict) == ["symbol"]
    assert Publication.objects.count() == 1
    assert not PublicationFile.objects.exists()
    assert stored() == set()


@pytest.mark.parametrize("before", ["draft", "withdrawn"])
def test_publishing(before):
    publication = create_publication(state=before)
    publishing.publish(publication)
    assert publication.is_public
    assert Publication.objects.public().get() == publication
    with pytest.raises(ValidationError, match="already published"):
        publishing.publish(publication)


def test_withdrawing():
    publication = create_publication()
    publishing.withdraw(publication)
    assert publication.state == "withdrawn"
    assert not Publication.objects.published().exists()
    with pytest.raises(ValidationError, match="Only what is published"):
        publishing.withdraw(publication)
    with pytest.raises(ValidationError):
        publishing.withdraw(create_publication(state="draft"))


def test_each_change_is_announced_after_its_commit(monkeypatch, django_capture_on_commit_callbacks):
    heard = []
    monkeypatch.setattr(changes, "_receivers", [heard.extend])
    publication = create_publication(state="draft")
    with django_capture_on_commit_callbacks(execute=True):
        publishing.publish(publication)
    with django_capture_on_commit_callbacks(execute=True):
        publishing.withdraw(publication)
    with django_capture_on_commit_callbacks(execute=True):
        publishing.record(publication_saved(publication), files={"fr": upload()})
    assert set(heard) == {publication}
    assert len(heard) >= 3


def test_publishing_keeps_the_states_of_the_languages():
    publication = create_publication(state="draft", title_es="Título", state_es="machine")
    states = publication.languages()
    publishing.publish(publication)
    assert Publication.objects.get().languages() == states


# -- The editorial life --------------------------------------------------------------------------


def test_what_is_scheduled_appears_by_itself_and_once():
    now = timezone.now()
    publication = create_publication(state="draft")
    secretary = create_secretary()
    publishing.schedule(publication, at=now + datetime.timedelta(hours=2), by=secretary)
    assert publishing.release_due() == 0
    Publication.objects.filter(pk=publication.pk).update(appears_at=now)
    assert publishing.release_due() == 1
    assert publishing.release_due() == 0
    publication.refresh_from_db()
    assert (publication.state, publication.appears_at) == ("published", None)
    assert publication.announced_at >= now
    assert [(step.kind, step.by) for step in publication.steps.all()] == [
        ("scheduled", secretary),
        ("published", None),
    ]


def test_a_moment_that_has_passed_is_refused():
    publication = create_publication(state="draft")
    with pytest.raises(ValidationError):
        publishing.schedule(publication, at=timezone.now(), by=None)
    assert not publication.steps.exists()


ALL = ("draft", "proposed", "sent_back", "scheduled", "published", "withdrawn")


@pytest.mark.parametrize(
    ("kind", "after", "becomes"),
    [
        ("proposed", {"draft", "sent_back"}, "proposed"),
        ("sent_back", {"proposed"}, "sent_back"),
        ("unscheduled", {"scheduled"}, "draft"),
        ("published", {"draft", "proposed", "sent_back", "withdrawn", "scheduled"}, "published"),
        ("withdrawn", {"published", "scheduled"}, "withdrawn"),
    ],
)
@pytest.mark.parametrize("state", ALL)
def test_each_step_begins_where_it_may(kind, after, becomes, state):
    publication = create_publication(state=state)
    if state in after:
        publishing.take(publication, kind, by=None, reason="Why")
        publication.refresh_from_db()
        assert publication.state == becomes
        assert publication.steps.get().reason == "Why"
    else:
        with pytest.raises(ValidationError):
            publishing.take(publication, kind, by=None)
        publication.refresh_from_db()
        assert publication.state == state
        assert not publication.steps.exists()
