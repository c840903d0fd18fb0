"""The full-text index under the search documents, in each database's own way.

Put in place after every migration and only where it is missing: SQLite drops the triggers
of a table whenever a migration rebuilds it.

PostgreSQL's index gives rows in no order, and all of them for a common word. So each document
carries the numbers of the blocks of rows of its room that it is in, of several sizes: to ask for a
word *and* the last blocks reads no more of the index than those blocks have.
"""

from django.db import DEFAULT_DB_ALIAS, connections

TABLE = "portal_searchdocument"
INDEX = "portal_search_words"
COLUMNS = (
    "title_words",
    "title_stems",
    "body_words",
    "body_stems",
    "file_words",
    "file_stems",
    "marks",
)
# Kinds that are ranked together: each room gives its newest documents, so that the texts of
# one kind do not keep those of another out.
ROOMS = {
    "publication": ("publication",),
    "organisation": ("organisation",),
    "event": ("event",),
    "work": ("activity", "emerging_issue", "issue"),
    "place": ("region", "axis", "page"),
}
ROOM_OF = {kind: room for room, kinds in ROOMS.items() for kind in kinds}
WHEN = " ".join(f"WHEN '{kind}' THEN '{room}'" for kind, room in ROOM_OF.items())
ROOM = f"CASE kind {WHEN} END"
BLOCKS = (256, 1024, 4096, 16384, 65536, 262144)  # rows of a block of each size
GROWTH = 4  # times as many as of the size before
BLOCKS_READ = 8  # of each size, from the newest on

NAMES = ", ".join(COLUMNS)
NEW = ", ".join(f"new.{name}" for name in COLUMNS)
OLD = ", ".join(f"old.{name}" for name in COLUMNS)
# What is indexed is made in Python: the tokenizer parts it at the spaces and does nothing else.
SQLITE = (
    f"""CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} USING fts5(
        {NAMES}, content='{TABLE}', content_rowid='id', tokenize="ascii tokenchars '_'")""",
    f"""CREATE TRIGGER IF NOT EXISTS {INDEX}_added AFTER INSERT ON {TABLE} BEGIN
        INSERT INTO {INDEX}(rowid, {NAMES}) VALUES (new.id, {NEW}); END""",
    f"""CREATE TRIGGER IF NOT EXISTS {INDEX}_removed AFTER DELETE ON {TABLE} BEGIN
        INSERT INTO {INDEX}({INDEX}, rowid, {NAMES}) VALUES ('delete', old.id, {OLD}); END""",
    f"""CREATE TRIGGER IF NOT EXISTS {INDEX}_changed AFTER UPDATE ON {TABLE} BEGIN
        INSERT INTO {INDEX}({INDEX}, rowid, {NAMES}) VALUES ('delete', old.id, {OLD});
        INSERT INTO {INDEX}(rowid, {NAMES}) VALUES (new.id, {NEW}); END""",
)
IN_BLOCKS = " || ".join(
    f"' b{size}_' || {ROOM} || '_' || (id / {rows})::text" for size, rows in enumerate(BLOCKS)
)
ALL_WORDS = " || ' ' || ".join((*COLUMNS, "begun"))
POSTGRESQL = (
    f"""ALTER TABLE {TABLE} ADD COLUMN IF NOT EXISTS lexemes tsvector GENERATED ALWAYS AS (
        array_to_tsvector(array_remove(array_remove(
            string_to_array({ALL_WORDS} || COALESCE({IN_BLOCKS}, ''), ' '), ''), '_'))) STORED""",
    # Without a list of pending entries, which every search would have to read through.
    f"""CREATE INDEX IF NOT EXISTS {INDEX} ON {TABLE} USING gin (lexemes)
        WITH (fastupdate = off)""",
)
# What came before, in databases that were made by an earlier version.
FORMER = "portal_search_index"
FORMER_SQLITE = (
    *(f"DROP TRIGGER IF EXISTS {FORMER}_{what}" for what in ("added", "removed", "changed")),
    f"DROP TABLE IF EXISTS {FORMER}",
    f"DELETE FROM {TABLE}",
)
FORMER_POSTGRESQL = (
    f"DROP INDEX IF EXISTS {FORMER}",
    f"ALTER TABLE {TABLE} DROP COLUMN IF EXISTS lexemes",
    f"DELETE FROM {TABLE}",
)


def ensure(*, using: str = DEFAULT_DB_ALIAS, **_):
    """A receiver of post_migrate for the portal."""
    connection = connections[using]
    if TABLE not in connection.introspection.table_names():
        return
    carry_out(connection, POSTGRESQL if connection.vendor == "postgresql" else SQLITE)


def remove_former(connection):
    """For the migration that changes the columns: documents are made again by the repair."""
    is_postgresql = connection.vendor == "postgresql"
    carry_out(connection, FORMER_POSTGRESQL if is_postgresql else FORMER_SQLITE)


def remove_lexemes(connection):
    """For the migration that adds to what PostgreSQL indexes: `ensure` puts it in place anew."""
    if connection.vendor == "postgresql":
        carry_out(connection, [f"ALTER TABLE {TABLE} DROP COLUMN IF EXISTS lexemes"])


def carry_out(connection, statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
