"""Members without a contact: noticed on the day it happens, and told to who looks after them."""

import datetime

from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members import notices
from members.models import ContactGap, Invitation, Organisation, User
from members.models.mandates import MandateKind
from portal.lib.links import absolute_url


def notice_gaps(today: datetime.date) -> int:
    """Write down which members have lost their last contact, tell the desk, and close the gaps
    that were filled. Returns the number of gaps begun.

    However the contact was lost: the mandate ran out, or its person was deactivated or erased.
    Where a contact has been invited and may still accept, nothing is told yet.
    """
    orphans = Organisation.objects.orphaned(today)
    pks = set(orphans.order_by().values_list("pk", flat=True))
    yesterday = today - datetime.timedelta(days=1)
    for gap in ContactGap.objects.open().exclude(organisation__in=pks):
        gap.until = max(gap.since, yesterday)
        gap.save(update_fields=["until"])
    invited = Invitation.objects.open().filter(kind=MandateKind.CONTACT).values("organisation")
    known = ContactGap.objects.open().values("organisation")
    begun = orphans.exclude(pk__in=known).exclude(pk__in=invited)
    number = 0
    for organisation in begun.select_related("country__region").order_by("pk"):
        gap = ContactGap.objects.create(organisation=organisation, since=today)
        tell(gap)
        number += 1
    return number


def tell(gap: ContactGap):
    organisation = gap.organisation
    last = last_contact_of(organisation)
    for person in who_looks_after(organisation):
        with translation.override(person.language):
            notices.write(
                "no_contact",
                f"gap:{gap.pk}",
                template="no_contact",
                subject=_("A member has no contact any more"),
                to=person.email,
                language=person.language,
                context={
                    "person": person,
                    "organisation": organisation,
                    "last": last,
                    "url": absolute_url(
                        "members:desk_organisation",
                        language=person.language,
                        slug=organisation.slug,
                    ),
                },
                person=person,
                organisation=organisation,
            )


def last_contact_of(organisation: Organisation) -> User | None:
    """Who was contact last, if that is still known."""
    past = organisation.mandates.filter(kind=MandateKind.CONTACT).select_related("person")
    last = past.order_by("-until", "-pk").first()
    return last.person if last else None


def who_looks_after(organisation: Organisation) -> list[User]:
    """The secretariat, and the executive of its region; each in their own language."""
    regions = [organisation.country.region_id] if organisation.country_id else []
    regions = regions or list(organisation.regions.values_list("pk", flat=True))
    desk = Q(mandates__kind=MandateKind.SECRETARIAT)
    executive = Q(mandates__kind=MandateKind.EXECUTIVE, mandates__region__in=regions)
    today = timezone.localdate()
    in_force = Q(mandates__until__isnull=True) | Q(mandates__until__gte=today)
    people = User.objects.active().filter(in_force, desk | executive, mandates__since__lte=today)
    return list(people.distinct().order_by("pk"))
