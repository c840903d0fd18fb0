"""What a review asks for: reasons, a moment, a correction, the text that is in force instead."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib.forms import DateInput, TranslatableForm
from portal.lib.translations import LANGUAGES
from publications.models import Correction, Publication
from publications.models.library import Ground


class SeenForm(forms.Form):
    """An act on a text. ``seen`` is the last step that the page showed."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)


class SendBackForm(SeenForm):
    reason = forms.CharField(
        label=gettext_lazy("What should be changed, and why"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("The proposer reads it; the public never does."),
    )


class ScheduleForm(SeenForm):
    day = forms.DateField(label=gettext_lazy("Day"), widget=DateInput())
    time = forms.TimeField(
        label=gettext_lazy("Hour"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        initial=datetime.time(9),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        zone = timezone.localtime().tzname()
        self.fields["time"].help_text = _("Time zone: %(zone)s.") % {"zone": zone}

    def clean(self):
        cleaned = super().clean()
        if {"day", "time"} <= cleaned.keys():
            moment = datetime.datetime.combine(cleaned["day"], cleaned["time"])
            cleaned["moment"] = timezone.make_aware(moment)
        return cleaned


class WithdrawForm(SeenForm):
    because = forms.ChoiceField(
        label=gettext_lazy("What readers are told"),
        choices=Ground,
        initial=Ground.OTHER,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "The address stays, with the symbol, the date and this sentence; the text goes."
        ),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("For the log. The proposer reads it; the public never does."),
    )


class ReplacedForm(forms.Form):
    symbol = forms.CharField(
        label=gettext_lazy("Symbol of the text that is in force instead"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("For example P/2026/14. Empty: this text is in force itself."),
    )

    def __init__(self, *args, offered, **kwargs):
        super().__init__(*args, **kwargs)
        self.offered = offered

    def clean_symbol(self) -> Publication | None:
        written = self.cleaned_data["symbol"].strip().upper().replace("-", "/")
        if not written:
            return None
        found = self.offered.filter(symbol=written).first()
        if found is None:
            raise ValidationError(_("There is no publication with this symbol."), code="unknown")
        return found


class CorrectionForm(TranslatableForm):
    """What was put right, in three languages; the original language alone is obligatory."""

    class Meta:
        model = Correction
        fields = (
            *(f"wording_{code}" for code in LANGUAGES),
            "original_language",
            "made_on",
        )
        widgets = {"made_on": DateInput()}
