"""The form of a newly invited person; allauth reads it while it loads."""

from allauth.core import context
from django import forms
from django.utils.translation import gettext_lazy as _


class InvitedPersonForm(forms.Form):
    """What a newly invited person tells beside address and password (allauth's sign-up form)."""

    full_name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    field_order = ("full_name", "email", "password1")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        from members import accounts  # noqa: PLC0415  allauth imports this module while loading

        invitation = accounts.invitation_of(context.request)
        self.fields["full_name"].initial = invitation.full_name if invitation else ""
        if "email" in self.fields:  # allauth adds it
            self.fields["email"].widget.attrs["readonly"] = True

    def signup(self, request, user):
        """The account and its mandate were made by the adapter, in one transaction."""
