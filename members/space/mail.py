"""What the portal has written to me, what became of it, and what I want to be written."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from members import preferences
from members.forms.preferences import PreferenceForm

PER_PAGE = 30


def mail(request: HttpRequest) -> HttpResponse:
    form = PreferenceForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid() and form.record():
        messages.success(request, _("Your choice has been saved."))
        return redirect("members:space_mail")
    written = request.user.notices.defer("text").select_related("organisation")
    page = Paginator(written, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "always": preferences.ALWAYS}
    return render(request, "members/space_mail.html", context)


def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail, as it was sent."""
    found = get_object_or_404(request.user.notices.all(), pk=pk)
    return render(request, "members/space_notice.html", {"notice": found})
