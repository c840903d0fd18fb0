"""Example threads between organisations and the secretariat: asked, answered, closed."""

import datetime

from django.utils import timezone

from members.models import Mandate, Message, Organisation, Reader, Thread, User
from members.models.threads import Side, Via
from portal.demo.people import OWN_ORGANISATION
from portal.demo.texts import read


def create_threads(secretary: User) -> int:
    """The threads that are missing, and how many were made."""
    created = 0
    for row in read("threads")["threads"]:
        organisation = Organisation.objects.filter(slug=row.get("organisation", "")).first()
        if not Thread.objects.filter(subject=row["subject"], organisation=organisation).exists():
            create_thread(row, organisation, secretary)
            created += 1
    return created


def create_thread(row: dict, organisation: Organisation | None, secretary: User):
    people = {"ours": secretary, "theirs": contact_of(organisation)}
    last = row["messages"][-1]
    closed = row.get("closed", False)
    thread = Thread.objects.create(
        subject=row["subject"],
        organisation=organisation,
        owner=secretary if closed else None,
        turn=Side.ORGANISATION if last["from"] == "ours" else Side.SECRETARIAT,
        opened_at=ago(row["messages"][0]["days"]),
        waiting_since=ago(last["days"]),
        closed_at=ago(last["days"] - 1) if closed else None,
        closed_by=secretary if closed else None,
    )
    for written in row["messages"]:
        author = people[written["from"]]
        message = Message.objects.create(
            thread=thread,
            side=Side.SECRETARIAT if written["from"] == "ours" else Side.ORGANISATION,
            author=author,
            author_name=author.full_name if author else row["name"],
            email=author.email if author else row["email"],
            text=written["text"].strip(),
            language=row["language"],
            via=written.get("via", Via.DESK if written["from"] == "ours" else Via.SPACE),
            written_at=ago(written["days"]),
            is_verified=author is not None,
        )
    if author and organisation.slug == OWN_ORGANISATION and not closed:
        # What the secretariat has seen; the contact finds its answer as new.
        Reader.objects.create(
            thread=thread, person=secretary, side=Side.SECRETARIAT, seen=message.pk
        )


def contact_of(organisation: Organisation | None) -> User | None:
    if organisation is None:
        return None
    mandates = Mandate.objects.current().for_organisation(organisation).filter(kind="contact")
    return mandates.order_by("pk").select_related("person").first().person


def ago(days: int) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(days=days)
