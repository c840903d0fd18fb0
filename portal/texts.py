"""The texts that the network translates: what kinds there are, and who may translate which.

Each kind of translatable record is one `TextKind` (`portal.text_kinds`). One row of the
translation desk is named by its kind and its key, as an assignment is: no table points at "any
record". What state a translation is in is said by `portal.lib.translations` alone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst

from members.models import User
from portal.lib import text
from portal.lib.translations import LANGUAGES, Translatable
from regions.models import Region


class TextField(NamedTuple):
    """A translated field of a kind, in the order of its form."""

    name: str
    label: str
    is_html: bool
    is_line: bool


def nothing(rows: QuerySet) -> QuerySet:
    return rows.none()


@dataclass(frozen=True)
class TextKind:
    """A kind of translatable record.

    ``edited`` gives the rows whose original and translations a person puts before readers: the
    secretariat all, a regional executive those of one region. ``lead`` gives those that a language
    lead may read and translate: drafts too, never the secretariat's own texts, and of a discreet
    organisation only when the mandate names it. ``principal`` are the rows that must exist in all
    three languages, for the reason given.
    """

    code: str
    name: Promise
    label: Promise
    model: type[Translatable]
    edited: Callable[[User], QuerySet]
    lead: Callable[[User], QuerySet]
    html: frozenset[str] = frozenset()
    in_region: Callable[[QuerySet, Region], QuerySet] = lambda rows, region: rows.none()
    # Where the regions of a row stand, for many rows at once.
    region_paths: tuple[str, ...] = ()
    # The regions a text concerns; an empty list is the world.
    regions_of: Callable[[Translatable], list[Region]] = lambda record: []
    # What a page of rows needs beside the rows themselves.
    whole: Callable[[QuerySet], QuerySet] = lambda rows: rows
    edit_url: Callable[[Translatable], str] = lambda record: ""
    public_url: Callable[[Translatable], str] = lambda record: ""
    principal: Callable[[QuerySet], QuerySet] = nothing
    why_principal: str | Promise = ""
    # Of some rows, those that have readers in a language at all.
    read_in: Callable[[QuerySet, str], QuerySet] = lambda rows, language: rows
    # The same of one row: what was left out of a language on purpose is not missing in it.
    stands_in: Callable[[Translatable, str], bool] = lambda record, language: True
    # A text of a newsletter: read by the subscribers of its own letter.
    is_letter: bool = False
    fields: tuple[str, ...] = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "fields", self.model.translated_fields)

    @property
    def title_field(self) -> str:
        """The field without which no text exists in a language."""
        return self.fields[0]

    @property
    def described_fields(self) -> list[TextField]:
        found = []
        for name in self.fields:
            column = self.model._meta.get_field(name)
            label = capfirst(str(column.verbose_name))
            is_line = column.get_internal_type() == "CharField"
            found.append(TextField(name, label, name in self.html, is_line))
        return found

    def all_rows(self) -> QuerySet:
        return self.model.objects.all()

    def editable_by(self, user: User) -> QuerySet:
        """The rows whose translations the person may put before readers."""
        return self.edited(user) if user.standing.has_desk else self.all_rows().none()

    def seen_by(self, user: User) -> QuerySet:
        """The rows that the person may read at the translation desk, in any language."""
        if user.standing.is_secretariat:
            return self.editable_by(user)
        if not user.standing.languages:
            return self.editable_by(user)
        if not user.standing.has_desk:
            return self.lead(user)
        either = Q(pk__in=keys(self.lead(user))) | Q(pk__in=keys(self.editable_by(user)))
        return self.all_rows().filter(either)

    def translatable_by(self, user: User, language: str) -> QuerySet:
        """The rows that the person may translate into the language; an original is none."""
        if language not in languages_of(user):
            return self.all_rows().none()
        if language in user.standing.languages:
            rows = self.seen_by(user)
        else:
            rows = self.editable_by(user)
        return self.read_in(rows, language).exclude(original_language=language)

    def approvable_by(self, user: User, language: str) -> QuerySet:
        """The rows of which the person puts a translation before readers."""
        return self.editable_by(user).exclude(original_language=language)

    def principal_rows(self) -> QuerySet:
        return self.principal(self.all_rows())

    def words(self, record: Translatable, language: str) -> int:
        """The words of the record's own text in a language, mark-up left out."""
        return sum(
            count_words(record.own_text(name, language), is_html=name in self.html)
            for name in self.fields
        )


def keys(rows: QuerySet) -> QuerySet:
    return rows.order_by().values("pk")


def count_words(prose: str, *, is_html: bool = False) -> int:
    return len((text.plain(prose) if is_html else prose).split())


def languages_of(user: User) -> tuple[str, ...]:
    """The languages a person translates into: a lead the own ones, whoever has a desk all."""
    if user.standing.has_desk:
        return LANGUAGES
    return tuple(code for code in LANGUAGES if code in user.standing.languages)


_kinds: dict[str, TextKind] = {}


def register(*kinds: TextKind):
    """Have these kinds of text at the translation desk, in this order."""
    for kind in kinds:
        _kinds[kind.code] = kind


def kinds() -> list[TextKind]:
    return list(_kinds.values())


def kind_with(code: str) -> TextKind | None:
    return _kinds.get(code)


def kind_of(record: Translatable) -> TextKind | None:
    return next((kind for kind in _kinds.values() if isinstance(record, kind.model)), None)


def desk_address(record: Translatable, language: str, user: User) -> str:
    """The desk's page of a text in a language; empty when the person does not translate it."""
    kind = kind_of(record)
    if kind is None or not kind.translatable_by(user, language).filter(pk=record.pk).exists():
        return ""
    arguments = {"kind": kind.code, "key": record.pk, "text_language": language}
    return reverse("portal:desk_translation", kwargs=arguments)


def records_of(kind: TextKind, rows: QuerySet, pks: Iterable[str]) -> dict[str, Translatable]:
    """Of these keys, the records among the rows, by key; what cannot be a key is left out."""
    numbers = [pk for pk in map(str, pks) if pk.isascii() and pk.isdigit() and len(pk) < 19]
    return {str(record.pk): record for record in kind.whole(rows.filter(pk__in=numbers))}


def held(record: Translatable) -> Translatable:
    """The record as it is stored now, nobody else's to write until the transaction ends."""
    return type(record)._base_manager.select_for_update(of=("self",)).get(pk=record.pk)
