"""The stylesheets: many small sources, one file for the browser.

Each bundle joins its sources in order, without comments and needless space. It is written
again whenever its text would differ, so nobody runs a build: the finder answers for the bundle
as for any static file, in development and when files are collected.
"""

import posixpath
import re
import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

BUNDLES = {
    # Without the fonts (css/fonts.css), which come after the page, or not to who saves data.
    "css/portal.css": ("tokens.css", "base.css", "layout.css", "components/*.css"),
    # What only the members’ area and the secretariat have, beside the former.
    "css/desk.css": ("desk/*.css",),
    "css/print.css": ("print/*.css",),
    # Beside the former, for a document with names in other scripts.
    "css/print_scripts.css": ("print_scripts/*.css",),
    "css/back_room.css": ("tokens.css", "fonts.css", "back_room/*.css", "desk/prose_editor.css"),
}
# References inside a source; the optional quotes are kept as they are.
REFERENCE = re.compile(r"""url\((["']?)(?!data:|https?:|/|#)([^"')]+)\1\)""")


def sources() -> Path:
    return Path(settings.BASE_DIR) / "static" / "css"


def parts(name: str) -> list[Path]:
    """The sources of a bundle, in order."""
    return [path for pattern in BUNDLES[name] for path in sorted(sources().glob(pattern))]


def joined(name: str) -> str:
    """The text of a bundle."""
    return "".join(squeezed(rebased(path, name)) + "\n" for path in parts(name))


def rebased(source: Path, bundle: str) -> str:
    """The text of a source, its references changed to hold from where the bundle lies.

    A source stays valid by itself: it is collected beside the bundle, and a reference to
    nowhere would stop the hashing of names.
    """
    here = posixpath.join("css", source.parent.relative_to(sources()).as_posix())

    def moved(match: re.Match) -> str:
        target = posixpath.normpath(posixpath.join(here, match[2]))
        return f"url({match[1]}{posixpath.relpath(target, posixpath.dirname(bundle))}{match[1]})"

    return REFERENCE.sub(moved, source.read_text("utf-8"))


def squeezed(css: str) -> str:
    """The same rules without comments and needless space; text in quotes is left alone."""
    pieces = re.split(r"""("[^"]*"|'[^']*')""", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))
    for index in range(0, len(pieces), 2):
        piece = re.sub(r"\s+", " ", pieces[index])
        piece = re.sub(r" ?([{};,]) ?", r"\1", piece)
        # Only after a property's name: a space before a colon begins a selector (`p :focus`).
        piece = re.sub(r"(?<=[\w-]): ", ":", piece)
        pieces[index] = piece.replace(";}", "}")
    return "".join(pieces).strip()


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed files, in which scripts find each other under their hashed names.

    An import map would have to stand in the page, which the content security policy forbids.
    """

    support_js_module_import_aggregation = True


class BundleFinder(BaseFinder):
    """Finds the bundles; everything else is left to the other finders."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.folder = Path(settings.VAR_DIR) / "styles"
        self.storage = FileSystemStorage(location=self.folder)

    def check(self, **kwargs):
        return []

    def find(self, path, find_all=False, **kwargs):
        if path not in BUNDLES:
            return []
        bundle = str(self.written(path))
        return [bundle] if find_all else bundle

    def list(self, ignore_patterns):
        for name in BUNDLES:
            self.written(name)
            yield name, self.storage

    def written(self, name: str) -> Path:
        """The bundle's file, written anew when its text has changed."""
        target = self.folder / name
        text = joined(name)
        if target.exists() and target.read_text("utf-8") == text:
            return target
        target.parent.mkdir(parents=True, exist_ok=True)
        # Several processes may find the same change; each writes its own file and swaps it in.
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=target.parent, suffix=".partial", delete=False
        ) as partial:
            partial.write(text)
        Path(partial.name).chmod(0o644)
        Path(partial.name).replace(target)
        return target
