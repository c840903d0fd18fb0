"""Organisations by the ten thousand, made by the database: the directory at full size.

    python -m tests.bench.large_directory 100000

on DATABASE_URL's database, which is meant to be thrown away: all its organisations are replaced.
"""

import sys
import time

# What a reader asks for, from the most common to the rare.
PAGES = {
    "home": "",
    "regions": "regions/",
    "a region": "regions/R8/",
    "feed of a region": "regions/R8/atom.xml",
    "the directory": "members/",
    "one region": "members/?region=R8",
    "one category": "members/?category=C",
    "a rare category": "members/?category=B",
    "a country": "members/?country=KE",
    "a grouping": "members/?grouping=au",
    "a theme": "members/?theme=bench-1",
    "a region and a theme": "members/?region=R8&theme=bench-1",
    "a theme and a language": "members/?theme=bench-1&language=bench-3",
    "a common word": "members/?word=conseil",
    "a rare word": "members/?word=77777",
    "a word and a region": "members/?word=conseil&region=R8",
    "feed of the directory": "members/atom.xml?region=R8",
}
EVERY_DISCREET, EVERY_INTERNATIONAL, EVERY_UMBRELLA = 50, 500, 500


def fill(organisations: int):
    """So many copies of one organisation, with links by chance that is the same every time."""
    from django.db import connection  # noqa: PLC0415

    from members import counting  # noqa: PLC0415
    from members.models import (  # noqa: PLC0415
        Category,
        Facet,
        MemberCount,
        MemberPlacement,
        MemberWords,
        Organisation,
    )

    for model in (MemberCount, MemberPlacement, MemberWords, Organisation):
        model.objects.all().delete()
    umbrella, rare, common = (Category.objects.get(code=code) for code in "ABC")
    for number, kind in enumerate(("theme", "theme", "population", "language")):
        Facet.objects.get_or_create(
            kind=kind, code=f"bench-{number}", defaults={"label_fr": f"Mot {number}"}
        )
    pattern = Organisation.objects.create(
        slug="pattern", category=common, status="active", name_fr="Modèle", description_fr="Texte"
    )
    international = f"n % {EVERY_INTERNATIONAL} = 0"
    name = "'Conseil ' || (CAST(n AS bigint) * 7919 % 1000003)"
    other = {
        "id": "n",
        "slug": "'o' || n",
        "name_fr": name,
        "sort_fr": f"lower({name})",
        "sort_en": f"lower({name})",
        "sort_es": f"lower({name})",
        "category_id": f"CASE WHEN {international} THEN {rare.pk} "
        f"WHEN n % {EVERY_UMBRELLA} IN (2, 3) THEN {umbrella.pk} ELSE {common.pk} END",
        "country_id": f"CASE WHEN {international} THEN NULL ELSE c.code END",
        "discreet": f"n % {EVERY_DISCREET} = 1",
    }
    first, last = 1000, organisations + 999
    with connection.cursor() as cursor:
        insert(cursor, Organisation, other, first, last, pattern.pk)
        cursor.execute(
            "INSERT INTO members_organisation_regions (organisation_id, region_id) "
            "SELECT o.id, r.id FROM members_organisation o JOIN regions_region r "
            "ON (o.id / 500) % 9 = r.id % 9 OR (o.id / 500) % 4 = r.id % 9 "
            "WHERE o.id >= 1000 AND o.country_id IS NULL"
        )
        cursor.execute(
            "INSERT INTO members_organisation_facets (organisation_id, facet_id) "
            "SELECT o.id, f.id FROM members_organisation o JOIN members_facet f "
            "ON f.code LIKE 'bench-%%' AND o.id % (f.id % 5 + 2) = 0 WHERE o.id >= 1000"
        )
        cursor.execute(
            "INSERT INTO members_membership (organisation_id, category_id, country_id, number, "
            "starts_on, ends_on, recorded_at) SELECT id, category_id, country_id, 'BENCH-' || id, "
            "'2001-01-01', '2099-12-31', '2001-01-01T00:00:00Z' FROM members_organisation "
            "WHERE id >= 1000"
        )
    Organisation.objects.filter(pk=pattern.pk).delete()
    give_members(Organisation.objects.filter(category=umbrella))
    counting.repair()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def give_members(umbrellas):
    """Half of the umbrellas have twenty members on a list, the others say how many they have."""
    import datetime  # noqa: PLC0415

    from members.models import Affiliation, Association, Headcount  # noqa: PLC0415

    Association.objects.all().delete()
    for number, one in enumerate(umbrellas.order_by("pk")):
        if number % 2:
            day = datetime.date(2026, 1, 1)
            Headcount.objects.create(organisation=one, figure=30, source="Bench", as_of=day)
            continue
        made = Association.objects.bulk_create(
            Association(name=f"Association {number} {place}", country_id=one.country_id)
            for place in range(20)
        )
        Affiliation.objects.bulk_create(
            Affiliation(association=association, umbrella=one, key=association.name)
            for association in made
        )


def insert(cursor, model, other: dict[str, str], first: int, last: int, pattern: int):
    """Rows like the pattern, with other values in some columns, on the countries in turns."""
    names = [field.column for field in model._meta.concrete_fields]
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(other.get(name, f'p."{name}"') for name in names)
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({columns}) "
        f"WITH RECURSIVE s(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM s WHERE n < {last}), "
        "c AS (SELECT code, row_number() OVER (ORDER BY code) - 1 AS place FROM regions_country) "
        f"SELECT {values} FROM s JOIN c ON c.place = s.n % (SELECT COUNT(*) FROM regions_country), "
        f"{model._meta.db_table} p WHERE p.id = {pattern}"
    )


def measure():
    """The time of each page, made anew, and of what it asks the database."""
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from portal.lib import revision  # noqa: PLC0415
    from tests.bench.spending import spent  # noqa: PLC0415

    client = Client(SERVER_NAME="localhost")
    for name, address in PAGES.items():

        def call(address=address):
            revision.move()
            answer = client.get(f"/fr/{address}")
            assert answer.status_code == 200, (address, answer.status_code)
            return answer

        call()
        with CaptureQueriesContext(connection) as captured:
            answer = call()
        slowest = max(captured, key=lambda query: float(query["time"]))
        print(
            f"{name}: {len(captured)} queries, {spent(call)}, "
            f"{len(answer.content) // 1000} KB; slowest {slowest['sql'][:60]}…",
            flush=True,
        )


def main():
    import django  # noqa: PLC0415

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.test.utils import override_settings  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("load_network", verbosity=0)
    if len(sys.argv) > 1:
        started = time.perf_counter()
        fill(int(sys.argv[1]))
        print(f"filled in {time.perf_counter() - started:.0f} s", flush=True)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}):
        measure()


if __name__ == "__main__":
    main()
