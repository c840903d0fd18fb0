from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammeConfig(AppConfig):
    name = "programme"
    verbose_name = _("programme")

    def ready(self):
        # Models must be loaded.
        from members.merge_rules import Rule, declare  # noqa: PLC0415
        from portal.lib import sections  # noqa: PLC0415
        from programme import own_parts, year_parts  # noqa: PLC0415
        from programme.sections import EMERGING, EVENTS  # noqa: PLC0415

        own_parts.register_all()
        year_parts.register_all()
        sections.register(EMERGING, EVENTS)
        declare(
            {
                "programme.Activity_organisations.organisation": Rule(),
                "programme.Event_organisations.organisation": Rule(),
                "programme.EmergingIssue.flagged_by": Rule(),
                "programme.Second.organisation": Rule(),
                "programme.Second.by": Rule(),
            }
        )
