"""The secretariat’s morning board, the readers’ messages, and the pages of the site."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from members.perms import may_open_desk, may_run_everything
from portal import dashboard, kinds, work
from portal.lib.access import permitted
from portal.lib.forms import TranslatableForm
from portal.lib.translations import LANGUAGES
from portal.models import ContactMessage, Page
from regions.models import Region

work.register(*kinds.KINDS)
work.register_tally(*kinds.TALLIES)

# So many rows are worked on at once, and of so many refusals the reasons are told.
MOST_ROWS = 200
TOLD = 10


class QueueFilter(forms.Form):
    """The filters of the queue; whatever is wrong in the address is ignored."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    region = forms.ModelChoiceField(
        Region.objects.all(),
        label=gettext_lazy("Region"),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("All"),
    )
    owner = forms.ChoiceField(label=gettext_lazy("Seen to by"), required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = [(kind.code, kind.name) for kind in work.kinds_of(user)]
        self.fields["kind"].choices = [("", _("All that waits")), *kinds]
        self.fields["owner"].choices = [
            ("", _("Anybody")),
            (work.Filter.MINE, _("Me")),
            (work.Filter.NOBODY, _("Nobody yet")),
        ]
        if not user.standing.is_secretariat:
            own = [region.pk for region in user.standing.regions]
            self.fields["region"].queryset = Region.objects.filter(pk__in=own)

    def wanted(self) -> work.Filter:
        self.is_valid()
        chosen = self.cleaned_data
        return work.Filter(chosen.get("kind", ""), chosen.get("region"), chosen.get("owner", ""))


class PageForm(TranslatableForm):
    class Meta:
        model = Page
        fields = tuple(f"{name}_{code}" for code in LANGUAGES for name in ("title", "body"))


@permitted(may_open_desk)
def desk(request: HttpRequest) -> HttpResponse:
    """The work queue: everything at first, then one kind, one region, one's own."""
    filters = QueueFilter(request.GET, user=request.user)
    wanted = filters.wanted()
    context = {
        "queue": work.queue(request.user, wanted, page=request.GET.get("page", 1)),
        "filters": filters,
        "is_filtered": any(wanted),
        "colleagues": work.colleagues(request.user),
        "matrix": dashboard.translation_matrix(request.user),
    }
    return render(request, "portal/desk.html", context)


@permitted(may_open_desk)
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Do one thing with the rows that were ticked, and say row by row what was refused."""
    chosen = request.POST.getlist("rows")[:MOST_ROWS]
    to = work.colleagues(request.user).filter(pk=number_of(request.POST.get("to"))).first()
    if not chosen:
        messages.warning(request, _("Tick at least one row first."))
    else:
        outcome = work.carry_out(chosen, request.POST.get("act", ""), by=request.user, to=to)
        tell_outcome(request, outcome)
    back = request.POST.get("back", "")
    query = f"?{back}" if back and len(back) < 300 else ""
    return redirect(reverse("portal:desk") + query)


def number_of(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0


def tell_outcome(request: HttpRequest, outcome: work.Outcome):
    if outcome.done:
        done = ngettext("%(count)d done.", "%(count)d done.", outcome.done)
        messages.success(request, done % {"count": outcome.done})
    if outcome.refused:
        refused = ngettext(
            "%(count)d refused: %(why)s", "%(count)d refused: %(why)s", len(outcome.refused)
        )
        told = "; ".join(f"{row.name} ({row.why})" for row in outcome.refused[:TOLD])
        messages.warning(request, refused % {"count": len(outcome.refused), "why": told})


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
