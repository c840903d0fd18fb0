"""Letters as readers see them: the archive, one issue, and their own subscription."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from portal.lib import alternates, feeds, network, reading
from portal.lib.public import public_form, rate_limited, reads_query
from portal.lib.translations import LANGUAGES, current_language
from publications import feeds as own_feeds
from publications.models import Issue, Newsletter, Subscription
from publications.newsletters import rendering, subscribing
from publications.newsletters.forms import LanguageForm, SubscribeForm

View = Callable[..., HttpResponse]


@login_not_required
@reads_query("region")
def newsletters(request: HttpRequest) -> HttpResponse:
    """The archive: what has been sent, newest first, of all letters or of one."""
    code = request.GET.get("region", "")
    letters = list(Newsletter.objects.select_related("region"))
    chosen = next((letter for letter in letters if letter.code == code), None)
    issues = Issue.objects.public().newest_first().select_related("newsletter__region")
    if chosen:
        issues = issues.filter(newsletter=chosen)
    years: dict[int, list[Issue]] = {}
    for issue in issues:
        years.setdefault(issue.stands_for.year, []).append(issue)
    return render(
        request,
        "publications/newsletters/archive.html",
        {"letters": letters, "chosen": chosen, "years": years},
    )


@login_not_required
@reads_query("region", "page")
def newsletters_feed(request: HttpRequest) -> HttpResponse:
    """The letters that were sent last, of all or of one."""
    rows = Issue.objects.public()
    code = request.GET.get("region", "")
    if code and (chosen := Newsletter.objects.with_code(code).first()):
        rows = rows.filter(newsletter=chosen)
    found = feeds.paged(request, own_feeds.newest_issues(rows))
    return feeds.answer(
        request,
        map(own_feeds.issue_entry, found.rows),
        title=f"{network.current().name()} – {_('Newsletters')}",
        page=reverse("publications:newsletters") + feeds.query_of(request).rstrip("?"),
        pages=found,
    )


@login_not_required
@reads_query()
def issue(request: HttpRequest, symbol: str) -> HttpResponse:
    """One issue. It opens as sending starts, since the mails under way lead here."""
    found = sent_issue(symbol)
    reading.note(request, "issue", found.pk)
    contents = rendering.contents(found, current_language())
    alternates.tell(request, found)
    return render(
        request,
        "publications/newsletters/issue.html",
        {
            "issue": found,
            "found": contents,
            "paragraphs": rendering.paragraphs(contents["lead"]),
            "languages": LANGUAGES,
        },
    )


@login_not_required
@reads_query()
def issue_pdf(request: HttpRequest, symbol: str, pdf_language: str) -> HttpResponse:
    if pdf_language not in LANGUAGES:
        raise Http404
    found = sent_issue(symbol)
    return HttpResponse(
        rendering.printed(found, pdf_language),
        content_type="application/pdf",
        headers={
            "Content-Language": pdf_language,
            "Content-Disposition": f'inline; filename="{found.dashed_symbol}-{pdf_language}.pdf"',
        },
    )


def sent_issue(symbol: str) -> Issue:
    sent = Issue.objects.sent().select_related("newsletter__region")
    return get_object_or_404(sent, symbol=symbol.replace("-", "/"))


@login_not_required
@public_form
@rate_limited("subscribe", per_hour=20)
def subscribe(request: HttpRequest) -> HttpResponse:
    """Ask for a letter. The answer is the same whether the address is known or not."""
    asked = {"language": current_language(), "newsletter": request.GET.get("newsletter", "world")}
    form = SubscribeForm(request.POST or None, initial=asked)
    if request.method == "POST" and form.is_valid():
        if not form.is_trapped:
            data = form.cleaned_data
            subscribing.subscribe(
                data["newsletter"], email=data["email"], language=data["language"]
            )
        return redirect("publications:subscribe_sent")
    return render(request, "publications/newsletters/subscribe.html", {"form": form})


@login_not_required
@reads_query()
def subscribe_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "publications/newsletters/subscribe_sent.html")


def by_token(view: View) -> View:
    """A page that a link in a mail leads to: its token is all the reader needs.

    No session and no CSRF token: mail programs post to it without either (RFC 8058), and
    whoever does not know the token cannot make a form for it.
    """

    @wraps(view)
    def found(request: HttpRequest, token: str) -> HttpResponse:
        known = Subscription.objects.select_related("newsletter__region")
        response = view(request, get_object_or_404(known, token=token))
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return login_not_required(never_cache(csrf_exempt(found)))


@by_token
def confirm_subscription(request: HttpRequest, subscription: Subscription) -> HttpResponse:
    """Opening the link shows a button: programs that follow links confirm nothing."""
    if request.method == "POST":
        subscribing.confirm(subscription)
    return subscription_page(request, "confirm_page", subscription)


@by_token
def unsubscribe(request: HttpRequest, subscription: Subscription) -> HttpResponse:
    """Leave: by the button, or by the one click of a mail program, as often as it likes."""
    if request.method == "POST":
        subscribing.end(subscription)
    return subscription_page(request, "unsubscribe_page", subscription)


@by_token
def subscription(request: HttpRequest, subscription: Subscription) -> HttpResponse:
    """The reader's own page: change the language of the letter, or leave it."""
    form = LanguageForm(request.POST or None, initial={"language": subscription.language})
    changed = request.method == "POST" and form.is_valid()
    if changed:
        subscribing.change_language(subscription, form.cleaned_data["language"])
    return subscription_page(request, "subscription_page", subscription, form=form, changed=changed)


def subscription_page(
    request: HttpRequest, name: str, subscription: Subscription, **context
) -> HttpResponse:
    return render(
        request,
        f"publications/newsletters/{name}.html",
        {"subscription": subscription, "letter": subscription.newsletter, **context},
    )
