"""Example newsletters: what has been sent, who receives it, and messages that wait."""

import datetime
from collections.abc import Iterable

from django.utils import timezone

from members.models import Organisation, User
from members.models.mandates import MandateKind
from portal.demo.texts import chance, originally, read, texts
from portal.models import ContactMessage
from programme.models import EmergingIssue, Event
from publications.models import (
    Issue,
    IssueBlock,
    IssueItem,
    Newsletter,
    Publication,
    Subscriber,
    Subscription,
)
from publications.models.newsletters import IssueState
from publications.models.periods import Period
from publications.newsletters import drafting, editing, holding
from regions.models import Region

SLEEPING = "R3"
AT_HAND = "R7"
# How the readers of a letter divide over the languages, in tenths: French, English, Spanish.
READERS = {"R2": "fffeeeesss", "R4": "eessssssss", "R5": "ffffffeeee", "R7": "fffffffees"}
OTHERS_READ = "ffeeeeeess"
LANGUAGE = {"f": "fr", "e": "en", "s": "es"}


def create_issues(secretary: User) -> int:
    """Past issues for every newsletter that has none yet, and how many were made."""
    created = 0
    for position, newsletter in enumerate(Newsletter.objects.filter(issues__isnull=True)):
        for age, period in enumerate(past_periods(newsletter)):
            create_issue(newsletter, period, position + age, editor(newsletter, secretary))
            created += 1
    return created


def past_periods(newsletter: Newsletter) -> list[Period]:
    """The last quarters with an issue, newest first; the sleeping region’s are old."""
    last = Period.of(timezone.localdate()).previous
    if newsletter.code == SLEEPING:
        for _ in range(5):
            last = last.previous
        return [last]
    periods = [last, last.previous, last.previous.previous]
    return (
        periods if newsletter.region is None or newsletter.region.number % 2 == 0 else periods[:2]
    )


def editor(newsletter: Newsletter, secretary: User) -> User:
    executive = User.objects.filter(
        mandates__kind=MandateKind.EXECUTIVE,
        mandates__region__isnull=False,
        mandates__region=newsletter.region,
    )
    return executive.first() or secretary


def create_issue(newsletter: Newsletter, period: Period, turn: int, ready_by: User) -> Issue:
    letters = read("letters")["regional" if newsletter.region else "world"]
    row = dict(letters[turn % len(letters)])
    if newsletter.region and turn % 4 == 3:
        del row["es"]
    sent_at = min(
        datetime.datetime.combine(period.next.first_day, datetime.time(9), datetime.UTC)
        + datetime.timedelta(days=3 + turn % 5),
        timezone.now(),
    )
    place = f"{newsletter.code}/" if newsletter.region else ""
    issue = Issue(
        newsletter=newsletter,
        period=str(period),
        covers_from=period.first_day,
        covers_until=period.last_day,
        symbol=f"L/{place}{period.year}/{period.number:02d}",
        state=IssueState.SENT,
        drafted_at=sent_at - datetime.timedelta(days=9),
        ready_by=ready_by,
        sending_since=sent_at,
        sent_at=sent_at,
        original_language="en" if newsletter.code in ("R1", "R3", "R6", "R8", "R9") else "fr",
        **texts(row, "subject", "lead"),
    )
    issue.save()
    IssueItem.objects.bulk_create(items(issue, period))
    return issue


def items(issue: Issue, period: Period) -> list[IssueItem]:
    """What the public could read, attend and greet in the period: the same a draft would hold."""
    region = issue.region
    publications = Publication.objects.public().dated_between(period.first_day, period.last_day)
    events = Event.objects.public().beginning_between(period.first_day, period.next.last_day)
    members = (
        Organisation.objects.public()
        .exclude(memberships__starts_on__lt=period.first_day)
        .filter(memberships__starts_on__lte=period.last_day)
    )
    if region is not None:
        publications = publications.in_region(region)
        events = events.in_region(region)
        members = members.in_region(region)
    flagged = EmergingIssue.objects.public().flagged_between(period.first_day, period.last_day)
    flagged = flagged.in_region(region) if region else flagged.lifted()
    found = (
        ("emerging", "emerging_issue", flagged.newest_first()),
        ("publications", "publication", publications.newest_first()),
        ("events", "event", events.order_by("starts_at", "slug")),
        ("members", "organisation", members.order_by("slug").distinct()),
    )
    return [
        IssueItem(issue=issue, section=section, position=position, **{field: record})
        for section, field, records in found
        for position, record in enumerate(records[:5], start=1)
    ]


def create_draft(secretary: User) -> int:
    """One letter at hand: its executive holds it, and a block still waits for its Spanish."""
    newsletter = Newsletter.objects.filter(region__code=AT_HAND).first()
    period = Period.of(timezone.localdate())
    if newsletter is None or newsletter.issues.filter(period=str(period)).exists():
        return 0
    issue = drafting.draft(newsletter, period)
    row = read("letters")["block"]
    block = IssueBlock.objects.create(
        issue=issue, original_language=originally(row), **texts(row, "title", "body")
    )
    editing.place(block)
    holding.hand(issue, editor(newsletter, secretary))
    return 1


def create_subscriptions() -> int:
    """About twenty readers for each letter: most confirmed, some waiting, some gone."""
    return keep(
        reader
        for newsletter in Newsletter.objects.select_related("region")
        for reader in readers(newsletter, count=how_many(newsletter))
    )


def keep(found: Iterable[Subscription]) -> int:
    """Write those whose address is new, and say how many they were."""
    known = set(Subscriber.objects.values_list("email", flat=True))
    new = [one for one in found if one.subscriber.email not in known]
    Subscriber.objects.bulk_create([one.subscriber for one in new], batch_size=500)
    # Saved rows have their keys only now.
    for one in new:
        one.subscriber = one.subscriber
    Subscription.objects.bulk_create(new, batch_size=500)
    return len(new)


def how_many(newsletter: Newsletter) -> int:
    if newsletter.code == SLEEPING:
        return 7
    return chance("readers", newsletter.code).randint(17, 24)


def readers(newsletter: Newsletter, *, count: int, batch: str = "") -> list[Subscription]:
    """So many readers of a letter, the same each time; a batch has addresses of its own."""
    now = timezone.now()
    pick = chance("subscriptions", newsletter.code, batch)
    found = []
    for number in range(1, count + 1):
        requested = now - datetime.timedelta(
            days=pick.randint(20, 900), minutes=pick.randint(0, 999)
        )
        fate = pick.random()
        confirmed = requested + datetime.timedelta(minutes=pick.randint(2, 600))
        confirmed_at = None if fate < 0.1 else confirmed
        subscriber = Subscriber(
            email=f"reader-{newsletter.code.lower()}{batch}-{number:02d}@example.org",
            language=LANGUAGE[pick.choice(READERS.get(newsletter.code, OTHERS_READ))],
            since=requested,
            confirmed_at=confirmed_at,
        )
        found.append(
            Subscription(
                subscriber=subscriber,
                newsletter=newsletter,
                requested_at=requested,
                confirmed_at=confirmed_at,
                ended_at=confirmed + datetime.timedelta(days=15) if fate > 0.9 else None,
            )
        )
    return found


def create_messages() -> int:
    """The messages of the secretariat’s queue that are missing, and how many were made."""
    created = 0
    for row in read("letters")["messages"]:
        _, is_new = ContactMessage.objects.get_or_create(
            email=row["email"],
            subject=row["subject"],
            defaults={
                "name": row["name"],
                "text": row["text"],
                "language": row["language"],
                "region": Region.objects.filter(code=row.get("region", "")).first(),
                "received_at": timezone.now() - datetime.timedelta(days=row["days"]),
            },
        )
        created += is_new
    return created
