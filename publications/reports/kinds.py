"""Which module gathers the figures of each kind of report, and shows them."""

from publications.models.reports import ReportKind
from publications.reports import certificate, directory, member, programme, region

KINDS = {
    ReportKind.CERTIFICATE: certificate,
    ReportKind.MEMBER: member,
    ReportKind.REGION: region,
    ReportKind.PROGRAMME: programme,
    ReportKind.DIRECTORY: directory,
}
# Those with a page of their own beside the PDF.
WITH_PAGE = tuple(kind for kind, module in KINDS.items() if hasattr(module, "BODY"))
