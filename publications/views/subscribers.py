"""Readers of the letters: asking for them, and what the links in their mails lead to.

Whoever asks is answered alike, whether the address is known or not, and whether anything is sent.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from portal.lib.public import from_a_mail, public_form, rate_limited, reads_query
from portal.lib.translations import current_language
from publications.forms.subscribers import LinkForm, OwnChoicesForm, SubscribeForm
from publications.models import Subscriber, Subscription
from publications.models.periods import Period
from publications.newsletters import choices, readers_data, subscribing
from publications.newsletters.choices import Choice

# -- Asking ----------------------------------------------------------------------------------------


@login_not_required
@public_form
@rate_limited("subscribe", per_hour=20)
def subscribe(request: HttpRequest) -> HttpResponse:
    """Ask for letters and axes. The second button only says how many mails that would bring."""
    is_asked = request.method == "POST" and "count" not in request.POST
    form = SubscribeForm(request.POST if is_asked else None, initial=wished(request))
    if is_asked and form.is_valid():
        if not form.is_trapped:
            data = form.cleaned_data
            subscribing.subscribe(form.chosen, email=data["email"], language=data["language"])
        return redirect("publications:subscribe_sent")
    codes = request.POST if request.method == "POST" else None
    chosen = choices.all_with(
        [*codes.getlist("letters"), *codes.getlist("axes")]
        if codes
        else [*form.initial["letters"], *form.initial["axes"]]
    )
    return page(request, "subscribe", form=form, chosen=chosen, mails=mails(chosen))


def wished(request: HttpRequest) -> dict:
    """What the form begins with: the letter of the page somebody comes from, or what was sent."""
    if request.method == "POST":
        given = request.POST
        return {
            "email": given.get("email", ""),
            "language": given.get("language", current_language()),
            "letters": given.getlist("letters"),
            "axes": given.getlist("axes"),
        }
    axes = {str(axis.number): choices.code_of(axis) for axis in choices.axes()}
    axis = axes.get(request.GET.get("axis", ""))
    letter = request.GET.get("newsletter", "" if axis else "world")
    return {
        "language": current_language(),
        "letters": [letter] if letter else [],
        "axes": [axis] if axis else [],
    }


def mails(chosen: list[Choice]) -> int:
    return subscribing.mails_last_quarter(chosen, Period.of(timezone.localdate()).previous)


@login_not_required
@reads_query()
def subscribe_sent(request: HttpRequest) -> HttpResponse:
    return page(request, "subscribe_sent")


@login_not_required
@public_form
@rate_limited("reader-link", per_hour=20)
def reader_link(request: HttpRequest) -> HttpResponse:
    """“Send me my link”: to the address alone, and only if something is known of it."""
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not form.is_trapped:
            subscribing.ask_for_link(form.cleaned_data["email"])
        return redirect("publications:reader_link_sent")
    return page(request, "reader_link", form=form)


@login_not_required
@reads_query()
def reader_link_sent(request: HttpRequest) -> HttpResponse:
    return page(request, "reader_link_sent")


# -- What the links in mails lead to ---------------------------------------------------------------


def reader_with(token: str) -> tuple[Subscriber, Choice | None]:
    """Whose mail the link stands in. Mails of earlier times have a token for each letter, which
    is then told too. Raises Http404 for a token that nobody was given."""
    reader = Subscriber.objects.select_related("person").filter(token=token).first()
    if reader is not None:
        return reader, None
    rows = Subscription.objects.select_related("subscriber__person", "newsletter__region")
    old = get_object_or_404(rows, old_token=token)
    return old.subscriber, old.newsletter


@from_a_mail
def confirm_subscription(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link shows a button: programs that follow links confirm nothing."""
    reader, _letter = reader_with(token)
    waiting = [
        one.chosen
        for one in reader.subscriptions.waiting().select_related("newsletter__region", "axis")
    ]
    if request.method == "POST":
        subscribing.confirm(reader)
    return page(
        request,
        "confirm_page",
        reader=reader,
        waiting=waiting,
        is_done=request.method == "POST" or not waiting,
        mails=mails(waiting),
    )


@from_a_mail
def unsubscribe(request: HttpRequest, token: str, code: str = "") -> HttpResponse:
    """Leave: by the button, or by the one click of a mail program, as often as it likes (RFC 8058).

    The letter stands in the address; without one, everything is left. Nothing is changed by
    opening the page.
    """
    reader, letter = reader_with(token)
    choice = choices.with_code(code) if code else letter
    if code and choice is None:
        raise Http404
    wanted = [choice] if choice else subscribing.received(reader)
    if request.method == "POST":
        if "again" in request.POST and choice:
            subscribing.come_back(reader, choice)
        else:
            for one in wanted:
                subscribing.leave(reader, one)
    is_left = not subscribing.received(reader).intersection(wanted)
    return page(request, "unsubscribe_page", reader=reader, choice=choice, is_left=is_left)


@from_a_mail
def subscription(request: HttpRequest, token: str) -> HttpResponse:
    """The reader's own page: letters, axes, language, pause, and their data."""
    reader, _letter = reader_with(token)
    if reader.erased_at is not None:
        return page(request, "reader_erased", status=410)
    form = OwnChoicesForm(request.POST or None, subscriber=reader)
    changed = request.method == "POST" and form.is_valid()
    if changed:
        form.record()
        form = OwnChoicesForm(subscriber=reader)
    received = subscribing.received(reader)
    return page(
        request, "subscription_page", reader=reader, form=form, changed=changed,
        mails=mails(received), received=received,
    )  # fmt: skip


@from_a_mail
def reader_data(request: HttpRequest, token: str) -> HttpResponse:
    """Everything that is held of the reader as such, to take away."""
    reader, _letter = reader_with(token)
    return JsonResponse(
        readers_data.held(reader),
        json_dumps_params={"ensure_ascii": False, "indent": 1},
        headers={"Content-Disposition": 'attachment; filename="letters.json"'},
    )


@from_a_mail
def erase_reader(request: HttpRequest, token: str) -> HttpResponse:
    """Forget the address: asked once more, and done by a button."""
    reader, _letter = reader_with(token)
    if request.method == "POST" and reader.erased_at is None:
        readers_data.erase(reader)
    if reader.erased_at is not None:
        return page(request, "reader_erased")
    return page(request, "reader_erase", reader=reader)


def page(request: HttpRequest, name: str, status: int = 200, **context) -> HttpResponse:
    return render(request, f"publications/newsletters/{name}.html", context, status=status)
