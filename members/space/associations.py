"""An umbrella’s own members: the list, the file, or the figure. Kept by its own people."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from members import associations, reach, rolls
from members.forms.associations import AssociationForm, HeadcountForm, RollForm
from members.models import Affiliation, Organisation, Roll
from members.space.own import for_own_organisation
from portal.lib.translations import current_language

PER_PAGE = 50
SHOWN = 100  # lines of each kind in a preview


def umbrella_of(request: HttpRequest, slug: str) -> Organisation:
    """The umbrella, for those who may keep its list; nobody else finds it."""
    umbrellas = Organisation.objects.editable_by(request.user).filter(
        category__has_own_members=True
    )
    return get_object_or_404(umbrellas.select_related("category", "country"), slug=slug)


@for_own_organisation
def own_associations(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """The beginning of the tab: on to the list of one's own organisation."""
    if not organisation.category.has_own_members:
        return redirect("portal:space")
    return redirect("members:space_associations", slug=organisation.slug)


def all_associations(request: HttpRequest, slug: str) -> HttpResponse:
    umbrella = umbrella_of(request, slug)
    entries = Affiliation.objects.under(umbrella).by_name()
    context = {
        "organisation": umbrella,
        "page": Paginator(entries, PER_PAGE).get_page(request.GET.get("page")),
        "published": entries.filter(is_public=True).count(),
        "headcounts": umbrella.headcounts.all()[:5],
        "reach": reach.of_organisation(umbrella),
    }
    return render(request, "members/space_associations.html", context)


def add_association(request: HttpRequest, slug: str) -> HttpResponse:
    return association_page(request, Affiliation(umbrella=umbrella_of(request, slug)))


def edit_association(request: HttpRequest, pk: int) -> HttpResponse:
    entries = Affiliation.objects.editable_by(request.user)
    return association_page(request, get_object_or_404(entries.by_name(), pk=pk))


def association_page(request: HttpRequest, entry: Affiliation) -> HttpResponse:
    form = AssociationForm(request.POST or None, affiliation=entry)
    if request.method == "POST" and form.is_valid():
        try:
            associations.record(entry, form.details(), form.terms(), by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The association has been saved."))
            return redirect("members:space_associations", slug=entry.umbrella.slug)
    context = {"organisation": entry.umbrella, "form": form, "entry": entry}
    return render(request, "members/space_association.html", context)


@require_POST
def remove_association(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(Affiliation.objects.editable_by(request.user), pk=pk)
    associations.remove(entry)
    messages.success(request, _("The association is off the list."))
    return redirect("members:space_associations", slug=entry.umbrella.slug)


@require_POST
def confirm_associations(request: HttpRequest, slug: str) -> HttpResponse:
    """One click: the list is right as of today."""
    umbrella = umbrella_of(request, slug)
    associations.confirm(umbrella)
    messages.success(request, _("The list is now dated today."))
    return redirect("members:space_associations", slug=slug)


def headcount(request: HttpRequest, slug: str) -> HttpResponse:
    umbrella = umbrella_of(request, slug)
    form = HeadcountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            associations.count(umbrella, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The figure has been recorded."))
            return redirect("members:space_associations", slug=slug)
    context = {"organisation": umbrella, "form": form, "listed": umbrella.affiliations.count()}
    return render(request, "members/space_headcount.html", context)


def associations_csv(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """The list in the shape in which it can be uploaded again; empty, it is the template."""
    umbrella = umbrella_of(request, slug)
    entries = Affiliation.objects.under(umbrella).by_name()
    return StreamingHttpResponse(
        rolls.as_csv(entries.iterator(chunk_size=500), current_language()),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="own-members.csv"'},
    )


def upload(request: HttpRequest, slug: str) -> HttpResponse:
    umbrella = umbrella_of(request, slug)
    form = RollForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            roll = rolls.stage(
                umbrella,
                file=file,
                name=file.name,
                takes_off=form.cleaned_data["takes_off"],
                by=request.user,
            )
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect("members:space_roll", pk=roll.pk)
    context = {"organisation": umbrella, "form": form}
    return render(request, "members/space_roll_upload.html", context)


def roll(request: HttpRequest, pk: int) -> HttpResponse:
    """What an uploaded list would change; confirming it writes the lines that are right."""
    own = Organisation.objects.editable_by(request.user)
    rows = Roll.objects.filter(umbrella__in=own).select_related("umbrella__category")
    found = get_object_or_404(rows, pk=pk)
    if request.method == "POST":
        done = rolls.write(found, by=request.user)
        number = len(done.added) + len(done.changed)
        said = ngettext(
            "The list is written: %(number)d association added or changed.",
            "The list is written: %(number)d associations added or changed.",
            number,
        )
        messages.success(request, said % {"number": number})
        return redirect("members:space_associations", slug=found.umbrella.slug)
    context = {
        "organisation": found.umbrella,
        "roll": found,
        "difference": rolls.difference(found),
        "shown": f":{SHOWN}",
    }
    return render(request, "members/space_roll.html", context)
