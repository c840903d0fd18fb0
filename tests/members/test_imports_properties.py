"""Whatever stands in a file, it is understood or refused with a message: nothing crashes."""

import datetime
import io

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.imports import parsing, reading
from members.imports.lines import Understanding
from members.imports.reading import Layout
from members.imports.wording import Refused, wording
from portal.lib.sheets import cells, ods, writing, xlsx
from portal.lib.sheets.writing import Sheet
from tests.factories import create_category, create_country, create_facet, create_region

# The same examples each time, and few enough: a rule that is broken is found while developing.
bounded = settings(
    max_examples=80,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
anything = st.text(max_size=60)
dangerous = st.text("=+-@'\t\r \n\"a1;,|é\x00", max_size=12)
values = st.one_of(
    st.none(),
    anything,
    dangerous,
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.dates(datetime.date(1900, 3, 1), datetime.date(2199, 12, 31)),
)

pytestmark = pytest.mark.slow


@bounded
@given(st.one_of(anything, dangerous))
def test_neutral_texts_come_back_as_they_were(text):
    written = cells.neutral(text)
    assert not written.startswith(cells.FORMULA_STARTS)
    assert cells.restored(written) == text or not cells.is_harmless(written)


@bounded
@given(st.one_of(anything, dangerous))
def test_a_text_of_a_cell_is_stable_or_refused(text):
    try:
        understood = parsing.text_of(text)
    except Refused as refused:
        assert all(wording(refused.code, refused.params))
        return
    again = parsing.text_of(cells.neutral(understood)) if understood else ""
    assert again == understood or parsing.says_nothing(understood)


@bounded
@given(st.one_of(anything, st.text("0123456789/-. T:", max_size=12)))
def test_a_date_is_a_day_or_refused(text):
    try:
        found = parsing.day(text)
    except Refused as refused:
        assert all(wording(refused.code, refused.params))
        if refused.code.startswith("date") and (proposal := refused.params.get("proposal")):
            assert parsing.day(proposal)
        return
    assert 1800 <= found.year <= 2200
    assert parsing.day(found.isoformat()) == found


@bounded
@given(st.one_of(st.emails(), anything))
def test_an_address_is_kept_or_refused(text):
    try:
        found = parsing.mail(text)
    except Refused as refused:
        assert all(wording(refused.code, refused.params))
        if refused.code == "mail" and (proposal := refused.params.get("proposal")):
            assert "@" in proposal
        return
    assert parsing.mail(found) == found


@bounded
@given(st.lists(values, min_size=1, max_size=45))
@pytest.mark.django_db
def test_any_line_is_understood_or_refused(network, line):
    layout = Layout("csv", columns=parsing_columns())
    read = Understanding(layout, network).read(2, line)
    for _field, value, code, params in read.problems:
        assert all(wording(code, params))
        value.encode("utf-8")
        assert "\x00" not in value


def parsing_columns() -> list[str]:
    from members.imports.columns import COLUMNS  # noqa: PLC0415

    return [column.key for column in COLUMNS]


@pytest.fixture
def network(db):
    create_category("A")
    create_category("B")
    create_region("R4")
    create_country("KE")
    create_facet("theme")
    return parsing.Lists()


@bounded
@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_refused(data):
    file = io.BytesIO(data)
    try:
        layout = reading.layout_of(file)
        rows = list(reading.data_rows(file, layout))
    except ValidationError as error:
        assert error.messages
        return
    assert all(isinstance(number, int) for number, _cells in rows)


@bounded
@given(st.binary(max_size=300), st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_any_bytes_below_headers_are_read_or_refused(data, encoding):
    file = io.BytesIO("Name;Pays\n".encode(encoding) + data)
    try:
        layout = reading.layout_of(file)
        list(reading.data_rows(file, layout))
    except ValidationError as error:
        assert error.messages


@bounded
@given(st.lists(st.lists(values, max_size=6), max_size=6), st.sampled_from(["xlsx", "ods"]))
def test_spreadsheets_give_back_what_was_written(rows, kind):
    rows = [[clean(cell) for cell in row] for row in rows]
    data = b"".join(writing.written(kind, [Sheet("S", rows)]))
    found = dict((xlsx if kind == "xlsx" else ods).rows(io.BytesIO(data)))
    for number, row in enumerate(rows, start=1):
        expected = [cells.neutral(cell) if cell != "" else None for cell in row]
        while expected and expected[-1] is None:
            expected.pop()
        assert found.get(number, []) == expected


def clean(cell):
    """The cell without what XML cannot hold, which is left out when it is written."""
    return cell.translate(writing._NOT_XML) if isinstance(cell, str) else cell


@bounded
@given(st.binary(max_size=200), st.integers(0, 4000))
def test_a_damaged_spreadsheet_is_refused(damage, place):
    data = bytearray(b"".join(writing.written("xlsx", [Sheet("S", [["Name"], ["One"]])])))
    data[place % len(data) : place % len(data) + len(damage)] = damage
    try:
        list(xlsx.rows(io.BytesIO(bytes(data))))
    except ValidationError as error:
        assert error.messages
