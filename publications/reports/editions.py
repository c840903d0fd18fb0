"""How reports look today: what a report shows beside its figures, in one word."""

import functools
import hashlib
from pathlib import Path

import weasyprint
from django.conf import settings

SOURCES = (
    "templates/base_print.html",
    "templates/components/**/*.html",
    "templates/publications/reports/**/*.html",
    "static/css/print/*.css",
    "static/fonts/*.ttf",
    "locale/*/LC_MESSAGES/django.mo",
    "publications/reports/*.py",
    "portal/formats/**/*.py",
    "portal/lib/**/*.py",
)


@functools.cache
def edition() -> str:
    """Of the templates, stylesheets, fonts, words and code that reports are drawn by; read once a
    process, which a new release starts anew."""
    digest, root = hashlib.sha256(weasyprint.__version__.encode()), Path(settings.BASE_DIR)
    for pattern in SOURCES:
        for path in sorted(root.glob(pattern)):
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
