"""What newsletters tell of the members."""

from django.db.models import Min, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from members.models import Organisation
from portal.lib.links import absolute
from portal.lib.sections import Layout, Section, Span, Told
from portal.lib.translations import LANGUAGES
from regions.models import Region


def new_members(region: Region | None, span: Span) -> QuerySet:
    """Public members whose first period of membership began in these days; never discreet ones."""
    public = Organisation.objects.public()
    if region:
        public = public.filter(
            Q(country__region=region)
            | Q(
                country__isnull=True,
                pk__in=Organisation.regions.through.objects.filter(region=region).values(
                    "organisation"
                ),
            )
        )
    return (
        public.annotate(joined_on=Min("memberships__starts_on"))
        .filter(joined_on__range=span)
        .order_by("joined_on", "slug")
    )


def member_told(organisation: Organisation, language: str) -> Told:
    return Told(
        title=organisation.text("name", language),
        url=absolute(organisation.get_absolute_url()),
        languages=[code for code in LANGUAGES if organisation.is_available(code)],
        country=(getattr(organisation.country, f"name_{language}") if organisation.country else ""),
    )


NEW_MEMBERS = Section(
    code="members",
    title=_("New members"),
    layout=Layout.NAMES,
    found=new_members,
    whole=lambda: Organisation.objects.select_related("country"),
    shown=lambda organisation: organisation.is_public,
    tell=member_told,
    position=90,
    page="members:organisation",
    limit=40,
)
