"""Becoming a member: the categories, the first step of an application, and a lost link."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from members import applying, tracking
from members.forms.applications import BeginForm, LinkForm
from members.models import Category
from members.views import draft
from portal.lib.public import client_address, public_form, rate_limited, reads_query
from portal.lib.translations import current_language


@login_not_required
@reads_query()
def start(request: HttpRequest) -> HttpResponse:
    """What each category is and gives, and where its application begins."""
    return render(request, "members/apply.html", {"categories": Category.objects.all()})


@login_not_required
@public_form
@rate_limited("apply", per_hour=20)
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """The first step of an application in one category. From it on there is a draft."""
    category = get_object_or_404(Category, code=code)
    form = BeginForm(request.POST if request.method == "POST" else None, category=category)
    if form.is_valid():
        if form.is_trapped:
            return redirect("members:apply_link_sent")
        try:
            application = applying.begin(
                category=category,
                country=form.cleaned_data.get("country"),
                regions=form.cleaned_data.get("regions", ()),
                email=form.cleaned_data["email"],
                language=current_language(),
                address=client_address(request),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return draft.keep(redirect("members:apply_organisation"), application)
    context = {
        "category": category,
        "form": form,
        "other": applying.other_category(category) if draft.seat_is_taken(form) else None,
        "country": form.cleaned_data.get("country") if form.is_bound else None,
        "steps": draft.stepper("place", is_answer=False),
    }
    return render(request, "members/apply_begin.html", context, status=422 if form.errors else 200)


@login_not_required
@public_form
@rate_limited("apply-link", per_hour=10)
def link(request: HttpRequest) -> HttpResponse:
    """Ask for the link to one's applications. The answer is the same for every address."""
    form = LinkForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if not form.is_trapped:
            tracking.write_links(form.cleaned_data["email"])
        return redirect("members:apply_link_sent")
    return render(
        request, "members/apply_link.html", {"form": form}, status=422 if form.errors else 200
    )


@login_not_required
@reads_query()
def link_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "members/apply_link_sent.html")


@login_not_required
@reads_query()
def saved(request: HttpRequest) -> HttpResponse:
    return render(request, "members/apply_saved.html")
