"""Pages by a cursor: every row once, whatever is added meanwhile, and no address that fails."""

import datetime

import pytest
from django.http import QueryDict
from django.template import Context, Template
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portal.lib import paging
from publications.models import Publication
from tests import factories

pytestmark = pytest.mark.django_db
NEWEST = ("-published_on", "-symbol")
TODAY = datetime.date(2026, 11, 1)


def publish(number: int, *, day: int = 0):
    return factories.create_publication(
        symbol=f"P/2026/{number:02d}", published_on=TODAY - datetime.timedelta(days=day)
    )


def page(size: int = 2, by=NEWEST, **query) -> paging.CursorPage:
    return paging.page_of(Publication.objects.all(), by=by, query=query, size=size)


def symbols(shown: paging.CursorPage) -> list[int]:
    return [int(row.symbol.rsplit("/", 1)[1]) for row in shown]


def walk(size: int, by=NEWEST) -> list[list[int]]:
    """The numbers on each page from the first to the last."""
    shown = page(size, by)
    pages = [symbols(shown)]
    while shown.after:
        shown = page(size, by, after=shown.after)
        pages.append(symbols(shown))
    return pages


def test_pages_follow_one_another_and_back():
    for number, day in ((1, 3), (2, 2), (3, 2), (4, 1), (5, 0)):
        publish(number, day=day)
    assert walk(2) == [[5, 4], [3, 2], [1]]
    last = page(after=page(after=page().after).after)
    assert (symbols(last), last.has_next()) == ([1], False)
    middle = page(before=last.before)
    assert (symbols(middle), middle.has_next()) == ([3, 2], True)
    first = page(before=middle.before)
    assert (symbols(first), first.has_previous()) == ([5, 4], False)


def test_the_other_direction():
    for number in (1, 2, 3):
        publish(number, day=number)
    assert walk(2, ("published_on", "symbol")) == [[3, 2], [1]]


def test_a_page_before_others_is_always_full():
    for number in range(1, 6):
        publish(number)
    second = page(after=page().after)
    Publication.objects.get(symbol="P/2026/05").delete()
    assert symbols(page(before=second.before)) == [4, 3]


def test_a_row_that_comes_in_between_moves_nothing():
    for number in range(1, 5):
        publish(number, day=1)
    after = page().after
    publish(9, day=0)
    assert symbols(page(after=after)) == [2, 1]


def test_when_all_that_followed_is_gone_the_last_page_is_shown():
    for number in range(1, 6):
        publish(number)
    after = page(4).after
    Publication.objects.get(symbol="P/2026/01").delete()
    assert symbols(page(4, after=after)) == [5, 4, 3, 2]
    Publication.objects.all().delete()
    assert symbols(page(4, after=after)) == []


@pytest.mark.slow
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(days=st.lists(st.integers(0, 3), max_size=9), size=st.integers(1, 4))
def test_every_row_once_in_order(days, size):
    Publication.objects.all().delete()
    for number, day in enumerate(days, start=1):
        publish(number, day=day)
    expected = symbols(paging.CursorPage(list(Publication.objects.order_by(*NEWEST))))
    assert [number for shown in walk(size) for number in shown] == expected
    assert all(len(shown) == size for shown in walk(size)[:-1])


@pytest.mark.slow
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cursor=st.text(max_size=40))
@example("W10")
@example(paging.encode(["2026-99-99", "P/2026/14"]))
@example(paging.encode(["2026-01-01", "P/2026/14", 1]))
@example(paging.encode(["2026-01-01", "\x00"]))
@example(paging.encode([True, 10**30]))
@example("A" * 5000)
@example(paging.encode([[[]]]))
def test_what_is_no_cursor_leads_to_the_first_page(cursor):
    Publication.objects.all().delete()
    publish(1)
    assert symbols(page(after=cursor)) == [1]
    assert symbols(page(before=cursor)) == [1]


def test_a_list_is_paged_in_one_direction():
    with pytest.raises(ValueError):
        page(by=("-published_on", "symbol"))
    with pytest.raises(ValueError):
        page(by=("nothing", "pk"))


def test_one_query_a_page(django_assert_num_queries):
    for number in range(1, 6):
        publish(number)
    cursor = page().after
    with django_assert_num_queries(1) as asked:
        page(after=cursor)
    assert "OFFSET" not in asked[0]["sql"]
    assert "COUNT" not in asked[0]["sql"]


def test_counts_end_at_the_cap(django_assert_num_queries):
    for number in range(1, 4):
        publish(number)
    rows = Publication.objects.newest_first()
    assert paging.capped_count(rows, 3) == (3, False)
    assert paging.capped_count(rows, 2) == (2, True)
    assert paging.capped_count(rows.none()) == (0, False)


def links(shown, query: str) -> dict:
    request = type("Request", (), {"GET": QueryDict(query)})()
    context = Context({"request": request, "page": shown})
    Template("{% load paging %}{% page_links page as links %}").render(context)
    return context["links"]


def test_links_keep_the_filters_and_drop_the_old_cursor():
    shown = paging.CursorPage([1], before="B", after="A")
    assert links(shown, "kind=report&after=X&page=3") == {
        "previous": "?kind=report&before=B",
        "next": "?kind=report&after=A",
        "number": 0,
        "total": 0,
    }
    assert links(paging.CursorPage([1]), "kind=report") == {}
