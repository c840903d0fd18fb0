"""The secretariat’s threads with organisations. A regional executive sees one region’s."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members import receiving
from members import threads as verbs
from members.desk.organisations import run
from members.forms.threads import (
    FileUnderForm,
    MessageForm,
    NewThreadForm,
    OwnerForm,
    ThreadFilter,
)
from members.models import Message, Thread
from members.models.threads import Side
from members.perms import may_open_desk, may_run_everything
from members.space.threads import download, shown
from portal.lib.access import permitted
from portal.lib.translations import current_language

PER_PAGE = 50


@permitted(may_open_desk)
def threads(request: HttpRequest) -> HttpResponse:
    own = Thread.objects.run_by(request.user)
    filters = ThreadFilter(request.GET, user=request.user)
    found = (
        filters.apply(own)
        .with_unread(request.user, Side.SECRETARIAT)
        .select_related("organisation__country__region", "owner")
        .prefetch_related("organisation__regions")
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"filters": filters, "page": page}
    return render(request, "members/desk_threads.html", context)


@permitted(may_open_desk)
def new_thread(request: HttpRequest, slug: str) -> HttpResponse:
    """Write to an organisation."""
    organisation = run(request, slug)
    form = NewThreadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            thread = verbs.begin(
                organisation=organisation,
                by=request.user,
                side=Side.SECRETARIAT,
                language=current_language(),
                **form.cleaned_data,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The message has been sent to the organisation."))
            return redirect("members:desk_thread", pk=thread.pk)
    context = {
        "form": form,
        "back": reverse("members:desk_organisation", kwargs={"slug": slug}),
        "back_label": organisation,
        "title": _("Write to the organisation"),
        "text": _("Its head and its contacts receive it by e-mail, in their language."),
    }
    return render(request, "members/thread_form.html", context)


@permitted(may_open_desk)
def thread(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Thread.objects.run_by(request.user).select_related(
        "organisation__country__region", "owner", "closed_by"
    )
    found = get_object_or_404(rows, pk=pk)
    form = MessageForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.write(
                found,
                by=request.user,
                side=Side.SECRETARIAT,
                language=current_language(),
                **form.cleaned_data,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The answer has been sent."))
            return redirect("members:desk_thread", pk=pk)
    written = list(shown(found.messages.all()))
    context = {
        "thread": found,
        "thread_messages": written,
        "form": form,
        "owner_form": OwnerForm(thread=found),
        "stranger": None if found.organisation_id else stranger(written),
    }
    verbs.mark_seen(found, by=request.user, side=Side.SECRETARIAT)
    return render(request, "members/desk_thread.html", context)


def stranger(written: list[Message]) -> dict:
    """Of a thread without an organisation: who the first sender may be, and where to file it."""
    person, organisations = receiving.says_to_be(written[0]) if written else (None, [])
    first = organisations[0].slug if organisations else ""
    return {
        "person": person,
        "organisations": organisations,
        "form": FileUnderForm(initial={"organisation": first}),
    }


def found_thread(request: HttpRequest, pk: int) -> Thread:
    return get_object_or_404(Thread.objects.run_by(request.user), pk=pk)


@permitted(may_open_desk)
@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    found = found_thread(request, pk)
    form = OwnerForm(request.POST, thread=found)
    if form.is_valid():
        verbs.assign(found, to=form.cleaned_data["owner"])
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("This person does not answer for this organisation."))
    return redirect("members:desk_thread", pk=pk)


@permitted(may_open_desk)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an open thread; open a closed one again."""
    found = found_thread(request, pk)
    if found.is_open:
        verbs.close(found, by=request.user)
        messages.success(request, _("The thread is closed. A new message opens it again."))
        return redirect("members:desk_threads")
    verbs.reopen(found)
    messages.success(request, _("The thread is open again."))
    return redirect("members:desk_thread", pk=pk)


@permitted(may_run_everything)
@require_POST
def file_under(request: HttpRequest, pk: int) -> HttpResponse:
    found = found_thread(request, pk)
    form = FileUnderForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("There is no such organisation."))
        return redirect("members:desk_thread", pk=pk)
    try:
        verbs.file_under(found, organisation=form.cleaned_data["organisation"])
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The thread now belongs to the organisation."))
    return redirect("members:desk_thread", pk=pk)


def found_message(request: HttpRequest, pk: int) -> Message:
    own = Thread.objects.run_by(request.user)
    return get_object_or_404(Message.objects.filter(thread__in=own.values("pk")), pk=pk)


@permitted(may_open_desk)
@require_POST
def vouch(request: HttpRequest, pk: int) -> HttpResponse:
    found = found_message(request, pk)
    verbs.vouch(found, by=request.user)
    messages.success(request, _("The sender is confirmed."))
    return redirect("members:desk_thread", pk=found.thread_id)


@permitted(may_open_desk)
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """A mail as it came, with everything in it, to be opened in a mail program."""
    found = found_message(request, pk)
    return download(request, found.source, name=f"mail-{pk}.eml", media_type="message/rfc822")
