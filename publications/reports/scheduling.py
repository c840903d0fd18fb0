"""The reports that are asked for by themselves: what is due and not yet there, however late.

Each January the year that ended, of every member; after each quarter the quarter that ended, of
every region and of the programme. What was asked for once is not asked for again, whatever became
of it: a report that failed waits for somebody to look at it.
"""

import datetime
import logging

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from members.models import Membership, Organisation
from portal.lib.translations import LANGUAGES
from publications.models import Report, periods
from publications.models.reports import ReportKind
from publications.reports import making
from regions.models import Region

logger = logging.getLogger(__name__)

# So many members are asked about in one go; the next go follows at once.
LOT = 40


def request_due(today: datetime.date | None = None, *, after: int = 0) -> int | None:
    """Ask for what is due: regions and programme first, then a lot of the members beyond the
    primary key ``after``. Returns the last one's key when there may be more, else None."""
    today = today or timezone.localdate()
    if not after:
        year, quarter = quarter_before(today)
        for region in regions_due(year, quarter):
            request(ReportKind.REGION, region, region.original_language, year, quarter)
        for language in languages_due(year, quarter):
            request(ReportKind.PROGRAMME, None, language, year, quarter)
    lot = list(members_due(today.year - 1, after)[:LOT])
    for organisation in lot:
        own = organisation.original_language
        request(ReportKind.MEMBER, organisation, own, today.year - 1)
    return lot[-1].pk if len(lot) == LOT else None


def quarter_before(today: datetime.date) -> tuple[int, int]:
    """The year and number of the quarter that ended last."""
    quarter = (today.month - 1) // 3
    return (today.year, quarter) if quarter else (today.year - 1, 4)


def regions_due(year: int, quarter: int) -> QuerySet:
    """Regions without a report on that quarter."""
    made = Report.objects.filter(kind=ReportKind.REGION, year=year, quarter=quarter)
    return Region.objects.filter(~Exists(made.filter(region=OuterRef("pk")))).order_by("pk")


def languages_due(year: int, quarter: int) -> list[str]:
    """The languages in which there is no report on the programme in that quarter."""
    made = Report.objects.filter(kind=ReportKind.PROGRAMME, year=year, quarter=quarter)
    there = set(made.values_list("language", flat=True))
    return [language for language in LANGUAGES if language not in there]


def members_due(year: int, after: int) -> QuerySet:
    """Members of that year without a report on it, in the order of their keys."""
    member_then = Membership.objects.filter(organisation=OuterRef("pk"), starts_on__year__lte=year)
    made = Report.objects.filter(
        kind=ReportKind.MEMBER, organisation=OuterRef("pk"), year=year, quarter=None
    )
    return (
        Organisation.objects.active()
        .filter(Exists(member_then), ~Exists(made), pk__gt=after)
        .order_by("pk")
    )


def request(
    kind: str,
    subject: Organisation | Region | None,
    language: str,
    year: int,
    quarter: int | None = None,
):
    """Ask for one report, unless the schedule has done so; nothing it cannot make stops it."""
    due = f"{kind}:{periods.written(year, quarter)}:{subject.pk if subject else language}"
    if Report.objects.filter(due=due).exists():
        return
    about = {"language": language, "year": year, "quarter": quarter}
    try:
        with transaction.atomic():
            report = making.request(kind=kind, subject=subject, **about)
            # Two schedules at once: the second finds the word taken and leaves nothing behind.
            Report.objects.filter(pk=report.pk).update(due=due)
    except ValidationError as error:
        logger.info("no report %s: %s", due, " ".join(error.messages))
    except IntegrityError:
        logger.info("the report %s was asked for at the same moment", due)
