"""The tabs of the two private areas. Apps below the roof show them without knowing the rest."""

from typing import NamedTuple

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

register = template.Library()


class Tab(NamedTuple):
    label: str
    url: str
    current: bool


@register.simple_tag(takes_context=True)
def private_tabs(context) -> list[Tab]:
    """The tabs of the area the page belongs to, the current one marked."""
    request = context["request"]
    if not request.user.is_authenticated:
        return []
    if is_desk(request):
        return marked(request, desk_tabs(request))
    return marked(request, space_tabs(request))


@register.simple_tag(takes_context=True)
def private_area(context) -> str:
    """The name of the area the page belongs to."""
    return _("Secretariat") if is_desk(context["request"]) else _("Members’ area")


def is_desk(request: HttpRequest) -> bool:
    return request.path_info.split("/")[2:3] == ["secretariat"]


def space_tabs(request: HttpRequest) -> list[tuple[str, str]]:
    standing = request.user.standing
    tabs = [(_("Dashboard"), "portal:space")]
    if standing.organisations:
        tabs += [
            (_("Our organisation"), "members:space_organisation"),
            (_("People"), "members:space_people"),
            *own_members(standing),
            (_("Dues"), "members:space_dues"),
            (_("Messages"), "members:space_threads"),
            (_("Documents"), "publications:documents"),
            (_("Our texts"), "publications:proposals"),
            (_("Emerging issues"), "programme:emerging_space"),
        ]
    if standing.is_mandated:
        tabs += [(_("Library"), "publications:space_list"), (_("Search"), "portal:space_search")]
    if standing.languages:
        tabs.append((_("Translations"), "portal:translations"))
    tabs += [(_("Mail"), "members:space_mail"), (_("Security"), "mfa_index")]
    if standing.is_treasurer and not standing.has_desk:
        tabs.append((_("Finance desk"), "members:desk_dues"))
    elif standing.has_desk or standing.is_locked:
        tabs.append((_("Secretariat"), "portal:desk"))
    chosen = request.GET.get("organisation")
    several = len(standing.organisations) > 1 and chosen in [o.slug for o in standing.organisations]
    query = f"?organisation={chosen}" if several else ""
    keeping = (
        *("portal:space", "members:", "publications:documents", "publications:proposals"),
        "programme:emerging_space",
    )
    return [
        (label, reverse(name) + (query if name.startswith(keeping) else "")) for label, name in tabs
    ]


def own_members(standing) -> list[tuple[str, str]]:
    """The tab of those who act for an umbrella."""
    has_own = any(one.category.has_own_members for one in standing.organisations)
    return [(_("Own members"), "members:space_own_members")] if has_own else []


def desk_tabs(request: HttpRequest) -> list[tuple[str, str]]:
    standing = request.user.standing
    if not standing.has_desk:
        return treasurer_tabs(request)
    tabs = [
        (_("Work queue"), "portal:desk"),
        (_("Applications"), "members:desk_applications"),
        (_("Organisations"), "members:desk_organisations"),
        (_("Dues"), "members:desk_dues"),
        (_("Correspondence"), "members:desk_threads"),
        (_("Documents"), "members:desk_documents"),
        (_("Partners"), "members:desk_partners"),
        (_("Imports"), "members:desk_imports"),
        (_("People"), "members:desk_people"),
        (_("Regions"), "regions:desk_regions"),
        (_("Publications"), "publications:desk_list"),
        (_("Translations"), "portal:desk_translations"),
        (_("Emerging issues"), "programme:emerging_desk"),
        (_("Newsletters"), "publications:newsletters_desk"),
        (_("Reports"), "publications:reports_desk"),
    ]
    if standing.is_secretariat:
        tabs.append((_("Privacy"), "members:desk_privacy"))
        tabs += [(_("Pages"), "portal:desk_pages"), (_("Records"), "admin:index")]
    if standing.organisations:
        tabs.append((_("Members’ area"), "portal:space"))
    return [(label, reverse(name)) for label, name in tabs]


def treasurer_tabs(request: HttpRequest) -> list[tuple[str, str]]:
    """The finance desk sees dues, and nothing else."""
    tabs = [(_("Dues"), "members:desk_dues"), (_("Security"), "mfa_index")]
    if request.user.standing.organisations:
        tabs.append((_("Members’ area"), "portal:space"))
    return [(label, reverse(name)) for label, name in tabs]


def marked(request: HttpRequest, tabs: list[tuple[str, str]]) -> list[Tab]:
    """The tab of the page is the one whose address is the longest beginning of the page's."""
    beginnings = [url.split("?")[0] for _label, url in tabs]
    current = max((b for b in beginnings if request.path.startswith(b)), key=len, default=None)
    return [
        Tab(label, url, beginning == current)
        for (label, url), beginning in zip(tabs, beginnings, strict=True)
    ]
