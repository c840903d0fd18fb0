"""Readers at the desk: figures per letter and language, addresses that are written to no more."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from members import perms
from members.perms import may_run_everything
from portal.lib.access import permitted
from portal.lib.sheets.writing import as_csv
from publications.desk.newsletters import own_issue, own_newsletters
from publications.forms.readers import IssueCorrectionForm, LiftForm
from publications.models import Issue, IssueCorrection, Subscription, Suppression
from publications.newsletters import counting, outcome, readers_data, suppressing


def readers_desk(request: HttpRequest) -> HttpResponse:
    """How many receive which letter in which language. An executive sees the own region's figures,
    and nobody an address."""
    letters = own_newsletters(request)
    is_secretariat = perms.may_run_everything(request.user)
    context = {
        "rows": counting.rows(letters),
        "is_secretariat": is_secretariat,
        "axes": counting.axes() if is_secretariat else [],
    }
    return render(request, "publications/newsletters/readers_desk.html", context)


@permitted(may_run_everything)
def suppressions_desk(request: HttpRequest) -> HttpResponse:
    """The addresses that nothing is sent to, and letting one be written to again."""
    form = LiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            suppressing.lift(
                form.cleaned_data["email"], by=request.user, why=form.cleaned_data["why"]
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The address may be written to again."))
            return redirect("publications:suppressions_desk")
    rows = Suppression.objects.select_related("lifted_by")
    context = {
        "form": form,
        "counts": counting.suppressions(),
        "lifted": rows.filter(lifted_at__isnull=False)[:50],
    }
    status = 422 if form.errors else 200
    return render(
        request, "publications/newsletters/suppressions_desk.html", context, status=status
    )


@permitted(may_run_everything)
def readers_export(request: HttpRequest) -> HttpResponse:
    """Who asked for what, as CSV, for the secretariat alone."""
    return StreamingHttpResponse(
        as_csv(readers_data.rows(Subscription.objects.confirmed())),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="readers.csv"'},
    )


def outcome_export(request: HttpRequest) -> HttpResponse:
    """What became of the mails of each letter, by language, as CSV; of one with ``?issue=``."""
    issues = Issue.objects.filter(newsletter__in=own_newsletters(request).values("pk")).sent()
    if symbol := request.GET.get("issue"):
        issues = issues.filter(symbol=symbol)
    return StreamingHttpResponse(
        as_csv(outcome.rows(issues)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="letters.csv"'},
    )


def newsletter_correct(request: HttpRequest, symbol: str) -> HttpResponse:
    """Tell the readers of a sent issue what was put right."""
    issue = own_issue(request, symbol)
    if issue.is_editable:
        raise Http404
    correction = IssueCorrection(
        original_language=request.user.language, issue=issue, by=request.user
    )
    return correction_page(request, correction)


def newsletter_correction(request: HttpRequest, symbol: str, pk: int) -> HttpResponse:
    """The words of a correction, for example its translation."""
    issue = own_issue(request, symbol)
    return correction_page(request, get_object_or_404(issue.corrections, pk=pk))


def correction_page(request: HttpRequest, correction: IssueCorrection) -> HttpResponse:
    form = IssueCorrectionForm(request.POST or None, instance=correction)
    if request.method == "POST" and form.is_valid() and form.saved():
        messages.success(request, _("The correction stands beside the letter."))
        return redirect("publications:newsletter_issue_desk", symbol=correction.issue.dashed_symbol)
    context = {"issue": correction.issue, "form": form}
    return render(request, "publications/newsletters/correction_desk.html", context)
