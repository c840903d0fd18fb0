"""The kinds of work in the queue: where each is found, how it is told, what can be done at once.

A new kind is one `Kind` here; its rows come from a queryset method of the model it is about.
"""

import datetime

from django.core.exceptions import ValidationError
from django.db.models import DateField, Exists, F, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import (
    candidates,
    change_requests,
    confirmations,
    dues_letters,
    likenesses,
    notices,
    renewals,
    threads,
)
from members.forms.organisations import DUE_DAYS
from members.models import (
    Application,
    ChangeRequest,
    ContactGap,
    Derogation,
    Invoice,
    Mandate,
    Notice,
    Organisation,
    StatusChange,
    Thread,
    User,
)
from members.models.applications import ApplicationState
from members.models.organisations import Status
from portal.lib.jobs import JobState
from portal.models import ContactMessage
from portal.work import Act, Kind, Tally, Told, Weight
from publications.models import EditorialStep, Issue, Publication, Report
from publications.models.library import PublicationState
from publications.models.life import StepKind
from publications.models.newsletters import IssueState
from regions.models import Region

# A derogation is looked at so long before it runs out.
DEROGATION_DAYS = 60


def secretariat_alone(user: User) -> bool:
    return user.standing.is_secretariat


def listed(query: str) -> str:
    return f"{reverse('members:desk_organisations')}?{query}"


def first_recorded(model: type[Model]) -> Subquery:
    """The moment the record was made, from its history; nothing when it has none."""
    history = model.history.model.objects.filter(id=OuterRef("pk")).order_by("history_date")
    return Subquery(history.values("history_date")[:1])


# -- Messages of readers ---------------------------------------------------------------------------


def mark_answered(message: ContactMessage, by: User):
    message.answered_at = timezone.now()
    message.save(update_fields=["answered_at"])


def message_told(message: ContactMessage) -> Told:
    url = reverse("portal:desk_message", kwargs={"pk": message.pk})
    return Told(message.subject, url, message.region, _("to answer"), "info")


MESSAGES = Kind(
    code="message",
    weight=Weight.ANSWER,
    name=gettext_lazy("Messages to answer"),
    label=gettext_lazy("Message"),
    found=lambda user: ContactMessage.objects.visible_to(user).waiting(),
    since="received_at",
    tell=message_told,
    in_region=lambda found, region: found.filter(region=region),
    whole=lambda rows: rows.select_related("region"),
    acts=(Act("answered", gettext_lazy("Mark as answered"), mark_answered),),
    page=lambda: reverse("portal:desk_messages"),
)


# -- Threads with organisations --------------------------------------------------------------------


def thread_told(thread: Thread) -> Told:
    url = reverse("members:desk_thread", kwargs={"pk": thread.pk})
    region = thread.organisation.region if thread.organisation else None
    return Told(thread.subject, url, region, _("to answer"), "info")


THREADS = Kind(
    code="thread",
    weight=Weight.ANSWER,
    name=gettext_lazy("Threads to answer"),
    label=gettext_lazy("Thread"),
    found=lambda user: Thread.objects.run_by(user).waiting_for_secretariat(),
    since="waiting_since",
    tell=thread_told,
    in_region=lambda found, region: found.in_region(region),
    whole=lambda rows: rows.select_related(
        "owner", "organisation__country__region"
    ).prefetch_related("organisation__regions"),
    page=lambda: reverse("members:desk_threads"),
    owner="owner",
    give=lambda thread, person: threads.assign(thread, to=person),
)


# -- Applications ----------------------------------------------------------------------------------


def application_told(application: Application) -> Told:
    is_advised = application.state == ApplicationState.ADVISED
    return Told(
        application.name,
        application_url(application),
        application.region,
        application.get_state_display(),
        "ok" if is_advised else "info",
    )


def application_url(application: Application) -> str:
    return reverse("members:desk_application", kwargs={"pk": application.pk})


APPLICATIONS = Kind(
    code="application",
    weight=Weight.ANSWER,
    name=gettext_lazy("Applications to decide"),
    label=gettext_lazy("Application"),
    found=lambda user: Application.objects.run_by(user).under_review(),
    since="submitted_at",
    tell=application_told,
    in_region=lambda found, region: found.in_region(region),
    whole=lambda rows: rows.select_related("country__region").prefetch_related("regions"),
    page=lambda: reverse("members:desk_applications"),
)


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


# -- Renewals and dues -----------------------------------------------------------------------------


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


def invoice_told(invoice: Invoice) -> Told:
    organisation = invoice.organisation
    url = reverse("members:desk_dues_account", kwargs={"slug": organisation.slug})
    return Told(organisation, url, organisation.region, invoice.number, "warn")


INVOICES = Kind(
    code="invoice",
    weight=Weight.FOLLOW,
    name=gettext_lazy("Invoices overdue"),
    label=gettext_lazy("Invoice"),
    found=lambda user: Invoice.objects.visible_to(user).overdue(),
    since="due_on",
    tell=invoice_told,
    in_region=lambda found, region: found.in_region(region),
    whole=lambda rows: rows.select_related("organisation__country__region").prefetch_related(
        "organisation__regions"
    ),
    page=lambda: reverse("members:desk_dues"),
)


# -- Derogations -----------------------------------------------------------------------------------


def derogations_running_out(user: User) -> QuerySet:
    until = timezone.localdate() + datetime.timedelta(days=DEROGATION_DAYS)
    found = Derogation.objects.in_force().filter(until__lte=until)
    return found.filter(organisation__in=run_by(user).values("pk"))


def derogation_told(derogation: Derogation) -> Told:
    organisation = derogation.organisation
    url = reverse("members:desk_organisation", kwargs={"slug": organisation.slug})
    return Told(organisation, url, organisation.region, _("derogation runs out"), "warn")


DEROGATIONS = Kind(
    code="derogation",
    weight=Weight.FOLLOW,
    name=gettext_lazy("Derogations running out"),
    label=gettext_lazy("Derogation"),
    found=derogations_running_out,
    since="until",
    tell=derogation_told,
    in_region=lambda found, region: found.filter(country__region=region),
    whole=lambda rows: rows.select_related("organisation__country__region"),
)


# -- Mail ------------------------------------------------------------------------------------------


def undelivered(user: User) -> QuerySet:
    found = Notice.objects.undelivered()
    if user.standing.is_secretariat:
        return found
    return found.filter(organisation__in=run_by(user).values("pk"))


def notice_told(notice: Notice) -> Told:
    organisation = notice.organisation
    url = (
        reverse("members:desk_organisation", kwargs={"slug": organisation.slug})
        if organisation
        else ""
    )
    region = organisation.region if organisation else None
    return Told(
        f"{notice.subject} → {notice.email}", url, region, notice.get_state_display(), "error"
    )


NOTICES = Kind(
    code="notice",
    weight=Weight.ANSWER,
    name=gettext_lazy("Mails that did not arrive"),
    label=gettext_lazy("Mail"),
    found=undelivered,
    since="written_at",
    tell=notice_told,
    in_region=lambda found, region: found.filter(organisation__country__region=region),
    whole=lambda rows: rows.select_related("organisation__country__region").prefetch_related(
        "organisation__regions"
    ),
    acts=(
        Act(
            "send_again", gettext_lazy("Send again"), lambda notice, by: notices.send_again(notice)
        ),
    ),
)


# -- Publications, newsletters, reports ------------------------------------------------------------


def publication_drafts(user: User) -> QuerySet:
    found = Publication.objects.editable_by(user).filter(state=PublicationState.DRAFT)
    return found.annotate(since=first_recorded(Publication))


def proposals_in_review(user: User) -> QuerySet:
    """What members have proposed, since it was last sent."""
    sent = EditorialStep.objects.filter(publication=OuterRef("pk"), kind=StepKind.PROPOSED)
    found = Publication.objects.editable_by(user).in_review()
    return found.annotate(since=Subquery(sent.order_by("-at").values("at")[:1]))


def publication_told(publication: Publication) -> Told:
    region = next(iter(publication.regions.all()), None)
    url = reverse("publications:desk_edit", kwargs={"symbol": publication.dashed_symbol})
    return Told(publication, url, region, publication.get_state_display(), "info")


def issue_told(issue: Issue) -> Told:
    url = reverse("publications:newsletter_issue_desk", kwargs={"symbol": issue.dashed_symbol})
    return Told(str(issue), url, issue.region, issue.get_state_display(), "info")


def report_told(report: Report) -> Told:
    region = report.region or report.organisation.region
    subject = f"{report.get_kind_display()}, {report.subject}, {report.year}"
    url = reverse("publications:reports_desk")
    return Told(subject, url, region, report.get_state_display(), "error")


def of_region(rows: QuerySet, region: Region) -> QuerySet:
    return rows.filter(region=region) | rows.filter(organisation__country__region=region)


PUBLICATIONS = (
    Kind(
        code="report",
        weight=Weight.ANSWER,
        name=gettext_lazy("Reports that failed"),
        label=gettext_lazy("Report"),
        found=lambda user: Report.objects.run_by(user).filter(state=JobState.FAILED),
        since="queued_at",
        tell=report_told,
        in_region=of_region,
        whole=lambda rows: rows.select_related(
            "region", "organisation__country__region"
        ).prefetch_related("organisation__regions"),
        page=lambda: reverse("publications:reports_desk"),
    ),
    Kind(
        code="proposal",
        weight=Weight.ANSWER,
        name=gettext_lazy("Texts proposed by members"),
        label=gettext_lazy("Proposal"),
        found=proposals_in_review,
        since="since",
        tell=publication_told,
        in_region=lambda found, region: found.filter(regions=region),
        whole=lambda rows: rows.prefetch_related("regions"),
        page=lambda: reverse("publications:desk_list") + "?state=proposed",
    ),
    Kind(
        code="publication",
        weight=Weight.WATCH,
        name=gettext_lazy("Publications in draft"),
        label=gettext_lazy("Publication"),
        found=publication_drafts,
        since="since",
        tell=publication_told,
        in_region=lambda found, region: found.filter(regions=region),
        whole=lambda rows: rows.prefetch_related("regions"),
        page=lambda: reverse("publications:desk_list") + "?state=draft",
    ),
    Kind(
        code="issue",
        weight=Weight.WATCH,
        name=gettext_lazy("Newsletters in draft"),
        label=gettext_lazy("Newsletter"),
        found=lambda user: Issue.objects.editable_by(user).filter(state=IssueState.DRAFT),
        since="drafted_at",
        tell=issue_told,
        in_region=lambda found, region: found.filter(newsletter__region=region),
        whole=lambda rows: rows.select_related("newsletter__region"),
        page=lambda: reverse("publications:newsletters_desk"),
    ),
)

KINDS = (
    MESSAGES,
    THREADS,
    APPLICATIONS,
    CHANGES,
    *ORGANISATIONS[:1],
    PUBLICATIONS[1],
    NOTICES,
    PUBLICATIONS[0],
    *ORGANISATIONS[1:4],
    INVOICES,
    DEROGATIONS,
    *ORGANISATIONS[4:],
    *PUBLICATIONS[2:],
)
TALLIES = (
    Tally(
        code="duplicates",
        weight=Weight.WATCH,
        name=gettext_lazy("Probable duplicates"),
        count=lambda user: len(candidates.organisations_alike(user)),
        page=lambda: reverse("members:desk_merges"),
    ),
    Tally(
        code="matches",
        weight=Weight.FOLLOW,
        name=gettext_lazy("Matches to decide"),
        count=lambda user: len(likenesses.proposals(user)),
        page=lambda: reverse("members:desk_matches"),
    ),
)
