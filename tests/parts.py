"""The two parts of the suite: `--part quick` is that of `make check`, `--part rest` all else.

Every test that is not marked as slow is in the quick part. One that is repeated over the database,
say for each address or language, is there with its first case and its last; cases without the
database cost nothing and are all there. `make test` runs both parts, and so every case.
"""

from collections import defaultdict
from collections.abc import Iterable

import pytest

# Folders whose tests are stages of their own, and the marks that keep a test out of the quick part.
STAGES = {"browser", "long"}
SLOW = {"services", "slow"}
OF_THE_DATABASE = {"db", "transactional_db", "live_server"}
PARTS = ("quick", "rest")


def add_option(parser: pytest.Parser) -> None:
    parser.addoption(
        "--part", choices=PARTS, help="which part of the suite to run, see tests.parts"
    )


def chosen(items: Iterable[pytest.Item], part: str) -> list[pytest.Item]:
    """The items of the part, in the order in which they stand."""
    of_suite = [item for item in items if not marks(item) & STAGES]
    quick = set(quick_ones(of_suite))
    return [item for item in of_suite if (item in quick) == (part == "quick")]


def quick_ones(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    cases = defaultdict(list)
    for item in items:
        if not marks(item) & SLOW:
            cases[item.nodeid.partition("[")[0]].append(item)
    quick = []
    for found in cases.values():
        if len(found) > 2 and touches_database(found[0]):
            found = [found[0], found[-1]]
        quick += found
    return quick


def marks(item: pytest.Item) -> set[str]:
    return {mark.name for mark in item.iter_markers()}


def touches_database(item: pytest.Item) -> bool:
    return "django_db" in marks(item) or bool(OF_THE_DATABASE & set(item.fixturenames))
