"""What is done with several texts at once at the desk: each row answers for itself."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from members.perms import may_open_desk
from portal import texts
from portal.desk import MOST_ROWS, number_of, tell_outcome
from portal.lib.access import permitted
from portal.lib.translations import LANGUAGES
from portal.models import TranslationDraft
from portal.translating import drafts, giving, machine
from portal.work import Outcome, Refused


@permitted(may_open_desk)
@require_POST
def translations_act(request: HttpRequest) -> HttpResponse:
    """Give the ticked texts to somebody, or have a machine draft them."""
    language = request.POST.get("language", "")
    if language not in LANGUAGES:
        raise Http404
    rows = request.POST.getlist("rows")[:MOST_ROWS]
    if request.POST.get("act") == "machine":
        draft_by_machine(request, rows, language)
    elif not rows:
        messages.warning(request, _("Tick at least one row first."))
    else:
        tell_outcome(request, given(request, rows, language))
    return back(request)


def draft_by_machine(request: HttpRequest, rows: list[str], language: str):
    try:
        job = machine.ask(rows, language, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return
    said = ngettext(
        "%(count)d text is being drafted by a machine. What a person has written stays as it is.",
        "%(count)d texts are being drafted by a machine. What people have written stays as it is.",
        len(job.rows),
    )
    messages.success(request, said % {"count": len(job.rows)})


def given(request: HttpRequest, rows: list[str], language: str) -> Outcome:
    outcome = Outcome()
    people = giving.translators(language, by=request.user)
    to = people.filter(pk=number_of(request.POST.get("to"))).first()
    due_on = day(request.POST.get("due_on", ""))
    for row in dict.fromkeys(rows):
        code, _colon, key = row.partition(":")
        kind = texts.kind_with(code)
        found = kind.translatable_by(request.user, language) if kind else None
        record = texts.records_of(kind, found, [key]).get(key) if kind else None
        try:
            if record is None:
                raise ValidationError(_("It no longer waits."))
            if to is None:
                raise ValidationError(_("Choose a person."))
            giving.give(kind, record, language, to=to, by=request.user, due_on=due_on)
        except ValidationError as error:
            name = record.text(kind.title_field).value if record else row
            outcome.refused.append(Refused(name, " ".join(error.messages)))
        else:
            outcome.done += 1
    return outcome


def day(text: str):
    try:
        return parse_date(text)
    except ValueError:
        return None


@permitted(may_open_desk)
@require_POST
def drafts_act(request: HttpRequest) -> HttpResponse:
    """Take several drafts over, or send them back with one reason."""
    outcome, act = Outcome(), request.POST.get("act", "")
    chosen = dict.fromkeys(map(number_of, request.POST.getlist("drafts")[:MOST_ROWS]))
    found = {row.pk: row for row in TranslationDraft.objects.open().filter(pk__in=chosen)}
    seen = {row.pk: row.record for row in drafts.visible_to(request.user, found.values())}
    if not chosen:
        messages.warning(request, _("Tick at least one row first."))
    for pk in chosen:
        try:
            if pk not in seen:
                raise ValidationError(_("It no longer waits."))
            if act == "send_back":
                reason = request.POST.get("reason", "")
                drafts.send_back(found[pk], by=request.user, reason=reason)
            else:
                drafts.take_over(found[pk], by=request.user)
        except ValidationError as error:
            record = seen.get(pk)
            name = record.text(record.translated_fields[0]).value if record else _("Translation")
            outcome.refused.append(Refused(name, " ".join(error.messages)))
        else:
            outcome.done += 1
    tell_outcome(request, outcome)
    return back(request)


def back(request: HttpRequest) -> HttpResponse:
    query = request.POST.get("back", "")
    address = reverse("portal:desk_translations")
    return redirect(f"{address}?{query}" if query and len(query) < 300 else address)
