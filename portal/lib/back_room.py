"""The stock Django admin as the back room: one fieldset per language, history, no additions."""

from typing import ClassVar

from django import forms
from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modeltranslation.admin import TranslationAdmin
from modeltranslation.translator import translator
from simple_history.admin import SimpleHistoryAdmin

from portal.lib.translations import LANGUAGES, Translatable

OWN_NAMES = {"fr": "Français", "en": "English", "es": "Español"}


class MinorEditForm(forms.ModelForm):
    """A translated record in the back room; whether an edit is minor is said there too."""

    minor_edit = forms.BooleanField(
        label=gettext_lazy("Minor edit"),
        help_text=gettext_lazy("The meaning stays the same, so the translations stay valid."),
        required=False,
    )


class TranslatedAdmin(TranslationAdmin):
    """A record with prose in three languages: what has none first, then one group a language."""

    def get_form(self, request, obj=None, **kwargs):
        if obj is not None and issubclass(self.model, Translatable):
            kwargs["form"] = type(self.form.__name__, (MinorEditForm, self.form), {})
        return super().get_form(request, obj, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """What is written in a language says which, for spelling and for who listens."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and (language := getattr(db_field, "language", None)):
            field.widget.attrs["lang"] = language
        return field

    def save_model(self, request, obj, form, change):
        if form.cleaned_data.get("minor_edit"):
            obj.save(minor_edit=True)
        else:
            super().save_model(request, obj, form, change)

    def get_fieldsets(self, request, obj=None):
        names = [name for name in self.get_fields(request, obj) if isinstance(name, str)]
        prose = set(translator.get_options_for_model(self.model).fields)
        if issubclass(self.model, Translatable):
            prose.add("state")
        of_language = {code: {f"{name}_{code}" for name in prose} for code in LANGUAGES}
        plain = [name for name in names if not any(name in group for group in of_language.values())]
        groups = [
            (OWN_NAMES[code], {"fields": [name for name in names if name in of_language[code]]})
            for code in LANGUAGES
        ]
        return [(None, {"fields": plain}), *groups]


class RecordAdmin(TranslatedAdmin, SimpleHistoryAdmin):
    """A translated record whose every version is kept."""


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that verbs alone write: they can be read here, and nothing else."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class LanguageStateFilter(admin.SimpleListFilter):
    """Records by what one language lacks: missing in French, to be revised in Spanish…"""

    title = ""
    parameter_name = "translation"
    lookups_of: ClassVar[tuple[str, ...]] = ("missing", "outdated")

    def __init__(self, request, params, model, model_admin):
        self.title = _("translation")
        super().__init__(request, params, model, model_admin)

    def lookups(self, request, model_admin):
        words = {
            "missing": _("missing: %(language)s"),
            "outdated": _("to be revised: %(language)s"),
        }
        return [
            (f"{state}-{code}", words[state] % {"language": OWN_NAMES[code]})
            for state in self.lookups_of
            for code in LANGUAGES
        ]

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        state, _dash, code = self.value().partition("-")
        if code not in LANGUAGES:
            return queryset
        return queryset.filter(**{f"state_{code}": state})
