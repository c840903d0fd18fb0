"""Example people: those who can log in, and those who only hold a mandate."""

import base64
import datetime
import time

from allauth.account.models import EmailAddress
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.utils import timezone

from members.models import Mandate, Organisation, User
from members.models.mandates import MandateKind
from portal.demo.texts import chance, read
from regions.models import Region

PASSWORD = "three-nine-seven"
# Fixed on purpose: `manage.py demo code` prints the code, and nobody needs a telephone.
TOTP_SECRET = base64.b32encode(b"council-portal-demo.").decode()
SECRETARY = "lina.exemple@example.org"
OWN_ORGANISATION = "senegal-conseil"

# E-mail, name, language, roles (kind and its subject), and what it is called when printed.
STAFF = (
    (SECRETARY, "Lina Exemple", "fr", ((MandateKind.SECRETARIAT, {}),), "secretariat"),
    (
        "wanjiru.example@example.org",
        "Wanjiru Example",
        "en",
        ((MandateKind.EXECUTIVE, {"region": "R8"}),),
        "regional executive, R8",
    ),
    (
        "tomas.ejemplo@example.org",
        "Tomás Ejemplo",
        "es",
        ((MandateKind.TREASURER, {}),),
        "finance desk",
    ),
)
OTHERS = (
    (
        "awa.exemple@example.org",
        "Awa Exemple",
        "fr",
        (
            (MandateKind.HEAD, {"organisation": OWN_ORGANISATION}),
            (MandateKind.CONTACT, {"organisation": OWN_ORGANISATION}),
        ),
        "head and contact of a member, Senegal",
    ),
    (
        "jean.modele@example.org",
        "Jean Modèle",
        "fr",
        (
            (MandateKind.FINANCE, {"organisation": OWN_ORGANISATION}),
            (MandateKind.CONTACT, {"organisation": OWN_ORGANISATION}),
        ),
        "dues and contact of the same member",
    ),
    (
        "marisol.ejemplo@example.org",
        "Marisol Ejemplo",
        "es",
        ((MandateKind.LANGUAGE_LEAD, {"language": "es"}),),
        "language lead, Spanish",
    ),
)
# Executives of the other regions that are awake; they exist, and nobody logs in as them.
EXECUTIVES = (
    ("R1", "Camille Exemple", "fr"),
    ("R2", "Elina Example", "en"),
    ("R4", "Ana Ejemplo", "es"),
    ("R5", "Salma Exemple", "fr"),
    ("R6", "Anjali Example", "en"),
    ("R7", "Kofi Exemple", "fr"),
    ("R9", "Maria Example", "en"),
)
GIVEN_NAMES = {
    "fr": ("Nadège", "Mamadou", "Claire", "Yao", "Rachida", "Pierre", "Aïssatou", "Hugo"),
    "en": ("Grace", "Samuel", "Priya", "Tom", "Leila", "Arthur", "Hana", "Joseph"),
    "es": ("Lucía", "Diego", "Carmen", "Rafael", "Elena", "Mateo", "Paula", "Andrés"),
}
SURNAME = {"fr": "Exemple", "en": "Example", "es": "Ejemplo"}


def logins() -> list[tuple[str, str, str]]:
    """(e-mail, password, role) of the people one can log in as; none outside the demonstration."""
    if not settings.DEMONSTRATION:
        return []
    everybody = (*STAFF, *OTHERS)
    emails = [email for email, *_ in everybody]
    existing = set(User.objects.filter(email__in=emails).values_list("email", flat=True))
    return [(email, PASSWORD, role) for email, _, _, _, role in everybody if email in existing]


def current_code() -> str:
    """The one-time code of the example staff at this moment."""
    counter = int(time.time()) // app_settings.TOTP_PERIOD
    return format_hotp_value(hotp_value(TOTP_SECRET, counter))


def create_secretary() -> User:
    """The first person of the secretariat, by whom all else is recorded."""
    create_people(STAFF[:1], with_code=True)
    return User.objects.get(email=SECRETARY)


def create_others() -> int:
    return (
        create_people(STAFF[1:], with_code=True)
        + create_people(OTHERS, with_code=False)
        + create_executives()
        + create_contacts()
    )


def create_people(rows, *, with_code: bool) -> int:
    """People with the shared password; staff also have the shared one-time code."""
    created = 0
    for email, full_name, language, roles, _ in rows:
        if User.objects.filter(email=email).exists():
            continue
        person = User.objects.create_user(email, PASSWORD, full_name=full_name, language=language)
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
        for kind, subject in roles:
            Mandate.objects.create(
                person=person, kind=kind, since=years_ago(2), **resolved(subject)
            )
        if with_code:
            Authenticator.objects.create(
                user=person,
                type=Authenticator.Type.TOTP,
                data={"secret": get_adapter().encrypt(TOTP_SECRET)},
            )
        created += 1
    return created


def resolved(subject: dict[str, str]) -> dict:
    """The subject of a mandate, with rows in place of codes and slugs."""
    values = dict(subject)
    if "region" in values:
        values["region"] = Region.objects.get(code=values["region"])
    if "organisation" in values:
        values["organisation"] = Organisation.objects.get(slug=values["organisation"])
    return values


def create_executives() -> int:
    rows = [
        (
            f"executive.{code.lower()}@example.org",
            full_name,
            language,
            MandateKind.EXECUTIVE,
            {"region": Region.objects.get(code=code)},
        )
        for code, full_name, language in EXECUTIVES
    ]
    return create_silent_people(rows)


def create_contacts() -> int:
    """A contact for every other national organisation, and a second one for some."""
    slugs = {row["slug"] for row in read("organisations")["organisations"]} - {OWN_ORGANISATION}
    rows = []
    for organisation in Organisation.objects.of_category("A").filter(slug__in=slugs):
        language = organisation.original_language
        pick = chance("contacts", organisation.slug)
        given_names = pick.sample(GIVEN_NAMES[language], pick.choice((1, 1, 2)))
        for number, given in enumerate(given_names, start=1):
            rows.append(
                (
                    f"contact-{number}.{organisation.slug}@example.org",
                    f"{given} {SURNAME[language]}",
                    language,
                    MandateKind.CONTACT,
                    {"organisation": organisation},
                )
            )
    return create_silent_people(rows)


def create_silent_people(rows) -> int:
    """People with a mandate and no password: nobody can log in as them."""
    emails = [email for email, *_ in rows]
    existing = set(User.objects.filter(email__in=emails).values_list("email", flat=True))
    created = 0
    for email, full_name, language, kind, subject in rows:
        if email in existing:
            continue
        person = User.objects.create_user(email, None, full_name=full_name, language=language)
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
        Mandate.objects.create(person=person, kind=kind, since=years_ago(1), **subject)
        created += 1
    return created


def years_ago(count: int) -> datetime.date:
    return timezone.localdate() - datetime.timedelta(days=365 * count)
