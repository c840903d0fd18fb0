"""The pages of translation files: for language leads in the members’ area, for editors at the desk.

Both are the same pages; what a person may do there follows from the mandates.
"""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from portal import texts
from portal.lib import differences
from portal.lib.exchange import formats
from portal.lib.exchange.texts import SIZE_LIMIT
from portal.lib.text import plain
from portal.lib.translations import LANGUAGES, Language, TranslationState
from portal.models import TextFile
from portal.text_files import checking, exporting, recording
from portal.text_files.checking import CheckedField, CheckedRecord, Outcome
from portal.translating.views import DESK, languages_in
from regions.models import Region

PER_PAGE = 20
FILES_SHOWN = 20


class ExportForm(forms.Form):
    """What a file should hold; whatever is wrong in the address is answered with a message."""

    target = forms.ChoiceField(label=gettext_lazy("Into"))
    source = forms.ChoiceField(label=gettext_lazy("Written in"))
    format = forms.ChoiceField(label=gettext_lazy("Format"), choices=formats.FORMATS)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    region = forms.ModelChoiceField(
        Region.objects.all(),
        label=gettext_lazy("Region"),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("All"),
    )
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)

    def __init__(self, *args, languages: tuple[str, ...], **kwargs):
        super().__init__(*args, **kwargs)
        names = dict(Language.choices)
        self.fields["target"].choices = [(code, names[code]) for code in languages]
        self.fields["source"].choices = Language.choices
        self.fields["kind"].choices = [
            ("", _("All")),
            *((kind.code, kind.name) for kind in texts.kinds()),
        ]
        states = [(state, TranslationState(state).label) for state in exporting.OPEN]
        self.fields["state"].choices = [
            ("", _("All that waits")),
            *states,
            ("all", _("All texts")),
        ]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("source") and cleaned.get("source") == cleaned.get("target"):
            raise ValidationError(_("Choose two different languages."), code="same")
        return cleaned

    def states(self) -> tuple[str, ...]:
        state = self.cleaned_data["state"]
        if state == "all":
            return tuple(TranslationState.values)
        return (state,) if state else exporting.OPEN

    def kinds(self) -> list[texts.TextKind]:
        code = self.cleaned_data["kind"]
        return [texts.kind_with(code)] if code else texts.kinds()


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File that came back"),
        help_text=gettext_lazy("XLIFF 1.2 or 2.0, or the CSV table, as it was exported here."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlf,.xliff,.xml,.csv,.txt"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > SIZE_LIMIT:
            raise ValidationError(
                _("This file is larger than %(limit)d MB. Divide it into smaller files."),
                code="too_large",
                params={"limit": SIZE_LIMIT // (1024 * 1024)},
            )
        return file


def address(area: str, name: str, **arguments) -> str:
    return reverse(f"portal:desk_{name}" if area == DESK else f"portal:{name}", kwargs=arguments)


def text_files(request: HttpRequest, *, area: str) -> HttpResponse:
    """What can be exported, and a file that came back."""
    languages = languages_in(area, request.user)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            received = checking.receive(content=file.read(), name=file.name, by=request.user)
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect(address(area, "text_file", pk=received.pk))
    target = request.GET.get("target")
    target = target if target in languages else languages[0]
    other = next(code for code in LANGUAGES if code != target)
    initial = {"target": target, "source": other} | request.GET.dict()
    context = {
        "area": area,
        "form": form,
        "export": ExportForm(initial=initial, languages=languages),
        "export_url": address(area, "text_export"),
        "queue_url": address(area, "translations"),
        "waiting": [
            (Language(code).label, code, counts)
            for code in languages
            if (counts := waiting(request.user, code))
        ],
        "files": TextFile.objects.visible_to(request.user).select_related("sent_by")[:FILES_SHOWN],
        "names": f"portal:{'desk_' if area == DESK else ''}text_file",
    }
    return render(request, "portal/text_files/files.html", context)


def waiting(user, target: str) -> list[tuple[str, int]]:
    """How many texts of each language wait to be translated into one."""
    found = exporting.counts(by=user, target=target)
    return [(Language(code).label, number) for code, number in found.items()]


def text_export(request: HttpRequest, *, area: str) -> HttpResponse:
    languages = languages_in(area, request.user)
    form = ExportForm(request.GET, languages=languages)
    if not form.is_valid():
        messages.error(request, " ".join(m for found in form.errors.values() for m in found))
        return redirect(address(area, "text_files"))
    chosen = form.cleaned_data
    batch = exporting.batch(
        by=request.user,
        source=chosen["source"],
        target=chosen["target"],
        kinds=form.kinds(),
        states=form.states(),
        region=chosen["region"],
    )
    if not batch.records:
        messages.info(request, _("No text is like that: there is nothing to export."))
        return redirect(address(area, "text_files"))
    kind = chosen["format"]
    today = timezone.localdate().isoformat()
    name = f"{_('texts')}-{chosen['source']}-{chosen['target']}-{today}.{formats.SUFFIXES[kind]}"
    return HttpResponse(
        formats.written(batch, kind),
        content_type=formats.MEDIA_TYPES[kind],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def text_file(request: HttpRequest, pk: int, *, area: str) -> HttpResponse:
    """The dry run of a file, and what was done with it."""
    found = own(request, pk, area)
    is_finished = request.GET.get("finished") == "1"
    context = {
        "area": area,
        "file": found,
        "files_url": address(area, "text_files"),
        "record_url": address(area, "text_file_record", pk=found.pk),
        "is_finished": is_finished,
    }
    if not found.is_recorded:
        batch = checking.batch_of(found, is_finished=is_finished)
        checked = checking.check(batch, by=request.user)
        outcome = request.GET.get("outcome", "")
        outcome = outcome if outcome in Outcome.values else ""
        page = Paginator(filtered(checked, outcome), PER_PAGE).get_page(request.GET.get("page"))
        context |= {
            "page": page,
            "shown": [shown(record, outcome, found.target_language) for record in page],
            "outcome": outcome,
            "counts": labelled(checked.counts()),
            "writes": checked.writes,
            "signature": recording.signature(checked),
            "is_all_direct": all(record.is_direct for record in checked if record.writes),
            "older": sum(record.is_older and record.writes for record in checked),
        }
    else:
        context |= {"counts": labelled(found.told["counts"]), "refused": found.told["refused"]}
    return render(request, "portal/text_files/file.html", context)


def labelled(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    return [(value, label, counts.get(value, 0)) for value, label in Outcome.choices]


def filtered(checked: checking.Checked, outcome: str) -> list[CheckedRecord]:
    """The records with a field like that; all but what stays as it is unless one is asked for."""
    quiet = (Outcome.UNCHANGED, Outcome.EMPTY)
    return [
        record
        for record in checked
        if any(
            one.outcome == outcome if outcome else one.outcome not in quiet for one in record.fields
        )
    ]


def shown(record: CheckedRecord, outcome: str, language: str) -> dict:
    """A record with its fields, and the difference of each, for the page."""
    quiet = (Outcome.UNCHANGED, Outcome.EMPTY)
    fields = [
        one
        for one in record.fields
        if (one.outcome == outcome if outcome else one.outcome not in quiet)
    ]
    return {
        "record": record,
        "language": language,
        "fields": [{"field": one, "runs": runs(one)} for one in fields],
    }


PILLS = {
    Outcome.NEW: "ok",
    Outcome.CHANGED: "info",
    Outcome.CONFIRMED: "ok",
    Outcome.UNCHANGED: "neutral",
    Outcome.EMPTY: "neutral",
    Outcome.REFUSED: "error",
}
# A preview shows what changes, not a whole book.
MOST_SHOWN = 3000


def runs(one: CheckedField) -> list[differences.Run]:
    one.pill = PILLS[one.outcome]
    one.outcome_label = Outcome(one.outcome).label
    before, after = one.before, one.after
    if one.is_html:
        before, after = plain(before), plain(after)
    return differences.runs(before[:MOST_SHOWN], after[:MOST_SHOWN])


def own(request: HttpRequest, pk: int, area: str) -> TextFile:
    """A file that the person sent in, and may still translate into its language."""
    found = get_object_or_404(
        TextFile.objects.visible_to(request.user).select_related("sent_by", "recorded_by"), pk=pk
    )
    if found.target_language not in languages_in(area, request.user):
        raise Http404
    return found


@require_POST
def text_file_record(request: HttpRequest, pk: int, *, area: str) -> HttpResponse:
    """Record what the preview showed, or throw the file away."""
    found = own(request, pk, area)
    if request.POST.get("act") == "drop":
        TextFile.objects.waiting().filter(pk=found.pk).delete()
        messages.success(request, _("The file is thrown away. Nothing was recorded."))
        return redirect(address(area, "text_files"))
    is_finished = request.POST.get("finished") == "1"
    try:
        recording.record(
            found,
            by=request.user,
            promised=request.POST.get("signature", ""),
            is_finished=is_finished,
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The file has been recorded."))
    return redirect(address(area, "text_file", pk=pk) + ("?finished=1" if is_finished else ""))
