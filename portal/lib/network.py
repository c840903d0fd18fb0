"""Who the network is: its name in three languages, its sender, its address.

The row belongs to the roof, which registers how to read it; the apps below ask here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from portal.lib.said import language_of
from portal.lib.translations import LANGUAGES, Text, current_language


@dataclass(frozen=True)
class Network:
    """The identity of the network. What differs between languages maps language to text."""

    names: dict[str, str] = field(default_factory=lambda: dict.fromkeys(LANGUAGES, "Council"))
    short_names: dict[str, str] = field(
        default_factory=lambda: {"fr": "Conseil", "en": "Council", "es": "Consejo"}
    )
    sender: str = "council@example.org"
    reply_to: str = ""
    postal_address: str = ""
    sending_paused: bool = False
    mottos: dict[str, str] = field(default_factory=dict)
    introductions: dict[str, str] = field(default_factory=dict)

    def name(self, language: str | None = None) -> str:
        return self.names[language or current_language()]

    def short_name(self, language: str | None = None) -> str:
        return self.short_names[language or current_language()]

    def other_names(self, language: str | None = None) -> list[tuple[str, str]]:
        """(language, name) of the other languages that have one, in the fixed order."""
        current = language or current_language()
        others = [(code, self.names[code]) for code in LANGUAGES if code != current]
        return [(code, name) for code, name in others if language_of(name) in ("", code)]

    @cached_property
    def told(self) -> str:
        """All of it in one text, with the languages that the names are really in."""
        names = [(name, language_of(name)) for name in self.names.values()]
        return repr((self, names))

    def motto(self) -> Text:
        """The motto for the reader, and the language it is in; the name where there is none."""
        return spoken(self.mottos) or Text(self.name(), current_language())

    def introduction(self) -> Text:
        return spoken(self.introductions) or Text("", current_language())


def spoken(texts: dict[str, str]) -> Text | None:
    """The text for the reader: in the reader's language, else in the first that has one."""
    for code in dict.fromkeys((current_language(), *LANGUAGES)):
        if texts.get(code):
            return Text(texts[code], code)
    return None


_provider: Callable[[], Network] = Network
_pause: Callable[[], object] = Network


def register(provider: Callable[[], Network], *, pause: Callable[[], object]):
    """Have the provider answer ``current()``, and ``pause`` stop all sending; called once, by the
    roof."""
    global _provider, _pause
    _provider, _pause = provider, pause


def current() -> Network:
    return _provider()


def pause_sending():
    """Let no letter leave until somebody resumes it."""
    _pause()
