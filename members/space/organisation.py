"""What an organisation says of itself, edited by its own people."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from members.forms.organisations import OwnOrganisationForm
from members.models import Organisation
from members.space.own import for_own_organisation, page_of


@for_own_organisation
def organisation(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    form = OwnOrganisationForm(request.POST or None, instance=organisation)
    if request.method == "POST" and form.is_valid() and form.saved():
        messages.success(request, _("Your page has been saved."))
        return redirect(page_of("members:space_organisation", organisation, request.user))
    # A form that did not validate has changed the record in hand, not the stored one.
    stored = Organisation.objects.select_related("category", "country").get(pk=organisation.pk)
    context = {"organisation": stored, "form": form}
    return render(request, "members/space_organisation.html", context)
