from django import forms
from django.utils.translation import gettext_lazy as _


class InvitedPersonForm(forms.Form):
    """What a newly invited person tells beside address and password (allauth's sign-up form)."""

    full_name = forms.CharField(label=_("Your name"), max_length=150)

    def signup(self, request, user):
        user.full_name = self.cleaned_data["full_name"]
        user.save()
