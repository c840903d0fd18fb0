"""For which of their organisations somebody is at work in the members’ area."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from members.models import Organisation, User

View = Callable[..., HttpResponse]


def own_organisations(user: User):
    """The organisations the person acts for today, whatever their status."""
    return (
        Organisation.objects.filter(pk__in=[one.pk for one in user.standing.organisations])
        .select_related("category", "country__region")
        .prefetch_related("regions")
        .order_by("pk")
    )


def for_own_organisation(view: View) -> View:
    """A page about one organisation of the person's: the only one, or ``?organisation=slug``.

    Several without a choice lead to the choice; another's slug is not found; nobody's contact
    goes back to the beginning of the members' area, which explains itself.
    """

    @wraps(view)
    def chosen(request: HttpRequest, *args, **kwargs):
        own = own_organisations(request.user)
        slug = request.GET.get("organisation")
        if slug:
            return view(request, get_object_or_404(own, slug=slug), *args, **kwargs)
        found = list(own)
        if not found:
            return redirect("portal:space")
        if len(found) > 1:
            context = {"organisations": found, "address": request.path}
            return render(request, "members/space_choice.html", context)
        return view(request, found[0], *args, **kwargs)

    return chosen


def page_of(name: str, organisation: Organisation, user: User) -> str:
    """The address of a page of the area, keeping the choice where there is one to make."""
    several = len(user.standing.organisations) > 1
    return reverse(name) + (f"?organisation={organisation.slug}" if several else "")
