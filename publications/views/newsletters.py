"""Letters as readers see them: the archive and one issue."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.lib import alternates, feeds, network, reading
from portal.lib.public import reads_query
from portal.lib.translations import LANGUAGES, current_language
from programme.models import Axis
from publications import feeds as own_feeds
from publications.models import AxisDigest, Issue, Newsletter
from publications.newsletters import digests, rendering


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
def axis_digest(request: HttpRequest, pk: int) -> HttpResponse:
    """What the letters told of an axis in a month, as it went to those who follow the axis.

    It holds nothing that the letters in the archive do not, so it is open as soon as it is made.
    """
    digest = get_object_or_404(AxisDigest.objects.select_related("axis"), pk=pk)
    return render(
        request,
        "publications/newsletters/axis_digest.html",
        {
            "digest": digest,
            "sections": digests.contents(digest, current_language()),
            "others": digest.axis.digests.exclude(pk=digest.pk)[:12],
            "has_page": Axis.objects.of_current_cycle().filter(pk=digest.axis_id).exists(),
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
