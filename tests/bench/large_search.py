"""Search documents by the hundred thousand, made by the database: for figures at full size.

Texts follow Zipf's law over an invented vocabulary, so that some words stand in half of all
documents and most in a few. 5,000 texts are written in Python; the rows are combined from them.
"""

import random
import sys
import time

TEXTS, WORDS, LENGTH = 5_000, 30_000, 150
SEED = 20260101


def vocabulary(chance: random.Random) -> list[str]:
    """Pronounceable words, the first of which are the most common."""
    syllables = [c + v for c in "bcdfglmnprstv" for v in "aeiou"]
    found: dict[str, None] = {}
    while len(found) < WORDS:
        found["".join(chance.choices(syllables, k=chance.randint(2, 4)))] = None
    return list(found)


def fill(*, publications: int, organisations: int):
    """So many documents of each kind, as if their records had just been indexed."""
    from django.db import connection  # noqa: PLC0415

    from portal import indexing  # noqa: PLC0415
    from portal.lib.lexemes import begun, lexed  # noqa: PLC0415
    from portal.models import SearchDocument  # noqa: PLC0415
    from portal.search import SOURCES, Written  # noqa: PLC0415

    chance = random.Random(SEED)
    words = vocabulary(chance)
    weights = [1 / (rank + 10) for rank in range(WORDS)]
    cumulative = []
    total = 0.0
    for weight in weights:
        total += weight
        cumulative.append(total)
    templates = []
    for number in range(TEXTS):
        drawn = chance.choices(words, cum_weights=cumulative, k=LENGTH + 6)
        title, body = " ".join(drawn[:6]), " ".join(drawn[6:])
        template = Written(
            kind="page",
            object_id=str(number),
            language="fr",
            audience="everybody",
            title=title,
            title_language="fr",
            body=body,
            path="/",
            regions=f"R{number % 9 + 1}",
            date=None,
            codes=(),
        ).document()
        # Apart, as rows take them from two texts: those of the title wait among the marks.
        template.marks = begun(*lexed(title, "fr"))
        template.begun = begun(*lexed(body, "fr"))
        templates.append(template)
    SearchDocument.objects.bulk_create(templates, batch_size=500)
    assert {"publication", "organisation"} <= SOURCES.keys()
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        # The index is made once at the end, as a restored backup would have it made.
        for former in ("added", "removed", "changed") if not is_postgresql else ():
            cursor.execute(f"DROP TRIGGER IF EXISTS {indexing.INDEX}_{former}")
        if is_postgresql:
            cursor.execute(f"DROP INDEX IF EXISTS {indexing.INDEX}")
            # Enough to join and to index in memory, and to know that the patterns are few.
            cursor.execute("SET work_mem = '128MB'")
            cursor.execute("SET maintenance_work_mem = '512MB'")
            cursor.execute("ANALYZE portal_searchdocument")
        for kind, number in (("organisation", organisations), ("publication", publications)):
            cursor.execute(sql_of(connection.vendor, kind, number))
        cursor.execute("DELETE FROM portal_searchdocument WHERE kind = 'page'")
        if not is_postgresql:
            cursor.execute(f"INSERT INTO {indexing.INDEX}({indexing.INDEX}) VALUES ('rebuild')")
        indexing.ensure()
        cursor.execute("VACUUM ANALYZE portal_searchdocument" if is_postgresql else "ANALYZE")
        if is_postgresql:
            cursor.execute("RESET work_mem")
            cursor.execute("RESET maintenance_work_mem")


def sql_of(vendor: str, kind: str, number: int) -> str:
    """One row takes its title from one text and the rest from another."""
    series = (
        f"generate_series(1::bigint, {number}) n"
        if vendor == "postgresql"
        else f"(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {number}) "
        "SELECT n FROM s)"
    )
    day = f"(2000 + n * 26 / {number}) * 10000 + 100 * (1 + n % 12) + 1 + n % 28"
    date = day if kind == "publication" else "0"
    symbol = "P/2000/' || n || '" if kind == "publication" else ""
    code = (
        "c_p_2000_' || n || ' s_p_2000_' || n || '" if kind == "publication" else "c_x' || n || '"
    )
    return f"""INSERT INTO portal_searchdocument (kind, object_id, language, audience, title,
        title_language, body, path, regions, day, file_kind, title_words, title_stems,
        body_words, body_stems, file_words, file_stems, lead, begun, marks, digest)
        SELECT '{kind}', CAST(n AS text), 'fr', 'everybody', t.title, 'fr', b.body || ' {symbol}',
        '/{kind}s/' || n || '/', b.regions, {date}, '', t.title_words, t.title_stems,
        b.body_words, b.body_stems, '', '', b.lead, t.marks || b.begun,
        ' g_{kind} k_{kind} l_fr r_' || lower(b.regions) || ' a_public a_members {code} ', ''
        FROM {series}
        JOIN portal_searchdocument t ON t.kind = 'page'
            AND t.object_id = CAST((n * 7919) % {TEXTS} AS text)
        JOIN portal_searchdocument b ON b.kind = 'page'
            AND b.object_id = CAST((n * 104729 + n / 13) % {TEXTS} AS text)"""


def queries() -> dict[str, str]:
    words = vocabulary(random.Random(SEED))
    return {
        "the most common word": words[0],
        "a common word": words[20],
        "a word of one text in a hundred": words[700],
        "a rare word": words[25_000],
        "two common words": f"{words[3]} {words[8]}",
        "a common and a rare word": f"{words[1]} {words[20_000]}",
        "a phrase of common words": f'"{words[0]} {words[1]}"',
        "a beginning of two letters": f"{words[50][:2]}*",
        "a beginning of four letters": f"{words[50][:4]}*",
        "a beginning of five letters": f"{words[50][:5]}*",
        "a beginning of seven letters": f"{next(word for word in words if len(word) > 7)[:7]}*",
        "a symbol": "P/2000/4711",
        "nothing": "zzzzzzzz",
    }


def measure():
    from portal.finding import find  # noqa: PLC0415
    from tests.bench.spending import spent  # noqa: PLC0415

    for name, query in queries().items():
        for chosen in ({}, {"region": "R3"}, {"language": "fr", "kind": "publication"}):
            found = find(query, language="fr", chosen=chosen)
            cost = spent(
                lambda query=query, chosen=chosen: find(query, language="fr", chosen=chosen)
            )
            more = "more than " if found.is_capped else ""
            narrowed = f" ({', '.join(chosen)})" if chosen else ""
            print(f"{name}{narrowed}: {cost}, {more}{found.count} found", flush=True)


def main():
    """python -m tests.bench.large_search PUBLICATIONS ORGANISATIONS, on DATABASE_URL's database.

    Meant for a database that is thrown away: all search documents in it are replaced.
    """
    import django  # noqa: PLC0415

    django.setup()
    from portal.models import SearchDocument  # noqa: PLC0415

    if len(sys.argv) > 2:
        SearchDocument.objects.all().delete()
        started = time.perf_counter()
        fill(publications=int(sys.argv[1]), organisations=int(sys.argv[2]))
        print(f"filled in {time.perf_counter() - started:.0f} s", flush=True)
    measure()


if __name__ == "__main__":
    main()
