"""One worker's minute with what goes out by mail: batch after batch, mail after mail."""

import datetime
import math
import re
import time
from collections.abc import Iterable
from functools import cache
from itertools import pairwise

from portal.lib import mail, stencils
from publications.models import Issue, Subscriber
from publications.models.deliveries import DeliveryState, PauseReason
from publications.newsletters import (
    bounces,
    choices,
    copies,
    ledger,
    pace,
    pausing,
    recipients,
    restored,
)

# Whether somebody has paused is looked at every so many seconds.
LOOK_EVERY = 1.0
# The code of RFC 3463 in an answer.
STATUS = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")


class Run:
    """One worker's minute with one issue, or with one digest."""

    def __init__(self, told: ledger.Told, *, until: float):
        self.told, self.until = told, until
        self.post = LazyPost()
        self.sent = 0
        self.refused_in_a_row = 0
        # Of the readers of a batch.
        self.since: dict[int, datetime.date] = {}
        self.segments: dict[tuple[str, str], copies.Segment | None] = {}
        self._looked_at = -math.inf

    # What an issue and a digest differ in.

    def is_held(self) -> bool:
        """Whether nothing may leave now."""
        raise NotImplementedError

    def staying(self, readers: Iterable[int]) -> set[int]:
        """Those of some subscribers who still want it."""
        raise NotImplementedError

    def chosen(self) -> choices.Choice:
        """What its readers are subscribed to."""
        raise NotImplementedError

    def new_segment(self, language: str, audience: str) -> copies.Segment | None:
        """The mail of one segment; None when nothing is left to tell in the language."""
        raise NotImplementedError

    def is_refused_to_all(self, error: str):
        """The server refuses to everybody what is told: let no more leave."""
        raise NotImplementedError

    # What they have in common.

    def go(self):
        """Send batch after batch. Raises mail.NotSent when the server is out of reach."""
        while not self.is_over() and self.has_due():
            # A server that is away is noticed before rows are claimed for it.
            self.post.open()
            if restored.is_suspected():
                break
            number = pace.Limits.current().batch(ledger.BATCH)
            batch = ledger.claim(self.told, number=number, but=(busy := pace.busy_domains()))
            if not batch and not busy:
                break
            if not batch or not self.send(batch):
                # The pace has no room for a while: other processes have it.
                time.sleep(max(0.0, min(1.0, self.until - time.monotonic())))

    def is_over(self) -> bool:
        now = time.monotonic()
        if now > self.until:
            return True
        if now - self._looked_at > LOOK_EVERY:
            if self.is_held():
                return True
            self._looked_at = now
        return False

    def has_due(self) -> bool:
        rows = self.told.deliveries
        return rows.queued().exists() or rows.due_again().exists()

    def send(self, batch: ledger.Batch) -> bool:
        """Send the mails of a claimed batch; what is not come to is put back. False when none of
        them may leave soon."""
        try:
            readers = [row.subscriber for row in batch.rows if row.subscriber]
            staying = self.staying(readers)
            self.since = recipients.subscribed_since(self.chosen(), readers)
            for row in batch.rows:
                if row.subscriber not in staying:
                    batch.leave_out(row)
            due = [row for row in batch.rows if row.subscriber in staying]
            paced = self.paced(due)
            for (moment, row), (next_moment, following) in pairwise([*paced, (math.inf, None)]):
                if not self.wait(moment, batch):
                    break
                is_next = following and next_moment <= time.monotonic()
                self.attempt(row, batch, following=following if is_next else None)
            return bool(paced) or not due
        finally:
            batch.close()

    def paced(self, rows: list[ledger.Row]) -> list[tuple[float, ledger.Row]]:
        """The rows that may leave soon, with the moment at which each may, in order."""
        now = time.monotonic()
        within = min(pace.HORIZON, self.until - now)
        moments = pace.reserve([domain_of(row) for row in rows], within=within)
        soon = [
            (now + moment, row)
            for moment, row in zip(moments, rows, strict=True)
            if moment is not None
        ]
        return sorted(soon, key=lambda pair: pair[0])

    def wait(self, moment: float, batch: ledger.Batch) -> bool:
        """Wait until the moment. False when the minute is over before, or somebody paused."""
        while not self.is_over():
            left = moment - time.monotonic()
            if left <= 0:
                return True
            batch.settle()
            time.sleep(min(left, LOOK_EVERY))
        return False

    def attempt(self, row: ledger.Row, batch: ledger.Batch, *, following: ledger.Row | None = None):
        """Hand over one mail, and record its fate before or with the beginning of the next one.

        It is marked as attempted while the server reads it, before the final dot. The one that
        follows at once is announced to the mail server with the end of this one, which saves it a
        round trip; it leaves no earlier for that. Raises mail.NotSent when the server cannot be
        reached a second time in a row.
        """
        try:
            segment = self.segment(row)
            if segment is None:
                batch.over(row, DeliveryState.SKIPPED, error="nothing was left to tell")
                return
            to, content = segment.copy(row, since=self.since.get(row.subscriber))
        except stencils.Unwritable as error:
            batch.over(row, DeliveryState.FAILED, error=str(error))
            return
        sender = segment.returns_to(row)
        envelope = {"sender": sender, "to": to, "following": self.envelope(following)}
        begun = cache(lambda: batch.begin(row))
        try:
            try:
                self.post.send_written(content, **envelope, may_leave=begun)
            except mail.NotSent:
                # The server closed the connection between two mails, as many do after a hundred.
                self.post.send_written(content, **envelope, may_leave=begun)
        except mail.HeldBack:
            return
        except mail.NotSent:
            batch.withdraw(row)
            raise
        except mail.Refused as error:
            if begun():
                batch.over(row, DeliveryState.FAILED, error=str(error))
                self.refused(row, error)
        except mail.NotNow as error:
            if begun():
                batch.defer(row, str(error))
        except mail.AnswerLost as error:
            batch.over(row, DeliveryState.UNKNOWN, error=str(error))
            # At once: if the worker died before the next mail, this one would leave again.
            batch.settle()
        else:
            batch.over(row, DeliveryState.SENT)
            self.sent += 1
            self.refused_in_a_row = 0

    def refused(self, row: ledger.Row, error: mail.Refused):
        """The server will never take this mail: because of its address, or of the letter itself.

        An address counts among those that cannot be reached. What is refused to everybody is not
        tried on everybody.
        """
        if error.is_address:
            self.refused_in_a_row = 0
            self.count_bounce(row, str(error))
            return
        self.refused_in_a_row += 1
        if self.refused_in_a_row >= pausing.REFUSED_IN_A_ROW:
            self.is_refused_to_all(str(error))
            self._looked_at = -math.inf

    def count_bounce(self, row: ledger.Row, error: str):
        reader = Subscriber.objects.filter(pk=row.subscriber).first()
        status = STATUS.search(error)
        status = status[0] if status else ""
        if reader is not None:
            message_id = self.segment(row).message_id(row)
            kind = bounces.kind_of(status, is_final=True)
            bounces.record(reader, kind, about=message_id, status=status, message_id=message_id)

    def envelope(self, row: ledger.Row | None) -> tuple[str, str] | None:
        segment = self.segment(row) if row else None
        if segment is None:
            return None
        try:
            return segment.returns_to(row), stencils.address(row.email).decode("ascii")
        except stencils.Unwritable:
            return None

    def segment(self, row: ledger.Row) -> copies.Segment | None:
        key = (row.language, row.audience)
        if key not in self.segments:
            self.segments[key] = self.new_segment(*key)
        return self.segments[key]


class LetterRun(Run):
    told: Issue

    def is_held(self) -> bool:
        return pausing.is_held(self.told)

    def staying(self, readers: Iterable[int]) -> set[int]:
        return recipients.staying(self.told.newsletter, readers)

    def chosen(self) -> choices.Choice:
        return self.told.newsletter

    def new_segment(self, language: str, audience: str) -> copies.Segment:
        return copies.LetterSegment(self.told, language, audience)

    def is_refused_to_all(self, error: str):
        pausing.pause(self.told, PauseReason.REFUSED, error=error)


class LazyPost(mail.Post):
    """A connection that is opened when there is something to send."""

    def __enter__(self) -> "LazyPost":
        return self


def domain_of(row: ledger.Row) -> str:
    return row.email.rpartition("@")[2].lower()
