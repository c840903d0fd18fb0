"""Machine drafts of translations, by a provider that somebody has chosen; none by default.

MACHINE_TRANSLATION names a provider by its dotted path. A provider is handed plain sentences and
gives back as many: mark-up, links and addresses stay here, so that no provider can harm them. The
one that comes with the portal translates nothing and marks every text visibly; it is for trying
out, and calls nobody.
"""

import html as html_entities
import re
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from portal.lib.text import sanitise

_TAG = re.compile(r"(<[^>]*>)")
_AROUND = re.compile(r"^(\s*)(.*?)(\s*)$", re.DOTALL)


class Provider(Protocol):
    """Translates plain texts, each on its own, and gives back one for each."""

    def translate(self, texts: list[str], *, source: str, target: str) -> list[str]: ...


class ProviderFailed(Exception):
    """The provider did not give back what it was asked for."""


class DummyProvider:
    """Marks each text as what it is, and translates nothing."""

    def translate(self, texts: list[str], *, source: str, target: str) -> list[str]:
        return [f"[{source} → {target}] {text}" for text in texts]


def provider() -> Provider | None:
    """The provider of the settings; None when machine drafts are switched off."""
    path = settings.MACHINE_TRANSLATION
    return import_string(path)() if path else None


def drafted(
    texts: dict[str, str], *, html: frozenset[str], source: str, target: str, by: Provider
) -> dict[str, str]:
    """The texts drafted in the target language, mark-up as it was. Raises ProviderFailed."""
    pieces = {
        name: _TAG.split(sanitise(text)) if name in html else [text] for name, text in texts.items()
    }
    plain, places = [], []
    for name, parts in pieces.items():
        for number, part in enumerate(parts):
            is_tag = name in html and part.startswith("<")
            if not is_tag and part.strip():
                plain.append(inner(part, is_html=name in html))
                places.append((name, number))
    answer = by.translate(plain, source=source, target=target) if plain else []
    if len(answer) != len(plain):
        raise ProviderFailed(f"{len(plain)} texts were sent, {len(answer)} came back")
    for (name, number), text in zip(places, answer, strict=True):
        before, _text, after = _AROUND.match(pieces[name][number]).groups()
        written = html_entities.escape(text, quote=False) if name in html else text
        pieces[name][number] = f"{before}{written}{after}"
    return {name: "".join(parts) for name, parts in pieces.items()}


def inner(part: str, *, is_html: bool) -> str:
    stripped = part.strip()
    return html_entities.unescape(stripped) if is_html else stripped
