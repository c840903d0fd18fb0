"""Writing with the secretariat, in the members’ area. Whatever its status, a member can write."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from members import threads as verbs
from members.forms.threads import MessageForm, NewThreadForm
from members.models import Attachment, Message, Organisation, Thread
from members.models.threads import Side
from members.space.own import for_own_organisation, page_of
from portal.lib.files import serving
from portal.lib.translations import current_language

PER_PAGE = 50


@for_own_organisation
def threads(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    found = (
        Thread.objects.of_organisation(organisation)
        .begun()
        .with_unread(request.user, Side.ORGANISATION)
        .with_latest()
        .order_by("-latest_at", "-pk")
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "organisation": organisation,
        "page": page,
        "new_url": page_of("members:space_thread_new", organisation, request.user),
    }
    return render(request, "members/space_threads.html", context)


@for_own_organisation
def new_thread(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    form = NewThreadForm(request.POST or None, request.FILES or None)
    back = page_of("members:space_threads", organisation, request.user)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.begin(
                organisation=organisation,
                by=request.user,
                side=Side.ORGANISATION,
                language=current_language(),
                **form.cleaned_data,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Your message has been sent to the secretariat."))
            return redirect(back)
    context = {
        "form": form,
        "back": back,
        "back_label": _("Messages"),
        "title": _("Write to the secretariat"),
        "text": _(
            "The secretariat and your regional executive read it. Their answer arrives here and "
            "by e-mail."
        ),
    }
    return render(request, "members/thread_form.html", context)


def thread(request: HttpRequest, pk: int) -> HttpResponse:
    """One thread of an organisation the person acts for, with the form to answer."""
    own = Thread.objects.of_people_of(request.user).begun().select_related("organisation")
    found = get_object_or_404(own, pk=pk)
    form = MessageForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.write(
                found,
                by=request.user,
                side=Side.ORGANISATION,
                language=current_language(),
                **form.cleaned_data,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Your message has been sent to the secretariat."))
            return redirect("members:space_thread", pk=pk)
    context = {
        "thread": found,
        "thread_messages": shown(found.messages.verified()),
        "back": page_of("members:space_threads", found.organisation, request.user),
        "form": form,
    }
    verbs.mark_seen(found, by=request.user, side=Side.ORGANISATION)
    return render(request, "members/space_thread.html", context)


def shown(found):
    return found.select_related("author", "verified_by").prefetch_related("attachments")


def attachment(request: HttpRequest, pk: int) -> HttpResponse:
    """A document of a message, for whoever may read the message; 404 to all others."""
    readable = Message.objects.visible_to(request.user)
    found = get_object_or_404(Attachment.objects.filter(message__in=readable.values("pk")), pk=pk)
    return download(request, found.file, name=found.name, media_type=found.media_type)


def download(request: HttpRequest, file, *, name: str, media_type: str) -> HttpResponse:
    """A private file, to be kept by the reader and never shown in the portal's own page."""
    return serving.answer(request, file, name=name, media_type=media_type, as_attachment=True)
