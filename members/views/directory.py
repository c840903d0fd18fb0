"""The directory of members, for everybody. Discreet members are not in it."""

from collections.abc import Iterator

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from members import directory as listing
from members import feeds as own_feeds
from members import open_data, reach
from members.choices import Choice, Counted, counted
from members.models import Category, Facet, Organisation
from members.models.facets import FacetKind
from members.models.organisations import OrganisationQuerySet
from portal.lib import feeds, network, paging
from portal.lib.public import reads_query
from portal.lib.said import longer
from portal.lib.translations import current_language
from regions import maps
from regions.models import Country, Grouping, Region

PER_PAGE = 20  # with the choices of 250 countries, a page stays under 60 KB


def choice_field(queryset, label) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        queryset, label=label, required=False, empty_label=_("All"), to_field_name="code"
    )


class DirectoryForm(forms.Form):
    """The filters of the directory; what is not understood is told and left out."""

    word = forms.CharField(label=_("Name or word"), required=False, max_length=80)
    region = choice_field(Region.objects.all(), _("Region"))
    country = choice_field(Country.objects.none(), _("Country"))
    category = choice_field(Category.objects.all(), _("Category"))
    grouping = choice_field(Grouping.objects.all(), _("Grouping"))
    theme = choice_field(Facet.objects.of_kind(FacetKind.THEME), _("Theme"))
    population = choice_field(Facet.objects.of_kind(FacetKind.POPULATION), _("Population"))
    language = choice_field(Facet.objects.of_kind(FacetKind.LANGUAGE), _("Working language"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["word"].widget.input_type = "search"
        public = Organisation.objects.public().filter(country=OuterRef("pk"))
        self.fields["country"].queryset = Country.objects.filter(Exists(public)).in_order()

    def filters(self) -> dict:
        """The arguments of directory.found that were understood."""
        self.is_valid()  # fills cleaned_data with the fields that were understood
        return {key: value for key, value in self.cleaned_data.items() if value}

    def offer(self, choices: dict[str, list[Choice]]):
        """Show beside each choice how many organisations it leaves; what is chosen stays."""
        for name, offered in choices.items():
            options = [(one.value, longer(one.label, f" ({one.written})")) for one in offered]
            current = self.cleaned_data.get(name)
            if current and current.code not in dict(options):
                options.append((current.code, longer(str(current), " (0)")))
            self.fields[name].choices = [("", _("All")), *options]


@login_not_required
@reads_query(*DirectoryForm.base_fields, paging.AFTER, paging.BEFORE)
def directory(request: HttpRequest) -> HttpResponse:
    form = DirectoryForm(request.GET)
    chosen = form.filters()
    found = counted(chosen)
    form.offer(found.offered)
    rows = listing.with_places(matching(found, chosen))
    order = (f"sort_{current_language()}", "pk")
    page = paging.page_of(rows, by=order, query=request.GET, size=PER_PAGE)
    if found.is_more and not page.has_previous() and not page.has_next():
        found = found._replace(total=len(page), is_more=False)
    return render(
        request,
        "members/directory.html",
        {
            "form": form,
            "page": page,
            "found": found,
            "regions": found.regions,
            "reach": reach_of(chosen),
            "scope": "country" if "country" in chosen else "region" if chosen else "world",
            "is_filtered": bool(chosen),
            **map_of(found, chosen),
        },
    )


def matching(found: Counted, chosen: dict) -> OrganisationQuerySet:
    """What is listed; words that were looked for to count it are not looked for once more."""
    if "word" not in chosen or found.holders is None:
        return listing.narrowed(**chosen)
    return listing.narrowed(**(chosen | {"word": ""})).filter(pk__in=found.holders)


def map_of(found: Counted, chosen: dict) -> dict:
    """The map of what is listed: one region's countries when it is in one region, else the world.

    While no region is chosen, what the regions are offered with is what the list holds of each.
    """
    region = chosen.get("region") or (chosen["country"].region if "country" in chosen else None)
    if region:
        drawn = maps.of_region(region, found.by_country)
        return {"region": region, "map": drawn, "world": None}
    details = {
        choice.value: {
            "name": choice.label,
            "href": f"?region={choice.value}",
            "count": choice.count,
        }
        for choice in found.offered["region"]
    }
    return {"region": None, "map": None, "world": maps.of_world(details)}


def reach_of(chosen: dict) -> reach.Reach | None:
    """For how many the network speaks there; other filters than places have no reach."""
    if set(chosen) == {"country"}:
        return reach.of_country(chosen["country"])
    if set(chosen) == {"region"}:
        return reach.of_region(chosen["region"])
    return None if chosen else reach.of_world()


@login_not_required
@reads_query(*DirectoryForm.base_fields, "page")
def directory_feed(request: HttpRequest) -> HttpResponse:
    """The organisations of the same list that joined last."""
    rows = listing.narrowed(**DirectoryForm(request.GET).filters())
    found = feeds.paged(request, own_feeds.newest(rows))
    return feeds.answer(
        request,
        map(own_feeds.entry, found.rows),
        title=f"{network.current().name()} – {now('Members')}",
        page=reverse("members:directory") + feeds.query_of(request).rstrip("?"),
        pages=found,
    )


# -- The same list as open data ------------------------------------------------------------------


@login_not_required
@reads_query(*DirectoryForm.base_fields)
def directory_csv(request: HttpRequest) -> StreamingHttpResponse:
    return download(request, open_data.as_csv, "text/csv; charset=utf-8", "members.csv")


@login_not_required
@reads_query(*DirectoryForm.base_fields)
def directory_json(request: HttpRequest) -> StreamingHttpResponse:
    return download(request, open_data.as_json, "application/json", "members.json")


@login_not_required
@reads_query(*DirectoryForm.base_fields)
def directory_geojson(request: HttpRequest) -> StreamingHttpResponse:
    return download(request, open_data.as_geojson, "application/geo+json", "members.geojson")


def download(request: HttpRequest, writer, content_type: str, name: str) -> StreamingHttpResponse:
    """What the list shows under the same filters; any page of the web may read it."""
    content: Iterator[str] = writer(listing.found(**DirectoryForm(request.GET).filters()))
    return StreamingHttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Access-Control-Allow-Origin": "*",
            "Link": f'<{open_data.LICENCE}>; rel="license"',
        },
    )
