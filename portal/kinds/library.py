"""Publications, newsletters and reports on their way."""

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy

from members.models import (
    User,
)
from portal.kinds.since import first_recorded
from portal.lib.jobs import JobState
from portal.work import Kind, Told, Weight
from publications.models import EditorialStep, Issue, Publication, Report
from publications.models.library import PublicationState
from publications.models.life import StepKind
from publications.models.newsletters import IssueState
from publications.newsletters import holding
from regions.models import Region


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
    region = report.region or (report.organisation and report.organisation.region)
    url = reverse("publications:reports_desk")
    return Told(str(report), url, region, report.get_state_display(), "error")


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
        whole=lambda rows: rows.select_related("newsletter__region", "holder"),
        page=lambda: reverse("publications:newsletters_desk"),
        owner="holder",
        give=lambda issue, person: holding.hand(issue, person),
    ),
)
