"""Sets of rows asked for by one statement, which is written once.

Writing a statement takes Django longer than answering it takes a database. Here querysets say what
is asked, once in each process; afterwards the same statement is asked with other values.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from django.db import connection
from django.db.models import Model, QuerySet

FUNCTIONS = {
    "sqlite": ("json_group_array", "json_array"),
    "postgresql": ("json_agg", "json_build_array"),
}


class Asked(NamedTuple):
    """Rows, in their order, and which columns of their own table are told."""

    rows: QuerySet
    columns: Sequence[str]


class Statement:
    """Several sets of rows, each told as one text of plain values (JSON).

    ``write`` makes the sets from values by name. It is called once, with the examples: each stands
    in the statement as it is, and equals nothing else in it.
    """

    def __init__(self, write: Callable[..., Mapping[str, Asked]], **examples: str | int):
        self.write = write
        self.examples = examples
        self._written: dict[str, tuple[str, list[str]]] = {}

    def ask(self, **values: object) -> dict[str, str]:
        """What each set holds for these values; nothing of a set without rows."""
        sql, names = self.written()
        with connection.cursor() as cursor:
            cursor.execute(sql, [values[name] for name in names])
            return {name: text for name, text in cursor.fetchall() if text and text != "[]"}

    def written(self) -> tuple[str, list[str]]:
        """The statement, and the names of its values in their order."""
        found = self._written.get(connection.vendor)
        if found is None:
            sets = self.write(**self.examples)
            parts, names = [], []
            for name, asked in sets.items():
                sql, own = self.told(name, asked)
                parts.append(sql)
                names.extend(own)
            found = self._written[connection.vendor] = (" UNION ALL ".join(parts), names)
        return found

    def told(self, name: str, asked: Asked) -> tuple[str, list[str]]:
        every, each = FUNCTIONS[connection.vendor]
        quote = connection.ops.quote_name
        # Not rewritten for a language; and as short as can be, with its columns named once and its
        # tables by a letter: SQLite's driver goes through every character each time it is asked.
        plain = asked.rows.rewrite(False) if hasattr(asked.rows, "rewrite") else asked.rows
        query = plain.values_list("pk").query
        query.get_initial_alias()
        letters = {alias: f"t{place or ''}" for place, alias in enumerate(query.alias_map)}
        query.change_aliases(letters)
        query.base_table = "t"
        sql, params = query.sql_with_params()
        written, names = self.with_constants(sql[sql.index(" FROM ") :], params)
        key = quote(asked.rows.model._meta.pk.column)
        columns = ",".join(f"s.{quote(column)}" for column in asked.columns)
        return (
            f"SELECT '{name}',CAST({every}({each}({columns})) AS text)"
            # Django sorts by the first column where that is the key.
            f" FROM (SELECT {quote('t')}.{key} AS o,{quote('t')}.*{written}) s",
            names,
        )

    def with_constants(self, sql: str, params: Sequence[object]) -> tuple[str, list[str]]:
        """The statement with all but the examples written into it. SQLite plans a statement anew
        whenever a value is bound that a partial index may hang on, such as a state."""
        examples = {value: name for name, value in self.examples.items()}
        pieces = sql.split("%s")
        parts, names = [pieces[0]], []
        for value, piece in zip(params, pieces[1:], strict=True):
            if value in examples:
                names.append(examples[value])
                parts.append("%s")
            else:
                parts.append(constant(value))
            parts.append(piece)
        return "".join(parts), names


def constant(value: object) -> str:
    """A value of our own as it is written in SQL; no other kinds are asked for."""
    if isinstance(value, bool) or value is None:
        return str(value).upper().replace("NONE", "NULL")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return "'{}'".format(str(value).replace("'", "''").replace("%", "%%"))
    raise TypeError(f"{value!r} is not written into statements.")


def columns_of(model: type[Model], *but: str) -> list[str]:
    """The columns of a model, without these and without those that no language reads."""
    translated = getattr(model, "translated_fields", ())
    return [
        field.column
        for field in model._meta.concrete_fields
        if field.column not in (*but, *translated)
    ]
