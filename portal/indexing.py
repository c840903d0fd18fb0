"""The full-text index under the search documents, in each database's own way.

Put in place after every migration and only where it is missing: SQLite drops the triggers
of a table whenever a migration rebuilds it.
"""

from django.db import DEFAULT_DB_ALIAS, connections

TABLE = "portal_searchdocument"
INDEX = "portal_search_index"

SQLITE = (
    f"""CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} USING fts5(
        title_lexemes, body_lexemes, content='{TABLE}', content_rowid='id',
        tokenize="unicode61 remove_diacritics 0")""",
    f"""CREATE TRIGGER IF NOT EXISTS {INDEX}_added AFTER INSERT ON {TABLE} BEGIN
        INSERT INTO {INDEX}(rowid, title_lexemes, body_lexemes)
        VALUES (new.id, new.title_lexemes, new.body_lexemes); END""",
    f"""CREATE TRIGGER IF NOT EXISTS {INDEX}_removed AFTER DELETE ON {TABLE} BEGIN
        INSERT INTO {INDEX}({INDEX}, rowid, title_lexemes, body_lexemes)
        VALUES ('delete', old.id, old.title_lexemes, old.body_lexemes); END""",
    f"""CREATE TRIGGER IF NOT EXISTS {INDEX}_changed AFTER UPDATE ON {TABLE} BEGIN
        INSERT INTO {INDEX}({INDEX}, rowid, title_lexemes, body_lexemes)
        VALUES ('delete', old.id, old.title_lexemes, old.body_lexemes);
        INSERT INTO {INDEX}(rowid, title_lexemes, body_lexemes)
        VALUES (new.id, new.title_lexemes, new.body_lexemes); END""",
)
POSTGRESQL = (
    f"""ALTER TABLE {TABLE} ADD COLUMN IF NOT EXISTS lexemes tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', title_lexemes), 'A') ||
        setweight(to_tsvector('simple', body_lexemes), 'B')) STORED""",
    f"CREATE INDEX IF NOT EXISTS {INDEX} ON {TABLE} USING gin (lexemes)",
)


def ensure(*, using: str = DEFAULT_DB_ALIAS, **_):
    """A receiver of post_migrate for the portal."""
    connection = connections[using]
    if TABLE not in connection.introspection.table_names():
        return
    statements = POSTGRESQL if connection.vendor == "postgresql" else SQLITE
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
