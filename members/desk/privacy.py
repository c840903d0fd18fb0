"""The privacy desk: a person is found anywhere, exported, and erased."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from members import privacy
from members.models import Erasure
from members.models.erasures import Ground
from members.perms import may_run_everything
from portal.lib import holdings
from portal.lib.access import permitted
from portal.lib.holdings import Subject

SHOWN = 50


class EraseForm(forms.Form):
    ground = forms.ChoiceField(label=gettext_lazy("On what ground"), choices=Ground)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "Needed for the last contact of an organisation. Name nobody: it is kept."
        ),
    )
    sure = forms.BooleanField(label=gettext_lazy("I have exported what must be handed over."))


@never_cache
@permitted(may_run_everything)
def privacy_desk(request: HttpRequest) -> HttpResponse:
    words = request.POST.get("q", "").strip()[:100] if request.method == "POST" else ""
    context = {
        "words": words,
        "people": privacy.find(words)[:SHOWN] if words else [],
        "erasures": Erasure.objects.select_related("erased_by")[:SHOWN],
    }
    return render(request, "members/desk_privacy.html", context)


def asked(key: str) -> Subject:
    subject = privacy.subject_of(key)
    if subject is None:
        raise Http404
    return subject


@never_cache
@permitted(may_run_everything)
def person(request: HttpRequest, key: str) -> HttpResponse:
    return page(request, key, asked(key), EraseForm())


def page(request: HttpRequest, key: str, subject: Subject, form: EraseForm) -> HttpResponse:
    found = holdings.gather(subject)
    context = {
        "key": key,
        "name": next(iter(sorted(subject.names)), "") or next(iter(sorted(subject.emails)), ""),
        "emails": sorted(subject.emails),
        "groups": privacy.grouped(found),
        "count": len(found),
        "alone": privacy.left_without_contact(subject),
        "form": form,
    }
    return render(request, "members/desk_privacy_person.html", context)


@never_cache
@permitted(may_run_everything)
def person_json(request: HttpRequest, key: str) -> HttpResponse:
    return as_file(privacy.as_json(holdings.gather(asked(key))))


def as_file(data: dict) -> JsonResponse:
    return JsonResponse(
        data,
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": 'attachment; filename="personal-data.json"'},
    )


@never_cache
@permitted(may_run_everything)
@require_POST
def erase(request: HttpRequest, key: str) -> HttpResponse:
    subject = asked(key)
    form = EraseForm(request.POST)
    if form.is_valid():
        try:
            erasure = privacy.erase(
                subject,
                by=request.user,
                ground=form.cleaned_data["ground"],
                reason=form.cleaned_data["reason"],
                chosen=set(request.POST.getlist("rows")),
            )
        except ValidationError as error:
            form.add_error("reason" if error.code == "last_contact" else None, error)
        else:
            total = sum(erasure.counts.values())
            messages.success(request, _("Erased: %(count)d records.") % {"count": total})
            return redirect("members:desk_privacy")
    return page(request, key, subject, form)


def counts_in_words(erasure: Erasure) -> str:
    return ", ".join(f"{capfirst(label)}: {count}" for label, count in erasure.counts.items())
