"""The steps of an application that is being written: no account, a cookie of its own, no cache."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from members import applying, dossier, enclosures, tracking
from members.forms.applications import (
    DocumentForm,
    OrganisationForm,
    PeopleForm,
    PlaceForm,
    QuestionsForm,
    SendForm,
)
from members.models import Application, Organisation
from portal.lib.public import public_form, rate_limited
from portal.lib.translations import LANGUAGES

SALT = "members.application.cookie"
# So long one can stay away from the form; afterwards the link of the mail leads back to it.
COOKIE_AGE = 60 * 60 * 24


# -- The cookie ------------------------------------------------------------------------------------


def keep(response: HttpResponse, application: Application) -> HttpResponse:
    """Let the browser show the application to its draft's pages, in all three languages."""
    for code in LANGUAGES:
        response.set_signed_cookie(
            f"application_{code}",
            application.key.hex,
            salt=SALT,
            max_age=COOKIE_AGE,
            path=cookie_path(code),
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )
    return response


def let_go(response: HttpResponse) -> HttpResponse:
    for code in LANGUAGES:
        response.delete_cookie(f"application_{code}", path=cookie_path(code), samesite="Lax")
    return response


def cookie_path(code: str) -> str:
    return f"/{code}/apply/draft/"


def draft_of(request: HttpRequest) -> Application | None:
    """The application the browser shows, while its author may change it."""
    name = f"application_{request.LANGUAGE_CODE}"
    key = request.get_signed_cookie(name, default=None, salt=SALT, max_age=COOKIE_AGE)
    if key is None:
        return None
    related = Application.objects.select_related("category", "country__region")
    return related.filter(key=key).first()


View = Callable[..., HttpResponse]


def of_draft(view: View) -> View:
    """A page about the draft that the cookie names; without one the reader may ask for the link."""

    @wraps(view)
    def shown(request: HttpRequest, *args, **kwargs):
        application = draft_of(request)
        if application is None:
            return let_go(redirect("members:apply_link"))
        if not application.is_editable:
            return let_go(redirect("members:apply_follow", tracking.token_of(application)))
        response = view(request, application, *args, **kwargs)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return login_not_required(public_form(rate_limited("apply-draft", per_hour=200)(shown)))


# -- What the steps share --------------------------------------------------------------------------

NAMES = ("place", "organisation", "people", "questions", "check")


def titles() -> dict[str, str]:
    return {
        "place": _("Category and country"),
        "organisation": _("Organisation"),
        "people": _("People"),
        "questions": _("Questions and documents"),
        "check": _("Check and send"),
    }


def stepper(current: str, *, is_answer: bool) -> list[dict]:
    """The five steps of the form, for the stepper."""
    at = NAMES.index(current)
    return [
        {
            "title": title,
            "note": "",
            "state": "done" if position < at or is_answer else "",
        }
        | ({"state": "current"} if position == at else {})
        for position, title in enumerate(titles().values())
    ]


def page(
    request: HttpRequest, application: Application, name: str, *, is_refused: bool, **context
) -> HttpResponse:
    at = NAMES.index(name)
    is_answer = not application.is_draft
    context |= {
        "application": application,
        "title": titles()[name],
        "steps": stepper(name, is_answer=is_answer),
        "number": at + 1,
        "before": f"members:apply_{NAMES[at - 1]}" if at else "",
        "is_answer": is_answer,
        "is_refused": is_refused,
    }
    return render(request, f"members/apply_{name}.html", context, status=422 if is_refused else 200)


def onward(request: HttpRequest, application: Application, name: str) -> HttpResponse:
    """To the next step, or away from the form until the link brings its author back."""
    if act(request) == "later":
        return let_go(redirect("members:apply_saved"))
    return keep(redirect(f"members:apply_{name}"), application)


def posted(request: HttpRequest):
    return request.POST if request.method == "POST" else None


def act(request: HttpRequest) -> str:
    """Which button was pressed; going on is what Enter does."""
    return request.POST.get("act", "continue")


def seat_is_taken(form: BaseForm) -> bool:
    return form.is_bound and form.has_error(NON_FIELD_ERRORS, "seat_taken")


# -- The steps -------------------------------------------------------------------------------------


@of_draft
def place(request: HttpRequest, application: Application) -> HttpResponse:
    form = PlaceForm(posted(request), application=application)
    if form.is_valid():
        try:
            applying.set_place(application, **form.values())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return onward(request, application, "organisation")
    taken = seat_is_taken(form)
    return page(
        request,
        application,
        "place",
        is_refused=bool(form.errors),
        form=form,
        country=form.cleaned_data["country"] if taken else None,
        other=applying.other_category(form.cleaned_data["category"]) if taken else None,
    )


@of_draft
def organisation(request: HttpRequest, application: Application) -> HttpResponse:
    """Who applies. Public members that look the same are pointed out once, before going on."""
    form = OrganisationForm(posted(request), instance=application)
    if act(request) == "later":
        form.relax()
    alike = []
    if form.is_valid():
        applying.set_organisation(application, **form.values())
        alike = dossier.lookalikes(application, Organisation.objects.public())
        seen = set(request.POST.getlist("seen"))
        if act(request) == "later" or all(str(found.pk) in seen for found, _match in alike):
            return onward(request, application, "people")
    return page(
        request, application, "organisation", is_refused=bool(form.errors), form=form, alike=alike
    )


@of_draft
def people(request: HttpRequest, application: Application) -> HttpResponse:
    form = PeopleForm(posted(request), application=application)
    if act(request) == "later":
        form.relax()
    if request.method == "POST" and form.is_valid():
        applying.set_people(application, form.values())
        return onward(request, application, "questions")
    return page(request, application, "people", is_refused=form.errors, form=form)


@of_draft
def questions(request: HttpRequest, application: Application) -> HttpResponse:
    """What the category asks, and documents. Adding or removing one keeps the answers given."""
    form = QuestionsForm(posted(request), application=application)
    goes_on = act(request) == "continue"
    if not goes_on:
        form.relax()
    document = DocumentForm()
    if form.is_valid():
        applying.set_answers(application, form.values())
    if request.method == "POST":
        document = change_documents(request, application)
    is_refused = bool(form.errors or document.errors)
    if request.method == "POST" and not is_refused:
        if act(request) in ("continue", "later"):
            return onward(request, application, "check")
        return keep(redirect("members:apply_questions"), application)
    return page(
        request,
        application,
        "questions",
        is_refused=is_refused,
        form=form,
        document=document,
        documents=application.documents.all(),
        most=enclosures.MOST,
    )


def change_documents(request: HttpRequest, application: Application) -> DocumentForm:
    """Add the document that was chosen, or remove the one whose button was pressed.

    A document that was chosen is taken with any button: nobody loses it by pressing another.
    """
    form = DocumentForm(request.POST, request.FILES)
    removed = request.POST.get("remove", "")
    if removed.isdecimal() and (found := application.documents.filter(pk=removed).first()):
        enclosures.remove(found)
    if "file" not in request.FILES and act(request) != "add":
        return DocumentForm()
    if form.is_valid():
        try:
            upload = form.cleaned_data["file"]
            enclosures.add(application, upload, kind=form.cleaned_data["kind"] or "other")
        except ValidationError as error:
            form.add_error("file", error)
    return form


@of_draft
def check(request: HttpRequest, application: Application) -> HttpResponse:
    """All that will be sent, what is still missing, and the button that sends it."""
    form = SendForm(posted(request), is_answer=not application.is_draft)
    if act(request) == "later":
        return onward(request, application, "check")
    if form.is_valid():
        try:
            applying.submit(application, text=form.cleaned_data.get("text", ""))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            token = tracking.token_of(application)
            return let_go(redirect("members:apply_follow", token))
    return page(
        request,
        application,
        "check",
        is_refused=bool(form.errors),
        form=form,
        sections=dossier.sections(application),
        documents=application.documents.all(),
        gaps=dossier.lacking(application),
        alike=dossier.lookalikes(application, Organisation.objects.public()),
    )
