"""What a person wants to be written, how often and in which language."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members import preferences
from members.models import User
from members.models.preferences import Frequency
from portal.lib.translations import Language


class PreferenceForm(forms.Form):
    wanted = forms.MultipleChoiceField(
        label=_("What"), required=False, widget=forms.CheckboxSelectMultiple
    )
    frequency = forms.ChoiceField(
        label=_("How often"),
        choices=Frequency,
        help_text=_("Of the kinds above. Everything else comes at once."),
    )
    language = forms.ChoiceField(label=_("In which language"), choices=Language)

    def __init__(self, *args, person: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person
        chosen = preferences.of(person)
        topics = preferences.topics_for(person)
        self.fields["wanted"].choices = [(topic.code, topic.label) for topic in topics]
        self.fields["wanted"].initial = [
            topic.code for topic in topics if topic.code not in chosen.stopped
        ]
        self.fields["frequency"].initial = chosen.frequency
        self.fields["language"].initial = person.language

    def record(self) -> bool:
        try:
            preferences.choose(self.person, **self.cleaned_data)
        except ValidationError as error:
            self.add_error(None, error)
            return False
        return True
