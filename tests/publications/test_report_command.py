"""Reports on the shell: one to a file, many to a folder, and what is refused."""

import io
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from publications.models import Report, ReportBatch
from tests import factories

pytestmark = pytest.mark.django_db

YEAR = timezone.localdate().year


@pytest.fixture
def lake():
    factories.create_network()
    organisation = factories.create_organisation(name="Lake", slug="lake", category="A")
    factories.create_membership(organisation)
    return organisation


def run(kind: str, output, **options) -> tuple[str, str]:
    said, wrong = io.StringIO(), io.StringIO()
    call_command("report", kind, output=output, stdout=said, stderr=wrong, **options)
    return said.getvalue(), wrong.getvalue()


@pytest.mark.slow
def test_one_report_is_written_whole(lake, tmp_path):
    output = tmp_path / "lake.pdf"
    run("certificate", output, of="lake", language=["es"])
    assert output.read_bytes().startswith(b"%PDF-")
    assert [path.name for path in tmp_path.iterdir()] == ["lake.pdf"]
    assert not Report.objects.exists()


@pytest.mark.slow
def test_all_reports_of_a_category_come_as_one_archive_a_language(lake, tmp_path):
    factories.create_membership(factories.create_organisation(category="C"))
    lapsing = factories.create_organisation(name="Gone", slug="gone", category="A", status="lapsed")
    factories.create_membership(lapsing)
    said, wrong = run("certificate", tmp_path, all=True, category="a", language=["en"], region="r8")
    name = f"certificate-{YEAR}-r8-a-en.zip"
    assert [path.name for path in tmp_path.iterdir()] == [name]
    with zipfile.ZipFile(tmp_path / name) as zipped:
        assert sorted(zipped.namelist()) == [
            f"certificate-gone-{YEAR}-en.pdf",
            f"certificate-lake-{YEAR}-en.pdf",
        ]
        assert zipped.read(zipped.namelist()[0]).startswith(b"%PDF-")
    assert (said.startswith(f"{tmp_path / name} (2 reports, "), wrong) == (True, "")


REFUSED = [
    ("region", {"of": "R12"}, "There is no region R12. The regions are R8."),
    ("member", {"of": "nobody"}, "There is no organisation nobody."),
    ("member", {}, "Say with --of whom the report is about, or give --all."),
    ("member", {"of": "lake", "all": True}, "Give either --of or --all."),
    ("member", {"of": "lake", "region": "R8"}, "--region and --category go with --all."),
    (
        "member",
        {"of": "lake", "quarter": 2},
        "The kind member is about a whole year, not a quarter.",
    ),
    (
        "member",
        {"of": "lake", "language": ["en", "fr"]},
        "One report is in one language; several go with --all.",
    ),
    ("member", {"all": True, "region": "R7"}, "There is no region R7. The regions are R8."),
    ("member", {"all": True, "category": "Z"}, "There is no category Z. The categories are A."),
    ("member", {"all": True, "year": 1999}, "There is nobody to report on."),
]


@pytest.mark.parametrize(("kind", "options", "message"), REFUSED)
def test_what_cannot_be_made_is_refused_in_a_sentence(lake, tmp_path, kind, options, message):
    output = tmp_path if options.get("all") else tmp_path / "x.pdf"
    with pytest.raises(CommandError) as caught:
        run(kind, output, **options)
    assert str(caught.value) == message
    assert list(tmp_path.iterdir()) == []
    assert not ReportBatch.objects.exists()


@pytest.mark.parametrize("options", [{"of": "lake"}, {"all": True}])
def test_there_must_be_a_folder(lake, tmp_path, options):
    with pytest.raises(CommandError, match="There is no folder"):
        run("certificate", tmp_path / "missing" / "x", **options)


def test_a_certificate_without_membership_is_refused(lake, tmp_path):
    lake.memberships.all().delete()
    with pytest.raises(CommandError, match="there is nothing to certify"):
        run("certificate", tmp_path / "c.pdf", of="lake", language=["en"])
