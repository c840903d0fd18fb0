"""Whom to invite, whom to hand a role to, and how a role ends."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members.models import Invitation, Mandate, Organisation, User
from members.models.mandates import FOR_ORGANISATIONS, MandateKind
from portal.lib.forms import DateInput
from portal.lib.translations import Language, current_language


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
    on = forms.DateField(
        label=_("First day of the successor"),
        required=False,
        widget=DateInput(),
        help_text=_("Leave empty for today."),
    )

    def __init__(self, *args, mandate: Mandate, **kwargs):
        super().__init__(*args, **kwargs)
        colleagues = Mandate.objects.current().for_organisation(mandate.organisation)
        self.fields["successor"].queryset = (
            User.objects.active()
            .filter(pk__in=colleagues.values("person"))
            .exclude(pk=mandate.person_id)
        )


class NewSuccessorForm(forms.ModelForm):
    """Somebody without a role yet, who takes a role over by accepting an invitation."""

    class Meta:
        model = Invitation
        fields = ("full_name", "email", "mail_language")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["mail_language"].initial = current_language()


class EndForm(forms.Form):
    """The last day of a role, and why it ends."""

    until = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=DateInput(),
        help_text=_("Leave empty to end the role now."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=100,
        help_text=_("It stays in the history. The secretariat needs one for a last contact."),
    )


class LeaveForm(forms.Form):
    """Who leaves a role says, or does not say, who takes it over."""

    full_name = forms.CharField(label=_("Name of your successor"), required=False, max_length=150)
    email = forms.EmailField(label=_("E-mail address of your successor"), required=False)
    mail_language = forms.ChoiceField(label=_("Language of the mail"), choices=Language)

    def __init__(self, *args, mandate: Mandate, **kwargs):
        super().__init__(*args, **kwargs)
        self.mandate = mandate
        self.fields["mail_language"].initial = current_language()

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("full_name") and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", _("Give the address, so that we can invite your successor."))
        return cleaned

    def successor(self) -> Invitation | None:
        """The invitation that names the successor; None when nobody was named."""
        if not self.cleaned_data["email"]:
            return None
        return Invitation(**self.cleaned_data)

    def take(self, error: ValidationError):
        """Show what a verb refused; it may be about a field that this form does not have."""
        for name, errors in getattr(error, "error_dict", {None: error}).items():
            self.add_error(name if name in self.fields else None, errors)
