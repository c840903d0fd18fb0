"""What editors fill in about letters."""

from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import TranslatableForm
from portal.lib.translations import LANGUAGES
from portal.lib.versions import VersionedForm
from publications.models import Issue, IssueBlock, Newsletter
from publications.models.periods import Period


def letter_label(letter: Newsletter) -> str:
    return str(letter.region or letter)


class IssueForm(TranslatableForm):
    """The words of an issue in three languages; its items are moved on the page itself."""

    class Meta:
        model = Issue
        fields = tuple(f"{name}_{code}" for code in LANGUAGES for name in Issue.translated_fields)


class BlockForm(TranslatableForm):
    """A free block in three languages: its place, a heading, and prose in the editor."""

    class Meta:
        model = IssueBlock
        fields = (
            "original_language",
            *(f"{name}_{code}" for code in LANGUAGES for name in IssueBlock.translated_fields),
            "place",
            *(f"in_{code}" for code in LANGUAGES),
        )

    def clean(self):
        cleaned = super().clean()
        language = cleaned.get("original_language") or self.instance.original_language
        original = f"body_{language}"
        if not cleaned.get(original) and original not in self.errors:
            self.add_error(original, gettext("The original language needs this text."))
        if not cleaned.get(f"in_{language}"):
            self.add_error(
                f"in_{language}",
                gettext("The letter of the original language has the block. Choose another one."),
            )
        return cleaned


class DraftForm(forms.Form):
    """Which letter, and for which month or quarter. ``newsletters``: those the person may draft."""

    newsletter = forms.ModelChoiceField(queryset=Newsletter.objects.none(), label=_("Letter"))
    period = forms.CharField(
        label=_("Period"),
        max_length=7,
        help_text=_("A quarter, such as 2026-Q3, or a month, such as 2026-08."),
    )

    def __init__(self, *args, newsletters, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["newsletter"].queryset = newsletters.select_related("region")
        self.fields["newsletter"].label_from_instance = letter_label

    def clean_period(self) -> Period:
        try:
            return Period.parse(self.cleaned_data["period"])
        except ValidationError as error:
            raise ValidationError(error.messages) from error


class RhythmForm(VersionedForm):
    """When a letter is due, and when it is late."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=lambda: [(name, name.replace("_", " ")) for name in sorted(available_timezones())],
    )

    class Meta:
        model = Newsletter
        fields = ("rhythm", "due_day", "due_hour", "time_zone", "late_after")
