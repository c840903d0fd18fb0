"""The kinds of translatable record, one entry each; a test fails on a model without one.

**Principal information** must exist in all three languages: what tells somebody what the network
is, how it is organised and how one belongs to it. These are the identity of the network, its
pages, the regions, the current programme with its axes, the categories of membership, and the
names of the newsletters. Publications, activities, events, organisations and documents are
translated as readers ask for them: no reader is lost without them, and they name their language.
"""

from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Category, Document, Organisation, User
from members.models.documents import Audience
from portal.lib.translations import Translatable
from portal.models import NetworkIdentity, Page
from portal.texts import TextKind
from programme.models import Activity, Axis, Challenge, Cycle, EmergingIssue, Event
from publications.models import (
    Correction,
    Issue,
    IssueBlock,
    IssueCorrection,
    Newsletter,
    Publication,
    Series,
)
from publications.models.newsletters import IssueState
from regions.models import Region
from regions.perms import regions_run_by


def of_secretariat(model: type[Translatable]):
    """The rows of a model that the secretariat alone edits."""
    return lambda user: (
        model.objects.all() if user.standing.is_secretariat else model.objects.none()
    )


def every(model: type[Translatable]):
    """The rows of a model that any lead may read."""
    return lambda user: model.objects.all()


def within_regions(model: type[Translatable]):
    """All rows for the secretariat; for an executive those of the own region and of no other."""

    def edited(user: User) -> QuerySet:
        rows = model.objects.all()
        if user.standing.is_secretariat:
            return rows
        own = user.standing.regions
        elsewhere = Region.objects.exclude(pk__in=[region.pk for region in own])
        return rows.filter(regions__in=own).exclude(regions__in=elsewhere).distinct()

    return edited


def with_regions(rows: QuerySet) -> QuerySet:
    return rows.prefetch_related("regions")


def regions_of(record: Translatable) -> list[Region]:
    return list(record.regions.all())


def region_of(record: Translatable) -> list[Region]:
    return [record.region] if record.region else []


def in_records(name: str):
    """The address of a record in the back room, for what has no page of its own."""

    def address(record: Translatable) -> str:
        try:
            return reverse(f"admin:{name}_change", args=(record.pk,))
        except NoReverseMatch:
            return ""  # the back room does not show it either

    return address


def address_of(record: Translatable) -> str:
    return record.get_absolute_url()


def documents_for_leads(user: User) -> QuerySet:
    """What is for one organisation alone is between the network and that organisation."""
    return Document.objects.open().exclude(audience=Audience.ORGANISATION)


def open_issues(rows: QuerySet) -> QuerySet:
    """A letter that has left is not written again."""
    return rows.filter(state__in=(IssueState.DRAFT, IssueState.READY))


def blocks_of(issues: QuerySet) -> QuerySet:
    return IssueBlock.objects.filter(issue__in=issues.order_by().values("pk"))


def corrections_of(publications: QuerySet) -> QuerySet:
    return Correction.objects.filter(publication__in=publications.order_by().values("pk"))


def publications_for_leads(user: User) -> QuerySet:
    return Publication.objects.for_leads()


IDENTITY = TextKind(
    code="identity",
    name=_("The network"),
    label=_("Identity of the network"),
    model=NetworkIdentity,
    edited=of_secretariat(NetworkIdentity),
    lead=every(NetworkIdentity),
    edit_url=in_records("portal_networkidentity"),
    public_url=lambda record: reverse("portal:home"),
    principal=lambda rows: rows,
    why_principal=_("Every page and every mail bears it."),
)
PAGE = TextKind(
    code="page",
    name=_("Pages"),
    label=_("Page"),
    model=Page,
    html=frozenset({"body"}),
    edited=of_secretariat(Page),
    lead=every(Page),
    edit_url=lambda record: reverse("portal:desk_page", kwargs={"slug": record.slug}),
    public_url=address_of,
    principal=lambda rows: rows,
    why_principal=_("They say what the network is and what rules it follows."),
)
REGION = TextKind(
    code="region",
    name=_("Regions"),
    label=_("Region"),
    model=Region,
    edited=regions_run_by,
    lead=every(Region),
    in_region=lambda rows, region: rows.filter(pk=region.pk),
    region_paths=("pk",),
    regions_of=lambda record: [record],
    edit_url=lambda record: reverse("regions:desk_region", kwargs={"code": record.code}),
    public_url=address_of,
    principal=lambda rows: rows,
    why_principal=_("They say how the network is organised."),
)
CYCLE = TextKind(
    code="cycle",
    name=_("Programme cycles"),
    label=_("Programme cycle"),
    model=Cycle,
    edited=of_secretariat(Cycle),
    lead=every(Cycle),
    edit_url=in_records("programme_cycle"),
    public_url=lambda record: reverse("programme:programme"),
    principal=lambda rows: rows.filter(last_year__gte=timezone.localdate().year),
    why_principal=_("It says what the network works at now."),
)
AXIS = TextKind(
    code="axis",
    name=_("Axes"),
    label=_("Axis"),
    model=Axis,
    edited=of_secretariat(Axis),
    lead=every(Axis),
    whole=lambda rows: rows.select_related("cycle"),
    edit_url=in_records("programme_axis"),
    public_url=address_of,
    principal=lambda rows: rows.filter(cycle__last_year__gte=timezone.localdate().year),
    why_principal=_("They say what the network works at now."),
)
CATEGORY = TextKind(
    code="category",
    name=_("Categories of membership"),
    label=_("Category of membership"),
    model=Category,
    edited=of_secretariat(Category),
    lead=every(Category),
    edit_url=in_records("members_category"),
    public_url=lambda record: reverse("members:apply"),
    principal=lambda rows: rows,
    why_principal=_("They say how one belongs to the network, and what it gives."),
)
NEWSLETTER = TextKind(
    code="newsletter",
    name=_("Newsletters"),
    label=_("Newsletter"),
    model=Newsletter,
    edited=lambda user: Newsletter.objects.editable_by(user),
    lead=every(Newsletter),
    in_region=lambda rows, region: rows.filter(region=region),
    region_paths=("region",),
    regions_of=region_of,
    whole=lambda rows: rows.select_related("region"),
    edit_url=in_records("publications_newsletter"),
    public_url=lambda record: reverse("publications:newsletters"),
    principal=lambda rows: rows,
    why_principal=_("Whoever subscribes chooses by their names."),
    is_letter=True,
)
ISSUE = TextKind(
    code="issue",
    name=_("Issues of newsletters"),
    label=_("Issue of a newsletter"),
    model=Issue,
    edited=lambda user: open_issues(Issue.objects.editable_by(user)),
    lead=lambda user: open_issues(Issue.objects.all()),
    in_region=lambda rows, region: rows.filter(newsletter__region=region),
    region_paths=("newsletter__region",),
    regions_of=region_of,
    whole=lambda rows: rows.select_related("newsletter__region"),
    edit_url=lambda record: reverse(
        "publications:newsletter_issue_desk", kwargs={"symbol": record.dashed_symbol}
    ),
    is_letter=True,
)
BLOCK = TextKind(
    code="issue_block",
    name=_("Blocks of newsletters"),
    label=_("Block of a newsletter"),
    model=IssueBlock,
    html=frozenset({"body"}),
    edited=lambda user: blocks_of(open_issues(Issue.objects.editable_by(user))),
    lead=lambda user: blocks_of(open_issues(Issue.objects.all())),
    read_in=lambda rows, language: rows.filter(**{f"in_{language}": True}),
    stands_in=lambda block, language: block.is_in(language),
    in_region=lambda rows, region: rows.filter(issue__newsletter__region=region),
    region_paths=("issue__newsletter__region",),
    regions_of=lambda record: region_of(record.issue),
    whole=lambda rows: rows.select_related("issue__newsletter__region"),
    edit_url=lambda record: reverse(
        "publications:newsletter_block",
        kwargs={"symbol": record.issue.dashed_symbol, "pk": record.pk},
    ),
    is_letter=True,
)
PUBLICATION = TextKind(
    code="publication",
    name=_("Publications"),
    label=_("Publication"),
    model=Publication,
    html=frozenset({"body"}),
    edited=lambda user: Publication.objects.editable_by(user),
    lead=publications_for_leads,
    in_region=lambda rows, region: rows.in_region(region),
    region_paths=("regions",),
    regions_of=regions_of,
    whole=with_regions,
    edit_url=lambda record: reverse(
        "publications:desk_edit", kwargs={"symbol": record.dashed_symbol}
    ),
    public_url=lambda record: record.get_absolute_url() if record.is_public else "",
)
EVENT = TextKind(
    code="event",
    name=_("Events"),
    label=_("Event"),
    model=Event,
    edited=within_regions(Event),
    lead=lambda user: Event.objects.public(),
    in_region=lambda rows, region: rows.in_region(region),
    region_paths=("regions",),
    regions_of=regions_of,
    whole=with_regions,
    edit_url=in_records("programme_event"),
    public_url=lambda record: record.get_absolute_url() if record.is_public else "",
)
EMERGING_ISSUE = TextKind(
    code="emerging_issue",
    name=_("Emerging issues"),
    label=_("Emerging issue"),
    model=EmergingIssue,
    edited=lambda user: EmergingIssue.objects.editable_by(user),
    lead=lambda user: EmergingIssue.objects.public(),
    in_region=lambda rows, region: rows.in_region(region),
    region_paths=("region",),
    regions_of=region_of,
    whole=lambda rows: rows.select_related("region"),
    edit_url=lambda record: reverse("programme:emerging_edit", kwargs={"pk": record.pk}),
    public_url=lambda record: record.get_absolute_url() if record.is_public else "",
)
ACTIVITY = TextKind(
    code="activity",
    name=_("Activities"),
    label=_("Activity"),
    model=Activity,
    edited=within_regions(Activity),
    lead=every(Activity),
    in_region=lambda rows, region: rows.in_region(region),
    region_paths=("regions",),
    regions_of=regions_of,
    whole=lambda rows: with_regions(rows).select_related("axis"),
    edit_url=in_records("programme_activity"),
    public_url=lambda record: record.axis.get_absolute_url(),
)
ORGANISATION = TextKind(
    code="organisation",
    name=_("Organisations"),
    label=_("Organisation"),
    model=Organisation,
    edited=lambda user: Organisation.objects.run_by(user),
    lead=lambda user: Organisation.objects.active().filter(
        Q(discreet=False) | Q(pk__in=user.standing.named)
    ),
    in_region=lambda rows, region: rows.in_region(region),
    region_paths=("country__region", "regions"),
    regions_of=region_of,
    whole=lambda rows: with_regions(rows).select_related("country__region"),
    edit_url=lambda record: reverse("members:desk_organisation_edit", kwargs={"slug": record.slug}),
    public_url=lambda record: record.get_absolute_url() if record.is_public else "",
)
DOCUMENT = TextKind(
    code="document",
    name=_("Documents for members"),
    label=_("Document for members"),
    model=Document,
    edited=lambda user: Document.objects.run_by(user),
    lead=documents_for_leads,
    in_region=lambda rows, region: rows.filter(region=region),
    region_paths=("region",),
    regions_of=region_of,
    whole=lambda rows: rows.select_related("region"),
    edit_url=lambda record: reverse("members:desk_document", kwargs={"pk": record.pk}),
)
SERIES = TextKind(
    code="series",
    name=_("Series"),
    label=_("Series"),
    model=Series,
    edited=of_secretariat(Series),
    lead=every(Series),
    edit_url=in_records("publications_series"),
)
CORRECTION = TextKind(
    code="correction",
    name=_("Corrections"),
    label=_("Correction"),
    model=Correction,
    edited=lambda user: corrections_of(Publication.objects.editable_by(user)),
    lead=lambda user: corrections_of(Publication.objects.for_leads()),
    in_region=lambda rows, region: rows.filter(publication__regions=region),
    region_paths=("publication__regions",),
    regions_of=lambda record: list(record.publication.regions.all()),
    whole=lambda rows: rows.select_related("publication").prefetch_related("publication__regions"),
    edit_url=lambda record: PUBLICATION.edit_url(record.publication),
    public_url=lambda record: PUBLICATION.public_url(record.publication),
)
ISSUE_CORRECTION = TextKind(
    code="issue_correction",
    name=_("Corrections of letters"),
    label=_("Correction of a letter"),
    model=IssueCorrection,
    edited=lambda user: IssueCorrection.objects.filter(
        issue__in=Issue.objects.editable_by(user).order_by().values("pk")
    ),
    lead=every(IssueCorrection),
    in_region=lambda rows, region: rows.filter(issue__newsletter__region=region),
    region_paths=("issue__newsletter__region",),
    regions_of=lambda record: [record.issue.region] if record.issue.region else [],
    whole=lambda rows: rows.select_related("issue__newsletter__region"),
    edit_url=lambda record: reverse(
        "publications:newsletter_correction",
        kwargs={"symbol": record.issue.dashed_symbol, "pk": record.pk},
    ),
    public_url=lambda record: record.issue.get_absolute_url(),
)
CHALLENGE = TextKind(
    code="challenge",
    name=_("Challenges"),
    label=_("Challenge"),
    model=Challenge,
    edited=of_secretariat(Challenge),
    lead=every(Challenge),
    edit_url=in_records("programme_challenge"),
    principal=lambda rows: rows,
    why_principal=_("They say what the network works at now."),
)

KINDS = (
    IDENTITY,
    PAGE,
    REGION,
    CYCLE,
    AXIS,
    CHALLENGE,
    CATEGORY,
    NEWSLETTER,
    ISSUE,
    BLOCK,
    SERIES,
    PUBLICATION,
    CORRECTION,
    ISSUE_CORRECTION,
    EMERGING_ISSUE,
    EVENT,
    ACTIVITY,
    ORGANISATION,
    DOCUMENT,
)
