"""The stylesheets: many small sources, one file for the browser.

Each bundle joins its sources in order, without comments and needless space. It is written
again whenever a source is newer, so nobody runs a build: the finder answers for the bundle
as for any static file, in development and when files are collected.
"""

import re
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

BUNDLES = {
    "css/portal.css": ("tokens.css", "fonts.css", "base.css", "components/*.css"),
    "css/print.css": ("print/*.css",),
    "css/back_room.css": ("tokens.css", "fonts.css", "back_room/*.css"),
}


def sources() -> Path:
    return Path(settings.BASE_DIR) / "static" / "css"


def parts(name: str) -> list[Path]:
    """The sources of a bundle, in order."""
    return [path for pattern in BUNDLES[name] for path in sorted(sources().glob(pattern))]


def joined(name: str) -> str:
    """The text of a bundle."""
    css = "\n".join(path.read_text("utf-8") for path in parts(name))
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "\n", css).strip() + "\n"


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
        """The bundle's file, written anew when a source changed since."""
        target = self.folder / name
        newest = max((path.stat().st_mtime for path in parts(name)), default=0)
        if not target.exists() or target.stat().st_mtime < newest:
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_suffix(".partial")
            partial.write_text(joined(name), "utf-8")
            partial.replace(target)
        return target
