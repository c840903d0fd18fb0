"""How printed documents look, in one word: it moves with all they are drawn by, and no more."""

from pathlib import Path

import pytest

from members import dues_papers
from portal.lib.pdf import look, looks
from portal.light import editions
from publications.newsletters import rendering
from publications.reports import showing

OWN = "templates/members/*_print.html"


@pytest.fixture
def project(settings, tmp_path):
    """A project with a file of each pattern that all documents share, and one of a document."""
    for pattern in (*looks.SHARED, OWN):
        path = tmp_path / pattern.replace("**/", "").replace("*", "one")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("as it was")
    settings.BASE_DIR = tmp_path
    yield tmp_path
    look.cache_clear()


def anew(*own: str) -> str:
    """What a process that starts now finds."""
    look.cache_clear()
    return look(*own)


@pytest.mark.parametrize("pattern", looks.SHARED)
def test_what_all_share_moves_the_look_of_all(project, pattern):
    before = anew(OWN), anew()
    assert (anew(OWN), anew()) == before
    (path,) = project.glob(pattern)
    path.write_text("otherwise")
    assert anew(OWN) != before[0]
    assert anew() != before[1]


def test_what_is_a_documents_own_moves_no_other(project):
    before = anew(OWN), anew()
    (path,) = project.glob(OWN)
    path.write_text("otherwise")
    assert anew(OWN) != before[0]
    assert anew() == before[1]


@pytest.mark.parametrize(
    "pattern",
    sorted({*looks.SHARED, *dues_papers.OWN, *editions.OWN, *rendering.PRINT, *showing.OWN}),
)
def test_every_pattern_finds_files(settings, pattern):
    assert any(Path(settings.BASE_DIR).glob(pattern))
