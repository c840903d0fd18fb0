"""How printed documents look today, in one word: kept with a file, it says when that is too old."""

import functools
import hashlib
from pathlib import Path

import weasyprint
from django.conf import settings

SHARED = (
    "templates/base_print.html",
    "templates/components/**/*.html",
    "static/css/print/*.css",
    "static/css/print_scripts/*.css",
    "static/fonts/*.ttf",
    "locale/*/LC_MESSAGES/django.mo",
    "portal/formats/**/*.py",
    "portal/lib/**/*.py",
)


@functools.cache
def look(*own: str) -> str:
    """Of the templates, stylesheets, fonts, words and code that documents are drawn by: those that
    all share, and a document's own, as patterns below the project. Read once a process, which a
    new release starts anew."""
    digest, root = hashlib.sha256(weasyprint.__version__.encode()), Path(settings.BASE_DIR)
    for pattern in (*SHARED, *own):
        for path in sorted(root.glob(pattern)):
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
