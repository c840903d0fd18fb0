"""Mails about money: an invoice, a receipt, an overdue invoice; and to whom they go."""

from collections.abc import Iterable

from django.utils import translation
from django.utils.translation import gettext as _

from members import notices
from members.models import Invoice, Mandate, Organisation, Payment, User
from members.models.mandates import MandateKind
from portal.lib.links import absolute_url


def payers_of(organisations: Iterable[Organisation]) -> dict[int, list[User]]:
    """Who answers for the dues of each: its head and finance people, without them its contacts."""
    pks = [organisation.pk for organisation in organisations]
    first: dict[int, list[User]] = {}
    contacts: dict[int, list[User]] = {}
    kinds = (MandateKind.HEAD, MandateKind.FINANCE, MandateKind.CONTACT)
    mandates = (
        Mandate.objects.current()
        .filter(organisation__in=pks, kind__in=kinds, person__is_active=True)
        .select_related("person")
        .order_by("person__pk")
    )
    for mandate in mandates:
        among = contacts if mandate.kind == MandateKind.CONTACT else first
        people = among.setdefault(mandate.organisation_id, [])
        if mandate.person not in people:
            people.append(mandate.person)
    return {pk: first.get(pk) or contacts.get(pk, []) for pk in pks}


def write_invoice(invoice: Invoice):
    write("invoice", f"invoice:{invoice.pk}", invoice, template="invoice")


def write_overdue(invoice: Invoice):
    write("invoice_overdue", f"invoice:{invoice.pk}", invoice, template="invoice_overdue")


def write_receipt(payment: Payment):
    write("receipt", f"payment:{payment.pk}", payment.invoice, template="receipt", payment=payment)


def write(kind: str, key: str, invoice: Invoice, *, template: str, payment: Payment | None = None):
    """The same mail to each who answers for the dues, in their language."""
    organisation = invoice.organisation
    for person in payers_of([organisation])[organisation.pk]:
        with translation.override(person.language):
            notices.write(
                kind,
                key,
                template=template,
                subject=subject_of(kind, invoice, payment),
                to=person.email,
                language=person.language,
                context={
                    "invoice": invoice,
                    "payment": payment,
                    "organisation": organisation,
                    "person": person,
                    "url": absolute_url("members:space_dues", language=person.language)
                    + f"?organisation={organisation.slug}",
                },
                person=person,
                organisation=organisation,
            )


def subject_of(kind: str, invoice: Invoice, payment: Payment | None) -> str:
    if payment is not None:
        return _("Receipt %(number)s") % {"number": payment.receipt_number}
    if kind == "invoice_overdue":
        return _("Invoice %(number)s is overdue") % {"number": invoice.number}
    return _("Invoice %(number)s for your membership") % {"number": invoice.number}
