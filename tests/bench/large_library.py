"""Publications by the hundred thousand, made by the database: list and harvest at full size.

    python -m tests.bench.large_library 1000000

on DATABASE_URL's database, which is meant to be thrown away: all its publications are replaced.
"""

import sys
import time

YEARS, KINDS = 40, ("report", "speech", "position", "handbook", "policy_note")
# Every second text is on Kenya, one in ten thousand on Tuvalu.
COUNTRIES = {"KE": 2, "TV": 10_000}
# What a reader asks for, from the most common to the rare.
ADDRESSES = {
    "the whole list": "",
    "one kind": "kind=report",
    "one region": "region=R8",
    "one region and one kind": "region=R8&kind=speech",
    "a country": "country=KE",
    "a rare country": "country=TV",
    "a country and a year": "country=KE&year=1999",
    "texts in Spanish": "language=es",
    "by title": "sort=title",
    "the oldest of a region": "region=R2&sort=oldest",
}


def fill(publications: int, *, beside: bool = False):
    """So many copies of one publication, with links by chance that is the same every time.

    They replace what the library holds, or stand ``beside`` it as its oldest texts.
    """
    from django.db import connection  # noqa: PLC0415

    from publications.models import Publication  # noqa: PLC0415

    if not beside:
        Publication.objects.all().delete()
    pattern = Publication.objects.create(
        symbol="P/1000/01", kind="report", state="published", title_fr="Modèle", title_en="Pattern"
    )
    other = {
        "id": "n",
        "symbol": "'P/' || (1000 + n / 9000) || '/' || (100 + n % 9000)",
        "kind": f"CASE n % 5 {' '.join(f'WHEN {i} THEN {k!r}' for i, k in enumerate(KINDS))} END",
        "published_on": day(connection.vendor),
        "title_fr": "'Rapport ' || (CAST(n AS bigint) * 7919 % 1000003)",
        "sort_fr": "CAST(CAST(n AS bigint) * 7919 % 1000003 AS VARCHAR(20))",
        "sort_en": "CAST(CAST(n AS bigint) * 7919 % 1000003 AS VARCHAR(20))",
        "changed_at": "p.changed_at + n * INTERVAL '1 second'"
        if connection.vendor == "postgresql"
        else "datetime(p.changed_at, '+' || n || ' seconds')",
        "state_es": "CASE WHEN n % 3 = 0 THEN 'ready' ELSE 'missing' END",
    }
    names = [field.column for field in Publication._meta.concrete_fields]
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(other.get(name, f'p."{name}"') for name in names)
    series = "WITH RECURSIVE s(n) AS (SELECT 1000 UNION ALL SELECT n + 1 FROM s WHERE n < {})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO publications_publication ({columns}) "
            f"{series.format(publications + 999)} "
            f"SELECT {values} FROM s, publications_publication p WHERE p.id = {pattern.pk}"
        )
        for name, target in (("regions", "regions_region"), ("axes", "programme_axis")):
            one = "region_id" if name == "regions" else "axis_id"
            modulus = 9 if name == "regions" else 7
            cursor.execute(
                f"INSERT INTO publications_publication_{name} (publication_id, {one}) "
                f"SELECT p.id, t.id FROM publications_publication p JOIN "
                f"(SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM {target}) t "
                f"ON t.place = p.id % {modulus} WHERE p.id >= 1000"
            )
        for code, modulus in COUNTRIES.items():
            cursor.execute(
                "INSERT INTO publications_publication_countries (publication_id, country_id) "
                f"SELECT id, '{code}' FROM publications_publication "
                f"WHERE id >= 1000 AND id % {modulus} = 0"
            )
    Publication.objects.filter(pk=pattern.pk).delete()
    place()
    with connection.cursor() as cursor:
        vacuum = "VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE"
        cursor.execute(vacuum)


def place():
    """The placements and counts of all of them, as publications.shelving keeps them."""
    from django.db import connection  # noqa: PLC0415

    from portal.lib.translations import LANGUAGES, READABLE  # noqa: PLC0415

    is_postgresql = connection.vendor == "postgresql"
    year = "to_char(p.published_on, 'YYYY')" if is_postgresql else "substr(p.published_on, 1, 4)"
    readable = ", ".join(f"'{state.value}'" for state in READABLE)
    languages = " || ".join(
        f"CASE WHEN p.state_{code} IN ({readable}) THEN ' language:{code}' ELSE '' END"
        for code in LANGUAGES
    )
    countries = " || ".join(
        f"CASE WHEN p.id % {modulus} = 0 THEN ' country:{code}' ELSE '' END"
        for code, modulus in COUNTRIES.items()
    )
    placed = ["'total:'", "'kind:' || kind", "'region:' || region", "'axis:' || axis"]
    rows = [f"SELECT id, {key}, published_on, keys FROM told" for key in placed]
    rows += [
        f"SELECT id, 'country:{code}', published_on, keys FROM told WHERE id % {modulus} = 0"
        for code, modulus in COUNTRIES.items()
    ]
    counted = [f"SELECT 'year', {year}, COUNT(*) FROM publications_publication p GROUP BY {year}"]
    counted += [
        f"SELECT 'language', '{code}', COUNT(*) FROM publications_publication "
        f"WHERE state_{code} IN ({readable})"
        for code in LANGUAGES
    ]
    counted.append("SELECT 'level', level, COUNT(*) FROM publications_publication GROUP BY level")
    colon = "strpos(key, ':')" if is_postgresql else "instr(key, ':')"
    with connection.cursor() as cursor:
        if is_postgresql:
            cursor.execute("SET work_mem = '256MB'")
        cursor.execute("DELETE FROM publications_facetcount")
        cursor.execute("DELETE FROM publications_placement WHERE publication_id >= 1000")
        cursor.execute(
            "INSERT INTO publications_placement (publication_id, key, day, keys) "
            "WITH told AS (SELECT p.id, p.kind, p.published_on, r.code AS region, "
            "a.number || '@' || c.first_year AS axis, "
            f"' total: kind:' || p.kind || ' level:' || p.level || ' year:' || {year} "
            f"|| {languages} || ' region:' || r.code || {countries} "
            "|| ' axis:' || a.number || '@' || c.first_year || ' ' AS keys "
            "FROM publications_publication p "
            "JOIN publications_publication_regions pr ON pr.publication_id = p.id "
            "JOIN regions_region r ON r.id = pr.region_id "
            "JOIN publications_publication_axes pa ON pa.publication_id = p.id "
            "JOIN programme_axis a ON a.id = pa.axis_id "
            "JOIN programme_cycle c ON c.id = a.cycle_id WHERE p.id >= 1000) "
            f"{' UNION ALL '.join(rows)}"
        )
        cursor.execute(
            "INSERT INTO publications_facetcount (facet, value, number) "
            f"SELECT substr(key, 1, {colon} - 1), substr(key, {colon} + 1), COUNT(*) "
            f"FROM publications_placement GROUP BY key UNION ALL {' UNION ALL '.join(counted)}"
        )


def day(vendor: str) -> str:
    days = YEARS * 365
    if vendor == "postgresql":
        return f"DATE '1986-01-01' + CAST(n % {days} AS integer)"
    return f"date('1986-01-01', '+' || (n % {days}) || ' days')"


def measure():
    """The CPU of a page and of its counts, and of a part of a harvest."""
    from django.db import connection  # noqa: PLC0415
    from django.http import QueryDict  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from portal.lib import paging  # noqa: PLC0415
    from publications.filtering import LibraryFilter, library  # noqa: PLC0415
    from publications.harvesting import records  # noqa: PLC0415
    from publications.harvesting.requests import Selection  # noqa: PLC0415
    from publications.models import Publication  # noqa: PLC0415
    from tests.bench.spending import spent  # noqa: PLC0415

    def page(query: QueryDict):
        filters = LibraryFilter(query, language="fr")
        rows = library(filters.narrowed(Publication.objects.announced()))
        return paging.page_of(rows, by=filters.order, query=query, size=20)

    def counts(query: QueryDict):
        filters = LibraryFilter(query, language="fr")
        return filters.counted(Publication.objects.announced(), kept=True)

    def told(name: str, call):
        with CaptureQueriesContext(connection) as captured:
            found = call()
        print(f"{name}: {len(captured)} queries, {spent(call)}", flush=True)
        return found

    for name, address in ADDRESSES.items():
        query = QueryDict(address)
        first = told(f"{name}, first page", lambda query=query: page(query))
        if first.after:
            following = QueryDict(f"{address}&after={first.after}")
            told(f"{name}, next page", lambda query=following: page(query))
        if address and "sort" not in address:
            told(f"{name}, counts", lambda query=query: counts(query))
    told("a part of a harvest", lambda: records.part_of(Selection()))
    part = records.part_of(Selection())
    told("the next part", lambda: records.part_of(Selection(after=part.after)))


def main():
    import django  # noqa: PLC0415

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("load_network", verbosity=0)
    if len(sys.argv) > 1:
        started = time.perf_counter()
        fill(int(sys.argv[1]))
        print(f"filled in {time.perf_counter() - started:.0f} s", flush=True)
    measure()


if __name__ == "__main__":
    main()
