"""Name, category and country: what the organisation asks the secretariat to change."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members import change_requests
from members.forms.changes import ChangeForm, with_words
from members.models import ChangeRequest, Organisation
from members.space.own import for_own_organisation, page_of


@for_own_organisation
def changes(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    form = ChangeForm(request.POST or None, organisation=organisation)
    if request.method == "POST" and form.is_valid() and form.ask(by=request.user):
        messages.success(request, _("The secretariat has received your request."))
        return redirect(page_of("members:space_changes", organisation, request.user))
    rows = organisation.change_requests.select_related("asked_by", "decided_by")
    context = {"organisation": organisation, "form": form, "changes": with_words(rows)}
    return render(request, "members/space_changes.html", context)


@require_POST
def withdraw_change(request: HttpRequest, pk: int) -> HttpResponse:
    own = [organisation.pk for organisation in request.user.standing.organisations]
    found = get_object_or_404(ChangeRequest.objects.filter(organisation__in=own), pk=pk)
    try:
        change_requests.withdraw(found)
        messages.success(request, _("The request has been withdrawn."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(page_of("members:space_changes", found.organisation, request.user))
