"""Who joins, who pays, and whose exception runs out."""

import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import (
    Application,
    Derogation,
    Invoice,
    User,
)
from members.models.applications import ApplicationState
from portal.kinds.organisations import run_by
from portal.work import Kind, Told, Weight

# A derogation is looked at so long before it runs out.
DEROGATION_DAYS = 60


# -- Applications ----------------------------------------------------------------------------------


def application_told(application: Application) -> Told:
    is_advised = application.state == ApplicationState.ADVISED
    return Told(
        application.name,
        application_url(application),
        application.region,
        application.get_state_display(),
        "ok" if is_advised else "info",
    )


def application_url(application: Application) -> str:
    return reverse("members:desk_application", kwargs={"pk": application.pk})


APPLICATIONS = Kind(
    code="application",
    weight=Weight.ANSWER,
    name=gettext_lazy("Applications to decide"),
    label=gettext_lazy("Application"),
    found=lambda user: Application.objects.run_by(user).under_review(),
    since="submitted_at",
    tell=application_told,
    in_region=lambda found, region: found.in_region(region),
    whole=lambda rows: rows.select_related("country__region").prefetch_related("regions"),
    page=lambda: reverse("members:desk_applications"),
)


# -- Dues ------------------------------------------------------------------------------------------


def invoice_told(invoice: Invoice) -> Told:
    organisation = invoice.organisation
    url = reverse("members:desk_dues_account", kwargs={"slug": organisation.slug})
    return Told(organisation, url, organisation.region, invoice.number, "warn")


INVOICES = Kind(
    code="invoice",
    weight=Weight.FOLLOW,
    name=gettext_lazy("Invoices overdue"),
    label=gettext_lazy("Invoice"),
    found=lambda user: Invoice.objects.visible_to(user).overdue(),
    since="due_on",
    tell=invoice_told,
    in_region=lambda found, region: found.in_region(region),
    whole=lambda rows: rows.select_related("organisation__country__region").prefetch_related(
        "organisation__regions"
    ),
    page=lambda: reverse("members:desk_dues"),
)


# -- Derogations -----------------------------------------------------------------------------------


def derogations_running_out(user: User) -> QuerySet:
    until = timezone.localdate() + datetime.timedelta(days=DEROGATION_DAYS)
    found = Derogation.objects.in_force().filter(until__lte=until)
    return found.filter(organisation__in=run_by(user).values("pk"))


def derogation_told(derogation: Derogation) -> Told:
    organisation = derogation.organisation
    url = reverse("members:desk_organisation", kwargs={"slug": organisation.slug})
    return Told(organisation, url, organisation.region, _("derogation runs out"), "warn")


DEROGATIONS = Kind(
    code="derogation",
    weight=Weight.FOLLOW,
    name=gettext_lazy("Derogations running out"),
    label=gettext_lazy("Derogation"),
    found=derogations_running_out,
    since="until",
    tell=derogation_told,
    in_region=lambda found, region: found.filter(country__region=region),
    whole=lambda rows: rows.select_related("organisation__country__region"),
)
