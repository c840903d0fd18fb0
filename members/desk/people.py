"""Members of whom too few people, or people who do not answer, are on record."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members import confirmations
from members.forms.staff import PeopleFilter
from members.models import ContactGap, Invitation, Mandate, Organisation
from members.perms import may_open_desk
from portal.lib.access import permitted
from portal.lib.translations import current_language
from regions.models import Region

PER_PAGE = 50


@permitted(may_open_desk)
def people(request: HttpRequest) -> HttpResponse:
    """The list; a POST asks the chosen ones again and answers row by row."""
    own = Organisation.objects.run_by(request.user)
    answers = asked_again(request, own) if request.method == "POST" else []
    filters = PeopleFilter(request.GET, regions=regions_of(request.user))
    found = (
        filters.apply(own)
        .select_related("country__region")
        .prefetch_related(
            "regions",
            Prefetch("mandates", acting(), to_attr="acting"),
            Prefetch("invitations", Invitation.objects.open(), to_attr="waiting"),
            Prefetch("contact_gaps", ContactGap.objects.open(), to_attr="gaps"),
        )
        .order_by(f"sort_{current_language()}", "pk")
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"filters": filters, "page": page, "answers": answers}
    return render(request, "members/desk_people.html", context)


def acting():
    current = Mandate.objects.current().filter(person__is_active=True)
    return current.select_related("person").order_by("kind", "person__full_name", "pk")


def regions_of(user):
    if user.standing.is_secretariat:
        return Region.objects.all()
    return Region.objects.filter(pk__in=[region.pk for region in user.standing.regions])


def asked_again(request: HttpRequest, own) -> list[confirmations.Answer]:
    """What became of each of the chosen rows; another region's are not found."""
    chosen = [pk for pk in request.POST.getlist("organisation") if pk.isdecimal()][:PER_PAGE]
    rows = own.filter(pk__in=chosen).order_by(f"sort_{current_language()}", "pk")
    answers = confirmations.ask_again(rows)
    if not answers:
        messages.warning(request, _("Choose at least one organisation."))
        return []
    done = sum(answer.is_done for answer in answers)
    texts = [ngettext("%(count)d done", "%(count)d done", done) % {"count": done}]
    if refused := len(answers) - done:
        texts.append(
            ngettext("%(count)d refused", "%(count)d refused", refused) % {"count": refused}
        )
    messages.success(request, ", ".join(texts) + ".")
    return answers
