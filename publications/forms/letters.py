"""What an editor fills in about the way out of an issue."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import User
from portal.lib.forms import DateInput
from publications.forms.subscribers import own_language_choices
from publications.models import Issue
from publications.newsletters import holding, hours, previewing


class ScheduleForm(forms.Form):
    """A day and an hour at the place of the letter; of an hour that comes twice, which one."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=DateInput())
    time = forms.TimeField(
        label=gettext_lazy("Hour"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        initial=datetime.time(9),
    )
    which = forms.ChoiceField(
        label=gettext_lazy("This hour comes twice"),
        required=False,
        choices=(
            (hours.FIRST, gettext_lazy("the first time, before the clocks go back")),
            (hours.SECOND, gettext_lazy("the second time, after the clocks have gone back")),
        ),
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, zone: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.fields["time"].help_text = _("Time zone: %(zone)s.") % {"zone": zone.replace("_", " ")}
        if not self.is_about_an_hour_that_comes_twice():
            del self.fields["which"]

    def is_about_an_hour_that_comes_twice(self) -> bool:
        try:
            day = self.fields["day"].clean(self.data.get("day"))
            time = self.fields["time"].clean(self.data.get("time"))
        except ValidationError:
            return False
        return hours.comes_twice(day, time, self.zone)

    def clean(self):
        cleaned = super().clean()
        if {"day", "time"} <= cleaned.keys():
            try:
                cleaned["moment"] = hours.moment(
                    cleaned["day"], cleaned["time"], self.zone, which=cleaned.get("which", "")
                )
            except ValidationError as error:
                self.add_error("time", error)
        return cleaned


class TestForm(forms.Form):
    """A test of one segment, to somebody who edits the letter."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=own_language_choices)
    audience = forms.ChoiceField(label=gettext_lazy("Audience"))
    to = forms.ModelChoiceField(queryset=User.objects.none(), label=gettext_lazy("To"))

    def __init__(self, *args, issue: Issue, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["audience"].choices = [
            (audience.value, audience.label) for audience in previewing.audiences(issue)
        ]
        self.fields["to"].queryset = holding.editors(issue)
