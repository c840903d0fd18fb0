"""Long texts with headings, lists, notes, tables and pictures, and the field that edits them.

A model says ``body = ProseField(…)`` and every form over it, in any language, gets the editor:
buttons in the reader’s language, spelling and ``lang`` of the text. Without JavaScript it is a
plain field for HTML. What is sent is tidied and sanitised whoever sends it; a picture without
words is refused.
"""

import json
from collections.abc import Callable

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import ngettext, pgettext

from portal.lib import text
from portal.lib.tidying import pictures_without_words, tidy
from portal.lib.translations import current_language

# What the address of a picture begins with where it stands in mark-up.
IN_MARK_UP = 'src="/pictures/'


class ProseField(models.TextField):
    """A column of prose. For the database it is plain text, so it needs no migration."""

    def deconstruct(self):
        name, _path, arguments, options = super().deconstruct()
        return name, "django.db.models.TextField", arguments, options

    def formfield(self, **options):
        widget = options.get("widget")
        if widget is None or (isinstance(widget, type) and issubclass(widget, AdminTextareaWidget)):
            options["widget"] = ProseWidget
        field = super().formfield(**{"form_class": ProseFormField, **options})
        if language := getattr(self, "language", ""):
            field.widget.attrs.setdefault("lang", language)
        return field


class ProseWidget(forms.Textarea):
    """A field for HTML that a script turns into an editor (templates/components/prose_editor.html).

    Pictures are shown from the closed area, since a draft’s are not public.
    """

    template_name = "components/prose_editor.html"

    def __init__(self, attrs=None):
        super().__init__({"rows": 14, **(attrs or {})})

    def format_value(self, value):
        return in_closed_area(value) if value else value

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"] |= {
            "labels": json.dumps(labels(), ensure_ascii=False),
            "pictures": closed_address(),
        }
        return context

    def use_required_attribute(self, initial):
        # The browser cannot show what is wrong with a field that the editor covers.
        return False


class ProseFormField(forms.CharField):
    """What is typed or pasted, tidied; nothing that a tidy text does not have gets through."""

    widget = ProseWidget

    def clean(self, value):
        value = super().clean(value)
        if missing := pictures_without_words(value):
            raise ValidationError(
                ngettext(
                    "Picture %(numbers)s has no alternative text. Say in a sentence what it shows.",
                    "Pictures %(numbers)s have no alternative text. "
                    "Say in a sentence what each shows.",
                    len(missing),
                ),
                code="picture_without_words",
                params={"numbers": ", ".join(map(str, missing))},
            )
        kept = tidy(value, self.widget.attrs.get("lang", ""))
        if self.required and not kept:
            raise ValidationError(self.error_messages["required"], code="required")
        return kept

    def has_changed(self, initial, data):
        """Whether the text itself differs: editors write the same in more than one way."""
        if self.disabled:
            return False
        language = self.widget.attrs.get("lang", "")
        return tidy(initial or "", language) != tidy(data or "", language)


# -- Pictures in a text ----------------------------------------------------------------------------


def with_pictures(html: str, address: Callable[[str], str]) -> str:
    """The sanitised text, each picture taken from ``address(name)`` instead."""
    first, *others = html.split(IN_MARK_UP)
    parts = [first]
    for other in others:
        name, quote, rest = other.partition('"')
        parts.append(f'src="{address(name)}{quote}{rest}')
    return "".join(parts)


def in_closed_area(html: str) -> str:
    """The text with its pictures as a person who is logged in gets them."""
    if IN_MARK_UP not in html:
        return html
    start = closed_address()
    return with_pictures(html, lambda name: start + name)


def closed_address() -> str:
    """Where pictures are sent, and below which each is shown, to a person who is logged in."""
    return f"/{current_language()}/space/pictures/"


def picture_names(html: str) -> set[str]:
    """The names of the pictures that a text shows."""
    return {part.partition('"')[0] for part in text.sanitise(html).split(IN_MARK_UP)[1:]}


# -- Words of the editor ---------------------------------------------------------------------------


def labels() -> dict[str, str]:
    """What the editor says, in the language of the page."""
    return {
        "toolbar": pgettext("editor", "Formatting"),
        "style": pgettext("editor", "Style of the paragraph"),
        "paragraph": pgettext("editor", "Paragraph"),
        "heading2": pgettext("editor", "Heading"),
        "heading3": pgettext("editor", "Subheading"),
        "heading4": pgettext("editor", "Third heading"),
        "bold": pgettext("editor", "Important (bold)"),
        "italic": pgettext("editor", "Stressed (italic)"),
        "bullets": pgettext("editor", "List"),
        "numbers": pgettext("editor", "Numbered list"),
        "quotation": pgettext("editor", "Quotation"),
        "link": pgettext("editor", "Link"),
        "note": pgettext("editor", "Footnote"),
        "picture": pgettext("editor", "Picture"),
        "table": pgettext("editor", "Table"),
        "language": pgettext("editor", "Phrase in another language"),
        "undo": pgettext("editor", "Undo"),
        "redo": pgettext("editor", "Redo"),
        "source": pgettext("editor", "HTML"),
        "tableTools": pgettext("editor", "Table"),
        "caption": pgettext("editor", "Title of the table"),
        "rowBelow": pgettext("editor", "Add a row"),
        "columnAfter": pgettext("editor", "Add a column"),
        "deleteRow": pgettext("editor", "Delete the row"),
        "deleteColumn": pgettext("editor", "Delete the column"),
        "headerRow": pgettext("editor", "Heading row"),
        "deleteTable": pgettext("editor", "Delete the table"),
        "address": pgettext("editor", "Address"),
        "addressHint": pgettext(
            "editor", "It begins with https:// or mailto:, or with / within the portal."
        ),
        "addressWrong": pgettext("editor", "This is no address that a link may have."),
        "noteText": pgettext("editor", "Text of the note"),
        "file": pgettext("editor", "File (JPEG or PNG)"),
        "alternative": pgettext("editor", "Alternative text"),
        "alternativeHint": pgettext(
            "editor", "Say in a sentence what the picture shows, for who does not see it."
        ),
        "legend": pgettext("editor", "Caption"),
        "rows": pgettext("editor", "Rows"),
        "columns": pgettext("editor", "Columns"),
        "withHeader": pgettext("editor", "The first row is a heading"),
        "whichLanguage": pgettext("editor", "Language of the phrase"),
        "noLanguage": pgettext("editor", "the language of the text"),
        "otherLanguage": pgettext("editor", "another one (its code, such as pt or ar)"),
        "french": pgettext("editor", "French"),
        "english": pgettext("editor", "English"),
        "spanish": pgettext("editor", "Spanish"),
        "apply": pgettext("editor", "Apply"),
        "remove": pgettext("editor", "Remove"),
        "cancel": pgettext("editor", "Cancel"),
        "failed": pgettext("editor", "The picture could not be sent. Try again."),
        "required": pgettext("editor", "This field is required."),
    }
