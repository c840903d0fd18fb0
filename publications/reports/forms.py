"""Forms that ask for a report: the choices are the rows the person may ask about."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Organisation, User
from portal.lib.translations import LANGUAGES, Language
from publications.models.reports import ON_ORGANISATION, ReportKind
from publications.reports.making import KINDS
from regions.models import Region

EARLIEST_YEAR = 2000


def current_year() -> int:
    return timezone.localdate().year


class ReportForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Report"), choices=[choice for choice in ReportKind.choices if choice[0] in KINDS]
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), required=False
    )
    region = forms.ModelChoiceField(Region.objects.none(), label=_("Region"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=Language)
    year = forms.IntegerField(label=_("Year"), min_value=EARLIEST_YEAR)

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["year"].max_value = current_year()
        self.fields["year"].initial = current_year()
        self.fields["language"].initial = user.language if user.language in LANGUAGES else "fr"

    def clean_year(self) -> int:
        year = self.cleaned_data["year"]
        if year > current_year():
            raise forms.ValidationError(_("This year has not begun."), code="future")
        return year

    def clean(self):
        cleaned = super().clean()
        wanted = "region" if cleaned.get("kind") == ReportKind.REGION else "organisation"
        if "kind" in cleaned and wanted not in self.errors and not cleaned.get(wanted):
            self.add_error(
                wanted,
                _("Choose a region.") if wanted == "region" else _("Choose an organisation."),
            )
        return cleaned

    def wanted(self) -> dict:
        """The arguments of reports.making.request."""
        kind = self.cleaned_data["kind"]
        subject = "region" if kind == ReportKind.REGION else "organisation"
        return {
            "kind": kind,
            "subject": self.cleaned_data[subject],
            "language": self.cleaned_data["language"],
            "year": self.cleaned_data["year"],
        }


class DeskReportForm(ReportForm):
    """At the desk: every organisation and region the person runs."""

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        self.fields["organisation"].queryset = (
            Organisation.objects.run_by(user)
            .exclude(status="applicant")
            .order_by(f"sort_{user.language}")
        )
        regions = Region.objects.all()
        if not user.standing.is_secretariat:
            regions = regions.filter(pk__in=[region.pk for region in user.standing.regions])
        self.fields["region"].queryset = regions


class MemberReportForm(ReportForm):
    """In the members' area: own organisations, and their own region's report."""

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        own = [organisation.pk for organisation in user.standing.organisations]
        organisations = Organisation.objects.filter(pk__in=own)
        self.fields["organisation"].queryset = organisations
        if len(own) == 1:
            self.fields["organisation"].initial = own[0]
        self.fields["kind"].choices = [
            choice for choice in ReportKind.choices if choice[0] in ON_ORGANISATION
        ]
        del self.fields["region"]
