"""The whole record of a publication, at the desk."""

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from members.models import User
from portal.lib.forms import DateInput
from portal.lib.translations import LANGUAGES, current_language
from programme.models import Axis, Level
from publications.forms.texts import TextsForm
from publications.models import Access, Publication
from publications.models.library import UNSEEN
from publications.publishing import next_symbol
from regions.models import Country, Region


class PublicationForm(TextsForm):
    """The whole record, at the desk. A regional executive chooses among own regions alone."""

    class Meta:
        model = Publication
        fields = (
            *(f"{name}_{code}" for code in LANGUAGES for name in Publication.translated_fields),
            "original_language",
            "symbol",
            "kind",
            "published_on",
            "access",
            "level",
            "licence",
            "axes",
            "regions",
            "countries",
        )
        widgets = {
            "published_on": DateInput(),
            "axes": forms.CheckboxSelectMultiple,
            "regions": forms.CheckboxSelectMultiple,
            "countries": forms.SelectMultiple(attrs={"size": 10}),
        }

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        record, is_new = self.instance, self.instance.pk is None
        linked = Q() if is_new else Q(publications=record)
        self.fields["axes"].queryset = with_linked(Axis.objects.of_current_cycle(), linked)
        self.fields["countries"].queryset = Country.objects.in_order()
        if is_new:
            self.fields["symbol"].initial = next_symbol(timezone.localdate().year)
        # Once a symbol has been out in the world, it names that text for good.
        self.fields["symbol"].disabled = record.state not in UNSEEN
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


def with_linked(offered: QuerySet, linked: Q) -> QuerySet:
    """What is offered for a choice, and what was chosen earlier."""
    if not linked:
        return offered
    model = offered.model
    return model.objects.filter(
        Q(pk__in=offered.order_by().values("pk"))
        | Q(pk__in=model.objects.filter(linked).values("pk"))
    )
