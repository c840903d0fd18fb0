from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublicationsConfig(AppConfig):
    name = "publications"
    verbose_name = _("publications")

    def ready(self):
        from members.merge_rules import Rule, declare  # noqa: PLC0415  models must be loaded

        declare(
            {
                "publications.Publication_organisations.organisation": Rule(),
                "publications.IssueItem.organisation": Rule(),
                "publications.Report.organisation": Rule(),
                "publications.Report.requested_by": Rule(),
                "publications.Issue.ready_by": Rule(),
            }
        )
