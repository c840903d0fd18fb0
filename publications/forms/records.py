"""The whole record of a publication, at the desk."""

from typing import NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Organisation, User
from portal.lib.forms import DateInput
from portal.lib.translations import LANGUAGES, current_language
from programme.models import Axis, Challenge, Level
from publications import credits, licences, publishing
from publications.forms.authors import author_rows, one_organisation
from publications.forms.texts import TextsForm
from publications.models import Access, Publication, Series
from publications.models.library import UNSEEN
from publications.models.life import StepKind
from publications.publishing import next_symbol
from regions.models import Country, Region


class Group(NamedTuple):
    """Fields under one heading; those that are rarely needed are folded away."""

    title: str | Promise
    fields: list[forms.BoundField]


GROUPS = (
    (
        gettext_lazy("What it is"),
        ("symbol", "kind", "series", "number_in_series", "published_on", "last_reviewed_on"),
    ),
    (gettext_lazy("Who may read and reuse it"), ("access", "licence")),
    (
        gettext_lazy("What it is about"),
        ("level", "axes", "challenges", "regions", "countries"),
    ),
    (gettext_lazy("Scholarship"), ("doi", "references", "organisations")),
)


class PublicationForm(TextsForm):
    """The whole record, at the desk. A regional executive chooses among own regions alone.

    ``author_rows`` is a formset of its own, validated and stored with the rest.
    """

    organisations = forms.CharField(
        label=gettext_lazy("Contributing organisations"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "One on each line, by name or acronym. A discreet member is never shown to the public."
        ),
    )

    class Meta:
        model = Publication
        fields = (
            *(f"{name}_{code}" for code in LANGUAGES for name in Publication.translated_fields),
            "original_language",
            "symbol",
            "kind",
            "series",
            "number_in_series",
            "published_on",
            "last_reviewed_on",
            "access",
            "level",
            "licence",
            "axes",
            "challenges",
            "regions",
            "countries",
            "doi",
            "references",
        )
        widgets = {
            "published_on": DateInput(),
            "last_reviewed_on": DateInput(),
            "references": forms.Textarea(attrs={"rows": 6}),
            "axes": forms.CheckboxSelectMultiple,
            "challenges": forms.CheckboxSelectMultiple,
            "regions": forms.CheckboxSelectMultiple,
            "countries": forms.SelectMultiple(attrs={"size": 10}),
        }

    def __init__(self, *args, user: User, **kwargs):
        self.known = Organisation.objects.visible_to(user)
        super().__init__(*args, user=user, **kwargs)
        record, is_new = self.instance, self.instance.pk is None
        self.author_rows = author_rows(
            self.data if self.is_bound else None, publication=record, user=user
        )
        self.fields["licence"] = forms.ChoiceField(
            label=_("Licence"), required=False, choices=licences.choices(record.licence)
        )
        self.fields["series"].queryset = Series.objects.in_order()
        self.fields["challenges"].queryset = Challenge.objects.all()
        self.initial["organisations"] = in_lines(self._contributors_seen())
        linked = Q() if is_new else Q(publications=record)
        self.fields["axes"].queryset = with_linked(Axis.objects.of_current_cycle(), linked)
        self.fields["countries"].queryset = Country.objects.in_order()
        if is_new:
            self.fields["symbol"].initial = next_symbol(timezone.localdate().year)
        # Once a symbol has been out in the world, or in a mail, it names that text for good.
        is_known = record.state not in UNSEEN or record.proposed_for_id is not None
        self.fields["symbol"].disabled = is_known
        if not user.standing.is_secretariat:
            self._keep_within(user.standing.regions, linked)
        if not is_new:
            # Among all countries of the world, those of this text would be out of sight.
            chosen = record.countries.through.objects.filter(
                publication=record, country=OuterRef("pk")
            )
            self.fields["countries"].queryset = self.fields["countries"].queryset.order_by(
                Exists(chosen).desc(), f"sort_{current_language()}"
            )

    def _contributors_seen(self) -> list[Organisation]:
        if self.instance.pk is None:
            return []
        seen = self.known.filter(pk__in=self.instance.organisations.values("pk"))
        return list(seen.in_order())

    def stored_values(self) -> dict:
        return super().stored_values() | {"organisations": self._contributors_seen()}

    def _take_over(self, name: str):
        if name == "organisations":
            self.data[self.add_prefix(name)] = in_lines(self._stored[name])
        else:
            super()._take_over(name)

    def is_valid(self) -> bool:
        rows_are_valid = not self.author_rows.was_sent or self.author_rows.is_valid()
        return super().is_valid() and rows_are_valid

    def clean_organisations(self) -> list[Organisation]:
        errors, found = [], []
        for line in filter(None, map(str.strip, self.cleaned_data["organisations"].splitlines())):
            try:
                found.append(one_organisation(self.known, line))
            except ValidationError as error:
                errors += error.error_list
        if errors:
            raise ValidationError(errors)
        return found

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("number_in_series") and not cleaned.get("series"):
            self.add_error("number_in_series", _("A number needs its series. Choose the series."))
        return cleaned

    def groups(self) -> list[Group]:
        """What belongs to no language, under headings; the box for minor edits stands by itself."""
        return [
            Group(title, [self[name] for name in names if name in self.fields])
            for title, names in GROUPS
        ]

    def edit_fields(self) -> list[forms.BoundField]:
        """What is asked beside the texts themselves, right below them."""
        return [
            self[name]
            for name in ("original_language", "minor_edit", "strip_files")
            if name in self.fields
        ]

    def store(self) -> Publication:
        is_new = self.instance.pk is None
        super().store()
        # What the person may not see stays as it is.
        hidden = self.instance.organisations.exclude(pk__in=self.known.values("pk"))
        self.instance.organisations.set([*self.cleaned_data["organisations"], *hidden])
        if self.author_rows.was_sent:
            credits.record(self.instance, self.author_rows.credits())
        if is_new:
            publishing.note(self.instance, StepKind.RECORDED, by=self.user)
        return self.instance

    def _keep_within(self, regions: tuple[Region, ...], linked: Q):
        """Full rights in one's own region and none elsewhere."""
        own = [region.pk for region in regions]
        field = self.fields["regions"]
        field.queryset = Region.objects.filter(pk__in=own)
        field.required = True
        if self.instance.pk is None:
            field.initial = own if len(own) == 1 else []
            self.fields["level"].initial = Level.REGIONAL
        self.fields["countries"].queryset = with_linked(
            Country.objects.filter(region__in=own), linked
        ).in_order()
        self.fields["access"].choices = [
            choice for choice in Access.choices if choice[0] != Access.SECRETARIAT
        ]


def in_lines(organisations: list[Organisation]) -> str:
    return "\n".join(str(organisation) for organisation in organisations)


def with_linked(offered: QuerySet, linked: Q) -> QuerySet:
    """What is offered for a choice, and what was chosen earlier."""
    if not linked:
        return offered
    model = offered.model
    return model.objects.filter(
        Q(pk__in=offered.order_by().values("pk"))
        | Q(pk__in=model.objects.filter(linked).values("pk"))
    )
