"""What the portal writes to somebody, changed from the footer of any mail, without a log-in."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from members import preferences
from members.forms.preferences import PreferenceForm
from portal.lib.public import public_form, rate_limited


@login_not_required
@public_form
@rate_limited("preferences", per_hour=60)
def chosen(request: HttpRequest, token: str) -> HttpResponse:
    person = preferences.open_link(token)
    if person is None:
        return render(request, "members/preferences_closed.html", status=410)
    form = PreferenceForm(request.POST or None, person=person)
    is_done = request.method == "POST" and form.is_valid() and form.record()
    context = {"person": person, "form": form, "is_done": is_done, "always": preferences.ALWAYS}
    return render(request, "members/preferences.html", context)


@login_not_required
@public_form
@rate_limited("preferences", per_hour=60)
def stop(request: HttpRequest, token: str, topic: str) -> HttpResponse:
    """One button; a mail program may press it by itself (RFC 8058)."""
    person, found = preferences.open_link(token), preferences.topic_with(topic)
    if person is None:
        return render(request, "members/preferences_closed.html", status=410)
    if found is None:
        raise Http404
    if request.method == "POST":
        preferences.stop(person, found)
    context = {
        "person": person,
        "topic": found,
        "token": token,
        "is_done": request.method == "POST",
    }
    return render(request, "members/preferences_stop.html", context)
