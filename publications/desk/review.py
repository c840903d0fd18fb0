"""The acts of a review: publish, send back, schedule, withdraw, correct, replace."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from publications import publishing, reviewing
from publications.desk.library import back_to, own, own_publication, standing
from publications.forms.review import (
    CorrectionForm,
    ReplacedForm,
    ScheduleForm,
    SeenForm,
    SendBackForm,
    WithdrawForm,
)
from publications.models import Correction, Publication
from publications.perms import may_publish


@require_POST
def publish_publication(request: HttpRequest, symbol: str) -> HttpResponse:
    return acted(
        request, symbol, publishing.publish, done=_("The publication is open to its readers.")
    )


@require_POST
def unschedule_publication(request: HttpRequest, symbol: str) -> HttpResponse:
    return acted(request, symbol, reviewing.unschedule, done=_("It is off the schedule."))


def send_back_publication(request: HttpRequest, symbol: str) -> HttpResponse:
    return asked(
        request,
        symbol,
        SendBackForm,
        lambda found, data: reviewing.send_back(
            found, reason=data["reason"], by=request.user, seen=data["seen"]
        ),
        words=(_("Send back"), _("The text is back with its proposer.")),
    )


def schedule_publication(request: HttpRequest, symbol: str) -> HttpResponse:
    return asked(
        request,
        symbol,
        ScheduleForm,
        lambda found, data: publishing.schedule(
            found, at=data["moment"], by=request.user, seen=data["seen"]
        ),
        words=(_("Schedule"), _("The publication will appear by itself.")),
    )


def withdraw_publication(request: HttpRequest, symbol: str) -> HttpResponse:
    return asked(
        request,
        symbol,
        WithdrawForm,
        lambda found, data: publishing.withdraw(
            found,
            by=request.user,
            reason=data["reason"],
            because=data["because"],
            seen=data["seen"],
        ),
        words=(_("Withdraw"), _("The publication has been withdrawn.")),
    )


def replace_publication(request: HttpRequest, symbol: str) -> HttpResponse:
    """Say which text is in force instead, or that this one is again."""
    found = publishable(request, symbol)
    initial = {"symbol": found.replaced_by.symbol if found.replaced_by else ""}
    form = ReplacedForm(request.POST or None, initial=initial, offered=own(request))
    if request.method == "POST" and form.is_valid():
        try:
            reviewing.replace(found, form.cleaned_data["symbol"], by=request.user)
        except ValidationError as error:
            form.add_error("symbol", " ".join(error.messages))
        else:
            messages.success(request, _("It is said on both pages which text is in force."))
            return back_to(found)
    return act_page(request, found, form, _("Replace"))


def correct_publication(request: HttpRequest, symbol: str) -> HttpResponse:
    """Tell the readers of a published text what was put right."""
    found = publishable(request, symbol)
    form = CorrectionForm(
        request.POST or None,
        instance=Correction(original_language=request.user.language, publication=found),
    )
    if request.method == "POST" and form.is_valid():
        try:
            reviewing.correct(found, form.save(commit=False), by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The correction stands on the page of the text."))
            return back_to(found)
    return act_page(request, found, form, _("Announce a correction"))


def edit_correction(request: HttpRequest, symbol: str, pk: int) -> HttpResponse:
    """The words of a correction, for example its translation."""
    found = publishable(request, symbol)
    correction = get_object_or_404(found.corrections, pk=pk)
    form = CorrectionForm(request.POST or None, instance=correction)
    if request.method == "POST" and form.is_valid() and form.saved():
        # What is made from the text, such as its PDF, shows its corrections too.
        found.save(update_fields=["changed_at"])
        messages.success(request, _("The correction has been saved."))
        return back_to(found)
    return act_page(request, found, form, _("Save"))


def publishable(request: HttpRequest, symbol: str) -> Publication:
    found = own_publication(request, symbol)
    if not may_publish(request.user, found):
        raise Http404
    return found


def acted(
    request: HttpRequest, symbol: str, verb: Callable[..., object], *, done: str
) -> HttpResponse:
    """One act on a publication, for who may publish it; then back to its page."""
    found = publishable(request, symbol)
    seen = SeenForm(request.POST)
    seen.is_valid()  # a mark that is no number is no mark
    try:
        verb(found, by=request.user, seen=seen.cleaned_data.get("seen"))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return back_to(found)


def asked(
    request: HttpRequest,
    symbol: str,
    form_class: type[forms.Form],
    verb: Callable[..., object],
    *,
    words: tuple[str, str],
) -> HttpResponse:
    """An act that needs a reason or a moment: asked for on a page of its own, then done."""
    found = publishable(request, symbol)
    button, done = words
    latest = found.steps.order_by("at", "pk").values_list("pk", flat=True).last()
    form = form_class(request.POST or None, initial={"seen": latest})
    if request.method == "POST" and form.is_valid():
        try:
            verb(found, form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, " ".join(error.messages))
        else:
            messages.success(request, done)
            return back_to(found)
    return act_page(request, found, form, button)


def act_page(
    request: HttpRequest, publication: Publication, form: forms.BaseForm, button: str
) -> HttpResponse:
    in_languages = isinstance(form, CorrectionForm)
    context = {"form": form, "button": button, "in_languages": in_languages}
    context |= standing(request, publication)
    return render(request, "publications/library/desk_act.html", context)
