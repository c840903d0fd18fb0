"""The newest documents that hold what a query asks for, with what they are ranked by.

The SQL of both databases. Both find the same documents and give them the same score: hits in
codes and titles count more than those where a text begins, and those more than the rest. Of a
common word only the newest documents are looked at, so that no query reads the whole index.
"""

from collections.abc import Mapping
from typing import NamedTuple

from django.db import connection

from portal.indexing import BLOCKS, BLOCKS_READ, GROWTH, INDEX, ROOM, ROOM_OF, ROOMS, TABLE
from portal.lib.lexemes import BEGUN
from portal.lib.queries import Kind, Query, Term
from portal.models import SearchAudience

# What a hit is worth: in a code (symbol, acronym), a title word as typed or with the same stem,
# among the first words of the text; and the whole query, word by word, in the title or as it.
CODE, TITLE, TITLE_STEM, LEAD, ANYWHERE = 20, 6, 4, 2, 0
IN_TITLE, AS_TITLE = 3, 5


class Candidate(NamedTuple):
    """What is needed of a document to place it among the others; ``day`` is yyyymmdd or 0."""

    pk: int
    kind: str
    object_id: str
    language: str
    regions: str
    day: int
    score: int
    # Whether its phrases stand in it word by word; without, it only has all the words.
    stands: bool


class SQL(NamedTuple):
    text: str
    params: list


def newest(query: Query, *, audience: str, limit: int, marks: Mapping[str, str]) -> list[Candidate]:
    """The newest documents that match: of each room at most ``limit`` that have all the words.

    ``marks`` are those a document must have beside the words: kind, language, region, year.
    """
    wanted = as_marks(marks)
    rooms = [ROOM_OF[marks["kind"]]] if marks.get("kind") else list(ROOMS)
    is_postgresql = connection.vendor == "postgresql"
    of_engine = postgresql_ids if is_postgresql else sqlite_ids
    ids = of_engine(query, wanted, limit, rooms, audience)
    score, standing = score_of(query), standing_as_written(query)
    sql = f"""SELECT d.id, d.kind, d.object_id, d.language, d.regions, d.day,
        {score.text} AS score, {standing.text} AS stands
        FROM ({ids.text}) AS newest JOIN {TABLE} d ON d.id = newest.id"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [*score.params, *standing.params, *ids.params])
        return list(map(Candidate._make, cursor.fetchall()))


def as_marks(marks: Mapping[str, str]) -> list[str]:
    """kind → k_…, language → l_…, region → r_…, year → y_…"""
    return [f"{name[0]}_{value.lower()}" for name, value in marks.items() if value]


# -- The index of each database ------------------------------------------------------------------


def sqlite_ids(query: Query, marks: list[str], limit: int, rooms: list[str], audience: str) -> SQL:
    """FTS5 gives rows from the last on, and stops where it is told to."""

    def quoted(lexeme: str, kind: Kind = Kind.WORD) -> str:
        return f'"{lexeme}"{"*" if kind is Kind.BEGINNING else ""}'

    def group(term: Term) -> str:
        if term.kind is Kind.PHRASE:
            choices = [" AND ".join(map(quoted, tokens_of(way))) for way in term.sequences]
            return f"({' OR '.join(f'({choice})' for choice in choices)})"
        return f"({' OR '.join(quoted(lexeme, term.kind) for lexeme in term.lexemes)})"

    marks = [*marks, f"a_{audience}"]
    words = " AND ".join([*map(group, query.wanted), *map(quoted, marks)])
    # An excluded phrase is looked for in the text as it stands, not among the words.
    excluded = [group(term) for term in query.excluded if term.kind is not Kind.PHRASE]
    without = f" NOT ({' OR '.join(excluded)})" if excluded else ""
    parts, params = [], []
    for room in rooms:
        parts.append(
            f"SELECT * FROM (SELECT rowid AS id FROM {INDEX} WHERE {INDEX} MATCH %s "
            "ORDER BY rowid DESC LIMIT %s)"
        )
        params += [f'({words} AND "g_{room}"){without}', limit]
    return SQL(" UNION ALL ".join(parts), params)


def postgresql_ids(
    query: Query, marks: list[str], limit: int, rooms: list[str], audience: str
) -> SQL:
    """The last blocks of each room first, then larger ones, at last the whole index.

    Each step asks for those rooms alone in which the one before found too few, so that what is
    read stays within a few thousand rows of each.
    """

    def quoted(lexeme: str, kind: Kind = Kind.WORD) -> str:
        if kind is Kind.BEGINNING and len(lexeme) in BEGUN:
            return f"'{lexeme}_'"
        return f"'{lexeme}'{':*' if kind is Kind.BEGINNING else ''}"

    def group(term: Term) -> str:
        if term.kind is Kind.PHRASE:
            choices = [" & ".join(map(quoted, tokens_of(way))) for way in term.sequences]
            return f"({' | '.join(f'({choice})' for choice in choices)})"
        return f"({' | '.join(quoted(lexeme, term.kind) for lexeme in term.lexemes)})"

    excluded = [f"!{group(term)}" for term in query.excluded if term.kind is not Kind.PHRASE]
    match = " & ".join([*map(group, query.wanted), *map(quoted, marks), *excluded])
    last = ", ".join(
        f"('{room}', (SELECT max(id) FROM {TABLE} WHERE kind = '{kind}'), "
        f"(SELECT min(id) FROM {TABLE} WHERE kind = '{kind}'))"
        for room in rooms
        for kind in ROOMS[room]
    )
    # Nearly all documents are for both: told by the rows, and not by one more list of the index.
    hidden = SearchAudience.PUBLIC if audience == "members" else SearchAudience.MEMBERS
    steps = [
        f"""left0 AS MATERIALIZED (SELECT room, max(last) AS last, min(first) AS first,
        0 AS found, 0 AS at FROM (VALUES {last}) AS of_kind(room, last, first)
        WHERE last IS NOT NULL GROUP BY room)"""
    ]
    params = []
    # A few newest are in fewer blocks. What is found is counted as if all had been read.
    first = min(BLOCKS_READ, 4 * limit // BLOCKS[0] + 1)
    for step in range(len(BLOCKS) + 1):
        # Steps that by what the one before found would find too few again are left out.
        # Nor are more blocks read than those that should hold enough, by the same measure.
        is_due, before, share = "TRUE", f"{first - 1}", f" * {BLOCKS_READ // first}"
        if 0 < step < len(BLOCKS):
            expected = f"greatest(found * power({GROWTH}, {step} - at), 1)"
            is_due = f"{expected} >= {limit * 0.8:.0f}"
            enough = f"ceil({BLOCKS_READ * limit * 1.3:.0f} / {expected})"
            before, share = f"least({BLOCKS_READ - 1}, {enough})::bigint", ""
        is_more = "FALSE"
        if step < len(BLOCKS):
            rows = BLOCKS[step]
            # Whether the room has rows before those blocks: without, nothing is left to find.
            is_more = f"(last / {rows} - {before}) * {rows} > first"
            within = f"""(SELECT string_agg('''b{step}_' || room || '_' || block || '''', ' | ')
                FROM left{step}, generate_series(last / {rows} - {before}, last / {rows})
                AS block WHERE {is_due})"""
        else:
            within = f"(SELECT string_agg('''g_' || room || '''', ' | ') FROM left{step})"
        steps.append(
            f"""step{step} AS MATERIALIZED (SELECT id, {ROOM} AS room FROM {TABLE}
            WHERE lexemes @@ (%s::tsquery && {within}::tsquery) AND audience <> '{hidden}')"""
        )
        params.append(match)
        steps.append(
            f"""left{step + 1} AS MATERIALIZED (SELECT room, last, first,
            CASE WHEN is_due THEN number{share} ELSE found END AS found,
            CASE WHEN is_due THEN {step} ELSE at END AS at
            FROM (SELECT *, {is_due} AS is_due, {is_more} AS is_more,
                (SELECT count(*) FROM step{step} s WHERE s.room = left{step}.room) AS number
                FROM left{step}) AS counted
            WHERE NOT is_due OR (number < {limit} AND is_more))"""
        )
    # Of a room that went on to a later step, that step has all that the earlier had.
    found = " UNION ".join(f"SELECT id, room FROM step{step}" for step in range(len(BLOCKS) + 1))
    return SQL(
        f"""WITH {", ".join(steps)} SELECT id FROM (SELECT id,
        row_number() OVER (PARTITION BY room ORDER BY id DESC) AS place FROM ({found}) AS found)
        AS placed WHERE place <= %s""",
        [*params, limit],
    )


def tokens_of(sequence: tuple[str, ...]) -> list[str]:
    return [token for token in dict.fromkeys(sequence) if token != "_"]


# -- What is the same on both --------------------------------------------------------------------


def holds(column: str) -> str:
    """SQL for whether a column of words between spaces holds the parameter."""
    function = "strpos" if connection.vendor == "postgresql" else "instr"
    return f"{function}(d.{column}, %s) > 0"


def any_of(columns: tuple[str, ...], values: list[str]) -> SQL:
    tests = [holds(column) for value in values for column in columns]
    return SQL(f"({' OR '.join(tests)})", [value for value in values for _column in columns])


def score_of(query: Query) -> SQL:
    parts, params = [], []
    for term in query.wanted:
        end = "" if term.kind is Kind.BEGINNING else " "
        ways = [f" {' '.join(way)}{end}" for way in term.sequences]
        lexemes = [f" {lexeme}{end}" for lexeme in term.lexemes]
        cases: list[tuple[SQL, int]] = []
        if term.kind in (Kind.WORD, Kind.SYMBOL):
            codes = [f" c_{code_of(way)} " for way in term.sequences]
            cases.append((any_of(("marks",), codes), CODE))
        cases.append((any_of(("title_words",), ways), TITLE))
        if lexemes:
            cases.append((any_of(("title_words", "title_stems"), lexemes), TITLE_STEM))
        cases.append((any_of(("lead",), lexemes or ways), LEAD))
        parts.append(
            "CASE "
            + " ".join(f"WHEN {test.text} THEN {worth}" for test, worth in cases)
            + f" ELSE {ANYWHERE} END"
        )
        params += [value for test, _worth in cases for value in test.params]
    if len(words := [term for term in query.wanted if term.kind is Kind.WORD]) == len(query.wanted):
        whole = f" {' '.join(term.lexemes[0] for term in words)} "
        parts.append(
            f"CASE WHEN d.title_words = %s THEN {AS_TITLE} "
            f"WHEN {holds('title_words')} THEN {IN_TITLE} ELSE 0 END"
        )
        params += [whole, whole]
    return SQL(" + ".join(parts), params)


def code_of(sequence: tuple[str, ...]) -> str:
    return "_".join(sequence)


def standing_as_written(query: Query) -> SQL:
    """Phrases must stand in a text word by word, and excluded ones must not."""
    conditions, params = [], []
    for term in query.terms:
        if term.kind is not Kind.PHRASE:
            continue
        ways = [f" {' '.join(way)} " for way in term.sequences]
        test = any_of(("title_words", "body_words", "file_words"), ways)
        conditions.append(f"{'NOT ' if term.is_excluded else ''}{test.text}")
        params += test.params
    return SQL(f"({' AND '.join(conditions)})" if conditions else "1 = 1", params)
