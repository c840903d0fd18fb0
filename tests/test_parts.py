"""What `make check` leaves to `make test`: never a test of its own, only further cases."""

from dataclasses import dataclass

import pytest

from tests.parts import PARTS, chosen


@dataclass(frozen=True)
class Item:
    nodeid: str
    marked: tuple[str, ...] = ()
    fixturenames: tuple[str, ...] = ()

    def iter_markers(self):
        return [getattr(pytest.mark, name).mark for name in self.marked]


def names(part: str, *items: Item) -> list[str]:
    return [item.nodeid for item in chosen(items, part)]


def cases(count: int, **values) -> list[Item]:
    return [Item(f"test_sweep[{number}]", **values) for number in range(count)]


@pytest.mark.parametrize(
    "values",
    [{"marked": ("django_db",)}, {"fixturenames": ("db",)}, {"fixturenames": ("live_server",)}],
)
def test_a_sweep_over_the_database_has_its_ends_in_the_quick_part(values):
    items = cases(5, **values)
    assert names("quick", *items) == ["test_sweep[0]", "test_sweep[4]"]
    assert names("rest", *items) == ["test_sweep[1]", "test_sweep[2]", "test_sweep[3]"]


def test_a_sweep_without_the_database_is_there_with_every_case():
    assert len(names("quick", *cases(5))) == 5


def test_the_ends_are_those_of_the_cases_that_are_quick():
    items = [Item("test_sweep[slow]", marked=("django_db", "slow"))]
    items += cases(3, marked=("django_db",))
    assert names("quick", *items) == ["test_sweep[0]", "test_sweep[2]"]


def test_each_test_is_in_one_part_and_other_stages_are_in_none():
    items = [
        Item("test_quick", marked=("django_db",)),
        Item("test_slow", marked=("slow",)),
        Item("test_worker", marked=("services", "django_db")),
        Item("test_click", marked=("browser",)),
        Item("test_million", marked=("long", "slow")),
        *cases(4, marked=("django_db",)),
    ]
    found = [name for part in PARTS for name in names(part, *items)]
    assert sorted(found) == sorted(
        item.nodeid for item in items if not set(item.marked) & {"browser", "long"}
    )
