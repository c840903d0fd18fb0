"""Addresses that work outside the portal: in mails, PDFs and feeds."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def absolute_url(name: str, *, language: str, **kwargs) -> str:
    """The full address of a named page in one language."""
    with translation.override(language):
        return absolute(reverse(name, kwargs=kwargs or None))
