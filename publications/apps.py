from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublicationsConfig(AppConfig):
    name = "publications"
    verbose_name = _("publications")

    def ready(self):
        # Models must be loaded.
        from members import admitting  # noqa: PLC0415
        from members.merge_rules import Rule, declare  # noqa: PLC0415
        from portal.lib import changes, sections  # noqa: PLC0415
        from publications import (  # noqa: PLC0415
            certificates,
            own_parts,
            personal,
            shelving,
            telling,
            year_parts,
        )
        from publications.newsletters import nudging  # noqa: PLC0415
        from publications.newsletters.sections import PUBLICATIONS  # noqa: PLC0415
        from publications.reports import acceptances  # noqa: PLC0415

        personal.listen()
        shelving.listen()
        changes.register(shelving.follow)
        own_parts.register_all()
        year_parts.register_all()
        telling.register()
        nudging.register()
        sections.register(PUBLICATIONS)
        admitting.register(acceptances.follow, acceptances.undo)
        declare(
            {
                "publications.Publication_organisations.organisation": Rule(),
                "publications.Publication.proposed_for": Rule(),
                "publications.Publication.proposed_by": Rule(),
                "publications.Author.organisation": Rule(),
                "publications.EditorialStep.by": Rule(),
                "publications.TranslationWish.person": Rule(),
                "publications.ListFollow.person": Rule(),
                "publications.IssueItem.organisation": Rule(),
                "publications.Certificate.membership": Rule(settle=certificates.settle),
                "publications.Report.organisation": Rule(),
                "publications.Report.requested_by": Rule(),
                "publications.ReportBatchEntry.organisation": Rule(),
                "publications.ReportBatch_readers.user": Rule(),
                "publications.Issue.holder": Rule(),
                "publications.Issue.ready_by": Rule(),
                "publications.Issue.approved_by": Rule(),
                "publications.Issue.scheduled_by": Rule(),
                "publications.Sending.paused_by": Rule(),
                "publications.Sending.cancelled_by": Rule(),
                "publications.Subscriber.person": Rule(),
                "publications.IssueCorrection.by": Rule(),
                "publications.LetterLeft.person": Rule(),
                "publications.Suppression.lifted_by": Rule(),
                "publications.FallbackAcceptance.by": Rule(),
            }
        )
