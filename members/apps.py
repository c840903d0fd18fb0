from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("members")

    def ready(self):
        from members import accounts  # noqa: PLC0415  models must be loaded

        accounts.listen()
