"""Finding a person anywhere, exporting everything held on them, and erasing them."""

from collections import Counter
from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members import invitations
from members.models import Erasure, Organisation, User
from members.models.mandates import MandateKind
from portal.lib import holdings
from portal.lib.holdings import Found, Subject, Trace
from portal.lib.text import fold

SALT = "members.privacy"


@dataclass
class Person:
    """Somebody a search has found, with the kinds of records and how many of each."""

    account: int | None = None
    emails: set[str] = field(default_factory=set)
    names: list[str] = field(default_factory=list)
    where: Counter = field(default_factory=Counter)

    @property
    def name(self) -> str:
        return next(iter(self.names), "") or next(iter(sorted(self.emails)), "")

    @property
    def places(self) -> list[tuple[str, int]]:
        """The kinds of records that name the person, and how many of each."""
        return sorted(self.where.items())

    @property
    def key(self) -> str:
        """What stands in an address in place of the person: signed, and without their name."""
        return signing.dumps(
            [self.account, sorted(self.emails), self.names[:5]], salt=SALT, compress=True
        )


def find(words: str) -> list[Person]:
    """Everybody whose name or address holds the words, in all that the portal keeps."""
    people: list[Person] = []
    by_handle: dict[object, Person] = {}
    accounts = {}
    for trace in holdings.search(words):
        handles = handles_of(trace, accounts)
        person = next((by_handle[one] for one in handles if one in by_handle), None)
        if person is None:
            person = Person()
            people.append(person)
        for handle in handles:
            by_handle[handle] = person
        take_note(person, trace)
    return sorted(people, key=lambda person: fold(person.name))


def handles_of(trace: Trace, accounts: dict) -> list:
    """What two traces of one person have in common: account, address, or at least the name."""
    handles: list = []
    if trace.account is not None:
        handles.append(trace.account)
        if trace.account not in accounts:
            row = User.objects.filter(pk=trace.account).values_list("email", flat=True).first()
            accounts[trace.account] = row
        if accounts[trace.account]:
            handles.append(accounts[trace.account].lower())
    if trace.email:
        handles.append(trace.email)
    return handles or [("name", fold(trace.name))]


def take_note(person: Person, trace: Trace):
    person.account = person.account or trace.account
    if trace.email:
        person.emails.add(trace.email)
    if trace.name and trace.name not in person.names:
        person.names.append(trace.name)
    person.where[trace.holding.label] += 1


def subject_of(key: str) -> Subject | None:
    """Whom an address means; None when it was not made here."""
    try:
        account, emails, names = signing.loads(key, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    subject = Subject(account=account, emails=set(emails), names=set(names))
    if account is None:
        account = (
            User.objects.filter(email__in=emails).values_list("pk", flat=True).first()
            or EmailAddress.objects.filter(email__in=emails).values_list("user", flat=True).first()
        )
        subject.account = account
    if account is not None:
        complete(subject, User.objects.filter(pk=account).first())
    return subject


def complete(subject: Subject, person: User | None):
    """Add the addresses and the name of the account."""
    if person is None or person.is_erased:
        return
    subject.emails.add(person.email.lower())
    subject.emails.update(
        email.lower() for email in person.emailaddress_set.values_list("email", flat=True)
    )
    if person.full_name:
        subject.names.add(person.full_name)
    for merge in person.merges.standing():
        # An account that was merged into this one left its address in the history.
        for write in merge.journal.get("writes", ()):
            if write["write"] == "deleted" and write["pk"] == merge.removed_pk:
                subject.emails.add(write["values"]["email"].lower())
                subject.names.add(write["values"]["full_name"])


def of_account(person: User) -> Subject:
    """The subject that somebody is to themselves: their account and its confirmed addresses."""
    confirmed = person.emailaddress_set.filter(verified=True).values_list("email", flat=True)
    return Subject(
        account=person.pk, emails={person.email.lower(), *(email.lower() for email in confirmed)}
    )


def own(person: User) -> list[Found]:
    """What a person is given of themselves: what account and address say, never a mere name."""
    found = holdings.gather(of_account(person), prose=False)
    return [one for one in found if one.is_certain]


def grouped(found: list[Found]) -> list[tuple[str, list[Found]]]:
    """The rows under the name of their kind: what is certain first, what is published last."""
    groups: dict[str, list[Found]] = {}
    for one in sorted(found, key=lambda one: (one.holding.published, not one.is_certain)):
        groups.setdefault(one.holding.label, []).append(one)
    return list(groups.items())


def as_json(found: list[Found]) -> dict:
    """Everything held, in words, for a file."""
    return {
        "made": timezone.now().isoformat(timespec="seconds"),
        "records": [
            {"kind": label, "rows": [dict(one.facts) for one in rows]}
            for label, rows in grouped(found)
        ],
    }


# -- Erasing ---------------------------------------------------------------------------------------


def left_without_contact(subject: Subject) -> list[Organisation]:
    """The organisations whose last contact the person is."""
    if subject.account is None:
        return []
    person = User.objects.filter(pk=subject.account).first()
    if person is None:
        return []
    mandates = person.mandates.current().filter(kind=MandateKind.CONTACT)
    return [
        mandate.organisation
        for mandate in mandates.select_related("organisation")
        if not invitations.other_contacts(mandate).exists()
    ]


def erase(
    subject: Subject,
    *,
    by: User,
    ground: str,
    reason: str = "",
    chosen: set[str] | None = None,
) -> Erasure:
    """Take a person out of everything, history included. Mandates stay, as a former contact's.

    ``chosen`` are the keys of the rows that were ticked; without it all that is certain. Raises
    ValidationError for one's own account, and for the last contact of an organisation unless a
    reason is given.
    """
    check(subject, by=by, reason=reason)
    with transaction.atomic():
        if subject.account is not None:
            # Two who erase the same person wait for each other.
            User.objects.select_for_update(of=("self",)).filter(pk=subject.account).first()
        found = [
            one
            for one in holdings.gather(subject)
            if (one.is_proposed if chosen is None else one.key in chosen)
        ]
        instead = _("former contact")
        # The account goes last: what points at it is told from it.
        for one in sorted(found, key=lambda one: one.holding.model is User):
            holdings.erase(one, subject, instead=instead)
        versions = holdings.erase_history(subject, found, instead=instead)
        counts = Counter(one.holding.model._meta.label for one in found)
        if versions:
            counts["history"] = versions
        return Erasure.objects.create(
            erased_by=by,
            ground=ground,
            reason=holdings.taken_out(reason, subject.words(), instead),
            counts=dict(counts),
        )


def check(subject: Subject, *, by: User, reason: str):
    if subject.account == by.pk:
        raise ValidationError(
            _("This is your own account. A colleague of the secretariat can erase it."),
            code="own_account",
        )
    alone = left_without_contact(subject)
    if alone and not reason.strip():
        raise ValidationError(
            _("The last contact of %(names)s. Give a reason to erase them all the same."),
            code="last_contact",
            params={"names": ", ".join(str(organisation) for organisation in alone)},
        )
