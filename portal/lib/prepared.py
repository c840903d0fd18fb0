"""A statement that PostgreSQL reads and plans once for each connection.

Worth it for what is said to it thousands of times in a row: planning a small statement on a table
with partial indexes takes longer than carrying it out. psycopg2 does not do it by itself.
"""

from collections.abc import Mapping
from weakref import WeakKeyDictionary

from django.db.backends.utils import CursorWrapper

_statements: dict[str, str] = {}


class Prepared:
    """``sql`` has its values as ``%(name)s``, and ``types`` says of what type each is.

    The name is the statement's own in the whole process.
    """

    def __init__(self, name: str, sql: str, types: Mapping[str, str]):
        self.name = name
        self.sql = sql % {value: f"${place}" for place, value in enumerate(types, 1)}
        self.types = types
        self.execution = f"EXECUTE {name} ({', '.join(f'%({value})s' for value in types)})"
        # As long as they are open.
        self._knowing: WeakKeyDictionary[object, bool] = WeakKeyDictionary()
        _statements[name] = self.sql

    def execute(self, cursor: CursorWrapper, values: Mapping[str, object]):
        if cursor.connection not in self._knowing:
            cursor.execute(f"PREPARE {self.name} ({', '.join(self.types.values())}) AS {self.sql}")
            self._knowing[cursor.connection] = True
        cursor.execute(self.execution, values)


def statement(name: str) -> str:
    """What is carried out under a name. Raises KeyError for one that is not of this process."""
    return _statements[name]
