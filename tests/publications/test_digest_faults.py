"""A digest on its way out when something breaks: it is in the ledger as the letters are."""

import time
from collections import Counter

import pytest
from django.utils import timezone

from publications.models import AxisDelivery, AxisDigest, Bounce, Subscriber, Subscription
from publications.models.periods import Period
from publications.newsletters import digests, ledger, pausing, readers_data
from tests import factories as make
from tests.publications.test_axis_digests import follow, told
from tests.sending import kill, let_time_pass, twice_in, wait, worker


def made(*, followers: int) -> AxisDigest:
    """A digest of last month that nobody has had yet."""
    make.create_network()
    axis = make.create_axis(3)
    told(axis)
    for _ in range(followers):
        follow(axis)
    [digest] = digests.make_due()
    return digest


def states(digest: AxisDigest) -> Counter:
    return Counter(digest.deliveries.values_list("state", flat=True))


def dies_with_a_mail(digest: AxisDigest):
    """A worker hands over the first mail of a batch, and dies before it can write more."""
    digests.send(digest, seconds=-1)
    batch = ledger.claim(digest)
    run = digests.DigestRun(digest, until=time.monotonic() + 10)
    with run.post:
        run.attempt(batch.rows[0], batch)


@pytest.mark.django_db
def test_the_digest_under_way_when_its_worker_died_leaves_once_more_with_the_same_id(served):
    digest = made(followers=3)
    sink = served()
    dies_with_a_mail(digest)
    assert (len(sink.mails), states(digest)) == (1, {"claimed": 3})
    # Another worker leaves the rows alone until the first has been silent for long.
    assert digests.send_due() == 0
    assert states(digest) == {"claimed": 3}
    let_time_pass(digest)
    assert digests.send_due() == 2
    assert states(digest) == {"sent": 2, "deferred": 1}
    let_time_pass(digest)
    assert digests.send_due() == 1
    assert states(digest) == {"sent": 3}
    row = digest.deliveries.repeated().get()
    assert (twice_in(sink), row.attempts) == ({row.subscriber.email}, 2)
    ids = [mail.message_id for mail in sink.mails]
    assert Counter(Counter(ids).values()) == {1: 2, 2: 1}
    assert f"<axis-{digest.axis_id}.{digest.month}.{row.subscriber_id}@localhost>" in ids


@pytest.mark.django_db
def test_a_digest_with_which_a_second_worker_dies_is_unknown_and_over(served):
    digest = made(followers=1)
    sink = served()
    for state in ("deferred", "unknown"):
        dies_with_a_mail(digest)
        let_time_pass(digest)
        ledger.look_after(digest)
        assert states(digest) == {state: 1}
        let_time_pass(digest)
    assert digests.send_due() == 0
    assert len(sink.mails) == 2


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_workers_that_are_killed_lose_no_follower_and_the_digest_ends_by_itself(served):
    digest = made(followers=30)
    sink = served(lambda step, address, number: time.sleep(0.01) if step == "dot" else None)
    kills = 3
    for place in range(1, kills + 1):
        pid = worker(digests.send_due)
        sink.wait_for(place * 8)
        kill(pid)
        let_time_pass(digest)
    for _ in range(3):
        wait(worker(digests.send_due))
        let_time_pass(digest)
    assert states(digest) == {"sent": 30}
    assert set(sink.readers) == set(Subscriber.objects.values_list("email", flat=True))
    repeated = set(digest.deliveries.repeated().values_list("subscriber__email", flat=True))
    assert twice_in(sink) <= repeated
    assert len(repeated) <= kills
    assert len({mail.message_id for mail in sink.mails}) == 30


@pytest.mark.django_db
def test_a_server_that_refuses_for_a_while_is_asked_again(served):
    digest = made(followers=2)
    given = []

    def script(step, address, number):
        if step == "rcpt" and address not in given:
            given.append(address)
            return "451 4.7.1 greylisted"
        return None

    sink = served(script)
    assert digests.send_due() == 0
    assert states(digest) == {"deferred": 2}
    let_time_pass(digest)
    assert digests.send_due() == 2
    assert set(sink.readers.values()) == {1}


@pytest.mark.django_db
def test_a_refused_address_counts_as_one_that_cannot_be_reached(served):
    digest = made(followers=1)
    served(lambda step, address, number: "550 5.1.1 nobody" if step == "rcpt" else None)
    for _ in range(2):
        assert digests.send_due() == 0
        assert states(digest) == {"failed": 1}
    assert Bounce.objects.get().kind == "hard"


@pytest.mark.django_db
def test_a_digest_that_is_refused_as_such_is_not_tried_on_everybody(served, monkeypatch):
    monkeypatch.setattr(pausing, "REFUSED_IN_A_ROW", 2)
    digest = made(followers=5)
    served(lambda step, address, number: "554 5.7.1 spam" if step == "dot" else None)
    digests.send_due()
    assert states(digest) == {"failed": 2, "queued": 3}


@pytest.mark.django_db
def test_who_leaves_the_axis_or_is_suppressed_meanwhile_gets_nothing(served):
    digest = made(followers=3)
    digests.send(digest, seconds=-1)
    assert states(digest) == {"queued": 3}
    left, suppressed, _stays = Subscriber.objects.order_by("pk")
    Subscription.objects.filter(subscriber=left).update(ended_at=timezone.now())
    Subscriber.objects.filter(pk=suppressed.pk).update(suppressed_at=timezone.now())
    sink = served()
    digests.send_due()
    assert states(digest) == {"skipped": 1, "suppressed": 1, "sent": 1}
    assert len(sink.mails) == 1


@pytest.mark.django_db
def test_what_could_not_leave_within_its_month_is_let_go(served):
    digest = made(followers=3)
    sink = served()
    dies_with_a_mail(digest)
    AxisDelivery.objects.filter(attempted_at=None).update(state="queued")
    long_ago = Period.of(timezone.localdate(), 1).previous.previous
    AxisDigest.objects.filter(pk=digest.pk).update(month=str(long_ago))
    digests.let_go(before=str(long_ago.next))
    assert states(digest) == {"claimed": 1, "skipped": 2}
    let_time_pass(digest)
    digests.let_go(before=str(long_ago.next))
    assert states(digest) == {"skipped": 2, "unknown": 1}
    assert len(sink.mails) == 1


@pytest.mark.django_db
def test_the_answer_of_a_server_is_forgotten_with_the_reader(served):
    digest = made(followers=1)
    served(lambda step, address, number: f"550 5.1.1 {address}?" if step == "rcpt" else None)
    digests.send_due()
    row = digest.deliveries.get()
    assert row.subscriber.email in row.error
    readers_data.erase(row.subscriber)
    row.refresh_from_db()
    assert row.error == ""
