"""Who receives a letter: whoever asked for it, and the people of the region's members.

Members are found by their mandates at the moment a letter leaves, so that nobody has to keep a
list: a mandate that ends, or an organisation that is no member any more, takes its people along.
Each address is there once; of somebody who is both, the members' audience holds.
"""

import datetime
from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Lower
from django.utils import timezone

from members.models import Mandate, Organisation, User
from members.models.mandates import FOR_ORGANISATIONS
from publications.models import LetterLeft, Newsletter, Subscriber, Subscription
from publications.models.subscribers import Audience
from publications.newsletters import suppressing
from publications.newsletters.choices import Choice
from regions.models import Region

# So many accounts are given their rows by one round of questions.
AT_ONCE = 500


def of(newsletter: Newsletter) -> QuerySet[Subscriber]:
    """The addresses that a letter goes to today, each with ``audience`` and ``letter_language``.

    Members are among them once ``take_in_members`` has given their addresses a row.
    """
    as_member = (
        members_of(newsletter)
        .annotate(address=Lower("email"))
        .filter(pk=OuterRef("person"), address=OuterRef("email"))
    )
    as_reader = (
        Subscription.objects.confirmed()
        .filter(newsletter=newsletter, subscriber=OuterRef("pk"))
        .order_by()
    )
    return (
        Subscriber.objects.reachable()
        .annotate(is_member=Exists(as_member))
        .filter(Q(is_member=True) | Exists(as_reader))
        .annotate(
            audience=Case(
                When(is_member=True, then=Value(Audience.MEMBERS.value)),
                default=Value(Audience.PUBLIC.value),
            ),
            letter_language=Case(
                When(is_member=True, then=F("person__language")), default=F("language")
            ),
        )
    )


def members_of(newsletter: Newsletter) -> QuerySet[User]:
    """The people with a mandate for a member of the letter's region who have not left it.

    People of discreet members are among them: they are written to like all others, one by one.
    """
    if newsletter.region_id is None:
        return User.objects.none()
    organisations = Organisation.objects.active().in_region(newsletter.region)
    mandates = Mandate.objects.current().filter(
        kind__in=FOR_ORGANISATIONS, organisation__in=organisations.order_by().values("pk")
    )
    left = LetterLeft.objects.filter(newsletter=newsletter).values("person")
    return User.objects.active().filter(pk__in=mandates.values("person")).exclude(pk__in=left)


def letters_for(person: User) -> QuerySet[Newsletter]:
    """The letters of the regions whose members a person acts for, whether they left them or not."""
    mandates = Mandate.objects.current().filter(
        person=person, kind__in=FOR_ORGANISATIONS, organisation__in=Organisation.objects.active()
    )
    own = Organisation.objects.filter(pk__in=mandates.values("organisation"))
    regions = Region.objects.filter(
        Q(countries__organisations__in=own) | Q(organisations__in=own.filter(country__isnull=True))
    )
    return Newsletter.objects.filter(region__in=regions.values("pk")).select_related("region")


def take_in_members(newsletter: Newsletter) -> int:
    """Give the address of each member's person a row, so that a delivery can point at it.

    Returns how many were new, or have become somebody's."""
    own = Subscriber.objects.filter(person=OuterRef("pk"), email=OuterRef("address"))
    missing = members_of(newsletter).annotate(address=Lower("email")).exclude(Exists(own))
    people = list(missing.order_by("pk"))
    for first in range(0, len(people), AT_ONCE):
        take_in(people[first : first + AT_ONCE])
    return len(people)


def of_person(person: User) -> Subscriber:
    """The row of the address that an account has now."""
    take_in([person])
    return Subscriber.objects.get(email=person.email.lower())


@transaction.atomic
def take_in(people: Iterable[User]):
    """Give the addresses of some accounts their rows; a row that is there becomes the account's."""
    by_address = {person.email.lower(): person for person in people}
    suppressed = suppressing.among(by_address)
    Subscriber.objects.bulk_create(
        [
            Subscriber(
                email=email,
                person=person,
                language=person.language,
                suppressed_at=suppressed.get(email),
            )
            for email, person in by_address.items()
        ],
        ignore_conflicts=True,
    )
    rows = list(Subscriber.objects.filter(email__in=by_address))
    for row in rows:
        row.person = by_address[row.email]
    Subscriber.objects.bulk_update(rows, ["person"])


def staying(newsletter: Newsletter, subscribers: Iterable[int]) -> set[int]:
    """Those of some addresses to whom the letter still goes: somebody may have left meanwhile."""
    return set(of(newsletter).filter(pk__in=list(subscribers)).values_list("pk", flat=True))


def subscribed_since(choice: Choice, subscribers: Iterable[int]) -> dict[int, datetime.date]:
    """Since which day some addresses have had what they chose; of members it is not known."""
    own = {"newsletter" if isinstance(choice, Newsletter) else "axis": choice}
    rows = Subscription.objects.confirmed().filter(subscriber__in=list(subscribers), **own)
    found = rows.order_by().values_list("subscriber", "confirmed_at")
    return {pk: timezone.localdate(moment) for pk, moment in found}


# -- Figures ---------------------------------------------------------------------------------------


def counts(newsletters: Iterable[Newsletter]) -> dict[int, Counter]:
    """How many readers each letter has, by (language, audience), in five queries.

    Figures of a region or the world, so discreet members may be among them.
    """
    regions = {letter.pk: letter.region_id for letter in newsletters}
    members = members_by_region(set(regions.values()))
    left = set(LetterLeft.objects.values_list("newsletter", "person"))
    out_of_reach = Subscriber.objects.out_of_reach().filter(email__in=addresses_of_people())
    unreached = set(out_of_reach.values_list("email", flat=True))
    own: dict[int, dict[str, str]] = {
        pk: {
            email: language
            for person, email, language in members[region]
            if (pk, person) not in left and email not in unreached
        }
        for pk, region in regions.items()
    }
    found = {
        pk: Counter((language, Audience.MEMBERS.value) for language in people.values())
        for pk, people in own.items()
    }
    public = Subscription.objects.confirmed().filter(
        newsletter__in=regions, subscriber__in=Subscriber.objects.reachable()
    )
    by_language = public.order_by().values_list("newsletter", "subscriber__language")
    for pk, language, number in by_language.annotate(number=Count("pk")):
        found[pk][language, Audience.PUBLIC.value] = number
    twice = public.filter(subscriber__email__in=addresses_of_people())
    for pk, email, language in twice.values_list(
        "newsletter", "subscriber__email", "subscriber__language"
    ):
        if email in own[pk]:
            found[pk][language, Audience.PUBLIC.value] -= 1
    return {pk: +counted for pk, counted in found.items()}


def members_by_region(regions: Iterable[int | None]) -> dict[int | None, set[tuple]]:
    """The people of the members of each region: account, address and language."""
    found: dict[int | None, set[tuple]] = {region: set() for region in regions}
    mandates = Mandate.objects.current().filter(
        kind__in=FOR_ORGANISATIONS,
        organisation__in=Organisation.objects.active(),
        person__is_active=True,
    )
    rows = mandates.order_by().values_list(
        "person",
        Lower("person__email"),
        "person__language",
        "organisation__country",
        "organisation__country__region",
        "organisation__regions",
    )
    for person, email, language, country, its_region, active_in in rows:
        region = active_in if country is None else its_region
        if region is not None and region in found:
            found[region].add((person, email, language))
    return found


def addresses_of_people() -> QuerySet:
    return User.objects.active().annotate(address=Lower("email")).values("address")
