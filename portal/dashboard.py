"""What waits at the desk, counted and oldest first, and what is missing in which language.

Everybody sees what their mandates cover: the secretariat all of it, a regional executive what
concerns one region.
"""

import datetime
from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.db.models import Count, Model, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from members.forms.organisations import DUE_DAYS
from members.models import Organisation, StatusChange, User
from members.models.organisations import Status
from portal.lib.jobs import JobState
from portal.lib.translations import LANGUAGES, TranslationState
from portal.models import ContactMessage, Page
from programme.models import Axis, Event
from publications.models import Issue, Publication, Report
from publications.models.library import PublicationState
from publications.models.newsletters import IssueState
from regions.models import Region

# So many of the oldest things of each kind are shown, so that no kind hides the others; the rest
# are counted.
SHOWN = 6


class Waiting(NamedTuple):
    """One thing that waits: its kind, what it is, where it is done, since when or until when."""

    kind: str
    subject: Model | str
    url: str
    region: Region | None
    label: str
    pill: str
    since: datetime.date | None

    @property
    def days(self) -> int | None:
        """The days it has waited; negative when its day is still to come."""
        return (timezone.localdate() - self.since).days if self.since else None

    @property
    def days_left(self) -> int:
        return -self.days

    @property
    def is_organisation(self) -> bool:
        return isinstance(self.subject, Organisation)

    @property
    def is_publication(self) -> bool:
        return isinstance(self.subject, Publication)


class Kind(NamedTuple):
    """A kind of work: its name, how many wait, the page that lists them, the oldest of them."""

    name: str
    count: int
    url: str
    rows: list[Waiting]


class Queue(NamedTuple):
    """All kinds with their counts, and the oldest things of each, oldest first."""

    kinds: list[Kind]
    rows: list[Waiting]

    @property
    def count(self) -> int:
        return sum(kind.count for kind in self.kinds)

    @property
    def oldest_days(self) -> int:
        return max((row.days for row in self.rows if row.since), default=0)


def work_queue(user: User) -> Queue:
    kinds = [
        messages(user),
        applications(user),
        *memberships(user),
        few_contacts(user),
        publication_drafts(user),
        newsletter_drafts(user),
        failed_reports(user),
    ]
    rows = [row for kind in kinds for row in kind.rows]
    far = datetime.date.max
    rows.sort(key=lambda row: (row.since or far, row.url))
    return Queue(kinds, rows)


def kind_of(
    name: str, found: QuerySet, *, url: str, row: Callable[[Model], Waiting] | None
) -> Kind:
    """The oldest of what was found, and how many there are: a second query only beyond them."""
    if row is None:
        return Kind(name, found.count(), url, [])
    read = list(found[:SHOWN])
    count = len(read) if len(read) < SHOWN else found.count()
    return Kind(name, count, url, [row(record) for record in read])


def messages(user: User) -> Kind:
    name = _("Message")

    def row(message: ContactMessage) -> Waiting:
        url = reverse("portal:desk_message", kwargs={"pk": message.pk})
        since = timezone.localdate(message.received_at)
        return Waiting(name, message.subject, url, message.region, _("to answer"), "info", since)

    found = ContactMessage.objects.visible_to(user).waiting().select_related("region")
    return kind_of(_("Messages to answer"), found, url=reverse("portal:desk_messages"), row=row)


def applications(user: User) -> Kind:
    found = of_organisations(user).filter(status=Status.APPLICANT)
    found = found.annotate(since=first_recorded(Organisation)).order_by("since", "pk")
    return kind_of(
        _("Applications to decide"),
        found,
        url=listed("status=applicant"),
        row=lambda found: of_organisation(
            found, found.get_status_display(), "info", day_of(found.since)
        ),
    )


def memberships(user: User) -> list[Kind]:
    """Memberships that end soon, are in grace, or have lapsed."""
    own = of_organisations(user)
    soon = timezone.localdate() + datetime.timedelta(days=DUE_DAYS)
    lapsed_on = StatusChange.objects.filter(organisation=OuterRef("pk"), after=Status.LAPSED)
    return [
        kind_of(
            _("Memberships ending soon"),
            own.ending_by(soon).order_by("period_ends_on", "pk"),
            url=listed("need=ending"),
            row=lambda found: of_organisation(
                found, _("ends soon"), "neutral", found.period_ends_on
            ),
        ),
        kind_of(
            _("Memberships in grace"),
            own.filter(status=Status.GRACE).with_period_end().order_by("period_ends_on", "pk"),
            url=listed("status=grace"),
            row=lambda found: of_organisation(
                found, found.get_status_display(), "warn", found.period_ends_on
            ),
        ),
        kind_of(
            _("Lapsed memberships"),
            own.filter(status=Status.LAPSED)
            .annotate(since=Subquery(lapsed_on.values("changed_at")[:1]))
            .order_by("since", "pk"),
            url=listed("status=lapsed"),
            row=lambda found: of_organisation(
                found, found.get_status_display(), "error", day_of(found.since)
            ),
        ),
    ]


def few_contacts(user: User) -> Kind:
    found = of_organisations(user).with_few_contacts()
    found = found.annotate(since=first_recorded(Organisation)).order_by("since", "pk")
    return kind_of(
        _("Organisations without two contacts"),
        found,
        url=listed("need=contacts"),
        row=lambda found: of_organisation(found, _("contact missing"), "warn", day_of(found.since)),
    )


def publication_drafts(user: User) -> Kind:
    name = _("Publication")

    def row(publication: Publication) -> Waiting:
        region = next(iter(publication.regions.all()), None)
        url = reverse("publications:desk_edit", kwargs={"symbol": publication.dashed_symbol})
        since = day_of(publication.since) or publication.published_on
        return Waiting(name, publication, url, region, _("draft"), "info", since)

    found = (
        Publication.objects.editable_by(user)
        .filter(state=PublicationState.DRAFT)
        .annotate(since=first_recorded(Publication))
        .prefetch_related("regions")
        .order_by("since", "pk")
    )
    url = reverse("publications:desk_list") + "?state=draft"
    return kind_of(_("Publications in draft"), found, url=url, row=row)


def newsletter_drafts(user: User) -> Kind:
    found = Issue.objects.editable_by(user).filter(state=IssueState.DRAFT)
    url = reverse("publications:newsletters_desk")
    return kind_of(_("Newsletters in draft"), found, url=url, row=None)


def failed_reports(user: User) -> Kind:
    name = _("Report")
    url = reverse("publications:reports_desk")

    def row(report: Report) -> Waiting:
        region = report.region or report.organisation.region
        since = timezone.localdate(report.finished_at or report.queued_at)
        subject = f"{report.get_kind_display()}, {report.subject}, {report.year}"
        return Waiting(name, subject, url, region, report.get_state_display(), "error", since)

    found = (
        Report.objects.run_by(user)
        .filter(state=JobState.FAILED)
        .select_related("region", "organisation__country__region")
        .prefetch_related("organisation__regions")
        .order_by("finished_at", "pk")
    )
    return kind_of(_("Reports that failed"), found, url=url, row=row)


def of_organisations(user: User):
    own = Organisation.objects.run_by(user)
    return own.select_related("country__region").prefetch_related("regions")


def of_organisation(
    found: Organisation, label: str, pill: str, since: datetime.date | None
) -> Waiting:
    url = reverse("members:desk_organisation", kwargs={"slug": found.slug})
    return Waiting(_("Membership"), found, url, found.region, label, pill, since)


def listed(query: str) -> str:
    return f"{reverse('members:desk_organisations')}?{query}"


def first_recorded(model: type[Model]) -> Subquery:
    """The moment the record was made, from its history; nothing when it has none."""
    history = model.history.model.objects.filter(id=OuterRef("pk")).order_by("history_date")
    return Subquery(history.values("history_date")[:1])


def day_of(moment: datetime.datetime | None) -> datetime.date | None:
    return timezone.localdate(moment) if moment else None


class Coverage(NamedTuple):
    """How many texts of a kind one language has, of how many: ready, to revise, missing."""

    language: str
    total: int
    ready: int
    outdated: int
    missing: int


class MatrixRow(NamedTuple):
    name: str
    url: str
    cells: list[Coverage]


def translation_matrix(user: User) -> list[MatrixRow]:
    """Per kind of text and language, what there is: one query a kind."""
    rows = [
        (
            _("Publications"),
            reverse("publications:desk_list"),
            Publication.objects.editable_by(user),
        ),
        (
            _("Organisations"),
            reverse("members:desk_organisations"),
            Organisation.objects.run_by(user),
        ),
    ]
    if user.standing.is_secretariat:
        records = reverse("admin:programme_event_changelist")
        rows += [
            (_("Events"), records, Event.objects.all()),
            (_("Axes"), reverse("admin:programme_axis_changelist"), Axis.objects.all()),
            (_("Regions"), reverse("regions:desk_regions"), Region.objects.all()),
            (_("Pages"), reverse("portal:desk_pages"), Page.objects.all()),
        ]
    return [MatrixRow(name, url, coverage(found)) for name, url, found in rows]


def coverage(found: QuerySet, languages: Iterable[str] = LANGUAGES) -> list[Coverage]:
    counts = {
        f"{state}_{code}": Count("pk", filter=Q(**{f"state_{code}": state}), distinct=True)
        for code in languages
        for state in (TranslationState.READY, TranslationState.OUTDATED, TranslationState.MISSING)
    }
    result = found.order_by().aggregate(total=Count("pk", distinct=True), **counts)
    return [
        Coverage(
            code,
            result["total"],
            result[f"ready_{code}"],
            result[f"outdated_{code}"],
            result[f"missing_{code}"],
        )
        for code in languages
    ]
