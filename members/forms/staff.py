"""Executives, presidents, language leads and the secretariat's people, with their terms."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members import invitations
from members.models import Invitation, Mandate, Organisation, User
from members.models.mandates import FOR_ORGANISATIONS, FOR_REGIONS, MandateKind
from portal.lib.forms import DateInput
from portal.lib.translations import current_language
from regions.models import Region

STAFF = [kind for kind in MandateKind if kind not in FOR_ORGANISATIONS]


def discreet_members():
    return Organisation.objects.active().filter(discreet=True).in_order()


class StaffInvitationForm(forms.ModelForm):
    """What the role asks for must be given, and nothing else."""

    class Meta:
        model = Invitation
        fields = (
            "kind",
            "region",
            "language",
            "full_name",
            "email",
            "mail_language",
            "since",
            "until",
            "sees",
        )
        widgets = {
            "since": DateInput(),
            "until": DateInput(),
            "sees": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in STAFF]
        self.fields["region"].help_text = _("For an executive or a president.")
        self.fields["language"].help_text = _("For a language lead.")
        self.fields["sees"].queryset = discreet_members()
        self.fields["mail_language"].initial = current_language()

    def clean(self):
        cleaned = super().clean()
        kind = cleaned.get("kind")
        wants = {
            "region": kind in FOR_REGIONS,
            "language": kind == MandateKind.LANGUAGE_LEAD,
        }
        for name, is_wanted in wants.items():
            if name in self.errors or kind is None:
                continue
            if is_wanted and not cleaned.get(name):
                self.add_error(name, _("This role needs it."))
            if not is_wanted:
                # Chosen by accident: the role does not know it.
                cleaned[name] = None if name == "region" else ""
        return cleaned

    def invite(self, *, by: User) -> bool:
        try:
            invitations.invite(self.instance, by=by, sees=self.cleaned_data["sees"])
        except ValidationError as error:
            self.add_error(None, error)
            return False
        return True


class TermForm(forms.Form):
    """The term of a role; ended roles stay in the history."""

    since = forms.DateField(label=_("From"), widget=DateInput())
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=DateInput(),
        help_text=_("The last day. Leave empty for a role without an end."),
    )
    sees = forms.ModelMultipleChoiceField(
        Organisation.objects.none(),
        label=_("Discreet members it may see"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A language lead sees no other discreet member."),
    )
    reason = forms.CharField(label=_("Reason"), required=False, max_length=100)

    def __init__(self, *args, mandate: Mandate, **kwargs):
        super().__init__(*args, **kwargs)
        self.mandate = mandate
        self.fields["since"].initial = mandate.since
        self.fields["until"].initial = mandate.until
        if mandate.kind == MandateKind.LANGUAGE_LEAD:
            self.fields["sees"].queryset = discreet_members()
            self.fields["sees"].initial = [one.pk for one in mandate.sees.all()]
        else:
            del self.fields["sees"]

    def record(self) -> bool:
        values = {"sees": [], **self.cleaned_data}
        try:
            invitations.change_term(self.mandate, **values)
        except ValidationError as error:
            for name, errors in getattr(error, "error_dict", {None: error}).items():
                self.add_error(name if name in self.fields else None, errors)
            return False
        return True


class PeopleFilter(forms.Form):
    """Which members need a look: without a contact, with one, or with somebody unconfirmed."""

    NEEDS = (
        ("", _("All of these")),
        ("orphaned", _("No contact")),
        ("single", _("One contact")),
        ("unconfirmed", _("Somebody has not confirmed")),
    )

    need = forms.ChoiceField(label=_("What"), required=False, choices=NEEDS)
    region = forms.ModelChoiceField(
        Region.objects.all(),
        label=_("Region"),
        required=False,
        to_field_name="code",
        empty_label=_("All"),
    )
    word = forms.CharField(label=_("Words in the name"), required=False, max_length=80)

    def __init__(self, *args, regions, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = regions

    def apply(self, organisations):
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        if "region" in chosen:
            organisations = organisations.in_region(chosen["region"])
        if "word" in chosen:
            organisations = organisations.named(chosen["word"])
        return organisations.needing_people(chosen.get("need", ""))
