from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("members")

    def ready(self):
        # Models must be loaded.
        from members import (  # noqa: PLC0415
            accounts,
            chronicle,
            counting,
            guards,
            own_parts,
            personal,
            second_factor,
        )
        from members.sections import NEW_MEMBERS  # noqa: PLC0415
        from portal.lib import changes, sections  # noqa: PLC0415

        accounts.listen()
        second_factor.listen()
        own_parts.register_all()
        post_migrate.connect(guards.ensure, sender=self, dispatch_uid="members.guards")
        chronicle.listen()
        personal.listen()
        counting.listen()
        changes.register(counting.follow)
        sections.register(NEW_MEMBERS)
