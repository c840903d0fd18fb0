"""Where somebody with a desk is led whose session has not shown a second factor."""

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from members.second_factor import factors_of, is_verified


def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the one there is, or say why one is needed and how it is set up."""
    wanted = wanted_page(request)
    factors = factors_of(request.user)
    if factors and is_verified(request):
        return redirect(wanted)
    if factors:
        by_code = Authenticator.Type.TOTP in factors
        name = "mfa_reauthenticate" if by_code else "mfa_reauthenticate_webauthn"
        return redirect(f"{reverse(name)}?{urlencode({'next': wanted})}")
    return render(request, "members/space_second_factor.html", {})


def wanted_page(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    own = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if own else reverse("portal:space")
