"""Own members of a few example umbrellas, figures of others, and what each works on."""

import datetime

from django.utils import timezone

from members import associations, likenesses
from members.models import Affiliation, Association, Facet, Headcount, Organisation, User
from members.models.facets import FacetKind
from portal.demo.texts import chance
from portal.lib import changes
from regions.models import Country

# Umbrella → its associations: name, acronym, country unless its own, kind, published?
LISTS = {
    "france-conseil": (
        ("Fédération des maisons de quartier (exemple)", "FMQ", None, "federation", True),
        ("Réseau des épiceries solidaires (exemple)", "RES", None, "federation", True),
        ("Union des aides à domicile (exemple)", "UAD", None, "federation", True),
        ("Fondation des foyers ruraux (exemple)", "", None, "foundation", False),
        ("École du travail social (exemple)", "ETS", None, "research", True),
    ),
    "kenya-council": (
        ("Lake Region Shelters (example)", "LRS", None, "association", True),
        ("Highlands Community Kitchens (example)", "HCK", None, "cooperative", True),
        ("Coast Mutual Health Society (example)", "CMHS", None, "cooperative", True),
        ("Rift Valley Carers (example)", "", None, "association", False),
    ),
    "senegal-conseil": (
        ("Mutuelle des pêcheurs (exemple)", "MDP", None, "cooperative", True),
        ("Collectif des crèches de quartier (exemple)", "", None, "association", True),
    ),
    "argentina-consejo": (
        ("Red de comedores populares (ejemplo)", "RCP", None, "federation", True),
        ("Fundación Puente (ejemplo)", "", None, "foundation", True),
        ("Cooperativa de cuidados (ejemplo)", "CDC", None, "cooperative", False),
    ),
    "union-africaine-mutuelles": (
        ("Mutuelle des Pêcheurs (exemple)", "MDP", "SN", "cooperative", True),
        ("Mutual Health Society of the Coast (example)", "CMHS", "KE", "cooperative", True),
        ("Mutuelle des artisans (exemple)", "MDA", "ML", "cooperative", True),
        ("Savings and Care Society (example)", "SCS", "TZ", "cooperative", False),
    ),
}
# Umbrella → what it says to have: figure, source, year of the figure.
FIGURES = {
    "germany-assembly": (124, "Annual report (example)", 2025),
    "india-council": (860, "General assembly (example)", 2025),
    "brasil-conselho": (312, "Assembleia geral (exemplo)", 2024),
    "japan-council": (47, "Register of members (example)", 2026),
    "red-iberoamericana": (38, "Informe anual (ejemplo)", 2025),
}
SAME = ("Mutuelle des pêcheurs (exemple)", "Mutuelle des Pêcheurs (exemple)")


def create_own_members(secretary: User) -> int:
    """Lists, figures and one decision, unless there are some; how many associations."""
    if Affiliation.objects.exists() or Headcount.objects.exists():
        return 0
    umbrellas = Organisation.objects.select_related("category", "country").in_bulk(
        [*LISTS, *FIGURES], field_name="slug"
    )
    countries = Country.objects.in_bulk()
    for slug, rows in LISTS.items():
        for name, acronym, country, kind, is_public in rows:
            associations.record(
                Affiliation(umbrella=umbrellas[slug]),
                {
                    "name": name,
                    "acronym": acronym,
                    "country": countries.get(country),
                    "kind": kind,
                },
                {"is_public": is_public},
                by=secretary,
            )
    for slug, (figure, source, year) in FIGURES.items():
        day = min(datetime.date(year, 6, 30), timezone.localdate())
        associations.count(umbrellas[slug], figure=figure, source=source, as_of=day, by=secretary)
    one, other = (Association.objects.get(name=name) for name in SAME)
    likenesses.decide(one, other, decision="same", by=secretary)
    return sum(map(len, LISTS.values()))


def choose_facets() -> int:
    """What each organisation works on, with whom and in which languages, where none has chosen."""
    if Organisation.facets.through.objects.exists():
        return 0
    words = {kind: list(Facet.objects.of_kind(kind)) for kind in FacetKind.values}
    languages = {facet.code: facet for facet in words[FacetKind.LANGUAGE]}
    link = Organisation.facets.through
    links = []
    organisations = list(Organisation.objects.all())
    for organisation in organisations:
        dice = chance("facets", organisation.slug)
        chosen = {
            *dice.sample(words[FacetKind.THEME], dice.randint(1, 3)),
            *dice.sample(words[FacetKind.POPULATION], dice.randint(1, 2)),
            languages[organisation.original_language],
            *dice.sample(words[FacetKind.LANGUAGE], dice.randint(0, 1)),
        }
        links += [link(organisation=organisation, facet=facet) for facet in chosen]
    link.objects.bulk_create(links, batch_size=500)
    changes.announce_all(organisations)
    return len(links)
