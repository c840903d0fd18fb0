"""The finance desk: invoices, what was received for them, what was waived.

A regional executive sees one region's and records nothing.
"""

from collections.abc import Callable, Iterator

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from members import dues, dues_papers
from members.forms.dues import DuesFilter, IssueForm, PaymentForm, ReasonForm, WaiverForm
from members.models import Invoice, Membership, Organisation, Payment, User, Waiver
from members.perms import may_record_dues, may_see_dues
from portal.lib.access import permitted
from portal.lib.sheets.writing import as_csv
from portal.lib.translations import current_language

PER_PAGE = 50


def filtered(request: HttpRequest) -> tuple[DuesFilter, object]:
    filters = DuesFilter(request.GET, user=request.user)
    return filters, filters.apply(Invoice.objects.visible_to(request.user))


@permitted(may_see_dues)
def invoices(request: HttpRequest) -> HttpResponse:
    filters, found = filtered(request)
    rows = found.select_related("organisation", "membership", "category", "country__region")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "page": page,
        "totals": dues.totals(found),
        "may_record": may_record_dues(request.user),
    }
    return render(request, "members/desk_dues.html", context)


@permitted(may_see_dues)
def invoices_csv(request: HttpRequest) -> HttpResponse:
    _filters, found = filtered(request)
    return StreamingHttpResponse(
        as_csv(csv_rows(found.order_by("number"))),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="dues.csv"'},
    )


COLUMNS = (
    *("number", "organisation", "category", "country", "income_group", "from", "until"),
    *("issued", "due", "currency", "amount", "paid", "waived", "remaining", "state"),
)


def csv_rows(found) -> Iterator[list]:
    """One invoice a line; amounts with a decimal point."""
    today = timezone.localdate()
    yield list(COLUMNS)
    rows = found.select_related("organisation", "membership", "category")
    for invoice in rows.iterator(chunk_size=500):
        yield [
            invoice.number,
            str(invoice.organisation),
            invoice.category.code,
            invoice.country_id or "",
            invoice.income_group,
            invoice.membership.starts_on,
            invoice.membership.ends_on,
            invoice.issued_on,
            invoice.due_on,
            invoice.currency,
            *map(str, (invoice.amount, invoice.paid, invoice.waived, invoice.balance)),
            invoice.state_on(today).value,
        ]


@permitted(may_record_dues)
def issue(request: HttpRequest) -> HttpResponse:
    """Invoice the periods of a year: what would be done, then what was, row by row."""
    if request.method == "POST":
        form = IssueForm(request.POST)
        answers = None
        if form.is_valid():
            answers = dues.issue_year(form.cleaned_data["year"], by=request.user)
        return issue_page(request, form, answers=answers)
    form = IssueForm(request.GET) if request.GET else IssueForm()
    return issue_page(request, form)


def issue_page(request: HttpRequest, form: IssueForm, answers=None) -> HttpResponse:
    year = form.initial.get("year")
    if form.is_bound:
        year = form.cleaned_data.get("year") if form.is_valid() else None
    prices = dues.PriceList.current()
    waiting = dues.to_invoice(year) if year else Membership.objects.none()
    context = {
        "form": form,
        "year": year,
        "answers": answers,
        "issued": [answer for answer in answers or () if answer.invoice],
        "refused": [answer for answer in answers or () if not answer.invoice],
        "count": waiting.count(),
        "waiting": [
            (
                period,
                prices.price(period.category_id, period.organisation.country, period.starts_on),
            )
            for period in waiting[: dues.AT_ONCE]
        ],
    }
    return render(request, "members/desk_dues_issue.html", context)


def seen_by(user: User):
    """The organisations whose account the user sees."""
    if user.standing.keeps_accounts:
        return Organisation.objects.all()
    return Organisation.objects.run_by(user)


@permitted(may_see_dues)
def account(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything about the dues of one organisation."""
    own = seen_by(request.user).select_related("category", "country__region")
    organisation = get_object_or_404(own, slug=slug)
    last = organisation.current_membership
    context = {
        "organisation": organisation,
        "last": last,
        "price": dues.price_of(organisation.category, organisation.country, timezone.localdate()),
        "group": dues.PriceList.current().group_of(organisation.country, timezone.localdate()),
        "invoices": account_of(organisation),
        "totals": dues.totals(organisation.invoices.all()),
        "uninvoiced": uninvoiced(organisation),
        "may_record": may_record_dues(request.user),
    }
    return render(request, "members/desk_dues_account.html", context)


def uninvoiced(organisation: Organisation):
    """Its periods without an invoice, of last year and since: older ones are left alone."""
    recent = organisation.memberships.filter(starts_on__year__gte=timezone.localdate().year - 1)
    return recent.exclude(invoices__in=Invoice.objects.standing())


def account_of(organisation: Organisation):
    """The invoices of an organisation with what was recorded on each, the newest first."""
    return organisation.invoices.select_related(
        "membership", "cancelled_by", "issued_by", "category"
    ).prefetch_related(
        "payments__recorded_by",
        "payments__cancelled_by",
        "waivers__recorded_by",
        "waivers__cancelled_by",
    )


@permitted(may_see_dues)
def invoice_file(request: HttpRequest, pk: int) -> HttpResponse:
    found = recorded(request, pk)
    return as_pdf(dues_papers.invoice_pdf, found, found.number)


@permitted(may_see_dues)
def receipt_file(request: HttpRequest, pk: int) -> HttpResponse:
    seen = Invoice.objects.visible_to(request.user)
    found = get_object_or_404(Payment.objects.filter(invoice__in=seen), pk=pk)
    return as_pdf(dues_papers.receipt_pdf, found, found.receipt_number)


def as_pdf(printer: Callable[..., bytes], record: Invoice | Payment, number: str) -> HttpResponse:
    """The document in the language of the address, under its number."""
    language = current_language()
    name = f"{number.replace('/', '-')}-{language}.pdf"
    headers = {"Content-Disposition": content_disposition_header(False, name)}
    content = printer(record, language=language)
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@permitted(may_record_dues)
def issue_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Invoice one period from the account of its organisation."""
    membership = get_object_or_404(
        Membership.objects.select_related("organisation__country", "category"), pk=pk
    )
    if request.method == "POST":
        try:
            invoice = dues.issue(membership, by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            said = _("Invoice %(number)s has been issued.") % {"number": invoice.number}
            messages.success(request, said)
    return redirect("members:desk_dues_account", slug=membership.organisation.slug)


def recorded(request: HttpRequest, pk: int) -> Invoice:
    rows = Invoice.objects.visible_to(request.user).select_related("organisation", "membership")
    return get_object_or_404(rows, pk=pk)


@permitted(may_record_dues)
def payment(request: HttpRequest, pk: int) -> HttpResponse:
    invoice = recorded(request, pk)
    form = PaymentForm(request.POST or None, invoice=invoice)

    def act() -> str:
        made = dues.record_payment(
            invoice, **form.cleaned_data, currency=invoice.currency, by=request.user
        )
        return _("The payment has been recorded. Receipt: %(number)s.") % {
            "number": made.receipt_number
        }

    return act_page(request, invoice, form, act, title=_("Record a payment"))


@permitted(may_record_dues)
def waive(request: HttpRequest, pk: int) -> HttpResponse:
    invoice = recorded(request, pk)
    form = WaiverForm(request.POST or None, invoice=invoice)

    def act() -> str:
        dues.waive(invoice, **form.cleaned_data, by=request.user)
        return _("The waiver has been recorded.")

    return act_page(request, invoice, form, act, title=_("Grant a waiver"))


@permitted(may_record_dues)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    invoice = recorded(request, pk)
    form = ReasonForm(request.POST or None)

    def act() -> str:
        dues.cancel(invoice, **form.cleaned_data, by=request.user)
        return _("The invoice has been cancelled. Its number stays taken.")

    return act_page(request, invoice, form, act, title=_("Cancel the invoice"))


@permitted(may_record_dues)
def take_back_payment(request: HttpRequest, pk: int) -> HttpResponse:
    return take_back(request, Payment, pk, title=_("Take back the payment"))


@permitted(may_record_dues)
def take_back_waiver(request: HttpRequest, pk: int) -> HttpResponse:
    return take_back(request, Waiver, pk, title=_("Take back the waiver"))


def take_back(request: HttpRequest, model, pk: int, *, title: str) -> HttpResponse:
    entry = get_object_or_404(model.objects.select_related("invoice__organisation"), pk=pk)
    form = ReasonForm(request.POST or None)

    def act() -> str:
        dues.take_back(entry, **form.cleaned_data, by=request.user)
        return _("It has been taken back. The invoice is open again for that amount.")

    return act_page(request, entry.invoice, form, act, title=title)


def act_page(
    request: HttpRequest, invoice: Invoice, form: BaseForm, act, *, title: str
) -> HttpResponse:
    """One act on an invoice: its form, then back to the account of the organisation."""
    if request.method == "POST" and form.is_valid():
        try:
            said = act()
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, said)
            return redirect("members:desk_dues_account", slug=invoice.organisation.slug)
    context = {"invoice": invoice, "form": form, "title": title}
    return render(request, "members/desk_dues_act.html", context)
