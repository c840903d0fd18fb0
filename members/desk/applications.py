"""Applications at the desk: the list, the page of one, the region’s advice, the decision."""

from collections.abc import Callable
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members import advising, applying, deciding, dossier, tracking
from members.admitting import RETURNING
from members.desk.organisations import carried_out
from members.duplicates import Match
from members.forms.decisions import (
    AcceptanceForm,
    AdviceForm,
    ApplicationFilter,
    MoreForm,
    RefusalForm,
)
from members.models import Application, Organisation
from members.models.applications import ApplicationState
from members.perms import may_advise, may_decide, may_open_desk
from portal.lib.access import permitted

PER_PAGE = 50
# So many probable duplicates stand beside an application.
LIKELY = 3


@permitted(may_open_desk)
def applications(request: HttpRequest) -> HttpResponse:
    filters = ApplicationFilter(request.GET, user=request.user)
    found = (
        filters.apply(Application.objects.run_by(request.user))
        .select_related("category", "country__region")
        .prefetch_related("regions")
        .oldest_first()
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"filters": filters, "page": page, "now": timezone.now()}
    return render(request, "members/desk_applications.html", context)


def run(request: HttpRequest, pk: int) -> Application:
    """The application, if it was sent and the user runs it at the desk."""
    own = Application.objects.run_by(request.user).select_related(
        "category", "country__region", "organisation"
    )
    return get_object_or_404(own, pk=pk)


def decided(request: HttpRequest, pk: int) -> Application:
    """The application, for somebody who decides on memberships; others are refused."""
    found = run(request, pk)
    if not may_decide(request.user):
        raise PermissionDenied
    return found


@permitted(may_open_desk)
def application(request: HttpRequest, pk: int) -> HttpResponse:
    found = run(request, pk)
    acceptance = found.acceptances.standing().select_related("membership").first()
    context = {
        "application": found,
        "steps": tracking.steps(found, is_public=False),
        "sections": dossier.sections(found),
        "documents": found.documents.all(),
        "events": found.events.select_related("by").order_by("-at", "-pk"),
        "advice": advising.latest_advice(found),
        "holder": holder_beside(found),
        "likely": likely(request, found),
        "others": dossier.other_applications(found)[:LIKELY],
        "acceptance": acceptance,
        "may_advise": found.is_under_review and may_advise(request.user, own_regions(found)),
        "may_decide": may_decide(request.user),
    }
    return render(request, "members/desk_application.html", context)


def own_regions(application: Application) -> list:
    return advising.regions_of(application)


def holder_beside(application: Application) -> Organisation | None:
    """Who holds the seat that is applied for. Only people of the desk ever ask this."""
    if not (application.category.unique_per_country and application.country_id):
        return None
    holders = Organisation.objects.filter(seat_country=application.country)
    return holders.exclude(pk=application.organisation_id).first()


class Likely(NamedTuple):
    """An organisation that the applicant may be, by what, and whether it can come back."""

    organisation: Organisation
    match: Match
    may_return: bool


def likely(request: HttpRequest, application: Application) -> list[Likely]:
    """The organisations it may be, among those the person runs; but for the one it became."""
    own = Organisation.objects.run_by(request.user).exclude(pk=application.organisation_id)
    found = dossier.lookalikes(application, own)[:LIKELY]
    return [Likely(one, match, one.status in RETURNING) for one, match in found]


# -- The region’s advice ---------------------------------------------------------------------------


@permitted(may_open_desk)
def advice_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail: to the page where the advice is given, for whoever gives it."""
    found = run(request, advising.application_in(token) or 0)
    is_asked = found.is_under_review and may_advise(request.user, own_regions(found))
    name = "desk_application_advice" if is_asked else "desk_application"
    return redirect(f"members:{name}", pk=found.pk)


@permitted(may_open_desk)
def advise(request: HttpRequest, pk: int) -> HttpResponse:
    found = run(request, pk)
    regions = [region for region in own_regions(found) if region in request.user.standing.regions]
    if not may_advise(request.user, own_regions(found)):
        raise PermissionDenied
    form = AdviceForm(request.POST or None, regions=regions)

    def act():
        values = form.cleaned_data
        deciding.advise(
            found,
            region=values["region"],
            opinion=values["opinion"],
            text=values["text"],
            by=request.user,
        )

    return act_page(
        request,
        found,
        form,
        act,
        title=_("Give the region’s advice"),
        text=_("The secretariat decides; the advice of the region helps it to."),
        done=_("The advice has been recorded. Thank you."),
    )


# -- The decision ----------------------------------------------------------------------------------


@permitted(may_open_desk)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    found = decided(request, pk)
    form = AcceptanceForm(
        request.POST or None,
        application=found,
        likely=[one.organisation for one in likely(request, found)],
        initial={"former": request.GET.get("former", "")},
    )
    return act_page(
        request,
        found,
        form,
        lambda: deciding.accept(found, by=request.user, **form.cleaned_data),
        title=_("Accept the application"),
        text=_(
            "This makes the membership and its certificate. The welcome mail with the "
            "invitations leaves in ten minutes; until then you can take the decision back."
        ),
        done=_("The application is accepted. You can take this back for ten minutes."),
    )


@permitted(may_open_desk)
def ask_more(request: HttpRequest, pk: int) -> HttpResponse:
    found = decided(request, pk)
    form = MoreForm(request.POST or None)
    return act_page(
        request,
        found,
        form,
        lambda: applying.ask_more(found, by=request.user, **form.cleaned_data),
        title=_("Ask for more"),
        text=_("The applicant can change the application and send it again."),
        done=_("The applicant has been asked."),
    )


@permitted(may_open_desk)
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    found = decided(request, pk)
    form = RefusalForm(request.POST or None)
    return act_page(
        request,
        found,
        form,
        lambda: deciding.refuse(found, by=request.user, **form.cleaned_data),
        title=_("Refuse the application"),
        text=_("The reason goes to the applicant. Do not name another member in it."),
        done=_("The application is refused, and the applicant has been told."),
    )


@permitted(may_open_desk)
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    found = decided(request, pk)
    try:
        deciding.take_back(found, by=request.user)
        messages.success(request, _("The acceptance has been taken back."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("members:desk_application", pk=pk)


def act_page(
    request: HttpRequest,
    application: Application,
    form: BaseForm,
    act: Callable,
    *,
    title: str,
    text: str,
    done: str,
) -> HttpResponse:
    """One act on an application: its form, then back to the application.

    What waits for the applicant, or is over, has no act left; its page says where it stands.
    """
    if application.state == ApplicationState.DRAFT:
        raise Http404
    if request.method == "POST" and form.is_valid() and carried_out(form, act):
        messages.success(request, done)
        return redirect("members:desk_application", pk=application.pk)
    stored = run(request, application.pk)
    context = {"application": stored, "form": form, "title": title, "text": text}
    return render(request, "members/desk_application_act.html", context)
