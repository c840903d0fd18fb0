"""The secretariat’s pages on organisations. A regional executive sees one region’s."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from members import joining, seats
from members.forms.organisations import (
    DerogationForm,
    OrganisationFilter,
    OrganisationForm,
    PeriodForm,
    StatusForm,
)
from members.forms.people import InvitationForm
from members.models import Membership, Organisation
from members.perms import may_decide, may_open_desk
from members.space.people import roles_of, sent
from portal.lib import addresses
from portal.lib.access import permitted
from portal.lib.translations import current_language

PER_PAGE = 50


@permitted(may_open_desk)
def organisations(request: HttpRequest) -> HttpResponse:
    filters = OrganisationFilter(request.GET, user=request.user)
    found = (
        filters.apply(Organisation.objects.run_by(request.user))
        .with_period_end()
        .select_related("category", "country__region")
        .prefetch_related("regions")
        .order_by(f"sort_{current_language()}", "pk")
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "members/desk_organisations.html", {"filters": filters, "page": page})


def run(request: HttpRequest, slug: str) -> Organisation:
    """The organisation, if the user runs it at the desk; a stranger finds nothing."""
    own = Organisation.objects.run_by(request.user).select_related("category", "country__region")
    return get_object_or_404(own, slug=slug)


@permitted(may_open_desk)
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        found = run(request, slug)
    except Http404:
        own = Organisation.objects.run_by(request.user)
        if newer := addresses.current(own, slug, also_secret=True):
            return redirect("members:desk_organisation", slug=newer)
        raise
    periods = Membership.objects.select_related("category", "recorded_by")
    context = {
        "organisation": found,
        "regions": found.regions.all(),
        "periods": periods.filter(organisation=found),
        "mandates": roles_of(found),
        "invitations": found.invitations.open(),
        "status_changes": found.status_changes.select_related("changed_by"),
        "derogations": found.derogations.select_related("granted_by", "country"),
        "may_decide": may_decide(request.user),
        "threads": found.threads.with_latest().order_by("-latest_at", "-pk")[:5],
    }
    return render(request, "members/desk_organisation.html", context)


@permitted(may_open_desk)
def new_organisation(request: HttpRequest) -> HttpResponse:
    form = OrganisationForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and carried_out(form, form.record):
        messages.success(request, _("The organisation has been recorded as an applicant."))
        return redirect("members:desk_organisation", slug=form.instance.slug)
    return render(request, "members/desk_organisation_form.html", {"form": form})


@permitted(may_open_desk)
def edit_organisation(request: HttpRequest, slug: str) -> HttpResponse:
    found = run(request, slug)
    form = OrganisationForm(request.POST or None, instance=found, user=request.user)
    if request.method == "POST" and form.is_valid() and carried_out(form, form.record):
        messages.success(request, _("The organisation has been saved."))
        return redirect("members:desk_organisation", slug=slug)
    # What was typed is in the form; the heading shows what is stored.
    context = {"form": form, "organisation": run(request, slug)}
    return render(request, "members/desk_organisation_form.html", context)


@permitted(may_open_desk)
def change_status(request: HttpRequest, slug: str) -> HttpResponse:
    found = decided(request, slug)
    form = StatusForm(request.POST or None, organisation=found)

    def act():
        values = form.cleaned_data
        joining.change_status(found, values["status"], by=request.user, reason=values["reason"])

    return act_page(
        request,
        found,
        form,
        act,
        title=_("Change the status"),
        text=_("Now: %(status)s.") % {"status": found.get_status_display()},
        done=_("The status has been changed."),
    )


@permitted(may_open_desk)
def add_derogation(request: HttpRequest, slug: str) -> HttpResponse:
    found = decided(request, slug)
    form = DerogationForm(request.POST or None)

    def act():
        values = form.cleaned_data
        seats.grant_derogation(
            found, reason=values["reason"], until=values["until"], by=request.user
        )

    return act_page(
        request,
        found,
        form,
        act,
        title=_("Record a derogation"),
        text=_(
            "As a general rule a country has one active organisation of this category. "
            "A derogation lets this one be active beside it, without the national seat."
        ),
        done=_("The derogation has been recorded."),
    )


@permitted(may_open_desk)
def add_period(request: HttpRequest, slug: str) -> HttpResponse:
    found = decided(request, slug)
    form = PeriodForm(request.POST or None)

    def act():
        values = form.cleaned_data
        joining.add_period(
            found, starts_on=values["starts_on"], ends_on=values["ends_on"], by=request.user
        )

    return act_page(
        request,
        found,
        form,
        act,
        title=_("Add a period of membership"),
        text=_("A renewal adds a period; earlier periods stay as they are."),
        done=_("The period has been added."),
    )


@permitted(may_open_desk)
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    found = run(request, slug)
    form = InvitationForm(request.POST or None, organisation=found)
    if request.method == "POST" and form.is_valid() and sent(form, by=request.user):
        messages.success(request, _("The invitation has been sent."))
        return redirect("members:desk_organisation", slug=slug)
    context = {
        "organisation": found,
        "form": form,
        "title": _("Invite a person"),
        "text": _("The invitation is sent by e-mail and can be accepted for 14 days."),
    }
    return render(request, "members/desk_act.html", context)


def decided(request: HttpRequest, slug: str) -> Organisation:
    """The organisation, for somebody who decides on memberships; others are refused."""
    found = run(request, slug)
    if not may_decide(request.user):
        raise PermissionDenied
    return found


def act_page(
    request: HttpRequest, organisation: Organisation, form: BaseForm, act, *, title, text, done
) -> HttpResponse:
    """One act on an organisation: its form, then back to the organisation."""
    if request.method == "POST" and form.is_valid() and carried_out(form, act):
        messages.success(request, done)
        return redirect("members:desk_organisation", slug=organisation.slug)
    context = {"organisation": organisation, "form": form, "title": title, "text": text}
    return render(request, "members/desk_act.html", context)


def carried_out(form: BaseForm, act) -> bool:
    """Whether the verb did it; what it refuses becomes an error of the form."""
    try:
        act()
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True
