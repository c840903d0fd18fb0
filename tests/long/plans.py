"""What a database would do for a statement, and whether it reads no more than it may."""

import json
from collections.abc import Iterator

from django.db import connection


def check(sql: str, *, tables: tuple[str, ...], most_rows: int):
    """No table of these is read whole, and no step of the plan looks at more than so many rows.

    PostgreSQL carries the statement out and counts; SQLite says only which way it goes.
    """
    assert "OFFSET" not in sql.upper(), sql
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
            (found,) = cursor.fetchone()
            plan = json.loads(found) if isinstance(found, str) else found
            for node in nodes(plan[0]["Plan"]):
                is_whole = node["Node Type"] == "Seq Scan"
                assert not (is_whole and node["Relation Name"] in tables), (node, sql)
                assert seen(node) <= most_rows, (node, sql)
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            steps = [row[3] for row in cursor.fetchall()]
            whole = [step for step in steps if step.startswith("SCAN") and " INDEX" not in step]
            names = {name for step in whole for name in step.split()[1:]}
            assert names.isdisjoint(tables), (steps, sql)


def nodes(plan: dict) -> Iterator[dict]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def seen(node: dict) -> int:
    """The rows that a step has looked at, those that it threw away included."""
    each = node["Actual Rows"] + sum(
        node.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Join Filter", "Index Recheck")
    )
    return each * node["Actual Loops"]
