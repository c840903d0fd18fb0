from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammeConfig(AppConfig):
    name = "programme"
    verbose_name = _("programme")

    def ready(self):
        from members.merge_rules import Rule, declare  # noqa: PLC0415  models must be loaded

        declare(
            {
                "programme.Activity_organisations.organisation": Rule(),
            }
        )
