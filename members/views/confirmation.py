"""The page behind the yearly question: still in charge, or who is now. No password is asked."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from members import confirmations
from members.forms.people import LeaveForm
from members.models import Mandate, User
from portal.lib.public import public_form, rate_limited


@login_not_required
@public_form
@rate_limited("confirmation", per_hour=60)
def confirmation(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the roles with one button; nothing changes before it is pressed."""
    person = confirmations.open_link(token)
    if person is None:
        return render(request, "members/confirmation_closed.html", status=410)
    left = None
    if request.method == "POST":
        if request.POST.get("act") != "leave":
            confirmations.confirm(person)
            context = {"person": person, "mandates": confirmations.roles_of(person), "left": None}
            return render(request, "members/confirmation_done.html", context)
        left = leaving(request, person)
        if left.is_bound and left.is_valid() and carried_out(left, person):
            context = {"person": person, "mandates": confirmations.roles_of(person), "left": left}
            return render(request, "members/confirmation_done.html", context)
    context = {"person": person, "roles": roles(person, left)}
    return render(request, "members/confirmation.html", context)


def leaving(request: HttpRequest, person: User) -> LeaveForm:
    mandate = get_object_or_404(
        confirmations.roles_of(person), pk=whole(request.POST.get("mandate"))
    )
    return LeaveForm(request.POST, mandate=mandate, prefix=f"role-{mandate.pk}")


def carried_out(form: LeaveForm, person: User) -> bool:
    try:
        confirmations.leave(form.mandate, successor=form.successor(), by=person)
    except ValidationError as error:
        form.take(error)
        return False
    return True


def roles(person: User, left: LeaveForm | None) -> list[tuple[Mandate, LeaveForm]]:
    """Each role with the form by which its holder leaves it; the one that was sent keeps what
    was typed."""
    return [
        (
            mandate,
            left
            if left is not None and left.mandate.pk == mandate.pk
            else LeaveForm(mandate=mandate, prefix=f"role-{mandate.pk}"),
        )
        for mandate in confirmations.roles_of(person)
    ]


def whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 12 else 0
