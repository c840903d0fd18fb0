"""Plain factories: every argument has a default, and a test names only what it is about."""

import datetime
import itertools
from decimal import Decimal
from io import BytesIO

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time as counters
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from members import threads
from members.models import (
    Affiliation,
    Application,
    ApplicationDocument,
    Category,
    Document,
    DuesBand,
    Facet,
    Invoice,
    Mandate,
    Membership,
    Organisation,
    Partner,
    Question,
    Thread,
    User,
)
from members.models.mandates import FOR_ORGANISATIONS, WITH_SECOND_FACTOR, MandateKind
from portal.models import NetworkIdentity, Picture
from programme.models import Activity, Axis, Challenge, Cycle, EmergingIssue, Event
from publications.models import (
    AxisDigest,
    Issue,
    Newsletter,
    Publication,
    Subscriber,
    Subscription,
)
from publications.models.periods import Period
from publications.newsletters import accepting, gate
from regions.models import Country, Grouping, GroupingMember, Region

_counter = itertools.count(1)
# The one-time-code app of everybody who has a desk.
TOTP_SECRET = "EXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAM"


def number() -> int:
    return next(_counter)


def names(text: str) -> dict:
    """A name in the three languages, each telling which it is."""
    return {
        "name_fr": f"{text} (exemple)",
        "name_en": f"{text} (example)",
        "name_es": f"{text} (ejemplo)",
    }


def create_network(**values) -> NetworkIdentity:
    defaults = {
        "name_fr": "Conseil exemple",
        "name_en": "Example Council",
        "name_es": "Consejo ejemplo",
        "sender": "council@example.org",
        "postal_address": "1 Example Street",
    }
    identity = NetworkIdentity(**defaults | values)
    identity.save()
    return identity


def create_region(code: str = "R8", **values) -> Region:
    """The region of the code, made once."""
    found = Region.objects.filter(code=code).first()
    return found or Region.objects.create(code=code, **names(f"Region {code}") | values)


def create_country(code: str = "KE", *, region: Region | None = None, **values) -> Country:
    """The country of the code, made once; in R8 unless told otherwise."""
    found = Country.objects.filter(code=code).first()
    if found:
        return found
    defaults = {
        "alpha3": f"{code}X",
        "un_status": Country.UnitedNations.MEMBER,
        "name_fr": f"Pays {code}",
        "name_en": f"Country {code}",
        "name_es": f"País {code}",
    }
    return Country.objects.create(code=code, region=region or create_region(), **defaults | values)


def create_grouping(code: str = "SADC", *, countries=(), **values) -> Grouping:
    defaults = {f"acronym_{language}": code for language in ("fr", "en", "es")}
    grouping = Grouping.objects.create(code=code.lower(), **defaults | names(code) | values)
    for country in countries:
        GroupingMember.objects.create(grouping=grouping, country=country)
    return grouping


def create_category(code: str = "A", **values) -> Category:
    found = Category.objects.filter(code=code).first()
    if found:
        return found
    defaults = {
        "label_fr": f"catégorie {code}",
        "label_en": f"category {code}",
        "label_es": f"categoría {code}",
        "needs_country": code != "B",
        "unique_per_country": code == "A",
        "has_own_members": code in ("A", "B"),
        "votes": code == "A",
        "position": ord(code[0]),
    }
    return Category.objects.create(code=code, **defaults | values)


def create_facet(kind: str = "theme", code: str = "health") -> Facet:
    """The facet of the code, made once, with a label that tells its language."""
    found = Facet.objects.filter(kind=kind, code=code).first()
    labels = {f"label_{language}": f"{code} {language}" for language in ("fr", "en", "es")}
    return found or Facet.objects.create(kind=kind, code=code, **labels)


def create_organisation(
    *,
    name: str = "",
    category: str = "C",
    country: Country | None = None,
    status: str = "active",
    **values,
) -> Organisation:
    """An organisation, active in category C in Kenya unless told otherwise.

    A category-A one gets the seat of its country through the verb.
    """
    from members.joining import settle_seat  # noqa: PLC0415

    serial = number()
    organisation = Organisation(
        slug=values.pop("slug", f"organisation-{serial}"),
        category=create_category(category),
        country=country if country or category == "B" else create_country(),
        status=status,
        **names(name or f"Organisation {serial}") | values,
    )
    settle_seat(organisation)
    return organisation


def create_affiliation(
    umbrella: Organisation | None = None, name: str = "", *, country=None, **values
) -> Affiliation:
    """An association on the list of an umbrella, in the umbrella's country, not published."""
    from members import associations  # noqa: PLC0415

    details = {
        "name": name or f"Association {number()}",
        "country": country,
        "acronym": values.pop("acronym", ""),
        "website": values.pop("website", ""),
    }
    umbrella = umbrella or create_organisation(category="A")
    return associations.record(Affiliation(umbrella=umbrella), details, values, by=None)


def create_membership(
    organisation: Organisation, *, year: int | None = None, **values
) -> Membership:
    """A period of one calendar year, this year unless told otherwise."""
    year = year or timezone.localdate().year
    defaults = {
        "category": organisation.category,
        "number": f"M/{year}/{number():03d}",
        "starts_on": datetime.date(year, 1, 1),
        "ends_on": datetime.date(year, 12, 31),
    }
    return Membership.objects.create(organisation=organisation, **defaults | values)


def create_application(
    *,
    category: str = "C",
    country: Country | None = None,
    state: str = "submitted",
    people: int = 0,
    **values,
) -> Application:
    """An application in English, for category C in Kenya and received today unless told otherwise.

    With ``people``, a head and so many contacts stand in it.
    """
    serial = number()
    defaults = {
        "language": "en",
        "email": f"applicant-{serial}@example.org",
        "name": f"Applicant {serial} (example)",
        "description": "It brings people together.",
        "submitted_at": None if state == "draft" else timezone.now(),
    }
    application = Application.objects.create(
        category=create_category(category),
        country=country if country or category == "B" else create_country(),
        state=state,
        **defaults | values,
    )
    for position in range(people + 1 if people else 0):
        application.people.create(
            kind="contact" if position else "head",
            full_name=f"Person {position} Example",
            email=f"applicant-{serial}-{position}@example.org",
            language="en",
            position=position,
        )
    return application


def create_enclosed(application: Application) -> ApplicationDocument:
    """A stored document of an application."""
    return application.documents.create(
        name="statutes.pdf",
        media_type="application/pdf",
        size=8,
        digest=f"{number():064d}",
        file=ContentFile(b"%PDF-1.7", name="statutes.pdf"),
    )


def create_question(category: str = "C", kind: str = "long", *, options=(), **values) -> Question:
    """A question that must be answered, in the three languages."""
    serial = number()
    defaults = {f"text_{code}": f"Question {serial} {code}?" for code in ("fr", "en", "es")}
    question = Question.objects.create(
        category=create_category(category), kind=kind, **defaults | values
    )
    for position, label in enumerate(options):
        labels = {f"label_{code}": f"{label} {code}" for code in ("fr", "en", "es")}
        question.options.create(position=position, **labels)
    return question


def create_person(email: str = "", **values) -> User:
    serial = number()
    defaults = {"full_name": f"Person {serial} Example", "language": "en"}
    person = User.objects.create_user(
        email or f"person-{serial}@example.org", "correct horse battery", **defaults | values
    )
    person.emailaddress_set.create(email=person.email, verified=True, primary=True)
    return person


def create_second_factor(person: User) -> Authenticator:
    """The one-time-code app of a person, made once. `force_login` then counts as verified."""
    found = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).first()
    data = {"secret": get_adapter().encrypt(TOTP_SECRET)}
    return found or Authenticator.objects.create(
        user=person, type=Authenticator.Type.TOTP, data=data
    )


def current_code() -> str:
    """What that app shows now."""
    return format_hotp_value(hotp_value(TOTP_SECRET, next(iter(counters()))))


def create_mandate(person: User, kind: str = MandateKind.CONTACT, **values) -> Mandate:
    """A mandate since 2020; whoever gets a desk by it has a second factor."""
    if kind in FOR_ORGANISATIONS and "organisation" not in values:
        values["organisation"] = create_organisation()
    if kind in WITH_SECOND_FACTOR:
        create_second_factor(person)
    values.setdefault("since", datetime.date(2020, 1, 1))
    person.__dict__.pop("standing", None)
    return Mandate.objects.create(person=person, kind=kind, **values)


def create_secretary(**values) -> User:
    person = create_person(**values)
    create_mandate(person, MandateKind.SECRETARIAT)
    return person


def create_executive(region: Region | None = None, **values) -> User:
    person = create_person(**values)
    create_mandate(person, MandateKind.EXECUTIVE, region=region or create_region())
    return person


def create_contact(organisation: Organisation | None = None, **values) -> User:
    person = create_person(**values)
    create_mandate(person, organisation=organisation or create_organisation())
    return person


def create_language_lead(language: str = "es", **values) -> User:
    person = create_person(**values)
    create_mandate(person, MandateKind.LANGUAGE_LEAD, language=language)
    return person


def create_thread(
    organisation: Organisation | None = None, *, by: User | None = None, **values
) -> Thread:
    """A thread that a contact of the organisation began, waiting for the secretariat."""
    organisation = organisation or create_organisation()
    defaults = {
        "subject": f"Question {number()}",
        "text": "When is our certificate made?",
        "side": "organisation",
        "language": "en",
    }
    return threads.begin(
        organisation=organisation, by=by or create_contact(organisation), **defaults | values
    )


def create_document(**values) -> Document:
    """A document for all members, with one file for all languages."""
    serial = number()
    titles = {f"title_{code}": f"Document {serial} {code}" for code in ("fr", "en", "es")}
    document = Document.objects.create(**titles | values)
    document.files.create(
        media_type="application/pdf", file=ContentFile(b"%PDF-1.7", name="text.pdf")
    )
    return document


def create_partner(**values) -> Partner:
    """A partner organisation, anywhere."""
    return Partner.objects.create(**{"kind": "partner", "name": f"Partner {number()}"} | values)


def create_cycle(first_year: int | None = None, **values) -> Cycle:
    first_year = first_year or timezone.localdate().year
    found = Cycle.objects.filter(first_year=first_year).first()
    if found:
        return found
    defaults = {"last_year": first_year + 3, "title_fr": "Programme", "title_en": "Programme"}
    return Cycle.objects.create(first_year=first_year, **defaults | values)


def create_axis(number: int = 1, *, cycle: Cycle | None = None, **values) -> Axis:
    cycle = cycle or create_cycle()
    found = Axis.objects.filter(cycle=cycle, number=number).first()
    if found:
        return found
    defaults = {
        "title_fr": f"Axe {number}",
        "title_en": f"Axis {number}",
        "title_es": f"Eje {number}",
    }
    return Axis.objects.create(cycle=cycle, number=number, **defaults | values)


def create_activity(
    *, axis: Axis | None = None, regions=(), organisations=(), **values
) -> Activity:
    serial = number()
    defaults = {
        "slug": f"activity-{serial}",
        "title_fr": f"Activité {serial}",
        "title_en": f"Activity {serial}",
        "level": "regional",
        "starts_on": timezone.localdate() - datetime.timedelta(days=30),
    }
    activity = Activity.objects.create(axis=axis or create_axis(), **defaults | values)
    activity.regions.set(regions)
    activity.organisations.set(organisations)
    return activity


def create_event(*, regions=(), organisations=(), days: int = 10, **values) -> Event:
    """A public seminar of three hours, beginning in so many days (negative: past)."""
    serial = number()
    start = timezone.now() + datetime.timedelta(days=days)
    defaults = {
        "slug": f"event-{serial}",
        "kind": Event.Kind.SEMINAR,
        "title_fr": f"Séminaire {serial}",
        "title_en": f"Seminar {serial}",
        "title_es": f"Seminario {serial}",
        "starts_at": start,
        "ends_at": start + datetime.timedelta(hours=3),
    }
    event = Event.objects.create(**defaults | values)
    event.regions.set(regions)
    event.organisations.set(organisations)
    return event


def create_challenge(number: int = 1) -> Challenge:
    found = Challenge.objects.filter(number=number).first()
    titles = {"title_fr": f"Enjeu {number}", "title_en": f"Challenge {number}"}
    return found or Challenge.objects.create(number=number, **titles)


def create_emerging_issue(*, region: Region | None = None, challenge=None, **values):
    """An open issue of R8 in French and English, flagged today unless told otherwise."""
    serial = number()
    defaults = {
        "title_fr": f"Alerte {serial}",
        "title_en": f"Alert {serial}",
        "why_fr": "Voici pourquoi.",
        "why_en": "This is why.",
        "source": "A survey",
    }
    return EmergingIssue.objects.create(
        region=region or create_region(),
        challenge=challenge or create_challenge(),
        **defaults | values,
    )


def symbol(serial: int) -> str:
    """Of years that no test writes out itself; a year has no more than 9,999 symbols."""
    return f"P/{1000 + serial // 9999}/{serial % 9999 + 1:02d}"


def create_publication(*, regions=(), axes=(), countries=(), **values) -> Publication:
    """A published public report in French and English, without Spanish unless it has a title."""
    serial = number()
    defaults = {
        "symbol": symbol(serial),
        "kind": Publication.Kind.REPORT,
        "title_fr": f"Rapport {serial}",
        "title_en": f"Report {serial}",
        "summary_fr": "Résumé.",
        "summary_en": "Summary.",
        "state": "published",
        "published_on": timezone.localdate() - datetime.timedelta(days=1),
    }
    if values.get("title_es"):
        defaults["summary_es"] = "Resumen."
    publication = Publication.objects.create(**defaults | values)
    publication.regions.set(regions)
    publication.axes.set(axes)
    publication.countries.set(countries)
    return publication


def create_picture(*, publications=(), pages=(), **values) -> Picture:
    """A picture of two dots, as it is kept."""
    drawn = BytesIO()
    Image.new("RGB", (2, 1), "navy").save(drawn, "PNG")
    defaults = {"width": 2, "height": 1, "size": len(drawn.getvalue()), "digest": "0" * 64}
    picture = Picture.named_for("image/png", **defaults | values)
    picture.file.save(picture.name, ContentFile(drawn.getvalue()), save=False)
    picture.save()
    picture.publications.set(publications)
    picture.pages.set(pages)
    if publications or pages:
        Picture.objects.filter(pk=picture.pk).update(unused_since=None)
    picture.refresh_from_db()
    return picture


def create_proposal(
    organisation: Organisation | None = None,
    *,
    by: User | None = None,
    language: str = "en",
    **values,
) -> Publication:
    """A text that a contact of the organisation has written, a draft unless told otherwise."""
    organisation = organisation or create_organisation()
    serial = number()
    defaults = {
        "symbol": symbol(serial),
        "kind": Publication.Kind.PRACTICE_NOTE,
        "original_language": language,
        f"title_{language}": f"Text {serial}",
        f"summary_{language}": "Summary.",
        f"body_{language}": "<p>Text.</p>",
        "state": "draft",
        "proposed_by": by or create_contact(organisation),
        "proposed_for": organisation,
    }
    return Publication.objects.create(**defaults | values)


def create_newsletter(region: Region | None = None, **values) -> Newsletter:
    found = Newsletter.objects.filter(region=region).first()
    if found:
        return found
    code = region.code if region else "world"
    defaults = {
        "title_fr": f"Lettre {code}",
        "title_en": f"Letter {code}",
        "title_es": f"Boletín {code}",
    }
    return Newsletter.objects.create(region=region, **defaults | values)


def create_issue(
    *, newsletter: Newsletter | None = None, period: str = "2026-Q3", **values
) -> Issue:
    newsletter = newsletter or create_newsletter(create_region())
    stands_for = Period.parse(period)
    defaults = {
        "covers_from": stands_for.first_day,
        "covers_until": stands_for.last_day,
        "symbol": f"L/{newsletter.code}/{period[:4]}/{number():02d}",
        "subject_fr": "Numéro",
        "subject_en": "Issue",
        "subject_es": "Número",
    }
    return Issue.objects.create(newsletter=newsletter, period=period, **defaults | values)


def create_axis_digest(issue: Issue, publication: Publication, **values) -> AxisDigest:
    """What an issue told of the first axis of a publication, as its followers got it."""
    defaults = {"axis": publication.axes.first() or create_axis(1), "month": "2026-10"}
    digest = AxisDigest.objects.create(**defaults | values)
    digest.items.add(issue.items.create(section="publications", publication=publication))
    return digest


def declare_ready(issue: Issue, *, by: User | None = None) -> Issue:
    """Through the gate, by a secretary unless told otherwise; what is incomplete is accepted."""
    by = by or create_secretary()
    for panel in gate.readiness(issue):
        if not panel.may_leave:
            accepting.accept(issue, language=panel.language, reason="No time left.", by=by)
    return gate.make_ready(issue, by=by)


def create_subscriber(**values) -> Subscriber:
    """An address that has confirmed, in English, and has chosen nothing."""
    defaults = {
        "email": f"reader-{number()}@example.org",
        "language": "en",
        "confirmed_at": timezone.now(),
    }
    return Subscriber.objects.create(**defaults | values)


def create_subscription(
    *, newsletter: Newsletter | None = None, axis: Axis | None = None, **values
) -> Subscription:
    """A confirmed subscription to one letter or axis; an address that is known is taken again."""
    about = {name: values.pop(name) for name in ("email", "language") if name in values}
    confirmed_at = values.setdefault("confirmed_at", timezone.now())
    subscriber = values.pop("subscriber", None)
    if subscriber is None and "email" in about:
        subscriber = Subscriber.objects.filter(email=about["email"]).first()
    if subscriber is None:
        subscriber = create_subscriber(confirmed_at=confirmed_at, **about)
    if newsletter is None and axis is None:
        newsletter = create_newsletter(create_region())
    return Subscription.objects.create(
        subscriber=subscriber, newsletter=newsletter, axis=axis, **values
    )


def create_band(category: str = "C", **values) -> DuesBand:
    """What a category costs everywhere: 100 EUR since 2000 unless told otherwise."""
    defaults = {"from_year": 2000, "amount": Decimal("100.00"), "currency": "EUR"}
    return DuesBand.objects.create(category=create_category(category), **defaults | values)


def create_invoice(organisation: Organisation | None = None, **values) -> Invoice:
    """An invoice of 100 EUR for a period of this year, issued today, unless told otherwise."""
    organisation = organisation or create_organisation()
    amount = values.pop("amount", Decimal("100.00"))
    today = timezone.localdate()
    defaults = {
        "number": f"F/{today.year}/{9000 + number()}",
        "membership": values.pop("membership", None) or create_membership(organisation),
        "category": organisation.category,
        "country": organisation.country,
        "amount": amount,
        "balance": amount,
        "currency": "EUR",
        "issued_on": today,
        "due_on": today + datetime.timedelta(days=60),
    }
    return Invoice.objects.create(organisation=organisation, **defaults | values)


def create_treasurer(**values) -> User:
    person = create_person(**values)
    create_mandate(person, MandateKind.TREASURER)
    return person
