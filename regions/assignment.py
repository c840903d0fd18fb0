"""Which region a country belongs to: data that the network can change."""

from portal.lib import changes
from regions.models import Country, Region


def assign(country: Country, *, region: Region):
    """Move a country to a region, and tell that both regions and the country have changed."""
    before = country.region
    country.region = region
    country.save(update_fields=["region"])
    changes.announce(country, before, region)
