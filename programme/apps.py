from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammeConfig(AppConfig):
    name = "programme"
    verbose_name = _("programme")

    def ready(self):
        # Models must be loaded.
        from members.merge_rules import Rule, declare  # noqa: PLC0415
        from portal.lib import sections  # noqa: PLC0415
        from programme.sections import EVENTS  # noqa: PLC0415

        sections.register(EVENTS)
        declare(
            {
                "programme.Activity_organisations.organisation": Rule(),
            }
        )
