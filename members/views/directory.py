"""The directory of members, for everybody. Discreet members are not in it."""

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from members import directory as listing
from members.models import Category, OldAddress, Organisation
from portal.lib.translations import current_language
from regions import maps
from regions.models import Country, Grouping, Region

PER_PAGE = 50


class DirectoryForm(forms.Form):
    """The filters of the directory; what is not understood is told and left out."""

    word = forms.CharField(label=_("Name or word"), required=False, max_length=80)
    region = forms.ModelChoiceField(
        Region.objects.all(),
        label=_("Region"),
        required=False,
        empty_label=_("All"),
        to_field_name="code",
    )
    country = forms.ModelChoiceField(
        Country.objects.none(), label=_("Country"), required=False, empty_label=_("All")
    )
    category = forms.ModelChoiceField(
        Category.objects.all(),
        label=_("Category"),
        required=False,
        empty_label=_("All"),
        to_field_name="code",
    )
    grouping = forms.ModelChoiceField(
        Grouping.objects.all(),
        label=_("Grouping"),
        required=False,
        empty_label=_("All"),
        to_field_name="code",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["word"].widget.input_type = "search"
        self.fields["country"].queryset = (
            Country.objects.filter(organisations__in=Organisation.objects.public())
            .distinct()
            .order_by(f"sort_{current_language()}")
        )

    def filters(self) -> dict:
        """The arguments of directory.found that were understood."""
        self.is_valid()  # fills cleaned_data with the fields that were understood
        chosen = {key: value for key, value in self.cleaned_data.items() if value}
        if "category" in chosen:
            chosen["category"] = chosen["category"].code
        return chosen


@login_not_required
def directory(request: HttpRequest) -> HttpResponse:
    form = DirectoryForm(request.GET)
    page = Paginator(listing.found(**form.filters()), PER_PAGE).get_page(request.GET.get("page"))
    regions = listing.counted_regions()
    details = {
        region.code: {
            "name": region.text("name").value,
            "href": f"?region={region.code}",
            "count": region.count,
        }
        for region in regions
    }
    return render(
        request,
        "members/directory.html",
        {
            "form": form,
            "page": page,
            "regions": regions,
            "world": maps.of_world(details),
            "countries": Organisation.objects.public()
            .filter(country__isnull=False)
            .values("country")
            .distinct()
            .count(),
            "total": Organisation.objects.active().count(),
            "is_filtered": bool(form.filters()),
        },
    )


@login_not_required
def directory_csv(request: HttpRequest) -> HttpResponse:
    form = DirectoryForm(request.GET)
    return HttpResponse(
        listing.as_csv(listing.found(**form.filters())),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="members.csv"'},
    )


@login_not_required
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    found = (
        Organisation.objects.public()
        .select_related("category", "country__region")
        .prefetch_related("regions")
        .with_first_year()
        .filter(slug=slug)
        .first()
    )
    if found is None:
        # An organisation that was merged into another one leads there for good.
        if newer := OldAddress.objects.public().leading_on(slug):
            return redirect("members:organisation", slug=newer, permanent=True)
        raise Http404
    return render(request, "members/organisation.html", {"organisation": found})
