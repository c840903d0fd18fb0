"""What readers fill in to be told: of a translation, or of what is new in a list."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import GuardedForm
from publications.models.follows import Rhythm


class AddressForm(forms.Form):
    """An address, on a page that anybody may cache: ``homepage`` is a trap for programs."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    homepage = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    @property
    def is_trapped(self) -> bool:
        """Whether a program filled it in; it is told nothing."""
        return bool(self.cleaned_data.get("homepage"))


class RhythmForm(forms.Form):
    rhythm = forms.ChoiceField(
        label=_("How often"),
        choices=Rhythm,
        initial=Rhythm.WEEKLY,
        widget=forms.RadioSelect,
    )


class FollowForm(GuardedForm, RhythmForm):
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    field_order = ("email", "rhythm")
