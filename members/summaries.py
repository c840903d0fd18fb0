"""Notices kept back for people who want one mail a day or a week, joined into that mail."""

import datetime
from itertools import groupby

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members import notices
from members.models import Notice
from members.models.notices import NoticeState

# What stands between a mail and its footer, in ``base_email.txt``.
FOOTER = "\n--\n"


def join(today: datetime.date) -> int:
    """Join what is due into one mail a person. Returns the number of mails written.

    One that comes alone leaves as it was written.
    """
    held = Notice.objects.held(today).select_related("person")
    rows = held.filter(person__isnull=False).order_by("person", "written_at", "pk")
    written = 0
    for _pk, group in groupby(rows, key=lambda notice: notice.person_id):
        written += join_for(list(group), today)
    return written


def join_for(held: list[Notice], today: datetime.date) -> int:
    person, pks = held[0].person, [notice.pk for notice in held]
    rows = Notice.objects.filter(pk__in=pks)
    if not person.is_active:
        rows.update(state=NoticeState.CANCELLED)
        return 0
    if len(held) == 1:
        rows.update(state=NoticeState.WAITING, leaves_at=timezone.now())
        return 1
    with translation.override(person.language):
        summary = notices.write(
            "summary",
            f"person:{person.pk}:{today:%Y-%m-%d}",
            template="summary",
            subject=_("Summary: %(number)s") % {"number": counted(len(held))},
            to=person.email,
            language=person.language,
            context={"person": person, "notices": [(one, body_of(one)) for one in held]},
            person=person,
        )
    if summary is None:
        # Today's summary has left already: these wait for tomorrow's.
        rows.update(leaves_at=timezone.now() + datetime.timedelta(days=1))
        return 0
    rows.update(state=NoticeState.JOINED, joined_in=summary)
    return 1


def counted(number: int) -> str:
    return ngettext("%(count)d message", "%(count)d messages", number) % {"count": number}


def body_of(notice: Notice) -> str:
    """The text of a mail without its footer, which the summary has once."""
    return notice.text.rpartition(FOOTER)[0].strip() or notice.text
