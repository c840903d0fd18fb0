"""Letters at the desk: the board, one issue with its three languages, and its words."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from members import perms
from portal.lib import network
from portal.lib.sections import registered
from portal.lib.translations import LANGUAGES
from publications.models import Issue, IssueBlock, IssueItem, Newsletter
from publications.models.deliveries import UNFINISHED, DeliveryState
from publications.models.newsletters import IssueState
from publications.newsletters import (
    accepting,
    board,
    cancelling,
    drafting,
    editing,
    gate,
    holding,
    outcome,
    pausing,
    sections,
    sending,
)
from publications.newsletters.forms import BlockForm, DraftForm, IssueForm, RhythmForm


def newsletters_desk(request: HttpRequest) -> HttpResponse:
    """The board: one row for the world and one per region; an executive sees their own."""
    letters = own_newsletters(request)
    return render(
        request,
        "publications/newsletters/board.html",
        {
            "rows": board.rows(letters),
            "form": DraftForm(newsletters=letters),
            "paused": network.current().sending_paused,
        },
    )


@require_POST
def newsletter_draft(request: HttpRequest) -> HttpResponse:
    letters = own_newsletters(request)
    form = DraftForm(request.POST, newsletters=letters)
    if not form.is_valid():
        context = {"rows": board.rows(letters), "form": form}
        context["paused"] = network.current().sending_paused
        return render(request, "publications/newsletters/board.html", context, status=422)
    issue = drafting.draft(form.cleaned_data["newsletter"], form.cleaned_data["period"])
    return redirect("publications:newsletter_issue_desk", symbol=issue.dashed_symbol)


def newsletter_rhythm(request: HttpRequest, code: str) -> HttpResponse:
    """When a letter is due: every month or quarter, its day, hour and time zone."""
    letter = get_object_or_404(own_newsletters(request).with_code(code).select_related("region"))
    form = RhythmForm(request.POST or None, instance=letter)
    if request.method == "POST" and form.is_valid() and form.saved():
        messages.success(request, _("The rhythm of the letter has been saved."))
        return redirect("publications:newsletters_desk")
    return render(
        request, "publications/newsletters/rhythm_desk.html", {"letter": letter, "form": form}
    )


def newsletter_issue_desk(request: HttpRequest, symbol: str) -> HttpResponse:
    """One issue: how each language stands, its words and items, and the way out."""
    issue = own_issue(request, symbol)
    order = known_order(request.GET) if issue.is_editable else ""
    return render(
        request,
        "publications/newsletters/issue_desk.html",
        {
            "issue": issue,
            "panels": (panels := gate.readiness(issue, user=request.user)),
            "incomplete": [panel for panel in panels if not panel.is_complete],
            "acceptances": issue.acceptances.select_related("by"),
            "holding": {panel.acceptance.pk for panel in panels if panel.acceptance},
            "reader_count": sum(panel.recipients for panel in panels),
            "sections": item_sections(issue, order),
            "languages": LANGUAGES,
            "order": order,
            "own_orders": editing.own_orders(issue),
            **block_places(issue, order),
            "candidates": holding.candidates(issue) if issue.is_editable else [],
            "progress": (done := progress(issue)),
            "sending": getattr(issue, "sending", None),
            "total": sum(language["total"] for language in done),
            "repeated": sending.repeated(issue) if done else 0,
            "is_sending": (is_sending := issue.state == IssueState.SENDING),
            "going": outcome.going(issue) if is_sending else None,
            # A page must not move under who reads it, so it renews itself only on demand.
            "is_followed": is_sending and "follow" in request.GET,
            "paused": network.current().sending_paused,
        },
    )


def known_order(given: QueryDict) -> str:
    """The language in whose order items and blocks are looked at and moved; empty is the order of
    all languages."""
    return code if (code := given.get("order")) in LANGUAGES else ""


def in_order(rows: Iterable[IssueItem | IssueBlock], order: str) -> list:
    """The rows as they stand in the letter of a language, or all of them in the common order."""
    found = (row for row in rows if not order or row.is_in(order))
    return sorted(found, key=lambda row: row.order_in(order))


def item_sections(issue: Issue, order: str) -> list[dict]:
    shown = sections.shown_items(issue)
    found = {code: in_order(items, order) for code, items in shown.items()}
    return [
        {"title": section.title, "items": found[section.code]}
        for section in registered()
        if found[section.code]
    ]


def block_places(issue: Issue, order: str) -> dict[str, dict]:
    """The blocks by their place: ``opening`` and ``closing``."""
    blocks = in_order(issue.blocks.all(), order)
    return {
        place.value: {
            "title": place.label,
            "blocks": [block for block in blocks if block.place == place],
        }
        for place in IssueBlock.Place
    }


def progress(issue: Issue) -> list[dict]:
    """The deliveries of each language, and how many of them are over. What was left out because the
    rest was cancelled is over for good, and would look as if it had been sent."""
    found = sending.counts(issue)
    undone = UNFINISHED
    if issue.is_cancelled:
        undone = (*UNFINISHED, DeliveryState.SKIPPED)
    return [
        {
            "language": language,
            "total": (total := sum(found[language].values())),
            "done": total - sum(found[language][state] for state in undone),
            "states": [
                (state.label, found[language][state])
                for state in DeliveryState
                if found[language][state]
            ],
        }
        for language in LANGUAGES
        if language in found
    ]


def newsletter_text(request: HttpRequest, symbol: str) -> HttpResponse:
    """The subject and opening text in three languages."""
    issue = own_issue(request, symbol)
    if not issue.is_editable:
        return back_to(issue)
    form = IssueForm(request.POST or None, instance=issue)
    if request.method == "POST" and form.is_valid() and form.saved():
        drafting.reopen(form.instance)
        messages.success(request, _("The words of the letter have been saved."))
        return back_to(issue)
    return render(
        request, "publications/newsletters/text_desk.html", {"issue": issue, "form": form}
    )


@require_POST
def newsletter_items(request: HttpRequest, symbol: str) -> HttpResponse:
    """Move an item or a block, take it out, choose its languages, add one, or look for news."""
    issue = own_issue(request, symbol)
    act = request.POST.get("act")
    with reported(request):
        if act == "gather":
            added = drafting.gather(issue)
            text = ngettext("%(count)d item was added.", "%(count)d items were added.", added)
            messages.success(request, text % {"count": added})
        elif act == "add":
            editing.add(issue, request.POST.get("address", ""))
            messages.success(request, _("It is in the letter now."))
        elif act == "languages" and "block" not in request.POST:
            editing.show_in(row_of(issue, request), request.POST.getlist("in"))
            messages.success(request, _("The languages of the item have been saved."))
        elif act in ("up", "down"):
            editing.move(row_of(issue, request), act, language=known_order(request.POST))
        elif act == "remove":
            editing.remove(row_of(issue, request))
        elif act == "common_order" and (language := known_order(request.POST)):
            editing.order_like_the_others(issue, language)
            messages.success(request, _("The order is again that of the other languages."))
        else:
            raise Http404
    return back_to(issue, order=known_order(request.POST))


def row_of(issue: Issue, request: HttpRequest) -> IssueItem | IssueBlock:
    """The item or the block of the issue that the form names."""
    rows, name = (issue.blocks, "block") if "block" in request.POST else (issue.items, "item")
    row = get_object_or_404(rows, pk=whole_number(request.POST.get(name)))
    row.issue = issue
    return row


def newsletter_block(request: HttpRequest, symbol: str, pk: int | None = None) -> HttpResponse:
    """Write a free block, or change one."""
    issue = own_issue(request, symbol)
    if not issue.is_editable:
        return back_to(issue)
    new = IssueBlock(issue=issue, original_language=issue.original_language)
    block = get_object_or_404(issue.blocks, pk=pk) if pk else new
    before = block.place if pk else None
    form = BlockForm(request.POST or None, instance=block)
    if request.method == "POST" and form.is_valid() and form.saved():
        block = form.instance
        block.issue = issue
        drafting.reopen(issue) if block.place == before else editing.place(block)
        messages.success(request, _("The block has been saved."))
        return back_to(issue)
    return render(
        request,
        "publications/newsletters/block_desk.html",
        {"issue": issue, "form": form, "is_new": pk is None},
    )


@require_POST
def newsletter_holder(request: HttpRequest, symbol: str) -> HttpResponse:
    """Take an issue, give it over, or put it down."""
    issue = own_issue(request, symbol)
    act = request.POST.get("act")
    with reported(request):
        if act == "take":
            holding.take(issue, by=request.user)
            messages.success(request, _("You hold this letter now."))
        elif act == "give":
            people = holding.candidates(issue)
            person = get_object_or_404(people, pk=whole_number(request.POST.get("person")))
            holding.give(issue, to=person, by=request.user)
            messages.success(request, _("%(person)s holds this letter now.") % {"person": person})
        elif act == "put_down":
            holding.put_down(issue, by=request.user)
            messages.success(request, _("Nobody holds this letter now."))
        else:
            raise Http404
    return back_to(issue)


@require_POST
def newsletter_ready(request: HttpRequest, symbol: str) -> HttpResponse:
    """Let an issue through the gate; or make it a draft again."""
    issue = own_issue(request, symbol)
    with reported(request):
        if "reopen" in request.POST:
            drafting.require_editable(issue)
            drafting.reopen(issue)
        else:
            gate.make_ready(issue, by=request.user)
            messages.success(request, _("The letter is ready to be sent."))
    return back_to(issue)


@require_POST
def newsletter_accept(request: HttpRequest, symbol: str) -> HttpResponse:
    """Accept in writing that a language goes out with texts in another one; or no longer."""
    issue = own_issue(request, symbol)
    language = known_language(request)
    with reported(request):
        if "take_back" in request.POST:
            accepting.take_back(issue, language=language)
        else:
            reason = request.POST.get("reason", "")
            accepting.accept(issue, language=language, reason=reason, by=request.user)
            messages.success(request, _("What you accept is kept with your name and your reason."))
    return back_to(issue)


@require_POST
def newsletter_pause(request: HttpRequest, symbol: str) -> HttpResponse:
    """Stop an issue on its way out, or let it go on."""
    issue = own_issue(request, symbol)
    with reported(request):
        if "resume" in request.POST:
            pausing.resume(issue, by=request.user)
            messages.success(request, _("The letter is being sent. You can leave this page."))
        elif pausing.pause(issue, by=request.user):
            messages.success(request, _("The sending is paused. No further mail leaves."))
    return back_to(issue)


def newsletter_cancel_rest(request: HttpRequest, symbol: str) -> HttpResponse:
    """Ask once more, then cancel the rest of an issue that is being sent, for good."""
    issue = own_issue(request, symbol)
    if request.method == "POST":
        with reported(request):
            cancelling.cancel(issue, by=request.user)
            sending.finish(issue)
            messages.success(request, _("The rest is cancelled. No further mail leaves."))
        return back_to(issue)
    if issue.state != IssueState.SENDING:
        return back_to(issue)
    numbers = sending.totals(issue)
    waiting = sum(numbers[state] for state in UNFINISHED)
    return render(
        request,
        "publications/newsletters/cancel_rest.html",
        {"issue": issue, "waiting": waiting, "over": numbers.total() - waiting},
    )


@contextmanager
def reported(request: HttpRequest) -> Iterator[None]:
    """What a verb refuses is told to the person, in the words of the verb."""
    try:
        yield
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)


def own_newsletters(request: HttpRequest):
    """The letters a person runs: all for the secretariat, the own region's for an executive."""
    if not perms.may_open_desk(request.user):
        raise Http404
    return Newsletter.objects.editable_by(request.user)


def own_issue(request: HttpRequest, symbol: str) -> Issue:
    issues = Issue.objects.editable_by(request.user).select_related(
        "newsletter__region", "ready_by", "holder", "approved_by", "scheduled_by", "sending"
    )
    return get_object_or_404(issues, symbol=symbol.replace("-", "/"))


def back_to(issue: Issue, *, order: str = "") -> HttpResponse:
    address = reverse("publications:newsletter_issue_desk", args=(issue.dashed_symbol,))
    return redirect(f"{address}?order={order}#items" if order else address)


def known_language(request: HttpRequest) -> str:
    """Raises Http404 for another one: nobody types these."""
    language = request.POST.get("language")
    if language not in LANGUAGES:
        raise Http404
    return language


def whole_number(text: str | None) -> int:
    """Raises Http404 for what is not a number: nobody types these."""
    if not (text or "").isdecimal():
        raise Http404
    return int(text)
