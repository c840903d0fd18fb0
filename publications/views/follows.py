"""Being told by mail: of a translation, or of what is new in a list.

Public pages post to addresses that nobody caches; whoever asks is answered alike, whether the
address is known or not. In the members' area one click is enough.
"""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.lib.public import from_a_mail, public_form, rate_limited, reads_query
from portal.lib.translations import current_language
from publications import following, wishes
from publications.forms.follows import AddressForm, FollowForm, RhythmForm
from publications.models import ListFollow, Publication, TranslationWish
from publications.models.follows import Rhythm

View = Callable[..., HttpResponse]


# -- One translation -------------------------------------------------------------------------------


@login_not_required
@public_form
@rate_limited("wish", per_hour=20)
def tell_me(request: HttpRequest, symbol: str) -> HttpResponse:
    """Ask to be told when the text is there in the language of the page; where it is, read it."""
    found = public_text(symbol)
    if not wishes.can_be_awaited(found, current_language()):
        return redirect("publications:detail", symbol=found.dashed_symbol)
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not form.is_trapped:
            wishes.ask(found, email=form.cleaned_data["email"], language=current_language())
        return redirect("publications:asked")
    return page(request, "wish", publication=found, form=form)


@require_POST
def space_tell_me(request: HttpRequest, symbol: str) -> HttpResponse:
    rows = Publication.objects.visible_to(request.user).published()
    found = awaited(rows, symbol)
    wishes.ask_for(request.user, found, language=current_language())
    messages.success(request, _("We will write to you when the translation is ready."))
    return redirect("publications:space_detail", symbol=found.dashed_symbol)


def public_text(symbol: str) -> Publication:
    rows = Publication.objects.public()
    return get_object_or_404(rows.called(symbol))


def awaited(rows, symbol: str) -> Publication:
    found = get_object_or_404(rows.called(symbol))
    if not wishes.can_be_awaited(found, current_language()):
        raise Http404
    return found


@login_not_required
@reads_query()
def asked(request: HttpRequest) -> HttpResponse:
    """The same answer for everybody who asked for anything here."""
    return page(request, "asked")


# -- A list ----------------------------------------------------------------------------------------


@login_not_required
@public_form
@rate_limited("follow", per_hour=20)
def follow_list(request: HttpRequest) -> HttpResponse:
    """Ask to follow the list that this address filters as the list's own does."""
    query = following.normalised(request.GET, current_language())
    form = FollowForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not form.is_trapped:
            data = form.cleaned_data
            following.ask(
                query=query,
                email=data["email"],
                language=current_language(),
                rhythm=data["rhythm"],
            )
        return redirect("publications:asked")
    return page(
        request,
        "follow",
        form=form,
        query=query,
        filters=following.told(query, current_language()),
    )


@require_POST
def space_follow_list(request: HttpRequest) -> HttpResponse:
    query = following.normalised(request.GET, current_language())
    following.ask_for(request.user, query=query, language=current_language(), rhythm=Rhythm.WEEKLY)
    messages.success(
        request, _("You follow this list: once a week we write to you what is new in it.")
    )
    return redirect("publications:space_follows")


def space_follows(request: HttpRequest) -> HttpResponse:
    """What somebody who is logged in follows, and waits for."""
    mine = {"email": request.user.email.lower()}
    follows = list(ListFollow.objects.filter(**mine).confirmed())
    for one in follows:
        one.words = following.told(one.query, current_language())
    waited = TranslationWish.objects.filter(**mine).confirmed().select_related("publication")
    context = {"follows": follows, "wishes": list(waited)}
    return render(request, "publications/follows/space.html", context)


# -- What the links in mails lead to ---------------------------------------------------------------


def by_token(model) -> Callable[[View], View]:
    """A page that a link in a mail leads to, with the row of its token; one that has been erased
    is None."""

    def decorate(view: View) -> View:
        @wraps(view)
        def found(request: HttpRequest, token: str) -> HttpResponse:
            related = "publication" if model is TranslationWish else "person"
            row = model.objects.select_related(related).filter(token=token).first()
            return view(request, row)

        return from_a_mail(found)

    return decorate


@by_token(TranslationWish)
def confirm_wish(request: HttpRequest, wish: TranslationWish | None) -> HttpResponse:
    """Opening the link shows a button: programs that follow links confirm nothing."""
    if wish is not None and request.method == "POST":
        wishes.confirm(wish)
    return asked_for_page(request, "wish_confirm", wish)


@by_token(TranslationWish)
def stop_wish(request: HttpRequest, wish: TranslationWish | None) -> HttpResponse:
    return stop_page(request, wish, wishes.stop)


@by_token(ListFollow)
def confirm_follow(request: HttpRequest, follow: ListFollow | None) -> HttpResponse:
    if follow is not None and request.method == "POST":
        following.confirm(follow)
    return asked_for_page(request, "follow_confirm", follow)


@by_token(ListFollow)
def follow_choices(request: HttpRequest, follow: ListFollow | None) -> HttpResponse:
    """The follower's own page: how often, or no more."""
    if follow is None or not follow.is_confirmed:
        raise Http404
    form = RhythmForm(request.POST or None, initial={"rhythm": follow.rhythm})
    changed = request.method == "POST" and form.is_valid()
    if changed:
        following.choose(follow, rhythm=form.cleaned_data["rhythm"])
    return asked_for_page(request, "follow_choices", follow, form=form, changed=changed)


@by_token(ListFollow)
def stop_follow(request: HttpRequest, follow: ListFollow | None) -> HttpResponse:
    return stop_page(request, follow, following.stop)


def stop_page(request: HttpRequest, row, stop: Callable) -> HttpResponse:
    """Leave: by the button, or by the one click of a mail program, as often as it likes. Whoever
    has left already is told the same."""
    if row is not None and request.method == "POST":
        stop(row)
        row = None
    return page(request, "stop", is_stopped=row is None)


def asked_for_page(request: HttpRequest, name: str, row, **context) -> HttpResponse:
    if row is None:
        return page(request, "gone", status=404)
    if isinstance(row, ListFollow):
        context["filters"] = following.told(row.query, current_language())
        context["stop_url"] = reverse("publications:follow_stop", kwargs={"token": row.token})
    return page(request, name, row=row, **context)


def page(request: HttpRequest, name: str, status: int = 200, **context) -> HttpResponse:
    return render(request, f"publications/follows/{name}.html", context, status=status)
