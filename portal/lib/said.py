"""A text that has become a label, and still knows its language.

``str(record)`` gives one: an option of a form, a cell of a table or a name in an attribute can then
say which language it is in, as the text itself does where it is printed.
"""

from portal.lib.translations import Text


class Said(str):
    """A string with the language of the text in it; empty when it is the page's own."""

    __slots__ = ("language",)
    language: str

    def __new__(cls, text: str, language: str = "") -> "Said":
        made = super().__new__(cls, text)
        made.language = language
        return made

    def __getnewargs__(self):
        return str(self), self.language


def said(text: Text, *, before: str = "", after: str = "") -> Said:
    """The text as a label, with what stands around it whatever the language."""
    return Said(f"{before}{text.value}{after}", text.language)


def longer(label: str, after: str) -> Said:
    """A label with something more behind it."""
    return Said(f"{label}{after}", language_of(label))


def language_of(label: object) -> str:
    return getattr(label, "language", "")
