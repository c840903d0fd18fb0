"""Example applications: one in preparation, one decided each way, and some that wait."""

import datetime
import io

from django.core.files.base import ContentFile
from django.utils import timezone
from pypdf import PdfWriter

from members import dossier
from members.models import Application, Category, Facet, Organisation, Question, User
from members.models.applications import ApplicationEventKind, ApplicationState, DocumentKind
from members.models.questions import QuestionKind
from portal.demo.texts import EXAMPLE, read
from portal.lib.files import PDF, inspect
from regions.models import Country, Region

# What happened, in this order: the key of its day, the event, the state it led to, its text.
EVENTS = (
    ("submitted", ApplicationEventKind.SUBMITTED, ApplicationState.SUBMITTED, ""),
    ("advised", ApplicationEventKind.ADVISED, ApplicationState.ADVISED, ""),
    ("asked", ApplicationEventKind.MORE_ASKED, ApplicationState.MORE_ASKED, "asked"),
    ("accepted", ApplicationEventKind.ACCEPTED, ApplicationState.ACCEPTED, ""),
    ("refused", ApplicationEventKind.REFUSED, ApplicationState.REFUSED, "reason"),
    ("withdrawn", ApplicationEventKind.WITHDRAWN, ApplicationState.WITHDRAWN, "why"),
)
CLOSING = ("accepted", "refused", "withdrawn")


def create_applications(secretary: User) -> int:
    """The applications that are missing, and how many were made."""
    created = 0
    for row in read("applications")["applications"]:
        email = f"{row['key'].replace('_', '-')}.applicant@example.org"
        if not Application.objects.filter(email=email).exists():
            create_application(row, email, secretary)
            created += 1
    return created


def create_application(row: dict, email: str, secretary: User):
    days = row["days"]
    closed = next((days[name] for name in CLOSING if name in days), None)
    application = Application.objects.create(
        state=row["state"],
        language=row["language"],
        category=Category.objects.get(code=row["category"]),
        country=Country.objects.filter(code=row.get("country", "")).first(),
        email=email,
        name=f"{row['name']} {EXAMPLE[row['language']]}",
        acronym=row.get("acronym", ""),
        description=row["about"],
        website=row.get("website", ""),
        founded=row.get("founded"),
        member_count=row.get("member_count"),
        begun_at=ago(days["begun"]),
        touched_at=ago(min(days.values())),
        submitted_at=ago(days["submitted"]) if "submitted" in days else None,
        closed_at=None if closed is None else ago(closed),
        organisation=Organisation.objects.filter(slug=row.get("organisation", "")).first(),
    )
    application.regions.set(Region.objects.filter(code__in=row.get("regions", ())))
    application.facets.set(Facet.objects.filter(code__in=row.get("themes", ())))
    add_people(application, row["people"])
    add_answers(application, row.get("answers", ()))
    for kind in row.get("documents", ()):
        add_document(application, kind)
    if not application.is_draft:
        application.sent_as = dossier.as_sent(application)
        application.save(update_fields=["sent_as"])
    add_events(application, row, secretary)


def add_people(application: Application, names: list[str]):
    """The first is the head and, where nobody else is named, a contact too."""
    head, *contacts = names
    for position, name in enumerate((head, *(contacts or [head]))):
        application.people.create(
            kind="contact" if position else "head",
            full_name=name,
            email=f"{'.'.join(name.lower().split())}@example.org",
            language=application.language,
            position=position,
        )


def add_answers(application: Application, texts: list[str]):
    questions = Question.objects.asked().filter(category=application.category)
    for question, text in zip(questions, texts, strict=False):
        if not text:
            continue
        is_option = question.kind == QuestionKind.CHOICE
        application.answers.create(
            question=question,
            text="" if is_option else text,
            option=question.options.filter(label_fr=text).first() if is_option else None,
        )


def add_document(application: Application, kind: str):
    """An empty page that says what it would be."""
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": f"{DocumentKind(kind).value} (example)"})
    content = io.BytesIO()
    writer.write(content)
    name = f"{kind}-example.pdf"
    facts = inspect(content, name=name, limit=10**6)
    document = application.documents.model(
        application=application,
        kind=kind,
        name=name,
        media_type=PDF,
        size=facts.size,
        digest=facts.digest,
        added_at=application.begun_at,
    )
    document.file.save(name, ContentFile(content.getvalue()), save=False)
    document.save()


def add_events(application: Application, row: dict, secretary: User):
    for name, kind, state, text in EVENTS:
        if name in row["days"]:
            at = ago(row["days"][name])
            application.events.create(
                kind=kind,
                state=state,
                text=row.get(text, ""),
                by=secretary if kind in ("more_asked", "accepted", "refused") else None,
                at=at,
                public_from=at,
            )


def ago(days: int) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(days=days)
