"""The secretariat’s morning board, the readers’ messages, and the pages of the site."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from members.perms import may_open_desk, may_run_everything
from portal import dashboard
from portal.lib.access import permitted
from portal.lib.forms import TranslatableForm
from portal.lib.translations import LANGUAGES
from portal.models import ContactMessage, Page


class PageForm(TranslatableForm):
    class Meta:
        model = Page
        fields = tuple(f"{name}_{code}" for code in LANGUAGES for name in ("title", "body"))
        help_texts = {
            f"body_{code}": gettext_lazy(
                "HTML: headings from h2, paragraphs, lists, links, tables. The rest is left out."
            )
            for code in LANGUAGES
        }
        widgets = {f"body_{code}": forms.Textarea(attrs={"rows": 14}) for code in LANGUAGES}


@permitted(may_open_desk)
def desk(request: HttpRequest) -> HttpResponse:
    context = {
        "queue": dashboard.work_queue(request.user),
        "matrix": dashboard.translation_matrix(request.user),
    }
    return render(request, "portal/desk.html", context)


@permitted(may_open_desk)
def contact_messages(request: HttpRequest) -> HttpResponse:
    """Those that wait, oldest first; or the last answered ones."""
    answered = request.GET.get("state") == "answered"
    found = ContactMessage.objects.visible_to(request.user).select_related("region")
    if answered:
        found = found.filter(answered_at__isnull=False).order_by("-answered_at", "pk")[:100]
    else:
        found = found.waiting()
    context = {"contact_messages": found, "answered": answered, "now": timezone.now()}
    return render(request, "portal/desk_messages.html", context)


@permitted(may_open_desk)
def contact_message(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ContactMessage.objects.visible_to(request.user), pk=pk)
    return render(request, "portal/desk_message.html", {"contact_message": found})


@permitted(may_open_desk)
@require_POST
def mark_answered(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ContactMessage.objects.visible_to(request.user).waiting(), pk=pk)
    found.answered_at = timezone.now()
    found.save(update_fields=["answered_at"])
    messages.success(request, _("The message is marked as answered."))
    return redirect("portal:desk_messages")


@permitted(may_run_everything)
def pages(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/desk_pages.html", {"pages": Page.objects.all()})


@permitted(may_run_everything)
def page(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Page, slug=slug)
    form = PageForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid() and form.saved():
        messages.success(request, _("The page has been saved."))
        return redirect("portal:desk_pages")
    context = {"page": Page.objects.get(pk=found.pk), "form": form}
    return render(request, "portal/desk_page.html", context)
