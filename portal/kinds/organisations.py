"""Organisations that somebody has to see to, and the changes they ask for."""

import datetime

from django.core.exceptions import ValidationError
from django.db.models import DateField, Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import (
    change_requests,
    confirmations,
    dues_letters,
    renewals,
)
from members.forms.organisations import DUE_DAYS
from members.models import (
    Application,
    ChangeRequest,
    ContactGap,
    Mandate,
    Organisation,
    StatusChange,
    User,
)
from members.models.organisations import Status
from portal.kinds.since import first_recorded
from portal.work import Act, Kind, Told, Weight


def secretariat_alone(user: User) -> bool:
    return user.standing.is_secretariat


def listed(query: str) -> str:
    return f"{reverse('members:desk_organisations')}?{query}"


# -- Changes that organisations ask for ------------------------------------------------------------


def change_told(request: ChangeRequest) -> Told:
    organisation = request.organisation
    url = reverse("members:desk_change", kwargs={"pk": request.pk})
    return Told(organisation, url, organisation.region, request.get_field_display(), "info")


CHANGES = Kind(
    code="change",
    weight=Weight.ANSWER,
    name=gettext_lazy("Changes asked for"),
    label=gettext_lazy("Change"),
    found=lambda user: ChangeRequest.objects.run_by(user).waiting(),
    since="asked_at",
    tell=change_told,
    in_region=lambda found, region: found.filter(
        organisation__in=Organisation.objects.in_region(region).values("pk")
    ),
    whole=lambda rows: rows.select_related("organisation__country__region").prefetch_related(
        "organisation__regions"
    ),
    acts=(
        Act(
            "approve",
            gettext_lazy("Approve"),
            lambda request, by: change_requests.accept(request, by=by),
            secretariat_alone,
        ),
    ),
    page=lambda: reverse("members:desk_changes"),
)


# -- Organisations ---------------------------------------------------------------------------------


def run_by(user: User):
    return Organisation.objects.run_by(user)


def whole_organisations(rows: QuerySet) -> QuerySet:
    return rows.select_related("country__region").prefetch_related("regions")


def of_organisations(
    code: str, weight: str, name, *, found, label, pill: str, query: str, acts=()
) -> Kind:
    """A kind of work on organisations; ``label`` says how one stands, "" by its status."""

    def told(organisation: Organisation) -> Told:
        return Told(
            organisation,
            reverse("members:desk_organisation", kwargs={"slug": organisation.slug}),
            organisation.region,
            str(label) or organisation.get_status_display(),
            pill,
        )

    return Kind(
        code=code,
        weight=weight,
        name=name,
        label=gettext_lazy("Membership"),
        found=found,
        since="since",
        tell=told,
        in_region=lambda rows, region: rows.in_region(region),
        whole=whole_organisations,
        acts=acts,
        page=lambda: listed(query),
    )


def applicants(user: User) -> QuerySet:
    """Organisations on record as applicants that have no application under way."""
    under_way = Application.objects.open().filter(organisation=OuterRef("pk"))
    found = run_by(user).filter(~Exists(under_way), status=Status.APPLICANT)
    return found.annotate(since=first_recorded(Organisation))


def in_grace(user: User) -> QuerySet:
    found = run_by(user).filter(status=Status.GRACE).with_period_end()
    return found.annotate(since=F("period_ends_on"))


def ending_soon(user: User) -> QuerySet:
    soon = timezone.localdate() + datetime.timedelta(days=DUE_DAYS)
    return run_by(user).ending_by(soon).annotate(since=F("period_ends_on"))


def lapsed(user: User) -> QuerySet:
    lapsed_on = StatusChange.objects.filter(organisation=OuterRef("pk"), after=Status.LAPSED)
    found = run_by(user).filter(status=Status.LAPSED)
    return found.annotate(since=Subquery(lapsed_on.values("changed_at")[:1]))


def orphaned(user: User) -> QuerySet:
    """Since nobody is contact any more; of those that never had one, since they are on record."""
    gaps = ContactGap.objects.open().filter(organisation=OuterRef("pk")).values("since")[:1]
    recorded = Cast(first_recorded(Organisation), DateField())
    return run_by(user).orphaned().annotate(since=Coalesce(Subquery(gaps), recorded))


def unconfirmed(user: User) -> QuerySet:
    """Members of whom somebody has not answered the yearly question."""
    asked = Mandate.objects.unconfirmed(timezone.localdate()).filter(organisation=OuterRef("pk"))
    first = asked.order_by("asked_on").values("asked_on")[:1]
    return run_by(user).with_unconfirmed_people().annotate(since=Subquery(first))


def with_single_contact(user: User) -> QuerySet:
    found = run_by(user).with_single_contact()
    return found.annotate(since=first_recorded(Organisation))


def remind(organisation: Organisation, by: User):
    """Write once more to those who pay. Raises ValidationError when there is nobody to write to,
    or when they were written to today."""
    today = timezone.localdate()
    last = organisation.memberships.order_by("-ends_on").first()
    people = dues_letters.payers_of([organisation])[organisation.pk]
    if last is None or not people:
        raise ValidationError(_("There is nobody to write to."), code="nobody")
    days = (today - last.ends_on).days
    written = [renewals.write_reminder(last, days, person, today) for person in people]
    if not any(written):
        raise ValidationError(_("They were written to today already."), code="reminded")


ORGANISATIONS = (
    of_organisations(
        "applicant",
        Weight.ANSWER,
        gettext_lazy("Applicants on record"),
        found=applicants,
        label="",
        pill="info",
        query="status=applicant",
    ),
    of_organisations(
        "orphan",
        Weight.FOLLOW,
        gettext_lazy("Organisations without any contact"),
        found=orphaned,
        label=gettext_lazy("no contact"),
        pill="error",
        query="need=contacts",
    ),
    of_organisations(
        "unconfirmed",
        Weight.FOLLOW,
        gettext_lazy("People not confirmed"),
        found=unconfirmed,
        label=gettext_lazy("no answer"),
        pill="warn",
        query="need=unconfirmed",
        acts=(
            Act(
                "ask_again",
                gettext_lazy("Ask again"),
                lambda found, by: confirmations.ask_people_of(found),
            ),
        ),
    ),
    of_organisations(
        "grace",
        Weight.FOLLOW,
        gettext_lazy("Renewals overdue"),
        found=in_grace,
        label="",
        pill="warn",
        query="status=grace",
        acts=(Act("remind", gettext_lazy("Remind"), lambda found, by: remind(found, by)),),
    ),
    of_organisations(
        "ending",
        Weight.WATCH,
        gettext_lazy("Memberships ending soon"),
        found=ending_soon,
        label=gettext_lazy("ends soon"),
        pill="neutral",
        query="need=ending",
    ),
    of_organisations(
        "lapsed",
        Weight.WATCH,
        gettext_lazy("Lapsed memberships"),
        found=lapsed,
        label="",
        pill="error",
        query="status=lapsed",
    ),
    of_organisations(
        "second_contact",
        Weight.WATCH,
        gettext_lazy("Organisations with one contact"),
        found=with_single_contact,
        label=gettext_lazy("second contact missing"),
        pill="warn",
        query="need=contacts",
    ),
)
