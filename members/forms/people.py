"""Whom to invite, and whom to hand a role to."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import Invitation, Mandate, Organisation, User
from members.models.mandates import FOR_ORGANISATIONS, MandateKind
from portal.lib.translations import current_language


class InvitationForm(forms.ModelForm):
    """Who is invited to act for an organisation, and in which role."""

    class Meta:
        model = Invitation
        fields = ("full_name", "email", "kind", "mail_language")

    def __init__(self, *args, organisation: Organisation, kinds=FOR_ORGANISATIONS, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.organisation = organisation
        self.fields["kind"].choices = [(kind, MandateKind(kind).label) for kind in kinds]
        self.fields["mail_language"].initial = current_language()


class SuccessorForm(forms.Form):
    """To whom a role passes: another person who acts for the same organisation."""

    successor = forms.ModelChoiceField(label=_("Successor"), queryset=User.objects.none())

    def __init__(self, *args, mandate: Mandate, **kwargs):
        super().__init__(*args, **kwargs)
        colleagues = Mandate.objects.current().for_organisation(mandate.organisation)
        self.fields["successor"].queryset = (
            User.objects.active()
            .filter(pk__in=colleagues.values("person"))
            .exclude(pk=mandate.person_id)
        )
