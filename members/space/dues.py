"""The dues of one's own organisation: invoices, receipts, what is to be paid; and its renewal."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from members import dues, dues_papers, renewals
from members.desk.dues import account_of, as_pdf
from members.models import Invoice, Organisation, Payment
from members.perms import may_renew
from members.space.own import for_own_organisation, own_organisations, page_of
from members.views.renewal import Renewing


@for_own_organisation
def own_dues(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    today = timezone.localdate()
    prices = dues.PriceList.current()
    context = {
        "organisation": organisation,
        "last": organisation.current_membership,
        "invoices": account_of(organisation),
        "totals": dues.totals(organisation.invoices.all()),
        "price": prices.price(organisation.category_id, organisation.country, today),
        "group": prices.group_of(organisation.country, today),
        "may_renew": may_renew(request.user, organisation),
        "can_renew": renewals.is_open(organisation, today),
        "renewal_url": page_of("members:space_renewal", organisation, request.user),
    }
    return render(request, "members/space_dues.html", context)


def invoice_file(request: HttpRequest, pk: int) -> HttpResponse:
    """An invoice of one of the person's organisations, cancelled or not, as a PDF."""
    own = Invoice.objects.filter(organisation__in=own_organisations(request.user))
    found = get_object_or_404(own, pk=pk)
    return as_pdf(dues_papers.invoice_pdf, found, found.number)


def receipt_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt of a payment for one of the person's organisations, void or not, as a PDF."""
    own = Payment.objects.filter(invoice__organisation__in=own_organisations(request.user))
    found = get_object_or_404(own, pk=pk)
    return as_pdf(dues_papers.receipt_pdf, found, found.receipt_number)


@never_cache
@for_own_organisation
def renewal(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """The renewal form, for who may commit the organisation."""
    if not may_renew(request.user, organisation):
        said = _("The head, the contacts and the finance people of your organisation renew it.")
        messages.info(request, said)
        return redirect(page_of("members:space_dues", organisation, request.user))
    renewing = Renewing(request, request.user, organisation, organisation.current_membership)
    if renewing.is_done():
        messages.success(request, _("The membership is renewed. A confirmation is on its way."))
        return redirect(page_of("members:space_dues", organisation, request.user))
    return render(request, "members/space_renewal.html", renewing.context())
