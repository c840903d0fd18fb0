"""A backup gives back every row and file, refuses what is damaged, and pauses the sending."""

import json
import shutil
import tarfile
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from members.models import Organisation
from portal import backup, identity
from portal.lib import network
from portal.models import TextFile
from publications.models import Publication
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def filled():
    """A small network with a file on the disk."""
    factories.create_network()
    region = factories.create_region()
    organisation = factories.create_organisation(category="A", description_fr="Œuvre « sociale »")
    factories.create_membership(organisation)
    factories.create_contact(organisation)
    factories.create_publication(regions=[region], title_es="Informe ñandú", symbol="P/2026/77")
    TextFile.objects.create(
        name="es.csv", format="csv", source_language="fr", target_language="es", content=b"\x00\xff"
    )
    path = Path(settings.MEDIA_ROOT) / "publications" / "kept.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("kept")
    yield organisation
    path.unlink(missing_ok=True)


def everything() -> dict:
    return {
        model._meta.db_table: [json.dumps(r, default=backup.encoded) for r in backup.rows_of(model)]
        for model in backup.kept_models()
        if model._meta.label != "portal.NetworkIdentity"
    }


def test_a_restore_gives_back_every_row_and_file(filled, tmp_path):
    archive = tmp_path / "backup.tar.gz"
    before = everything()
    manifest = backup.create(archive)
    kept = Path(settings.MEDIA_ROOT) / "publications" / "kept.txt"
    kept.write_text("changed")
    Publication.objects.all().delete()
    factories.create_organisation(name="Later")

    backup.restore(archive)

    assert everything() == before
    assert kept.read_text() == "kept"
    assert manifest["files"]["publications/kept.txt"] == backup.digest(kept)
    assert archive.stat().st_mode & 0o777 == 0o600


def test_new_rows_can_be_made_after_a_restore(filled, tmp_path):
    backup.create(tmp_path / "backup.tar.gz")
    backup.restore(tmp_path / "backup.tar.gz")
    assert factories.create_organisation(name="After").pk > filled.pk


def test_sending_is_paused_after_a_restore(filled, tmp_path):
    assert network.current().sending_paused is False
    backup.create(tmp_path / "backup.tar.gz")
    backup.restore(tmp_path / "backup.tar.gz")
    assert network.current().sending_paused is True
    call_command("sending", "resume", stdout=StringIO())
    assert network.current().sending_paused is False


def tampered(archive: Path, tmp_path: Path, change) -> Path:
    """The archive with one change made to its unpacked parts."""
    folder = tmp_path / "unpacked"
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    change(folder)
    result = tmp_path / "tampered.tar.gz"
    with tarfile.open(result, "w:gz") as tar:
        for part in folder.iterdir():
            tar.add(part, arcname=part.name)
    shutil.rmtree(folder)
    return result


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda folder: (folder / "tables/members_organisation.jsonl").write_text(""),
            "tables/members_organisation.jsonl is missing or damaged in the archive.",
        ),
        (
            lambda folder: (folder / "files/publications/kept.txt").unlink(),
            "files/publications/kept.txt is missing or damaged in the archive.",
        ),
        (
            lambda folder: (folder / "manifest.json").unlink(),
            "The archive has no manifest.json: it is not a backup of this portal.",
        ),
    ],
)
def test_a_damaged_archive_changes_nothing(filled, tmp_path, change, message):
    backup.create(tmp_path / "backup.tar.gz")
    archive = tampered(tmp_path / "backup.tar.gz", tmp_path, change)
    before = everything()
    with pytest.raises(backup.BackupError) as caught:
        backup.restore(archive)
    assert str(caught.value) == message
    assert everything() == before
    assert network.current().sending_paused is False


def test_an_archive_of_another_version_is_refused(filled, tmp_path):
    backup.create(tmp_path / "backup.tar.gz")

    def older(folder):
        path = folder / "manifest.json"
        manifest = json.loads(path.read_text())
        manifest["migrations"].append("portal.9999_of_a_later_version")
        path.write_text(json.dumps(manifest))

    with pytest.raises(backup.BackupError, match="another version of the portal"):
        backup.restore(tampered(tmp_path / "backup.tar.gz", tmp_path, older))


def test_the_commands_refuse_to_overwrite(filled, tmp_path):
    archive = tmp_path / "backup.tar.gz"
    call_command("backup", to=archive, stdout=StringIO())
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", to=archive, stdout=StringIO())
    with pytest.raises(CommandError, match="This database has organisations"):
        call_command("restore", str(archive), stdout=StringIO())
    call_command("restore", str(archive), replace=True, stdout=StringIO())
    assert Organisation.objects.count() == 1


def test_a_file_that_is_no_archive_is_refused(tmp_path):
    path = tmp_path / "note.tar.gz"
    path.write_text("not an archive")
    with pytest.raises(backup.BackupError, match="is not a whole backup archive"):
        backup.restore(path)
    assert identity.read().sending_paused is False
