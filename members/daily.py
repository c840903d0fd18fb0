"""What is due and not yet done, asked again and again.

Every duty compares the records with the day and does what is missing. Run twice, or three days
late, it does each thing once; one that fails does not keep the others from being done.
"""

import datetime
import logging
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from members import (
    advising,
    applying,
    confirmations,
    dues,
    joining,
    orphans,
    renewals,
    rolls,
    seats,
    summaries,
)
from members.imports import (
    staging,
)

logger = logging.getLogger(__name__)

Duty = Callable[[datetime.date], int]

# Each takes the day and returns how much it did. The order counts: a status is settled before
# anybody is reminded of it.
DUTIES: tuple[Duty, ...] = (
    joining.refresh_statuses,
    seats.settle_ended_derogations,
    advising.ask_all,
    renewals.remind,
    dues.invoice_accepted,
    dues.mark_overdue,
    staging.forget,
    applying.forget_drafts,
    rolls.forget_old,
    orphans.notice_gaps,
    confirmations.ask,
    confirmations.remind,
    summaries.join,
)


def do_what_is_due(today: datetime.date | None = None) -> dict[str, int]:
    """Carry out every duty, each in a transaction of its own. Returns what each one did."""
    today = today or timezone.localdate()
    done = {}
    for duty in DUTIES:
        name = f"{duty.__module__.rpartition('.')[2]}.{duty.__name__}"
        try:
            with transaction.atomic():
                done[name] = duty(today)
        except Exception:
            logger.exception("%s failed; the other duties went on", name)
            done[name] = 0
    return done
