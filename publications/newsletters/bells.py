"""Ringing for the workers when letters wait: for as many processes at once as it is worth.

Nobody knows how many there are. Of the bells, whoever is free takes one; one that nobody has taken
soon is dropped, so that none are left over for those who have just had their turn.
"""

from django.db import transaction

from publications.models import Delivery, Issue
from publications.newsletters import pace

# So many waiting letters are worth another process, and so many processes are rung for at most.
WORTH = 5_000
MOST = 8
# Within so many seconds a further process has come or does not.
SOON = 30


def ring(issue: Issue):
    """Call all who are needed, on commit.

    Robust: where no bell can be rung, the schedule finds the rows within a minute.
    """
    from publications.tasks import send_issue  # noqa: PLC0415  the task calls the verbs

    def call():
        send_issue.delay(issue.pk)
        ring_for_more(issue)

    transaction.on_commit(call, robust=True)


def ring_for_more(issue: Issue):
    """Call those who are needed beside the one that is here."""
    from publications.tasks import send_issue  # noqa: PLC0415  likewise

    def call():
        for _ in range(needed(issue) - 1):
            send_issue.apply_async([issue.pk], expires=SOON)

    transaction.on_commit(call, robust=True)


def needed(issue: Issue) -> int:
    """How many processes. At a set pace one is enough: all together are no faster."""
    if pace.Limits.current().overall:
        return 1
    waiting = Delivery.objects.filter(issue=issue).queued()[: WORTH * MOST].count()
    return max(1, -(-waiting // WORTH))
