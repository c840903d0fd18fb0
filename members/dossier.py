"""What an application says: as its author checks it, as it was sent, as reviewers compare it."""

from typing import NamedTuple

from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.duplicates import Match, Register, keys, near
from members.models import Application, ApplicationAnswer, Organisation
from members.models.applications import OPEN, ApplicantRole
from members.models.organisations import OrganisationQuerySet


class Row(NamedTuple):
    """One thing the application says. ``key`` names it in every language."""

    key: str
    label: str
    value: str


class Section(NamedTuple):
    """What one step of the form holds; ``step`` is its name in addresses."""

    step: str
    title: str
    rows: list[Row]


def sections(application: Application) -> list[Section]:
    """All the application says but for its documents, in the order of the form."""
    return [
        Section("place", _("Category and country"), place(application)),
        Section("organisation", _("Organisation"), organisation(application)),
        Section("people", _("People"), people(application)),
        Section("questions", _("Questions"), answers(application)),
    ]


def place(application: Application) -> list[Row]:
    rows = [row("category", _("Category"), application.category)]
    if application.country_id:
        rows.append(row("country", _("Country"), application.country.name))
    regions = [str(region) for region in application.regions.all()]
    if regions:
        rows.append(row("regions", _("Regions"), ", ".join(regions)))
    return [
        *rows,
        row("email", _("Answers go to"), application.email),
        row("language", _("Language"), application.get_language_display()),
    ]


def organisation(application: Application) -> list[Row]:
    names = ("name", "acronym", "founded", "website", "organisation_email", "description")
    rows = [of_field(application, name) for name in names]
    if application.category.has_own_members:
        rows.append(of_field(application, "member_count"))
    facets = ", ".join(str(facet) for facet in application.facets.all())
    rows.append(row("facets", _("Themes, populations and languages"), facets))
    if application.asks_discretion:
        rows.append(row("asks_discretion", _("Discreet membership"), _("asked for")))
    return [found for found in rows if found.value]


def people(application: Application) -> list[Row]:
    return [
        Row(
            f"person:{person.position}",
            capfirst(str(person.get_kind_display())),
            f"{person.full_name}, {person.email} ({person.get_language_display()})",
        )
        for person in application.people.all()
    ]


def answers(application: Application) -> list[Row]:
    given = application.answers.select_related("question", "option")
    return [
        Row(f"question:{answer.question_id}", answer.question.text, answer.shown)
        for answer in given
    ]


def of_field(application: Application, name: str) -> Row:
    value = getattr(application, name)
    label = capfirst(application._meta.get_field(name).verbose_name)
    return Row(name, label, "" if value is None else str(value))


def row(key: str, label: str, value) -> Row:
    return Row(key, label, str(value))


# -- What is missing, and what has changed ---------------------------------------------------------


class Gap(NamedTuple):
    """Something an application needs before it can be sent, and in which step it is given."""

    step: str
    text: str


def lacking(application: Application) -> list[Gap]:
    gaps = []
    if application.category.needs_country and application.country_id is None:
        gaps.append(Gap("place", _("The country is missing.")))
    if not application.category.needs_country and not application.regions.exists():
        gaps.append(Gap("place", _("The regions of activity are missing.")))
    if not application.name:
        gaps.append(Gap("organisation", _("The name of the organisation is missing.")))
    if not application.description:
        gaps.append(Gap("organisation", _("Say what the organisation does.")))
    roles = set(application.people.values_list("kind", flat=True))
    if ApplicantRole.HEAD not in roles:
        gaps.append(Gap("people", _("The head of the organisation is missing.")))
    if ApplicantRole.CONTACT not in roles:
        gaps.append(Gap("people", _("A contact is missing.")))
    gaps += [
        Gap("questions", _("This question must be answered: %(question)s") % {"question": question})
        for question in unanswered(application)
    ]
    return gaps


def unanswered(application: Application):
    """The questions of its category that must be answered and are not."""
    required = application.category.questions.asked().filter(required=True)
    return required.exclude(
        pk__in=ApplicationAnswer.objects.filter(application=application).values("question")
    )


def as_sent(application: Application) -> dict[str, list[str]]:
    """The application as it stands, in its own language: key to label and value."""
    with translation.override(application.language):
        said = {
            row.key: [str(row.label), str(row.value)]
            for section in sections(application)
            for row in section.rows
        }
        for document in application.documents.all():
            said[f"document:{document.digest}"] = [_("Document"), document.name]
    return said


def changes(before: dict[str, list[str]], after: dict[str, list[str]]) -> str:
    """What differs between two versions, a line each: label, before → after."""
    lines = []
    for key in {**before, **after}:
        label = (after.get(key) or before[key])[0]
        old, new = before.get(key, ["", ""])[1], after.get(key, ["", ""])[1]
        if old != new:
            lines.append(f"{label}: {old or '—'} → {new or '—'}")
    return "\n".join(lines)


# -- Who else it may be ----------------------------------------------------------------------------


def keys_of(application: Application) -> set[str]:
    """What the applicant can be recognised by: name, acronym, site, and every mail domain."""
    found = keys([application.name], application.acronym, application.website)
    addresses = {application.email, application.organisation_email}
    addresses |= set(application.people.values_list("email", flat=True))
    for address in addresses:
        found |= keys([], email=address)
    return found


def lookalikes(
    application: Application, among: OrganisationQuerySet
) -> list[tuple[Organisation, Match]]:
    """The organisations that are probably the same, likeliest first.

    ``among`` says which may be revealed to whoever asks: public ones to the applicant.
    """
    matches = near(among, keys_of(application), country=application.country_id or "")
    rows = among.select_related("category", "country").in_bulk([match.pk for match in matches])
    return [(rows[match.pk], match) for match in matches if match.pk in rows]


def other_applications(application: Application) -> list[tuple[Application, Match]]:
    """Other open applications of what is probably the same organisation. For reviewers alone."""
    others = Application.objects.filter(state__in=OPEN, country=application.country_id)
    rows = {other.pk: other for other in others.exclude(pk=application.pk)}
    register = Register()
    for other in rows.values():
        register.add(other.pk, keys_of(other), country=other.country_id or "")
    matches = register.matches(keys_of(application), country=application.country_id or "")
    return [(rows[match.pk], match) for match in matches]
