"""The page behind an applicant's link: where the application stands, and what can be done."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render

from members import applying, dossier, tracking
from members.models import Application
from members.models.applications import ApplicationEventKind
from members.views import draft
from portal.lib.public import public_form, rate_limited

View = Callable[..., HttpResponse]


def by_link(*methods: str) -> Callable[[View], View]:
    """A page behind an applicant's link; a forged or expired one says so."""

    def decorate(view: View) -> View:
        @wraps(view)
        def shown(request: HttpRequest, token: str) -> HttpResponse:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            application = tracking.find(token)
            if application is None:
                is_erased = tracking.key_in(token) is not None
                response = render(
                    request,
                    "members/apply_unknown.html",
                    {"is_erased": is_erased},
                    status=410 if is_erased else 404,
                )
            else:
                response = view(request, application)
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
            return response

        return login_not_required(public_form(rate_limited("apply-follow", per_hour=60)(shown)))

    return decorate


@by_link("GET", "HEAD")
def follow(request: HttpRequest, application: Application) -> HttpResponse:
    """Opening the link only shows: programs that follow links do nothing."""
    return show(request, application)


def show(request: HttpRequest, application: Application, *, refusal: str = "") -> HttpResponse:
    state = tracking.public_state(application)
    events = application.events.public().exclude(kind=ApplicationEventKind.NOTE)
    context = {
        "application": application,
        "token": tracking.token_of(application),
        "state": state,
        "steps": tracking.steps(application),
        "events": events,
        "last": events.last(),
        "asked": events.filter(kind=ApplicationEventKind.MORE_ASKED).last(),
        "sections": dossier.sections(application),
        "documents": application.documents.all(),
        "refusal": refusal,
    }
    return render(request, "members/apply_follow.html", context, status=422 if refusal else 200)


@by_link("POST")
def go_on(request: HttpRequest, application: Application) -> HttpResponse:
    """Back into the form: at the first step that lacks something."""
    if not application.is_editable:
        return redirect("members:apply_follow", tracking.token_of(application))
    gaps = dossier.lacking(application)
    name = gaps[0].step if gaps else "check"
    return draft.keep(redirect(f"members:apply_{name}"), application)


@by_link("POST")
def withdraw(request: HttpRequest, application: Application) -> HttpResponse:
    """Take the application back. A draft is erased at once, with its documents."""
    try:
        if application.is_draft:
            applying.erase(application)
            return draft.let_go(render(request, "members/apply_erased.html"))
        applying.withdraw(application, text=request.POST.get("text", "")[:2000].strip())
    except ValidationError as error:
        return show(request, application, refusal=error.messages[0])
    return redirect("members:apply_follow", tracking.token_of(application))
