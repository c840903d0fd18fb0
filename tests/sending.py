"""An issue on its way out, for tests of what may go wrong with it."""

import datetime
import os
import signal
import time
import traceback
from collections.abc import Callable

from django.db import connection
from django.db.models import F
from django.utils import timezone

from publications.models import AxisDigest, Delivery, Issue, Sending
from publications.models.deliveries import DeliveryState
from publications.models.newsletters import IssueState
from publications.models.periods import Period
from publications.newsletters import drafting, gate, ledger, running, sending
from tests import factories as make
from tests.sink import Sink

ELEVEN_MINUTES = datetime.timedelta(minutes=11)


def ready_issue(readers: dict[str, int]) -> Issue:
    """An issue of R8 that is ready, with so many confirmed readers per language."""
    make.create_network()
    letter = make.create_newsletter(make.create_region("R8"))
    make.create_publication(
        regions=[letter.region],
        published_on=datetime.date(2026, 8, 14),
        title_es="Informe",
        summary_es="Resumen.",
    )
    for language, number in readers.items():
        for _ in range(number):
            make.create_subscription(newsletter=letter, language=language)
    issue = drafting.draft(letter, Period(2026, 3))
    return gate.make_ready(issue, by=make.create_secretary())


def started(issue: Issue) -> Issue:
    """The issue with its recipients frozen, and a bell that nobody has heard."""
    issue.state, issue.sending_since = IssueState.SENDING, timezone.now()
    issue.save()
    sending.freeze(issue)
    return issue


def states(issue: Issue) -> dict:
    return dict(sending.totals(issue))


def let_time_pass(told: Issue | AxisDigest, *, deferred: bool = True):
    """As if eleven minutes had gone by since rows were claimed and attempted, or as much as what
    is deferred waits for."""
    rows = told.deliveries
    rows.filter(state=DeliveryState.CLAIMED).update(
        claimed_at=F("claimed_at") - ELEVEN_MINUTES,
        attempted_at=F("attempted_at") - ELEVEN_MINUTES,
    )
    if deferred:
        rows.filter(state=DeliveryState.DEFERRED).update(next_attempt_at=timezone.now())


def send_to(sink: Sink, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = sink.host, sink.port


def assert_nobody_is_lost(issue: Issue, sink: Sink, *, over: bool = True):
    """The sum holds, who is *sent* got it, nobody waits for ever, and nobody got it twice but by
    a worker that died, which the row says and the Message-ID tells."""
    found = states(issue)
    assert sum(found.values()) == Sending.objects.get(issue=issue).recipients
    rows = Delivery.objects.filter(issue=issue)
    repeated = set(rows.repeated().values_list("subscriber__email", flat=True))
    assert twice_in(sink) <= repeated
    assert len({mail.message_id for mail in sink.mails}) == len(sink.readers)
    told = set(rows.filter(state=DeliveryState.SENT).values_list("subscriber__email", flat=True))
    assert told <= set(sink.readers)
    untouched = rows.exclude(state__in=(DeliveryState.SENT, DeliveryState.UNKNOWN))
    untouched = untouched.filter(repeated_at=None)
    assert not set(untouched.values_list("subscriber__email", flat=True)) & set(sink.readers)
    if over:
        assert not rows.unfinished().exists(), found
        issue.refresh_from_db()
        assert issue.state == IssueState.SENT


def twice_in(sink: Sink) -> set[str]:
    """Who got two copies; nobody got three."""
    assert set(sink.readers.values()) <= {1, 2}
    return {address for address, number in sink.readers.items() if number > 1}


def worker(work: Callable[[], object]) -> int:
    """Do the work in a process of its own. Returns its number, for ``wait`` and ``kill``."""
    # Each process has a connection of its own.
    connection.close()
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def wait(*pids: int):
    for pid in pids:
        assert os.waitpid(pid, 0)[1] == 0, "a worker failed"


def kill(pid: int):
    """End it as a power cut would."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def go_on(issue: Issue, *, rounds: int = 5):
    """The schedule rings until the issue is over, and time passes in between."""
    for _ in range(rounds):
        sending.deliver(issue)
        let_time_pass(issue)
    sending.deliver(issue)


def dies_with(batch: ledger.Batch):
    """A worker hands over the first mail of a batch, and dies before it can write more."""
    issue = Issue.objects.get(state=IssueState.SENDING)
    run = running.LetterRun(issue, until=time.monotonic() + 10)
    with run.post:
        run.attempt(batch.rows[0], batch)


def on(step: str, answer: str, *addresses: str, times: int = 1):
    """The answer at a step, so often for each of some addresses, or for every one."""
    given: dict[str, int] = {}

    def script(asked, address, number):
        if asked == step and (not addresses or address in addresses):
            given[address] = given.get(address, 0) + 1
            if given[address] <= times:
                return answer
        return None

    return script
