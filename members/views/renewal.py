"""Renewal behind the link of a reminder: two steps, without a password. Nothing of it is cached."""

from dataclasses import dataclass, field

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from members import dues, dues_letters, reach, renewals
from members.forms.dues import RenewalForm
from members.models import Membership, Organisation, User
from members.space.people import acting_for
from portal.lib.public import public_form, rate_limited


@dataclass
class Renewing:
    """One renewal on its way through the two steps, by link or in the members' area."""

    request: HttpRequest
    person: User
    organisation: Organisation
    last: Membership | None
    by_link: bool = False
    refusal: str = ""
    step: str = "check"
    form: RenewalForm = field(init=False)

    def __post_init__(self):
        self.form = RenewalForm(self.request.POST or None, instance=self.organisation)
        try:
            renewals.check(self.organisation, self.last)
        except ValidationError as error:
            self.refusal = " ".join(error.messages)

    def is_done(self) -> bool:
        """Carry out what was posted. True once the membership is renewed."""
        if self.request.method != "POST" or self.refusal or not self.form.is_valid():
            return False
        asked = self.request.POST.get("step")
        if asked != "confirm":
            self.step = "check" if asked == "back" else "confirm"
            return False
        try:
            renewals.renew(
                self.organisation,
                last=self.last,
                by=self.person,
                by_link=self.by_link,
                note=self.form.cleaned_data["note"],
                details={name: self.form.cleaned_data[name] for name in ("website", "email")},
            )
        except ValidationError as error:
            self.refusal = " ".join(error.messages)
            return False
        return True

    def context(self) -> dict:
        organisation, last = self.organisation, self.last
        stored = Organisation.objects.select_related("category", "country__region").get(
            pk=organisation.pk
        )
        period = None if self.refusal else renewals.next_period(stored, last)
        return {
            "organisation": stored,
            "person": self.person,
            "last": last,
            "period": period,
            "price": period and dues.price_of(stored.category, stored.country, period.starts_on),
            "payment_days": dues.PAYMENT_DAYS,
            "mandates": acting_for(stored),
            "reach": reach.of_organisation(stored),
            "payers": dues_letters.payers_of([stored])[stored.pk],
            "form": self.form,
            "step": self.step,
            "refusal": self.refusal,
            "steps": steps(self.step),
        }


def steps(current: str) -> list[dict]:
    names = (
        ("check", pgettext("renewal", "Check")),
        ("confirm", pgettext("renewal", "Confirm")),
        ("done", _("Done")),
    )
    order = [name for name, _title in names]
    return [
        {
            "title": title,
            "note": "",
            "state": "current"
            if name == current
            else "done"
            if order.index(name) < order.index(current)
            else "",
        }
        for name, title in names
    ]


@login_not_required
@public_form
@rate_limited("renewal", per_hour=60)
def renewal(request: HttpRequest, token: str) -> HttpResponse:
    """What the link opens: the form, what was renewed, or why it is good for nothing."""
    link = renewals.open_link(token)
    if link is None:
        return render(request, "members/renewal_closed.html", status=410)
    if renewals.is_renewed(link.last):
        return render(request, "members/renewal_done.html", done(link))
    renewing = Renewing(request, link.person, link.organisation, link.last, by_link=True)
    if renewing.is_done():
        return redirect("members:renewal", token=token)
    return render(request, "members/renewal.html", renewing.context())


def done(link: renewals.Link) -> dict:
    """What the page after a renewal tells; also to who comes second, by a link of their own."""
    now = link.organisation.current_membership
    return {
        "organisation": link.organisation,
        "period": now,
        "invoice": now.invoices.standing().first(),
        "today": timezone.localdate(),
        "steps": [{**step, "state": "done"} for step in steps("done")],
    }
