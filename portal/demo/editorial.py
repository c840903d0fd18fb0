"""The editorial life in examples: what members propose, series, corrections, positions replaced."""

import datetime

from django.utils import timezone

from members.models import Mandate, Organisation, User
from members.models.mandates import MandateKind
from portal.demo.texts import originally, read, texts
from programme.models import Axis
from publications import credits, publishing, reviewing
from publications.credits import Credit
from publications.models import Author, Correction, EditorialStep, Publication, Series
from publications.models.library import Ground, PublicationState
from publications.models.life import StepKind

P, S = PublicationState, StepKind
# The steps behind each state, and on which day before today each was taken.
LIFE = {
    P.DRAFT: ((S.RECORDED, P.DRAFT, 3),),
    P.PROPOSED: ((S.RECORDED, P.DRAFT, 9), (S.PROPOSED, P.PROPOSED, 4)),
    P.SENT_BACK: (
        (S.RECORDED, P.DRAFT, 16),
        (S.PROPOSED, P.PROPOSED, 12),
        (S.SENT_BACK, P.SENT_BACK, 5),
    ),
    P.SCHEDULED: (
        (S.RECORDED, P.DRAFT, 20),
        (S.PROPOSED, P.PROPOSED, 14),
        (S.SCHEDULED, P.SCHEDULED, 2),
    ),
    P.PUBLISHED: (
        (S.RECORDED, P.DRAFT, 40),
        (S.PROPOSED, P.PROPOSED, 33),
        (S.PUBLISHED, P.PUBLISHED, 30),
    ),
    P.WITHDRAWN: ((S.RECORDED, P.DRAFT, 60), (S.WITHDRAWN, P.WITHDRAWN, 55)),
}
BY_DESK = {S.SENT_BACK, S.SCHEDULED, S.PUBLISHED}
# ORCID iDs that nobody has: numbers that were never given out, with a right check digit.
ORCIDS = ("0000-0000-0000-001X", "0000-0000-0000-0028", "0000-0000-0000-0036")
# A position of which a later one has taken the place, and a text that was put right.
REPLACED, IN_FORCE = "P/2025/07", "P/2026/17"
CORRECTED = "P/2026/16"
# What readers have seen and can read no more: its address tells them so.
TAKEN_BACK = "P/2024/09"
CORRECTION = {
    "fr": "La première version donnait une année fausse dans la deuxième partie (exemple).",
    "en": "The first version gave a wrong year in the second part (example).",
    "es": "La primera versión daba un año equivocado en la segunda parte (ejemplo).",
}


def create_editorial(secretary: User) -> int:
    """What is missing of it, and how many rows were made."""
    return (
        create_proposals(secretary)
        + create_series()
        + create_credits()
        + create_correction(secretary)
        + create_replacement(secretary)
        + create_withdrawal(secretary)
    )


def create_proposals(secretary: User) -> int:
    rows = read("proposals")["proposals"]
    existing = set(
        Publication.objects.filter(symbol__in=[row["symbol"] for row in rows]).values_list(
            "symbol", flat=True
        )
    )
    missing = [row for row in rows if row["symbol"] not in existing]
    for row in missing:
        create_proposal(row, secretary)
    return len(missing)


def create_proposal(row: dict, secretary: User):
    organisation = Organisation.objects.get(slug=row["organisation"])
    writer = writer_of(organisation)
    state, now = row["state"], timezone.now()
    publication = Publication(
        symbol=row["symbol"],
        kind=row["kind"],
        state=state,
        level="national",
        original_language=originally(row),
        published_on=timezone.localdate() - datetime.timedelta(days=30),
        proposed_by=writer,
        proposed_for=organisation,
        **texts(row, "title", "summary", "body"),
    )
    if state == P.SCHEDULED:
        publication.appears_at = now + datetime.timedelta(days=5)
        publication.published_on = publication.appears_at.date()
    if state == P.WITHDRAWN:
        publication.withdrawn_at = now - datetime.timedelta(days=55)
        publication.withdrawn_because = Ground.WISH
    publication.save()
    publication.regions.set([organisation.country.region])
    publication.countries.set([organisation.country])
    publication.axes.set(Axis.objects.of_current_cycle().filter(number__in=row["axes"]))
    name = organisation.text("name", publication.original_language).value
    credits.record(publication, [Credit(name, organisation=organisation)])
    for kind, after, days in LIFE[state]:
        EditorialStep.objects.create(
            publication=publication,
            kind=kind,
            state=after,
            by=secretary if kind in BY_DESK else writer,
            at=now - datetime.timedelta(days=days),
            reason=row.get("reason", "") if kind == S.SENT_BACK else "",
        )


def writer_of(organisation: Organisation) -> User:
    contacts = Mandate.objects.current().filter(organisation=organisation, kind=MandateKind.CONTACT)
    return contacts.select_related("person").order_by("pk").first().person


def create_series() -> int:
    """Two series, each with the texts of its kind as numbers, the oldest first."""
    made = 0
    for row in read("proposals")["series"]:
        if Series.objects.filter(slug=row["slug"]).exists():
            continue
        series = Series(
            slug=row["slug"],
            issn=row["issn"],
            owners=row.get("owners", ""),
            original_language=originally(row),
            **texts(row, "title", "description"),
        )
        series.save()
        members = Publication.objects.published().filter(kind=row["kind"], series=None)
        for number, publication in enumerate(members.order_by("published_on", "pk"), start=1):
            publication.series, publication.number_in_series = series, str(number)
            publication.save(update_fields=["series", "number_in_series"])
        made += 1
    return made


def create_credits() -> int:
    """ORCID iDs and affiliations for the first people among the authors."""
    people = Author.objects.exclude(family_name="")
    if people.exclude(orcid="").exists():
        return 0
    chosen = list(people.order_by("-publication__published_on", "pk")[: len(ORCIDS)])
    for author, orcid in zip(chosen, ORCIDS, strict=False):
        author.orcid, author.affiliation = orcid, "Example University"
        author.save(update_fields=["orcid", "affiliation"])
    return len(chosen)


def create_correction(secretary: User) -> int:
    publication = Publication.objects.published().filter(symbol=CORRECTED).first()
    if publication is None or publication.corrections.exists():
        return 0
    correction = Correction(
        original_language="fr",
        made_on=publication.published_on + datetime.timedelta(days=9),
        **{f"wording_{code}": text for code, text in CORRECTION.items()},
    )
    reviewing.correct(publication, correction, by=secretary)
    return 1


def create_replacement(secretary: User) -> int:
    older = Publication.objects.published().filter(symbol=REPLACED).first()
    newer = Publication.objects.published().filter(symbol=IN_FORCE).first()
    if older is None or newer is None or older.replaced_by_id is not None:
        return 0
    reviewing.replace(older, newer, by=secretary)
    return 1


def create_withdrawal(secretary: User) -> int:
    publication = Publication.objects.published().filter(symbol=TAKEN_BACK).first()
    if publication is None:
        return 0
    publishing.withdraw(
        publication,
        by=secretary,
        reason="Two families could be recognised by what is told of them (example).",
        because=Ground.SAFETY,
    )
    return 1
