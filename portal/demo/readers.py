"""What readers of the example letters have done since they subscribed, and a letter put right."""

import datetime

from django.utils import timezone

from members.models import User
from portal.demo.texts import read, texts
from programme.models import Axis
from publications.models import Issue, IssueCorrection, Subscriber, Subscription, Suppression
from publications.models.newsletters import IssueState
from publications.newsletters import bounces, digests, suppressing

# Every so many of the readers follows an axis too.
EVERY = 9


def create_choices(secretary: User) -> int:
    """Axes that are followed, pauses, addresses that came back; how many axes are followed."""
    known = list(Subscriber.objects.confirmed().reachable().order_by("email"))
    created = follow_axes(known)
    if created:
        make_pauses(known)
        bounce(known, secretary)
        digests.make_due()
    correct_a_letter(secretary)
    return created


def follow_axes(known: list[Subscriber]) -> int:
    """Every so many of them follows an axis; none where readers already do.

    Later there are fewer who can be reached: every so many would be others than the first time.
    """
    if Subscription.objects.filter(axis__isnull=False).exists():
        return 0
    axes = list(Axis.objects.of_current_cycle())
    created = 0
    for place, reader in enumerate(known[::EVERY]):
        if axes:
            _row, is_new = Subscription.objects.get_or_create(
                subscriber=reader,
                axis=axes[place % len(axes)],
                defaults={
                    "requested_at": reader.confirmed_at,
                    "confirmed_at": reader.confirmed_at,
                },
            )
            created += is_new
    return created


def make_pauses(known: list[Subscriber]):
    for months, reader in enumerate(known[4 : 4 + 3 * EVERY : EVERY], start=1):
        reader.paused_until = timezone.localdate() + datetime.timedelta(days=30 * months)
        reader.save(update_fields=["paused_until"])


def bounce(known: list[Subscriber], secretary: User):
    """One address that nobody reads any more, one whose reader complained, one let back in."""
    gone, angry, back = known[5], known[6], known[7]
    for number in range(bounces.HARD_BOUNCES):
        bounces.record(gone, "hard", about=f"example-{number}", status="5.1.1")
        bounces.record(back, "hard", about=f"example-{number}", status="5.1.1")
    bounces.record(angry, "complaint", about="example")
    bounces.record(known[8], "soft", about="example", status="4.2.2")
    row = read("letters")["lifted"]
    if Suppression.objects.filter(lifted_at__isnull=False).exists():
        return
    suppressing.lift(back.email, by=secretary, why=row[secretary.language])


def correct_a_letter(secretary: User):
    """The newest letter that was sent says what was wrong in it, in two of the three languages."""
    issue = Issue.objects.filter(state=IssueState.SENT).order_by("-sent_at", "pk").first()
    if issue is None or IssueCorrection.objects.exists():
        return
    row = read("letters")["correction"]
    correction = IssueCorrection(
        issue=issue,
        made_on=timezone.localdate(),
        original_language="fr",
        by=secretary,
        **texts(row, "wording"),
    )
    correction.save()
