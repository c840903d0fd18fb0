"""Pictures of long texts: sent, shown to whom the text is for, cleared when no text shows them."""

import datetime
import hashlib

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib import files
from portal.lib.access import permitted
from portal.lib.files import serving
from portal.lib.prose import ProseField, closed_address, picture_names
from portal.lib.public import rate_limited
from portal.lib.redrawing import redrawn
from portal.lib.translations import LANGUAGES, Language
from portal.models import Page, Picture, TranslationDraft
from publications.models import IssueBlock, Publication

KINDS = (files.JPEG, files.PNG)
LARGEST = 8 * 1024 * 1024
# Somebody who took a picture out by mistake can put it back for so long.
KEPT_UNUSED = datetime.timedelta(days=14)
ILLUSTRATED = {Publication: "publications", Page: "pages", IssueBlock: "issue_blocks"}
SHOWN = 24


class PictureForm(forms.Form):
    file = forms.FileField(
        label=_("File (JPEG or PNG)"),
        help_text=_("At most 8 MB. Place, time and camera are taken out of it."),
        widget=forms.FileInput(attrs={"accept": files.accepted(KINDS)}),
    )
    alternative = forms.CharField(
        label=_("Alternative text"),
        help_text=_("Say in a sentence what the picture shows, for who does not see it."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=Language)

    def clean_file(self):
        given = self.cleaned_data["file"]
        self.facts = files.inspect(given, name=given.name, limit=LARGEST, kinds=KINDS)
        return given

    def keep(self, *, by) -> Picture:
        given = self.cleaned_data
        return keep(
            given["file"], self.facts.media_type, given["alternative"], given["language"], by=by
        )


def may_send_pictures(user) -> bool:
    """Whoever acts for an organisation, a region, a language or the network writes texts."""
    return user.is_authenticated and user.standing.is_mandated


def keep(file, media_type: str, alternative: str, language: str, *, by) -> Picture:
    """Draw the picture anew and store it under a name that nobody can guess."""
    drawing = redrawn(file, media_type)
    picture = Picture.named_for(
        media_type,
        width=drawing.width,
        height=drawing.height,
        size=len(drawing.content),
        digest=hashlib.sha256(drawing.content).hexdigest(),
        sent_by=by,
        **{f"alternative_{language}": alternative},
    )
    picture.file.save(picture.name, ContentFile(drawing.content), save=False)
    try:
        picture.save()
    except BaseException:
        picture.file.storage.delete(picture.file.name)
        raise
    return picture


# -- Pages -----------------------------------------------------------------------------------------


@permitted(may_send_pictures)
@rate_limited("pictures", per_hour=200)
def pictures(request: HttpRequest) -> HttpResponse:
    """Send a picture: from the editor, which takes JSON, or by hand, with the mark-up to copy."""
    for_editor = "application/json" in request.headers.get("Accept", "")
    form = PictureForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        picture = form.keep(by=request.user)
        if not for_editor:
            return redirect("portal:pictures")
        return JsonResponse(
            {
                "src": closed_address() + picture.name,
                "width": picture.width,
                "height": picture.height,
            },
            status=201,
        )
    if for_editor:
        errors = [message for messages in form.errors.values() for message in messages]
        return JsonResponse({"errors": errors}, status=400)
    own = Picture.objects.filter(sent_by=request.user)[:SHOWN]
    return render(request, "portal/pictures.html", {"form": form, "pictures": own})


@login_not_required
def public_picture(request: HttpRequest, name: str) -> HttpResponse:
    return sent(request, get_object_or_404(Picture.objects.public(), name=name))


def picture(request: HttpRequest, name: str) -> HttpResponse:
    return sent(request, get_object_or_404(Picture.objects.visible_to(request.user), name=name))


def sent(request: HttpRequest, picture: Picture) -> HttpResponse:
    return serving.answer(
        request,
        picture.file,
        name=picture.name,
        media_type=picture.media_type,
        digest=picture.digest,
    )


# -- What a text shows -----------------------------------------------------------------------------


def follow(records: list[models.Model]):
    """After a change of texts: note which pictures each of them shows now."""
    for record in records:
        relation = ILLUSTRATED.get(type(record))
        stored = type(record).objects.filter(pk=record.pk).first() if relation else None
        if stored is not None:
            note_pictures(stored)


def note_pictures(record: Publication | Page | IssueBlock):
    names = set()
    for html in texts_of(record):
        names |= picture_names(html)
    before = set(record.pictures.values_list("name", flat=True))
    if names == before:
        return
    with transaction.atomic():
        record.pictures.set(Picture.objects.filter(name__in=names))
        Picture.objects.filter(name__in=names).update(unused_since=None)
        Picture.objects.unused().filter(name__in=before - names).update(unused_since=timezone.now())


def texts_of(record: Publication | Page | IssueBlock) -> list[str]:
    prose = [f.name for f in record._meta.get_fields() if isinstance(f, ProseField)]
    return [getattr(record, name) or "" for name in prose if name.rpartition("_")[2] in LANGUAGES]


def clear_unused(*, now: datetime.datetime | None = None) -> int:
    """Delete what no text has shown for a while, and return how many pictures went.

    Each is looked for in the texts once more: a text may have been written past the forms.
    """
    now = now or timezone.now()
    unused = Picture.objects.unused()
    unused.filter(unused_since__isnull=True).update(unused_since=now)
    gone = 0
    for picture in unused.filter(unused_since__lte=now - KEPT_UNUSED):
        if TranslationDraft.objects.open().filter(texts__body__icontains=picture.name).exists():
            continue
        showing = [record for model in ILLUSTRATED for record in those_showing(model, picture)]
        if showing:
            follow(showing)
            continue
        storage, path = picture.file.storage, picture.file.name
        picture.delete()
        storage.delete(path)
        gone += 1
    return gone


def those_showing(model: type[Publication | Page | IssueBlock], picture: Picture):
    wanted = Q()
    for code in LANGUAGES:
        wanted |= Q(**{f"body_{code}__contains": picture.name})
    return model.objects.filter(wanted)
