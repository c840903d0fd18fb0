"""The pages of the translation desk: for language leads in the members' area, for editors at the
desk. Both are the same pages; what a person may do there follows from the mandates."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.models import User
from portal import texts
from portal.lib import machine
from portal.lib.translations import LANGUAGES, Translatable
from portal.models import Term, TranslationDraft, TranslationTask
from portal.texts import TextKind
from portal.translating import drafts, giving, queue, sides
from portal.translating.forms import (
    GivingForm,
    QueueFilter,
    ReasonForm,
    TermForm,
    TranslationForm,
)
from portal.translating.machine import refusals

SPACE, DESK = "space", "desk"


def may_edit_terms(user: User) -> bool:
    """The network's words are the secretariat's and the leads' to settle; others read them."""
    return user.standing.is_secretariat or bool(user.standing.languages)


def languages_in(area: str, user: User) -> tuple[str, ...]:
    """The languages in which a person works in an area; no page at all without any."""
    if area == DESK:
        found = LANGUAGES if user.standing.has_desk else ()
    else:
        found = tuple(code for code in LANGUAGES if code in user.standing.languages)
    if not found:
        raise Http404
    return found


@dataclass
class Place:
    """One text in one language, as one person comes to it."""

    area: str
    kind: TextKind
    record: Translatable
    language: str
    user: User

    @property
    def draft(self) -> TranslationDraft | None:
        return drafts.open_draft(self.kind, self.record, self.language)

    @property
    def task(self) -> TranslationTask | None:
        rows = TranslationTask.objects.open().select_related("person")
        return rows.filter(
            kind=self.kind.code, key=str(self.record.pk), language=self.language
        ).first()

    @property
    def is_editor(self) -> bool:
        rows = self.kind.approvable_by(self.user, self.language)
        return rows.filter(pk=self.record.pk).exists()

    @property
    def url(self) -> str:
        arguments = {
            "kind": self.kind.code,
            "key": self.record.pk,
            "text_language": self.language,
        }
        return address(self.area, "translation", **arguments)


def address(area: str, name: str, **arguments) -> str:
    return reverse(f"portal:desk_{name}" if area == DESK else f"portal:{name}", kwargs=arguments)


def place(request: HttpRequest, area: str, kind: str, key: int, text_language: str) -> Place:
    """The text, when the person may translate it here; a stranger finds nothing."""
    known = texts.kind_with(kind)
    if known is None or text_language not in languages_in(area, request.user):
        raise Http404
    rows = known.translatable_by(request.user, text_language)
    record = texts.records_of(known, rows, [str(key)]).get(str(key))
    if record is None:
        raise Http404
    return Place(area, known, record, text_language, request.user)


# -- The queue -------------------------------------------------------------------------------------


def translations(request: HttpRequest, *, area: str) -> HttpResponse:
    """What waits in a language: what most readers would read comes first."""
    languages = languages_in(area, request.user)
    filters = QueueFilter(request.GET, user=request.user, languages=languages)
    wanted = filters.wanted()
    found = queue.queue(request.user, wanted, page=request.GET.get("page", 1))
    is_desk = area == DESK
    context = {
        "area": area,
        "filters": filters,
        "wanted": wanted,
        "own_languages": languages,
        "queue": found,
        "waiting": queue.waiting_for_approval(request.user) if is_desk else [],
        "due": giving.due(request.user) if is_desk else [],
        "refusals": refusals(request.user) if is_desk else [],
        "people": giving.translators(wanted.language, by=request.user) if is_desk else [],
        "has_machine": is_desk and machine.provider() is not None,
        "glossary_url": address(area, "glossary"),
        "act_url": reverse("portal:desk_translations_act") if is_desk else "",
        "drafts_url": reverse("portal:desk_drafts_act") if is_desk else "",
        "names": f"portal:{'desk_' if is_desk else ''}translation",
    }
    return render(request, "portal/translating/queue.html", context)


# -- One text --------------------------------------------------------------------------------------


def translation(
    request: HttpRequest, kind: str, key: int, text_language: str, *, area: str
) -> HttpResponse:
    """Source left, target right; saved as a draft, handed in, or taken over by an editor."""
    found = place(request, area, kind, key, text_language)
    form = TranslationForm(
        request.POST or None,
        kind=found.kind,
        record=found.record,
        language=found.language,
        draft=found.draft,
    )
    if request.method == "POST" and form.is_valid() and acted(request, found, form):
        return redirect(found.url)
    return render(request, "portal/translating/text.html", shown(request, found, form))


def shown(request: HttpRequest, found: Place, form: TranslationForm) -> dict:
    draft, state = found.draft, found.record.translation_state(found.language)
    is_editor = found.is_editor
    return {
        "area": found.area,
        "place": found,
        "form": form,
        "record": found.record,
        "kind": found.kind,
        "text_language": found.language,
        "title": found.record.text(found.kind.title_field),
        "draft": draft,
        "task": found.task,
        "state": state,
        "steps": drafts.steps(draft, state),
        "is_editor": is_editor,
        "may_send_back": is_editor
        and draft is not None
        and draft.is_waiting
        and draft.author_id != request.user.pk,
        "giving": GivingForm(people=giving.translators(found.language, by=request.user)),
        "reason": ReasonForm(),
        "history": sides.history_of(found.record),
        "edit_url": found.kind.edit_url(found.record) if is_editor else "",
        "public_url": found.kind.public_url(found.record),
        "queue_url": address(found.area, "translations"),
        "give_url": f"{found.url}give/",
        "decide_url": f"{found.url}decide/",
        **sides.compared(found.kind, found.record, found.language, form, draft),
    }


def acted(request: HttpRequest, found: Place, form: TranslationForm) -> bool:
    """Save, and do what the button says. False, with the reason in the form, when refused."""
    act = request.POST.get("act", "save")
    try:
        draft = drafts.save(
            found.kind,
            found.record,
            found.language,
            form.written_texts,
            by=request.user,
            is_editor=found.is_editor,
        )
        form.renew(draft.texts)
        if act == "take_over" and found.is_editor:
            drafts.take_over(draft, by=request.user)
            messages.success(request, _("The translation is in the text."))
        elif act == "hand_in":
            drafts.hand_in(draft, found.record)
            messages.success(
                request, _("The translation is handed in. You are told what becomes of it.")
            )
        else:
            messages.success(request, _("The draft is saved. Readers do not see it yet."))
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


@require_POST
def give(
    request: HttpRequest, kind: str, key: int, text_language: str, *, area: str
) -> HttpResponse:
    """Say who translates a text, and by when; or that nobody does."""
    found = place(request, area, kind, key, text_language)
    form = GivingForm(request.POST, people=giving.translators(found.language, by=request.user))
    try:
        if request.POST.get("act") == "drop":
            if found.task is not None:
                giving.drop(found.task, by=request.user)
            messages.success(request, _("Nobody sees to it now."))
        elif form.is_valid():
            to, due_on = form.cleaned_data["to"], form.cleaned_data["due_on"]
            giving.give(
                found.kind, found.record, found.language, to=to, by=request.user, due_on=due_on
            )
            messages.success(request, _("%(person)s sees to it.") % {"person": to})
        else:
            messages.error(request, _("Choose a person, and a day that exists."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(found.url)


@require_POST
def decide(
    request: HttpRequest, kind: str, key: int, text_language: str, *, area: str
) -> HttpResponse:
    """Send a draft back with a reason, or throw one's own away."""
    found = place(request, area, kind, key, text_language)
    draft = found.draft
    if draft is None:
        raise Http404
    try:
        if request.POST.get("act") == "drop" and draft.author_id == request.user.pk:
            drafts.drop(draft)
            messages.success(request, _("The draft is thrown away."))
        else:
            drafts.send_back(draft, by=request.user, reason=request.POST.get("reason", ""))
            messages.success(request, _("The translation is sent back."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(found.url)


# -- The glossary ----------------------------------------------------------------------------------


def glossary(request: HttpRequest, *, area: str) -> HttpResponse:
    """All terms, or those that hold the words, in the order of the reader's language."""
    languages_in(area, request.user)
    found = sides.terms_with(request.GET.get("word", ""))
    context = {
        "area": area,
        "terms": found,
        "word": request.GET.get("word", ""),
        "queue_url": address(area, "translations"),
        "new_url": address(area, "term_new"),
        "may_edit": may_edit_terms(request.user),
        "names": f"portal:{'desk_' if area == DESK else ''}term",
    }
    return render(request, "portal/translating/glossary.html", context)


def term(request: HttpRequest, pk: int | None = None, *, area: str) -> HttpResponse:
    """A new term, or one that is changed; its former versions stay in the history."""
    languages_in(area, request.user)
    if not may_edit_terms(request.user):
        raise Http404
    found = get_object_or_404(Term, pk=pk) if pk else None
    form = TermForm(request.POST or None, instance=found)
    if request.method == "POST" and request.POST.get("act") == "delete" and found is not None:
        found.delete()
        messages.success(request, _("The term has been removed."))
        return redirect(address(area, "glossary"))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The term has been saved."))
        return redirect(address(area, "glossary"))
    context = {
        "form": form,
        "term": found,
        "history": Term.history.filter(id=pk).select_related("history_user")[:10] if pk else [],
        "glossary_url": address(area, "glossary"),
    }
    return render(request, "portal/translating/term.html", context)
