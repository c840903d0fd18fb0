"""Checking a certificate of membership by its code, open to everybody."""

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from portal.lib.public import rate_limited, reads_query
from publications import certificates


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code of the certificate"),
        help_text=_("Ten characters, beside the square code at the foot of the certificate."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def clean_code(self) -> str:
        return certificates.read(self.cleaned_data["code"])


@login_not_required
@reads_query("code")
def verify(request: HttpRequest) -> HttpResponse:
    """Where a code is typed in; a right one leads to its answer."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("publications:certificate", code=form.cleaned_data["code"])
    return answered(request, form=form, status=422 if form.errors else 200)


@login_not_required
@never_cache
@rate_limited("verify", per_hour=120, methods=("GET", "HEAD"))
@reads_query()
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """Whether the certificate with this code holds today, and nothing that says who asked.

    Of a discreet or former member nothing is told but that.
    """
    form = CodeForm({"code": code})
    if not form.is_valid():
        return answered(request, form=form, status=404)
    read = form.cleaned_data["code"]
    found = certificates.find(read)
    context = {
        "form": CodeForm(),
        "code": certificates.written(read),
        "state": found.state_on(timezone.localdate()).value if found else "unknown",
        "certificate": found if found and found.is_public else None,
    }
    return answered(request, **context, status=200 if found else 404)


def answered(request: HttpRequest, *, status: int, **context) -> HttpResponse:
    """The page; a search engine lists the empty form alone."""
    context = {"state": "", "certificate": None} | context
    response = render(request, "publications/verify.html", context, status=status)
    if context["state"] or context["form"].errors:
        response.headers["X-Robots-Tag"] = "noindex"
    return response
