"""Choosing what an organisation works on, with whom and in which languages."""

from collections.abc import Iterable

from members.models import Facet, Organisation
from portal.lib import changes


def choose(organisation: Organisation, facets: Iterable[Facet]) -> bool:
    """Make these the facets of a stored organisation; whether that changed anything."""
    wanted = {facet.pk for facet in facets}
    if wanted == set(organisation.facets.values_list("pk", flat=True)):
        return False
    organisation.facets.set(wanted)
    changes.announce(organisation)
    return True
