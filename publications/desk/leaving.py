"""The way out of an issue at the desk: its checks, the second person, and the hour it leaves."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.lib import network
from publications.desk.newsletters import own_issue, reported
from publications.forms.letters import ScheduleForm
from publications.models import Issue
from publications.models.newsletters import IssueState
from publications.newsletters import gate, leaving, preflight


def newsletter_checks(request: HttpRequest, symbol: str) -> HttpResponse:
    """What is looked at before the issue may leave, and the buttons that let it."""
    issue = own_issue(request, symbol)
    return checks_page(request, issue, ScheduleForm(zone=issue.newsletter.time_zone))


def checks_page(
    request: HttpRequest, issue: Issue, form: ScheduleForm, *, status: int = 200
) -> HttpResponse:
    checks = preflight.run(issue)
    is_ready = issue.state == IssueState.READY
    context = {
        "issue": issue,
        "checks": checks,
        "has_failed": any(check.verdict == preflight.Verdict.FAILED for check in checks),
        "recipients": gate.recipients(issue).total(),
        "form": form,
        "is_ready": is_ready,
        "waits_for_second": is_ready and issue.needs_second_person and not issue.approved_at,
        "is_second": issue.ready_by_id != request.user.pk,
        "paused": network.current().sending_paused,
    }
    return render(request, "publications/newsletters/checks.html", context, status=status)


@require_POST
def newsletter_approve(request: HttpRequest, symbol: str) -> HttpResponse:
    issue = own_issue(request, symbol)
    with reported(request):
        leaving.approve(issue, by=request.user)
        messages.success(request, _("You have approved the letter."))
    return back_to_checks(issue)


@require_POST
def newsletter_schedule(request: HttpRequest, symbol: str) -> HttpResponse:
    """Set the day and hour at which the issue leaves by itself."""
    issue = own_issue(request, symbol)
    form = ScheduleForm(request.POST, zone=issue.newsletter.time_zone)
    if not form.is_valid():
        return checks_page(request, issue, form, status=422)
    with reported(request):
        leaving.schedule(issue, moment=form.cleaned_data["moment"], by=request.user)
        messages.success(request, _("The letter is scheduled. You can cancel until it leaves."))
    return back_to_checks(issue)


@require_POST
def newsletter_cancel(request: HttpRequest, symbol: str) -> HttpResponse:
    issue = own_issue(request, symbol)
    with reported(request):
        leaving.cancel(issue)
        messages.success(request, _("The scheduled sending is cancelled. Nobody receives it."))
    return back_to_checks(issue)


@require_POST
def newsletter_send(request: HttpRequest, symbol: str) -> HttpResponse:
    issue = own_issue(request, symbol)
    with reported(request):
        leaving.send(issue)
        messages.success(request, _("The letter is being sent. You can leave this page."))
        return redirect("publications:newsletter_issue_desk", symbol=issue.dashed_symbol)
    return back_to_checks(issue)


def back_to_checks(issue: Issue) -> HttpResponse:
    return redirect("publications:newsletter_checks", symbol=issue.dashed_symbol)
