"""The records behind the codes of a state, and a state put into an organisation."""

from members.imports.records import FACET_FIELDS, LISTS, TEXTS
from members.models import Category, Facet, Organisation
from members.models.organisations import STANDING
from portal.lib.text import sort_key
from portal.lib.translations import LANGUAGES
from regions.models import Region

# Every column that an import can change, those that follow by themselves included.
WRITTEN = [
    *TEXTS, "name", "description", *(f"sort_{code}" for code in LANGUAGES),
    *(f"state_{code}" for code in LANGUAGES), *(f"source_{code}" for code in LANGUAGES),
    "original_language", "acronym", "category", "country", "seat_country", "status", "discreet",
    "website", "email", "founded",
]  # fmt: skip


class Codes:
    """Loaded once for a whole import."""

    def __init__(self):
        self.categories = {category.code: category for category in Category.objects.all()}
        self.category_of = {category.pk: category for category in self.categories.values()}
        self.regions = dict(Region.objects.values_list("code", "pk"))
        self.facets = {(kind, code): pk for kind, code, pk in
                       Facet.objects.values_list("kind", "code", "pk")}  # fmt: skip

    def apply(self, organisation: Organisation, values: dict):
        """Put what a row says into the record, with all that saving would bring along."""
        for key, value in values.items():
            if key == "category":
                organisation.category_id = self.categories[value].pk
            elif key == "country":
                organisation.country_id = value or None
            elif key == "founded":
                organisation.founded = value or None
            elif key not in LISTS and key != "regions":
                setattr(organisation, key, value)
        organisation.settle_texts()
        edited = {key[-2:] for key in values if key in TEXTS and values[key]}
        for code in edited - {organisation.original_language}:
            organisation.mark_translated(code)
        for code in LANGUAGES:
            name = organisation.text("name", code).value
            setattr(organisation, f"sort_{code}", sort_key(name, code))

    def seat(self, organisation: Organisation, *, exempt: set[tuple[int, str]]) -> str | None:
        """The country whose seat it has: the rule of ``seats.deserves_seat``, without a query."""
        country = organisation.country_id
        deserves = (
            self.category_of[organisation.category_id].unique_per_country
            and organisation.status in STANDING
            and (organisation.pk, country) not in exempt
        )
        return country if deserves and country else None

    def write_lists(self, states: dict[int, dict], *, are_new: bool):
        """Make these the regions and the words of each organisation."""
        regions, facets = Organisation.regions.through, Organisation.facets.through
        if not are_new and states:
            regions.objects.filter(organisation__in=list(states)).delete()
            kinds = facets.objects.filter(facet__kind__in=list(FACET_FIELDS))
            kinds.filter(organisation__in=list(states)).delete()
        regions.objects.bulk_create(
            regions(organisation_id=pk, region_id=self.regions[code])
            for pk, state in states.items()
            for code in state.get("regions", ())
        )
        facets.objects.bulk_create(
            facets(organisation_id=pk, facet_id=self.facets[kind, code])
            for pk, state in states.items()
            for field, kind in LISTS.items()
            for code in state.get(field, ())
        )
