"""Two batches of reports: one that is ready, and one in which a report failed."""

from django.utils import timezone

from members.models import User
from publications.models import Report, ReportBatch
from publications.models.report_reasons import PORTAL_FAILED
from publications.models.reports import ReportKind
from publications.reports import batches, lots, making
from regions.models import Region

# A region of few members, as each report takes a second.
CODE = "R3"


def create_batches(secretary: User) -> int:
    """The batches, unless there are some; how many were made."""
    if ReportBatch.objects.exists():
        return 0
    about = {"kind": ReportKind.CERTIFICATE, "year": timezone.localdate().year, "by": secretary}
    region = Region.objects.get(code=CODE)
    broken = batches.order(region=region, **about)
    lots.work_on(broken)
    last, *others = Report.objects.waiting().filter(entries__batch=broken)
    last.claim()
    last.fail(reason=PORTAL_FAILED)
    for report in others:
        making.make(report)
    lots.work_on(broken)
    # Its certificates are there already.
    ready = batches.order(region=region, category=others[0].organisation.category, **about)
    lots.work_on(ready)
    for report in Report.objects.waiting().filter(entries__batch=ready):
        making.make(report)
    lots.work_on(ready)
    return 2
