"""Forms that ask for a report: the choices are the rows the person may ask about."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Organisation, User
from portal.lib.translations import LANGUAGES, Language
from publications.models.periods import Period
from publications.models.reports import BY_QUARTER, ON_ORGANISATION, ReportKind
from regions.models import Region

EARLIEST_YEAR = 2000


def current_year() -> int:
    return timezone.localdate().year


QUARTERS = (
    ("", _("the whole year")),
    (1, _("first quarter")),
    (2, _("second quarter")),
    (3, _("third quarter")),
    (4, _("fourth quarter")),
)


class ReportForm(forms.Form):
    kind = forms.ChoiceField(label=_("Report"), choices=ReportKind)
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("Organisation"),
        required=False,
        help_text=_("For a certificate or a member’s yearly report."),
    )
    region = forms.ModelChoiceField(
        Region.objects.none(),
        label=_("Region"),
        required=False,
        empty_label=_("The whole network"),
        help_text=_("For a regional report or a directory."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=Language)
    year = forms.IntegerField(label=_("Year"), min_value=EARLIEST_YEAR)
    quarter = forms.TypedChoiceField(
        label=_("Quarter"),
        choices=QUARTERS,
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("For a regional report or the programme’s."),
    )

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
        kind = cleaned.get("kind")
        if kind in ON_ORGANISATION and not cleaned.get("organisation"):
            self.add_missing("organisation", _("Choose an organisation."))
        if kind == ReportKind.REGION and not cleaned.get("region"):
            self.add_missing("region", _("Choose a region."))
        if cleaned.get("quarter") and "year" in cleaned and kind in BY_QUARTER:
            first = Period(cleaned["year"], cleaned["quarter"]).first_day
            if first > timezone.localdate():
                self.add_error("quarter", _("This quarter has not begun."))
        return cleaned

    def add_missing(self, field: str, message: str):
        if field not in self.errors:
            self.add_error(field, message)

    def wanted(self) -> dict:
        """The arguments of reports.making.request; what the kind does not ask for is left out."""
        cleaned = self.cleaned_data
        kind = cleaned["kind"]
        subject = cleaned["organisation"] if kind in ON_ORGANISATION else None
        if kind in (ReportKind.REGION, ReportKind.DIRECTORY):
            subject = cleaned["region"]
        return {
            "kind": kind,
            "subject": subject,
            "language": cleaned["language"],
            "year": cleaned["year"],
            "quarter": cleaned.get("quarter") if kind in BY_QUARTER else None,
        }


class DeskReportForm(ReportForm):
    """At the desk: every organisation and region the person runs, and the whole network."""

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
    """In the members' area: own organisations, and the directory of any region or the world."""

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        own = [organisation.pk for organisation in user.standing.organisations]
        organisations = Organisation.objects.filter(pk__in=own)
        self.fields["organisation"].queryset = organisations
        if len(own) == 1:
            self.fields["organisation"].initial = own[0]
        kinds = (*ON_ORGANISATION, ReportKind.DIRECTORY) if own else ()
        self.fields["kind"].choices = [
            choice for choice in ReportKind.choices if choice[0] in kinds
        ]
        self.fields["region"].queryset = Region.objects.all()
        self.fields["region"].help_text = _("For a directory.")
        del self.fields["quarter"]
