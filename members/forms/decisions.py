"""Forms of the desk on applications: filter, advise, accept, ask for more, refuse."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import joining
from members.admitting import RETURNING
from members.models import Advice, Application, Category, Organisation, User
from members.models.applications import ApplicationState
from portal.lib.forms import DateInput
from regions.models import Region

WAITING = "waiting"


class ApplicationFilter(forms.Form):
    """The filters of the list; whatever is wrong in the address is ignored."""

    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    category = forms.ModelChoiceField(
        label=gettext_lazy("Category"),
        queryset=Category.objects.all(),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("All"),
    )
    region = forms.ModelChoiceField(
        label=gettext_lazy("Region"),
        queryset=Region.objects.all(),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("All"),
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        sent = [choice for choice in ApplicationState.choices if choice[0] != "draft"]
        self.fields["state"].choices = [("", _("To decide")), ("all", _("All")), *sent]
        if not user.standing.is_secretariat:
            self.fields["region"].queryset = Region.objects.filter(
                pk__in=[region.pk for region in user.standing.regions]
            )

    def apply(self, applications):
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        state = chosen.get("state")
        if state is None:
            applications = applications.under_review()
        elif state != "all":
            applications = applications.filter(state=state)
        if "category" in chosen:
            applications = applications.filter(category=chosen["category"])
        if "region" in chosen:
            applications = applications.in_region(chosen["region"])
        return applications


class AdviceForm(forms.ModelForm):
    """The opinion of one of the regions the person is an executive of."""

    class Meta:
        model = Advice
        fields = ("region", "opinion", "text")
        widgets = {"opinion": forms.RadioSelect, "text": forms.Textarea(attrs={"rows": 6})}
        help_texts = {
            "text": gettext_lazy("The secretariat reads it. The applicant does not see it.")
        }

    def __init__(self, *args, regions: list[Region], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["opinion"].choices = self.fields["opinion"].choices[1:]
        self.fields["region"].queryset = Region.objects.filter(pk__in=[r.pk for r in regions])
        if len(regions) == 1:
            self.initial["region"] = regions[0]
            self.fields["region"].widget = forms.HiddenInput()


class AcceptanceForm(forms.Form):
    starts_on = forms.DateField(label=gettext_lazy("Member from"), widget=DateInput())
    ends_on = forms.DateField(label=gettext_lazy("Until"), widget=DateInput())
    former = forms.ModelChoiceField(
        label=gettext_lazy("A former member that returns"),
        queryset=Organisation.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=gettext_lazy("No, it is a new member"),
        help_text=gettext_lazy(
            "Its record is taken up again with its history; its texts stay as they are."
        ),
    )
    discreet = forms.BooleanField(
        label=gettext_lazy("Discreet member"),
        required=False,
        help_text=gettext_lazy("It then appears in nothing public."),
    )
    words = forms.CharField(
        label=gettext_lazy("A word of welcome"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("It stands in the welcome mail, as you write it here."),
    )

    def __init__(self, *args, application: Application, likely: list[Organisation], **kwargs):
        super().__init__(*args, **kwargs)
        starts_on, ends_on = joining.first_period(timezone.localdate())
        self.initial = {
            "starts_on": starts_on,
            "ends_on": ends_on,
            "discreet": application.asks_discretion,
            **self.initial,
        }
        self.fields["former"].queryset = (
            Organisation.objects.filter(
                Q(pk__in=[one.pk for one in likely])
                | Q(country=application.country_id, country__isnull=False),
                status__in=RETURNING,
            )
            .distinct()
            .in_order()
        )

    def clean(self):
        cleaned = super().clean()
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        today = timezone.localdate()
        if starts_on and starts_on > today:
            raise ValidationError({"starts_on": _("A membership begins today or earlier.")})
        if ends_on and ends_on < today:
            raise ValidationError({"ends_on": _("The period must not be over already.")})
        return cleaned


class MoreForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("What is asked"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("The applicant receives it by mail, as you write it here."),
    )


class RefusalForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("The applicant receives it by mail, as you write it here."),
    )
