"""Documents for members at the desk. A regional executive puts them there for one region."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members import documents as verbs
from members.desk.organisations import carried_out
from members.forms.documents import DocumentForm
from members.models import Document
from members.perms import may_open_desk
from members.space.documents import file_of
from portal.lib.access import permitted

PER_PAGE = 50


@permitted(may_open_desk)
def documents(request: HttpRequest) -> HttpResponse:
    found = (
        Document.objects.run_by(request.user)
        .select_related("category", "region", "organisation", "put_by")
        .prefetch_related("files")
        .newest_first()
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "members/desk_documents.html", {"page": page})


@permitted(may_open_desk)
def new_document(request: HttpRequest) -> HttpResponse:
    initial = {}
    if slug := request.GET.get("organisation"):
        initial = {"audience": "organisation", "organisation": slug}
    form = DocumentForm(
        request.POST or None, request.FILES or None, user=request.user, initial=initial
    )
    if request.method == "POST" and form.is_valid() and carried_out(form, form.save):
        messages.success(request, _("The document is in the members’ area."))
        return redirect("members:desk_documents")
    return render(request, "members/desk_document_form.html", {"form": form})


@permitted(may_open_desk)
def edit_document(request: HttpRequest, pk: int) -> HttpResponse:
    found = own(request, pk)
    form = DocumentForm(
        request.POST or None, request.FILES or None, user=request.user, instance=found
    )
    if request.method == "POST" and form.is_valid() and carried_out(form, form.save):
        messages.success(request, _("The document has been saved."))
        return redirect("members:desk_documents")
    # What was typed is in the form; the heading shows what is stored.
    context = {"form": form, "document": own(request, pk)}
    return render(request, "members/desk_document_form.html", context)


@permitted(may_open_desk)
@require_POST
def withdraw_document(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it out of the members’ area, or show it there again."""
    found = own(request, pk)
    if found.withdrawn_at is None:
        verbs.withdraw(found, by=request.user)
        messages.success(request, _("The document has been withdrawn."))
    else:
        verbs.show_again(found)
        messages.success(request, _("The document is in the members’ area again."))
    return redirect("members:desk_documents")


@permitted(may_open_desk)
def document_file(request: HttpRequest, pk: int, file_language: str) -> HttpResponse:
    return file_of(request, own(request, pk), file_language)


def own(request: HttpRequest, pk: int) -> Document:
    return get_object_or_404(Document.objects.run_by(request.user), pk=pk)
