"""Partners, donors, research centres and academics: kept, exported and erased."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Prefetch
from django.utils import translation
from django.utils.translation import gettext as _

from members.models import Organisation, Partner, User
from members.models.facets import FacetKind
from members.models.partners import PartnerKind
from portal.lib.sheets.cells import Value


def record(partner: Partner, *, by: User, regions, facets, organisations):
    """Save a record with all that it is linked with, or nothing."""
    with transaction.atomic():
        if partner.pk is None:
            partner.recorded_by = by
        partner.save()
        partner.regions.set(regions)
        partner.facets.set(facets)
        partner.organisations.set(organisations)


def erase(partner: Partner):
    """Take a record away with its history: who asks to be forgotten is forgotten."""
    with transaction.atomic():
        pk = partner.pk
        partner.delete()
        Partner.history.filter(id=pk).delete()


def rows(found, *, reader: User, language: str) -> Iterator[list[Value]]:
    """The records as the rows of a sheet, the headers first; read piece by piece.

    Words are in the language whatever is active when the rows are read.
    """
    with translation.override(language):
        headers = [
            _("Kind"), _("Name"), _("Person"), _("Institution"), _("Job title"), _("Expertise"),
            _("Themes"), _("Populations"), _("Working languages"), _("E-mail address"),
            _("Telephone"), _("Website"), _("Postal address"), _("Country"), _("Regions"),
            _("Related organisations"), _("Notes"), _("How they agreed"), _("Agreed on"),
        ]  # fmt: skip
        kinds = {kind.value: str(kind.label) for kind in PartnerKind}
        yes, no = _("yes"), _("no")
    # Organisations that the reader may not see are not told by their partners either.
    seen = Prefetch("organisations", Organisation.objects.visible_to(reader))
    found = found.prefetch_related("regions", "facets", seen)

    def read() -> Iterator[list[Value]]:
        yield headers
        for partner in found.iterator(chunk_size=500):
            words = {kind: [] for kind in FacetKind.values}
            for facet in partner.facets.all():
                words[facet.kind].append(getattr(facet, f"label_{language}") or facet.code)
            yield [
                kinds[partner.kind],
                partner.name,
                yes if partner.is_person else no,
                partner.institution,
                partner.role,
                partner.expertise,
                "; ".join(words[FacetKind.THEME]),
                "; ".join(words[FacetKind.POPULATION]),
                "; ".join(words[FacetKind.LANGUAGE]),
                partner.email,
                partner.phone,
                partner.website,
                partner.address,
                partner.country_id or "",
                " ".join(sorted(region.code for region in partner.regions.all())),
                " ".join(sorted(one.slug for one in partner.organisations.all())),
                partner.notes,
                partner.consent_source,
                partner.consent_on,
            ]

    return read()
