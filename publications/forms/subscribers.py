"""What readers of the letters fill in: what they want, in which language, and pauses."""

import datetime
from calendar import monthrange

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import GuardedForm, stamp
from portal.lib.templatetags.text import language_name, plain_date
from portal.lib.translations import LANGUAGES
from publications.models.subscribers import Subscriber
from publications.newsletters import choices, subscribing
from publications.newsletters.choices import Choice

# A page that anybody may keep carries the same stamp for so many seconds.
KEPT_FOR = 3600
# How long letters can be stopped, in months.
PAUSES = (1, 3, 6, 12)


def own_language_choices() -> list[tuple[str, str]]:
    """Each language under its own name, whatever the language of the page."""
    return [(code, language_name(code)) for code in LANGUAGES]


class ChosenField(forms.MultipleChoiceField):
    """Letters and axes, by their codes; cleaned, they are the things themselves."""

    def __init__(self, *, offered: list[Choice], **kwargs):
        super().__init__(**kwargs)
        self.offered = {choices.code_of(choice): choice for choice in offered}
        self.choices = [(code, label(choice)) for code, choice in self.offered.items()]

    def clean(self, value) -> list[Choice]:
        return [self.offered[code] for code in super().clean(value)]


def label(choice: Choice) -> str:
    return str(getattr(choice, "region", None) or choice)


class ChoicesForm(forms.Form):
    """Which letters and which axes, in which language."""

    language = forms.ChoiceField(label=_("Language"), choices=own_language_choices)

    def __init__(self, *args, offered: tuple[list[Choice], list[Choice]] | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        letters, axes = offered or (choices.letters(), choices.axes())
        options = {"required": False, "widget": forms.CheckboxSelectMultiple}
        self.fields["letters"] = ChosenField(label=_("Letters"), offered=letters, **options)
        if axes:
            self.fields["axes"] = ChosenField(
                label=_("Axes of the programme"),
                help_text=_("Once a month, what the letters said about an axis."),
                offered=axes,
                **options,
            )
        self.order_fields(self.field_order)

    def choice_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("letters", "axes") if name in self.fields]

    @property
    def chosen(self) -> list[Choice]:
        cleaned = getattr(self, "cleaned_data", {})
        return [*cleaned.get("letters", ()), *cleaned.get("axes", ())]


class SubscribeForm(GuardedForm, ChoicesForm):
    """Asking for letters, on a page without a cookie."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    field_order = ("email", "letters", "axes", "language", "homepage", "shown_at")

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not self.chosen:
            raise forms.ValidationError(_("Choose at least one letter or axis."), code="nothing")
        return cleaned


class ShortSubscribeForm(SubscribeForm):
    """The same on a page that is kept for everybody: one letter, from a list."""

    def __init__(self, *args, **kwargs):
        letters = choices.letters()
        super().__init__(*args, offered=(letters, []), **kwargs)
        self.fields["letters"] = forms.ChoiceField(
            label=_("Letter"),
            choices=[(letter.code, label(letter)) for letter in letters],
        )
        self.initial["shown_at"] = stamp(every=KEPT_FOR)
        self.order_fields(self.field_order)


class LinkForm(GuardedForm):
    """Asking for the link to one's own page."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class OwnChoicesForm(ChoicesForm):
    """The reader's own page: everything at once. No letter at all is a choice too."""

    pause = forms.ChoiceField(label=_("Pause"), required=False)

    field_order = ("letters", "axes", "language", "pause")

    def __init__(self, *args, subscriber: Subscriber, **kwargs):
        received = subscribing.received(subscriber)
        super().__init__(*args, **kwargs)
        self.subscriber = subscriber
        for bound in self.choice_fields():
            offered = bound.field.offered.items()
            self.initial[bound.name] = [code for code, choice in offered if choice in received]
        # An axis of a cycle that is over is not offered; it stays as it is.
        self.kept = [choice for choice in received if choice not in self.offered]
        self.initial["language"] = subscribing.language_of(subscriber)
        self.fields["pause"].choices = self.pauses()
        self.initial["pause"] = "keep" if subscriber.is_pausing else ""

    @property
    def offered(self) -> list[Choice]:
        return [one for bound in self.choice_fields() for one in bound.field.offered.values()]

    def pauses(self) -> list[tuple[str, str]]:
        found = [("", _("No pause"))]
        if self.subscriber.is_pausing:
            until = plain_date(self.subscriber.paused_until)
            found.append(("keep", gettext("Until %(day)s, as now") % {"day": until}))
        return found + [
            (
                str(months),
                ngettext("For %(count)d month", "For %(count)d months", months) % {"count": months},
            )
            for months in PAUSES
        ]

    def paused_until(self) -> datetime.date | None:
        chosen = self.cleaned_data["pause"]
        if chosen == "keep":
            return self.subscriber.paused_until
        return months_from(timezone.localdate(), int(chosen)) if chosen else None

    def record(self):
        subscribing.choose(
            self.subscriber,
            wanted=[*self.chosen, *self.kept],
            language=self.cleaned_data["language"],
            paused_until=self.paused_until(),
        )


def months_from(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later, or the last of a shorter month."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))
