"""Who has confirmed a role and who has not, what was asked for, and a term that begins later."""

import datetime

from django.utils import timezone

from members.models import ChangeRequest, ContactGap, Mandate, Notice, Organisation, User
from members.models.mandates import FOR_ORGANISATIONS, MandateKind
from members.models.notices import NoticeState
from portal.demo.people import OWN_ORGANISATION, create_silent_people
from regions.models import Region


def create_answers(secretary: User) -> int:
    """What is missing of all this, and how much was made."""
    if ChangeRequest.objects.exists():
        return 0
    today = timezone.localdate()
    settle_confirmations(today)
    for organisation in Organisation.objects.orphaned():
        ContactGap.objects.create(
            organisation=organisation, since=today - datetime.timedelta(days=12)
        )
    create_terms(today)
    return create_requests(secretary) + create_notices()


def settle_confirmations(today: datetime.date):
    """Most confirmed this year; some were asked lately, two have not answered for months."""
    rows = Mandate.objects.filter(kind__in=FOR_ORGANISATIONS)
    rows.update(confirmed_at=timezone.now() - datetime.timedelta(days=90))
    others = rows.exclude(organisation__slug=OWN_ORGANISATION).order_by("pk")
    pks = list(others.values_list("pk", flat=True)[:6])
    last_year = timezone.now() - datetime.timedelta(days=450)
    for number, pk in enumerate(pks):
        days = 75 if number < 2 else 12
        Mandate.objects.filter(pk=pk).update(
            confirmed_at=last_year, asked_on=today - datetime.timedelta(days=days)
        )
    own = rows.filter(organisation__slug=OWN_ORGANISATION, person__email__startswith="jean.")
    own.update(confirmed_at=last_year, asked_on=today - datetime.timedelta(days=9))


def create_terms(today: datetime.date):
    """A president in office with the end of the term, and one whose term is still to come."""
    region = Region.objects.get(code="R8")
    rows = [
        (f"president-{n}@example.org", name, "en", MandateKind.PRESIDENT, {"region": region})
        for n, name in ((1, "Amina Example"), (2, "Joseph Example"))
    ]
    create_silent_people(rows)
    ends = today + datetime.timedelta(days=120)
    Mandate.objects.filter(person__email="president-1@example.org").update(until=ends)
    Mandate.objects.filter(person__email="president-2@example.org").update(
        since=ends + datetime.timedelta(days=1)
    )


def create_requests(secretary: User) -> int:
    own = Organisation.objects.get(slug=OWN_ORGANISATION)
    person = User.objects.get(email="awa.exemple@example.org")
    name = own.own_text("name", "en")
    now = timezone.now()
    ChangeRequest.objects.create(
        organisation=own,
        field="name_en",
        before=name,
        after="Senegalese Council of Social Action (example)",
        reason="Décision de l’assemblée générale du 14 mars (exemple).",
        asked_by=person,
        asked_at=now - datetime.timedelta(days=4),
    )
    ChangeRequest.objects.create(
        organisation=own,
        field="country",
        before=own.country_id,
        after="ML",
        reason="Déménagement du siège (exemple).",
        asked_by=person,
        asked_at=now - datetime.timedelta(days=200),
        state="refused",
        decision="Le siège statutaire reste au Sénégal (exemple).",
        decided_by=secretary,
        decided_at=now - datetime.timedelta(days=190),
    )
    return 2


def create_notices() -> int:
    """What was written to the person whose mail the demonstration shows."""
    person = User.objects.get(email="awa.exemple@example.org")
    texts = (
        ("Votre demande est décidée", "Le siège statutaire reste au Sénégal (exemple).", 190),
        ("Agissez-vous toujours pour votre organisation ?", "Un clic suffit (exemple).", 90),
    )
    for subject, text, days in texts:
        moment = timezone.now() - datetime.timedelta(days=days)
        Notice.objects.create(
            kind="example",
            key=f"days:{days}",
            email=person.email,
            language="fr",
            subject=subject,
            text=text,
            person=person,
            written_at=moment,
            leaves_at=moment,
            sent_at=moment,
            state=NoticeState.SENT,
        )
    return len(texts)
