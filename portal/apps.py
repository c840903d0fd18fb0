from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("portal")

    def ready(self):
        from portal import heartbeat, identity, search  # noqa: PLC0415  models must be loaded
        from portal.lib import changes, network  # noqa: PLC0415

        network.register(identity.read)
        changes.register(search.follow)
        heartbeat.listen()
