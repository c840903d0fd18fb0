"""Example work of the desk: a record that stood twice, a mail that came back, who sees to what."""

import datetime

from django.utils import timezone

from members import joining
from members.merging import merge_organisations
from members.models import Merge, Notice, Organisation, User
from members.models.notices import NoticeState
from portal.models import Assignment, ContactMessage

# The member whose record stood twice, and the one whose mail came back.
TWICE, UNREACHED = "haiti-conseil", "jamaica-council"


def create_desk_work(secretary: User) -> int:
    """What is missing of it, and how many rows were made."""
    return create_merge(secretary) + create_failed_mail() + create_assignments(secretary)


def create_merge(secretary: User) -> int:
    kept = Organisation.objects.filter(slug=TWICE).first()
    if kept is None or Merge.objects.filter(organisation=kept).exists():
        return 0
    twin = Organisation(
        category=kept.category,
        country=kept.country,
        original_language="fr",
        name_fr=f"{kept.name_fr.removesuffix('(exemple)').strip()}, bureau (exemple)",
        acronym="CHAS",
    )
    joining.record(twin)
    merge = merge_organisations(
        kept,
        twin,
        choices={"acronym": "removed"},
        by=secretary,
        reason="Une seule organisation, enregistrée deux fois lors d’une reprise de fichiers.",
    )
    merge.merged_at = timezone.now() - datetime.timedelta(days=12)
    merge.save(update_fields=["merged_at"])
    return 1


def create_failed_mail() -> int:
    organisation = Organisation.objects.filter(slug=UNREACHED).first()
    if organisation is None:
        return 0
    _notice, is_new = Notice.objects.get_or_create(
        kind="renewal_60",
        key="demonstration",
        email="contact-2.jamaica-council@example.org",
        defaults={
            "organisation": organisation,
            "language": "en",
            "subject": "Renew your membership",
            "text": "This mail came back (example).",
            "state": NoticeState.REFUSED,
            "attempts": 1,
            "error": "550 5.1.1 mailbox unavailable",
            "written_at": timezone.now() - datetime.timedelta(days=6),
        },
    )
    return int(is_new)


def create_assignments(secretary: User) -> int:
    """The secretary sees to the oldest message; the others are nobody's yet."""
    oldest = ContactMessage.objects.waiting().first()
    if oldest is None or Assignment.objects.exists():
        return 0
    Assignment.objects.create(
        kind="message", key=str(oldest.pk), person=secretary, given_by=secretary
    )
    return 1
