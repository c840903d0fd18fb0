"""The form that orders reports in bulk: for whom, on which year, in which languages."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Category, User
from portal.lib.translations import Language
from publications.models.reports import ReportKind
from publications.reports.batches import KINDS
from regions.models import Region

EARLIEST_YEAR = 2000


class ReportBatchForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Reports"),
        choices=[(kind.value, kind.label) for kind in KINDS],
        help_text=_("One on each member, or on each region."),
    )
    year = forms.IntegerField(label=_("Year"), min_value=EARLIEST_YEAR)
    quarter = forms.TypedChoiceField(
        label=_("Quarter"),
        required=False,
        choices=[("", _("the whole year")), *((number, str(number)) for number in range(1, 5))],
        coerce=int,
        empty_value=None,
        help_text=_("For regional reports."),
    )
    region = forms.ModelChoiceField(
        Region.objects.none(), label=_("Region"), required=False, empty_label=_("all regions")
    )
    category = forms.ModelChoiceField(
        Category.objects.all(),
        label=_("Category"),
        required=False,
        empty_label=_("all categories"),
        help_text=_("For reports on members."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        required=False,
        choices=Language,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Without a choice each report is in its member’s or region’s own language."),
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        this_year = timezone.localdate().year
        self.fields["year"].max_value = this_year
        self.fields["year"].initial = this_year - 1
        regions = Region.objects.all()
        if not user.standing.is_secretariat:
            # An executive's orders are for the own region: never for everybody.
            own = user.standing.regions
            regions = regions.filter(pk__in=[region.pk for region in own])
            self.fields["region"].required = True
            self.fields["region"].empty_label = None
        self.fields["region"].queryset = regions

    def clean_year(self) -> int:
        year = self.cleaned_data["year"]
        if year > timezone.localdate().year:
            raise forms.ValidationError(_("This year has not begun."), code="future")
        return year

    def clean(self):
        cleaned = super().clean()
        kind, today = cleaned.get("kind"), timezone.localdate()
        if cleaned.get("quarter") and kind == ReportKind.DIRECTORY:
            self.add_error("quarter", _("This report is about a whole year."))
        elif cleaned.get("quarter") and kind != ReportKind.REGION:
            self.add_error("quarter", _("A report on a member is about a whole year."))
        if cleaned.get("category") and kind == ReportKind.REGION:
            self.add_error("category", _("A regional report is about all categories."))
        if cleaned.get("category") and kind == ReportKind.DIRECTORY:
            self.add_error("category", _("A directory lists members of all categories."))
        if kind == ReportKind.DIRECTORY and cleaned.get("year", today.year) != today.year:
            said = _("A directory lists the members of today. Choose the year %(year)s.")
            self.add_error("year", said % {"year": today.year})
        return cleaned

    def wanted(self) -> dict:
        """The arguments of reports.batches.order."""
        return {name: self.cleaned_data[name] for name in self.fields}
