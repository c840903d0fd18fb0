from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("portal")

    def ready(self):
        # What needs the models is imported here, once they are loaded.
        from members import preferences  # noqa: PLC0415
        from members.merge_rules import Rule, declare  # noqa: PLC0415
        from portal import (  # noqa: PLC0415
            heartbeat,
            identity,
            indexing,
            personal,
            pictures,
            purging,
            reached,
            reads,
            search,
            text_kinds,
            texts,
            unseen,
        )
        from portal.lib import changes, network, reading, revision, writing  # noqa: PLC0415
        from portal.models import DailyReads  # noqa: PLC0415
        from portal.translating import letters  # noqa: PLC0415

        preferences.register(letters.TOPIC)
        texts.register(*text_kinds.KINDS)
        writing.register(texts.desk_address)
        reached.register(DailyReads.sums)
        reading.register(reads.count)
        network.register(identity.read, pause=lambda: identity.pause_sending(paused=True))
        changes.listen(revision.move)
        changes.listen(purging.ring)
        changes.leave_out(unseen.tables)
        changes.register(search.follow)
        changes.register(pictures.follow)
        post_migrate.connect(indexing.ensure, sender=self, dispatch_uid="portal.indexing")
        heartbeat.listen()
        personal.listen()
        declare(
            {
                "portal.Assignment.person": Rule(),
                "portal.Assignment.given_by": Rule(),
                "portal.Picture.sent_by": Rule(),
                "portal.MachineDrafting.asked_by": Rule(),
                "portal.TextFile.sent_by": Rule(),
                "portal.TextFile.recorded_by": Rule(),
                "portal.TranslationDraft.author": Rule(),
                "portal.TranslationDraft.decided_by": Rule(),
                "portal.TranslationTask.person": Rule(),
                "portal.TranslationTask.given_by": Rule(),
            }
        )
