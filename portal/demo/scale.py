"""Many times the demonstration network, for load tests: written in bulk, valid all the same."""

import datetime
from itertools import islice

from django.utils import timezone

from members.models import Category, Membership, Organisation
from members.models.organisations import Status
from portal.demo.letters import how_many, keep, readers
from portal.demo.texts import EXAMPLE, chance, read
from portal.lib import changes
from portal.lib.text import sort_key
from portal.lib.translations import LANGUAGES
from publications import shelving
from publications.models import Newsletter, Publication

BRANCH = {"fr": "section {n}", "en": "branch {n}", "es": "sección {n}"}
# Copies of publications are dated back over these years; the originals begin the year after.
LAST_YEAR, YEARS = 2022, 20
BATCH = 500


def multiply(times: int) -> dict[str, int]:
    """Add copies until there is so many times each thing, and say how many were added."""
    copies = range(2, times + 1)
    return {
        "organisations": multiply_organisations(copies),
        "publications": multiply_publications(copies),
        "subscriptions": multiply_subscriptions(copies),
    }


def multiply_organisations(copies: range) -> int:
    """Copies of every example one may see; a copy of a national organisation is in category C."""
    if not copies:
        return 0
    slugs = [row["slug"] for row in read("organisations")["organisations"]]
    originals = list(Organisation.objects.public().filter(slug__in=slugs).order_by("slug"))
    regions = {
        original.pk: [region.pk for region in original.regions.all()] for original in originals
    }
    categories = {category.code: category for category in Category.objects.all()}
    existing = set(Organisation.objects.values_list("slug", flat=True))
    pairs = [
        (original, branch(original, number, categories))
        for number in copies
        for original in originals
        if f"{original.slug}-{number}" not in existing
    ]
    created = [copy for _, copy in pairs]
    Organisation.objects.bulk_create(created, batch_size=BATCH)
    Link = Organisation.regions.through
    Link.objects.bulk_create(
        (
            Link(organisation_id=copy.pk, region_id=region)
            for original, copy in pairs
            for region in regions[original.pk]
        ),
        batch_size=BATCH,
    )
    add_periods(created)
    changes.announce_all(created)
    return len(created)


def branch(original: Organisation, number: int, categories: dict[str, Category]) -> Organisation:
    values = {}
    for code in LANGUAGES:
        name = original.own_text("name", code)
        if name:
            name = name.removesuffix(EXAMPLE[code]).strip()
            name = f"{name}, {BRANCH[code].format(n=number)} {EXAMPLE[code]}"
        values[f"name_{code}"] = name or None
        values[f"description_{code}"] = original.own_text("description", code) or None
    copy = Organisation(
        slug=f"{original.slug}-{number}",
        category=categories["C" if original.country_id else "B"],
        country_id=original.country_id,
        status=Status.ACTIVE,
        founded=original.founded,
        original_language=original.original_language,
        **values,
    )
    copy.settle_texts()
    for code in LANGUAGES:
        setattr(copy, f"sort_{code}", sort_key(copy.text("name", code).value, code))
    return copy


def add_periods(organisations: list[Organisation]):
    """One period for each, this year. Five digits keep apart from the numbers of the verb."""
    year = timezone.localdate().year
    prefix = f"M/{year}/0"
    taken = set(
        Membership.objects.filter(number__startswith=prefix).values_list("number", flat=True)
    )
    free = (number for index in range(1, 10**6) if (number := f"{prefix}{index:05d}") not in taken)
    Membership.objects.bulk_create(
        (
            Membership(
                organisation=organisation,
                category=organisation.category,
                number=number,
                starts_on=datetime.date(year, 1, 1),
                ends_on=datetime.date(year, 12, 31),
            )
            for organisation, number in zip(
                organisations, islice(free, len(organisations)), strict=True
            )
        ),
        batch_size=BATCH,
    )


def multiply_publications(copies: range) -> int:
    """Earlier editions of every example, over twenty years, with symbols of their own."""
    if not copies:
        return 0
    symbols = [row["symbol"] for row in read("publications")["publications"]]
    originals = list(Publication.objects.filter(symbol__in=symbols).order_by("symbol"))
    existing = set(Publication.objects.values_list("symbol", flat=True))
    pairs = []
    for number in copies:
        for position, original in enumerate(originals):
            copy = edition(original, (number - 2) * len(symbols) + position)
            if copy.symbol not in existing:
                pairs.append((original, copy))
    created = [copy for _, copy in pairs]
    Publication.objects.bulk_create(created, batch_size=BATCH)
    for field in ("axes", "regions", "countries"):
        copy_links(field, pairs)
    shelving.settle(copy.pk for copy in created)
    changes.announce_all(created)
    return len(created)


def edition(original: Publication, index: int) -> Publication:
    year, serial = LAST_YEAR - index % YEARS, 1 + index // YEARS
    pick = chance("edition", index)
    values = {}
    for code in LANGUAGES:
        title = original.own_text("title", code)
        values[f"title_{code}"] = f"{title} ({year})" if title else None
        values[f"summary_{code}"] = original.own_text("summary", code) or None
        values[f"body_{code}"] = original.own_text("body", code) or None
        values[f"state_{code}"] = original.translation_state(code)
    copy = Publication(
        symbol=f"P/{year}/{serial:02d}",
        kind=original.kind,
        authors=original.authors,
        published_on=datetime.date(year, pick.randint(1, 12), pick.randint(1, 28)),
        state=original.state,
        access=original.access,
        level=original.level,
        original_language=original.original_language,
        **values,
    )
    copy.settle_texts()
    return copy


def copy_links(field: str, pairs: list[tuple[Publication, Publication]]):
    """Give each copy the same axes, regions or countries as its original."""
    relation = Publication._meta.get_field(field)
    Link, target = relation.remote_field.through, relation.m2m_reverse_field_name()
    linked: dict[int, list] = {}
    for link in Link.objects.filter(publication__in={original.pk for original, _ in pairs}):
        linked.setdefault(link.publication_id, []).append(getattr(link, f"{target}_id"))
    Link.objects.bulk_create(
        (
            Link(publication_id=copy.pk, **{f"{target}_id": pk})
            for original, copy in pairs
            for pk in linked.get(original.pk, ())
        ),
        batch_size=BATCH,
    )


def multiply_subscriptions(copies: range) -> int:
    return keep(
        reader
        for newsletter in Newsletter.objects.select_related("region")
        for number in copies
        for reader in readers(newsletter, count=how_many(newsletter), batch=f"-{number}")
    )
