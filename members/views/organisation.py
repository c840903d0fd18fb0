"""The public page of one organisation. That of a discreet one does not exist."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from members import reach
from members.models import Affiliation, Organisation
from members.models.facets import FacetKind
from members.models.organisations import OrganisationQuerySet
from portal.lib import alternates, reading
from portal.lib.addresses import moved
from portal.lib.public import reads_query

PER_PAGE = 50


@login_not_required
@reads_query("page")
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    found = shown(Organisation.objects.public()).filter(slug=slug).first()
    if found is None:
        # So does the address of an organisation that was merged into another one.
        return moved(request, Organisation.objects.public(), slug=slug)
    alternates.tell(request, found)
    reading.note(request, "organisation", found.pk)
    return render(
        request,
        "members/organisation.html",
        public_page(found, page=request.GET.get("page")),
    )


def shown(organisations: OrganisationQuerySet) -> OrganisationQuerySet:
    """With what the page of an organisation needs."""
    return (
        organisations.select_related("category", "country__region")
        .prefetch_related("regions", "facets")
        .with_first_year()
    )


def public_page(organisation: Organisation, *, page=None) -> dict:
    """What the public page of an organisation shows, whoever is asking."""
    own = organisation.category.has_own_members
    published = Affiliation.objects.under(organisation).filter(is_public=True).by_name()
    facets = list(organisation.facets.all())
    return {
        "organisation": organisation,
        "words": [
            (label, [facet for facet in facets if facet.kind == kind])
            for kind, label in (
                (FacetKind.THEME, _("Themes")),
                (FacetKind.POPULATION, _("Populations")),
                (FacetKind.LANGUAGE, _("Working languages")),
            )
        ],
        "reach": reach.of_organisation(organisation) if own else None,
        "associations": Paginator(published, PER_PAGE).get_page(page) if own else None,
    }
