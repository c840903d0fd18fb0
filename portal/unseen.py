"""What no public page shows: writing there leaves the kept pages as they are.

Everything else moves the revision of the public pages, a model that was added yesterday too. A
test reads every public page and fails when one looks into a table that stands here.
"""

from django.apps import apps

# Apps with nothing of ours in them: accounts, sessions, the log of the back room.
OTHERS = ("account", "admin", "auth", "contenttypes", "mfa", "sessions", "usersessions")
MODELS = (
    *(
        "portal.Assignment",
        "portal.ContactMessage",
        "portal.DailyReads",
        "portal.TextFile",
        "portal.Heartbeat",
    ),
    *("portal.MachineDrafting", "portal.Term", "portal.TextFile", "portal.TranslationDraft"),
    "portal.TranslationTask",
    *("publications.Delivery", "publications.Report", "publications.Subscription"),
    *("publications.ReportArchive", "publications.ReportBatch", "publications.ReportBatchEntry"),
    *("publications.Subscriber", "publications.LetterLeft", "publications.Bounce"),
    *("publications.Suppression", "publications.AxisDelivery"),
    *("publications.Sending", "publications.SendingMark", "publications.Pace"),
    *("publications.EditorialStep", "publications.Appearance", "publications.Digest"),
    *("publications.ListFollow", "publications.TranslationWish"),
    *("publications.FallbackAcceptance", "publications.OutsideLink"),
    *("members.User", "members.Invitation", "members.Preference", "members.Erasure"),
    *("members.Application", "members.ApplicationAnswer", "members.ApplicationDocument"),
    *("members.ApplicationEvent", "members.ApplicationPerson", "members.Advice"),
    *("members.ChangeRequest", "members.ContactGap", "members.Distinct", "members.NumberSeries"),
    *("members.Document", "members.DocumentFile", "members.DocumentOpening"),
    *("members.Invoice", "members.Payment", "members.Renewal", "members.Waiver"),
    *("members.ImportBatch", "members.ImportRow", "members.ImportTrace"),
    *("members.Notice", "members.Thread", "members.Message", "members.Attachment"),
    "members.Reader",
)


def tables() -> set[str]:
    """Their tables, those of their relations, and those of their histories."""
    found = {"django_migrations"}
    for model in apps.get_models(include_auto_created=True):
        owner = model._meta.auto_created or getattr(model, "instance_type", model)
        if owner._meta.app_label in OTHERS or owner._meta.label in MODELS:
            found.add(model._meta.db_table)
    return found
