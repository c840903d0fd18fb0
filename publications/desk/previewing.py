"""The previews of an issue at the desk, and tests to colleagues."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.lib.translations import LANGUAGES
from publications.desk.newsletters import own_issue, reported
from publications.forms.letters import TestForm
from publications.models import Issue
from publications.models.subscribers import Audience
from publications.newsletters import gate, previewing

# A mail has its styles inline and needs nothing else: no script, no form, no frame. As a page of
# this origin it is given the pictures of a draft, which take the session's cookie.
POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
    "sandbox": ["allow-same-origin", "allow-popups", "allow-popups-to-escape-sandbox"],
}


def newsletter_previews(request: HttpRequest, symbol: str) -> HttpResponse:
    """Each segment with its readers and its previews, and the form that sends a test."""
    issue = own_issue(request, symbol)
    return previews_page(request, issue, TestForm(issue=issue, initial={"to": request.user}))


def previews_page(
    request: HttpRequest, issue: Issue, form: TestForm, *, status: int = 200
) -> HttpResponse:
    counted = gate.segments(issue)
    segments = [
        {
            "language": language,
            "audience": audience,
            "label": audience.label,
            "recipients": counted[language, audience],
        }
        for language in LANGUAGES
        for audience in previewing.audiences(issue)
    ]
    context = {"issue": issue, "segments": segments, "form": form}
    return render(request, "publications/newsletters/previews.html", context, status=status)


def newsletter_preview(
    request: HttpRequest, symbol: str, mail_language: str, kind: str
) -> HttpResponse:
    """The mail of one segment as it will arrive: HTML, with images off, or its plain-text twin."""
    issue = own_issue(request, symbol)
    audience = request.GET.get("audience", Audience.PUBLIC)
    if (
        mail_language not in LANGUAGES
        or kind not in ("html", "txt")
        or audience not in Audience.values
    ):
        raise Http404
    images = request.GET.get("images") != "off"
    letter = previewing.letter(issue, mail_language, audience, images=images)
    answer = answer_with_pictures if images else answer_without
    return answer(request, letter, kind)


def answered(request: HttpRequest, letter, kind: str) -> HttpResponse:
    if kind == "txt":
        return HttpResponse(letter.text, content_type="text/plain; charset=utf-8")
    return HttpResponse(letter.html)


answer_with_pictures = csp(POLICY | {"img-src": [SELF]})(answered)
answer_without = csp(POLICY)(answered)


@require_POST
def newsletter_test(request: HttpRequest, symbol: str) -> HttpResponse:
    """Send one segment of the letter to a colleague, or to oneself."""
    issue = own_issue(request, symbol)
    form = TestForm(request.POST, issue=issue)
    if not form.is_valid():
        return previews_page(request, issue, form, status=422)
    with reported(request):
        previewing.send_test(issue, **form.cleaned_data)
        messages.success(
            request, _("A test was sent to %(email)s.") % {"email": form.cleaned_data["to"].email}
        )
    return redirect("publications:newsletter_previews", symbol=issue.dashed_symbol)
