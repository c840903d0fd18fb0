"""Spreadsheets as other programs write them, and within limits."""

import datetime
import io
import zipfile

import pytest
from django.core.exceptions import ValidationError

from portal.lib.sheets import archives, cells, ods, writing, xlsx
from portal.lib.sheets.cells import Formula
from portal.lib.sheets.writing import Sheet

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def archive(**parts: str) -> io.BytesIO:
    """Our own file with other parts: ``sheet1``, ``sharedStrings``, ``styles``, ``content``."""
    kind = "ods" if "content" in parts else "xlsx"
    data = io.BytesIO(b"".join(writing.written(kind, [Sheet("S", [["x"]])])))
    out = io.BytesIO()
    with zipfile.ZipFile(data) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        texts = {name: old.read(name).decode() for name in old.namelist()}
        if "sharedStrings" in parts:
            texts["xl/sharedStrings.xml"] = ""
            relations = "xl/_rels/workbook.xml.rels"
            texts[relations] = texts[relations].replace(
                "</Relationships>",
                '<Relationship Id="rId9" Type="http://x/sharedStrings" Target="sharedStrings.xml"/>'
                "</Relationships>",
            )
        for name, text in texts.items():
            stem = name.rpartition("/")[2].removesuffix(".xml")
            new.writestr(name, parts.get(stem, text))
    out.seek(0)
    return out


def sheet(rows: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def test_shared_texts_with_runs_and_readings():
    strings = (
        f'<sst xmlns="{MAIN}"><si><t>one</t></si><si><r><t>t</t></r><r><t xml:space="preserve">wo '
        "</t></r><rPh><t>read</t></rPh></si><si><t>_x0041__x000D_</t></si></sst>"
    )
    cells_ = "".join(f'<c r="{c}3" t="s"><v>{n}</v></c>' for n, c in enumerate("ABC"))
    file = archive(sheet1=sheet(f'<row r="3">{cells_}</row>'), sharedStrings=strings)
    assert list(xlsx.rows(file)) == [(3, ["one", "two ", "A\r"])]


def test_kinds_of_cells():
    row = (
        '<row><c r="A1"><v>3</v></c><c r="C1"><v>1.5</v></c><c t="b"><v>1</v></c>'
        '<c t="d"><v>2026-01-31T00:00:00</v></c><c t="e"><v>#N/A</v></c>'
        '<c t="str"><f>A1+1</f><v>4</v></c><c t="inlineStr"><is><t>in</t></is></c></row>'
    )
    [(number, found)] = xlsx.rows(archive(sheet1=sheet(row)))
    day = datetime.date(2026, 1, 31)
    assert (number, found) == (1, [3, None, 1.5, True, day, "#N/A", "=A1+1", "in"])
    assert isinstance(found[6], Formula)


@pytest.mark.parametrize(
    "code, is_day",
    [
        ("yyyy\\-mm\\-dd", True),
        ("dd/mm/yy", True),
        ("[$-40C]d mmmm yyyy", True),
        ("0.00", False),
        ('"dossier" 0', False),
        ("[Red]0", False),
        ("h:mm", False),
    ],
)
def test_dates_are_told_by_their_format(code, is_day):
    assert xlsx.is_day_format("164", {"164": code}) is is_day


def test_a_date_of_a_file_that_begins_in_1904():
    file = archive(sheet1=sheet('<row><c s="2"><v>46053</v></c></row>'))
    assert list(xlsx.rows(file)) == [(1, [datetime.date(2026, 1, 31)])]


def test_ods_repeats_and_annotations():
    content = (
        f"<office:document-content {writing._SPACES}><office:body><office:spreadsheet><table:table>"
        "<table:table-row table:number-rows-repeated='3'><table:table-cell/></table:table-row>"
        "<table:table-row table:number-rows-repeated='2'><table:table-cell/>"
        "<table:table-cell table:number-columns-repeated='2' office:value-type='string'>"
        "<office:annotation><text:p>note</text:p></office:annotation>"
        "<text:p>a<text:s text:c='2'/>b</text:p><text:p>c</text:p></table:table-cell>"
        "<table:table-cell table:formula='of:=1+1' office:value-type='float' office:value='2'/>"
        "<table:table-cell table:number-columns-repeated='1000'/></table:table-row>"
        "<table:table-row table:number-rows-repeated='1048570'><table:table-cell/>"
        "</table:table-row></table:table><table:table><table:table-row>"
        "<table:table-cell office:value-type='float' office:value='9'/></table:table-row>"
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    found = list(ods.rows(archive(content=content)))
    assert found == [(n, [None, "a  b\nc", "a  b\nc", "=1+1"]) for n in (4, 5)]


def test_too_many_rows_are_refused(monkeypatch):
    for module in (xlsx, ods):
        monkeypatch.setattr(module, "ROW_LIMIT", 2)
    for kind, module in (("xlsx", xlsx), ("ods", ods)):
        data = b"".join(writing.written(kind, [Sheet("S", [["a"], ["b"], ["c"]])]))
        with pytest.raises(ValidationError) as refused:
            list(module.rows(io.BytesIO(data)))
        assert refused.value.code == "too_many_rows"


def test_a_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(archives, "UNPACKED_LIMIT", 10_000)
    data = b"".join(writing.written("xlsx", [Sheet("S", [["x" * 20_000]])]))
    with pytest.raises(ValidationError) as refused:
        list(xlsx.rows(io.BytesIO(data)))
    assert refused.value.code == "bomb"


def test_entities_are_refused():
    text = '<!DOCTYPE w [<!ENTITY a "b">]>' + sheet('<row><c t="str"><v>&a;</v></c></row>')
    with pytest.raises(ValidationError) as refused:
        list(xlsx.rows(archive(sheet1=text)))
    assert refused.value.code == "damaged"


def test_an_archive_that_is_no_spreadsheet_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        new.writestr("a.txt", "a")
    for module in (xlsx, ods):
        with pytest.raises(ValidationError) as refused:
            list(module.rows(out))
        assert refused.value.code == "damaged"


def test_exports_are_written_piece_by_piece():
    rows = ([f"row {n}"] for n in range(20_000))
    pieces = list(writing.written("csv", [Sheet("S", rows)]))
    assert len(pieces) > 3
    assert cells.neutral("=1") == "'=1" and cells.restored("'=1") == "=1"
    assert cells.neutral("'=1") == "''=1" and cells.restored("'a") == "'a"
