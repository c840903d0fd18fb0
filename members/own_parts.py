"""What this app knows of an organisation, as tables to take away."""

from collections.abc import Iterator

from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _

from members.models import (
    Affiliation,
    ApplicationAnswer,
    ApplicationEvent,
    Attachment,
    Headcount,
    Invoice,
    Mandate,
    Message,
    Organisation,
    Waiver,
)
from members.own_data import Part, register
from portal.lib.translations import LANGUAGES

EACH_LANGUAGE = tuple(f"{field}_{code}" for field in ("name", "description") for code in LANGUAGES)


def record(organisation: Organisation) -> Iterator[tuple]:
    texts = (
        organisation.own_text(field, code)
        for field in ("name", "description")
        for code in LANGUAGES
    )
    yield (
        organisation.slug,
        *texts,
        organisation.original_language,
        organisation.acronym,
        organisation.category.code,
        organisation.country_id or "",
        [region.code for region in organisation.regions.all()],
        [f"{facet.kind}:{facet.code}" for facet in organisation.facets.all()],
        organisation.status,
        organisation.discreet,
        organisation.website,
        organisation.email,
        organisation.founded,
    )


def versions(organisation: Organisation) -> Iterator[tuple]:
    for version in organisation.history.select_related("history_user").order_by("history_date"):
        texts = (getattr(version, column) or "" for column in EACH_LANGUAGE)
        who = version.history_user
        yield (
            version.history_date,
            str(who) if who else "",
            *texts,
            version.acronym,
            version.website,
            version.email,
        )


def people(organisation: Organisation) -> Iterator[tuple]:
    mandates = Mandate.objects.for_organisation(organisation).select_related("person")
    for mandate in mandates.order_by("since", "pk"):
        # Whoever has left is remembered by name alone.
        email = mandate.person.email if mandate.is_current else ""
        language = mandate.person.language
        yield str(mandate.person), email, language, mandate.kind, mandate.since, mandate.until


def invitations(organisation: Organisation) -> Iterator[tuple]:
    found = organisation.invitations.order_by("invited_at", "pk")
    yield from found.values_list("full_name", "email", "kind", "invited_at", "accepted_at")


def periods(organisation: Organisation) -> Iterator[tuple]:
    found = organisation.memberships.order_by("starts_on")
    yield from found.values_list("number", "category__code", "starts_on", "ends_on", "recorded_at")


def statuses(organisation: Organisation) -> Iterator[tuple]:
    # The reasons are the secretariat's words, and may be about others.
    found = organisation.status_changes.order_by("changed_at", "pk")
    yield from found.values_list("changed_at", "before", "after")


def invoices(organisation: Organisation) -> Iterator[tuple]:
    found = Invoice.objects.filter(organisation=organisation).select_related("membership")
    for invoice in found.order_by("issued_on", "number"):
        yield (
            invoice.number,
            invoice.membership.number,
            invoice.issued_on,
            invoice.due_on,
            invoice.amount,
            invoice.paid,
            invoice.balance,
            invoice.currency,
            invoice.cancelled_at,
        )


def payments(organisation: Organisation) -> Iterator[tuple]:
    for invoice in Invoice.objects.filter(organisation=organisation).order_by("number"):
        for payment in invoice.payments.order_by("received_on", "pk"):
            yield (
                invoice.number,
                payment.receipt_number,
                payment.received_on,
                payment.amount,
                invoice.currency,
                payment.method,
                payment.reference,
                payment.cancelled_at,
            )


def waivers(organisation: Organisation) -> Iterator[tuple]:
    found = Waiver.objects.filter(invoice__organisation=organisation)
    yield from found.order_by("recorded_at", "pk").values_list(
        "invoice__number", "amount", "invoice__currency", "recorded_at", "cancelled_at"
    )


def messages(organisation: Organisation) -> Iterator[tuple]:
    found = Message.objects.verified().filter(thread__organisation=organisation)
    found = found.select_related("thread", "author").prefetch_related("attachments")
    for message in found.order_by("thread", "pk").iterator(chunk_size=500):
        yield (
            message.thread_id,
            message.thread.subject,
            message.written_at,
            message.side,
            message.sender_name,
            message.via,
            message.language,
            message.whole or message.text,
            [attachment_name(one) for one in message.attachments.all()],
        )


def attachment_name(attachment: Attachment) -> str:
    return f"{attachment.pk}-{attachment.name}"


def attachments(organisation: Organisation) -> Iterator[tuple[str, FieldFile]]:
    found = Attachment.objects.filter(
        message__thread__organisation=organisation, message__is_verified=True
    )
    for attachment in found:
        yield attachment_name(attachment), attachment.file


def applications(organisation: Organisation) -> Iterator[tuple]:
    for one in organisation.applications.select_related("category").order_by("begun_at"):
        yield (
            one.pk,
            one.category.code,
            one.country_id or "",
            one.state,
            one.language,
            one.name,
            one.description,
            one.website,
            one.email,
            one.begun_at,
            one.submitted_at,
            one.closed_at,
        )


def answers(organisation: Organisation) -> Iterator[tuple]:
    found = ApplicationAnswer.objects.filter(application__organisation=organisation)
    found = found.select_related("question", "option", "application")
    for answer in found.order_by("application", "pk"):
        language = answer.application.language
        chosen = getattr(answer.option, f"label_{language}") if answer.option else ""
        question = getattr(answer.question, f"text_{language}") or answer.question.text
        yield answer.application_id, question, answer.text or chosen or ""


def events(organisation: Organisation) -> Iterator[tuple]:
    """What the applicant may know: never the secretariat's own notes."""
    found = ApplicationEvent.objects.filter(application__organisation=organisation).public()
    yield from found.order_by("application", "at", "pk").values_list(
        "application", "at", "kind", "state", "text"
    )


def application_files(organisation: Organisation) -> Iterator[tuple[str, FieldFile]]:
    for one in organisation.applications.prefetch_related("documents"):
        for document in one.documents.all():
            yield f"{document.pk}-{document.name}", document.file


def associations(organisation: Organisation) -> Iterator[tuple]:
    found = Affiliation.objects.filter(umbrella=organisation).order_by("association__name", "pk")
    yield from found.values_list(
        "association__name",
        "association__acronym",
        "association__country",
        "association__kind",
        "association__website",
        "is_public",
        "since",
        "source",
        "checked_on",
    ).iterator(chunk_size=2000)


def headcounts(organisation: Organisation) -> Iterator[tuple]:
    found = Headcount.objects.filter(organisation=organisation).order_by("as_of", "pk")
    yield from found.values_list("figure", "source", "as_of")


def notices(organisation: Organisation) -> Iterator[tuple]:
    """The mails that the portal wrote to the organisation's own people."""
    people = Mandate.objects.for_organisation(organisation).values("person")
    found = organisation.notices.filter(person__in=people).order_by("written_at", "pk")
    yield from found.values_list(
        "written_at", "email", "kind", "subject", "state", "sent_at", "text"
    )


def register_all():
    register(
        Part(
            "organisation",
            _("the record, with its texts in three languages"),
            (
                *("slug", *EACH_LANGUAGE, "original_language", "acronym", "category", "country"),
                *("regions", "facets", "status", "discreet", "website", "email", "founded"),
            ),
            record,
        ),
        Part(
            "versions",
            _("every version of the record, and who changed it"),
            ("changed_at", "changed_by", *EACH_LANGUAGE, "acronym", "website", "email"),
            versions,
        ),
        Part(
            "people",
            _("the people who act or acted for the organisation"),
            ("name", "email", "language", "role", "since", "until"),
            people,
        ),
        Part(
            "invitations",
            _("invitations to act for the organisation"),
            ("name", "email", "role", "invited_at", "accepted_at"),
            invitations,
        ),
        Part(
            "periods",
            _("periods of membership"),
            ("number", "category", "starts_on", "ends_on", "recorded_at"),
            periods,
        ),
        Part(
            "statuses",
            _("history of the status"),
            ("changed_at", "before", "after"),
            statuses,
        ),
        Part(
            "invoices",
            _("dues: invoices"),
            (
                *("number", "period", "issued_on", "due_on", "amount", "paid", "remaining"),
                *("currency", "cancelled_at"),
            ),
            invoices,
        ),
        Part(
            "payments",
            _("dues: payments"),
            (
                *("invoice", "receipt", "received_on", "amount", "currency", "method"),
                *("reference", "cancelled_at"),
            ),
            payments,
        ),
        Part(
            "waivers",
            _("dues: waivers"),
            ("invoice", "amount", "currency", "granted_at", "cancelled_at"),
            waivers,
        ),
        Part(
            "messages",
            _("messages with the secretariat, with their documents"),
            (
                *("thread", "subject", "written_at", "side", "author", "via", "language", "text"),
                "attachments",
            ),
            messages,
            attachments,
        ),
        Part(
            "applications",
            _("applications for membership, with their documents"),
            (
                *("application", "category", "country", "state", "language", "name"),
                *("description", "website", "email", "begun_at", "submitted_at", "closed_at"),
            ),
            applications,
            application_files,
        ),
        Part(
            "answers",
            _("answers given in applications"),
            ("application", "question", "answer"),
            answers,
        ),
        Part(
            "application_events",
            _("what happened to applications"),
            ("application", "at", "event", "state", "text"),
            events,
        ),
        Part(
            "associations",
            _("the organisation’s own members"),
            (
                *("name", "acronym", "country", "kind", "website", "is_public", "since"),
                *("source", "checked_on"),
            ),
            associations,
        ),
        Part(
            "headcounts",
            _("how many members of its own the organisation has stated"),
            ("figure", "source", "as_of"),
            headcounts,
        ),
        Part(
            "mails",
            _("mails the portal wrote to the organisation’s people"),
            ("written_at", "email", "kind", "subject", "state", "sent_at", "text"),
            notices,
        ),
    )
