"""Translation files: what is written is read back to the byte, also by another program."""

import csv
import io
import zlib

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree
from translate.storage.xliff import Xliff1File
from translate.storage.xliff2 import Xliff2File

from portal.lib.exchange import formats, markup, texts, xliff12, xliff20
from portal.lib.exchange.markup import CLOSE, OPEN, Code
from portal.lib.exchange.texts import CSV, XLIFF_12, XLIFF_20, Batch, Field, Record
from portal.lib.text import sanitise

KINDS = (XLIFF_12, XLIFF_20, CSV)
BODY = (
    '<h2>Un  titre</h2>\n<p>Texte <strong>fort</strong> &amp; <a href="https://example.org/?a=1'
    '&amp;b=2" title="a > b" rel="noopener noreferrer">lien</a>&nbsp;: fin ]]&gt;</p>\n<hr>\n'
    "<ul>\n<li>un</li><li>deux<br>trois</li></ul>\n"
)
OTHER = BODY.replace("Texte", "Texto").replace("deux", "dos")

# Any text a database keeps, the awkward ones often: marks, breaks, formulas, right to left.
WORDS = st.text(
    st.one_of(
        st.characters(exclude_categories=("Cs",)),
        st.sampled_from("<>&\"'=+-@\t\r\n\x00\x0b\u00a0\u202e\ufffe;,]مש"),
    ),
    max_size=30,
)
MARKS = st.sampled_from(
    [
        "<p>", "</p>", "<ul><li>", "</li></ul>", "<em>", "</em>", "<br>", "<hr>", "]]>", "\n", "<",
        '<a href="/x" title="a > b">', "</a>", "&amp;", "&quot;", "&#x41;", "<td>", "<!-- x -->",
    ]
)  # fmt: skip
ROUGH = st.lists(st.one_of(WORDS, MARKS), max_size=12).map("".join)
HTML = st.one_of(ROUGH, ROUGH.map(sanitise))
STATES = st.sampled_from(("in_progress", "ready", "outdated", "machine"))


@st.composite
def fields(draw, name):
    is_html = draw(st.booleans())
    content = HTML if is_html else WORDS
    source = draw(content.filter(bool))
    target = draw(st.one_of(st.just(""), st.just(source), content))
    state = draw(STATES) if target else "missing"
    return Field(name, source, target, state, is_html)


@st.composite
def batches(draw):
    source, target = draw(st.sampled_from((("fr", "es"), ("en", "fr"), ("es", "en"))))
    keys = draw(
        st.lists(
            st.from_regex(r"[a-zA-Z0-9/-]{1,12}", fullmatch=True),
            min_size=1,
            max_size=3,
            unique=True,
        )
    )
    records = tuple(
        Record(
            draw(st.sampled_from(("publication", "page"))),
            key,
            draw(st.from_regex(r"[0-9a-f]{64}", fullmatch=True)),
            tuple(draw(fields(name)) for name in ("title", "body")),
            draw(WORDS),
        )
        for key in keys
    )
    return Batch(source, target, records)


def bare(batch: Batch) -> Batch:
    """The batch without what only people read or only the reader counts."""
    return batch._replace(
        records=tuple(
            record._replace(
                label="",
                fields=tuple(field._replace(gaps=0, passages=1) for field in record.fields),
            )
            for record in batch.records
        )
    )


@pytest.mark.parametrize("kind", KINDS)
@given(batch=batches())
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_back(kind, batch):
    read_as, found = formats.read(formats.written(batch, kind))
    assert (read_as, bare(found)) == (kind, bare(batch))


@given(html=HTML)
@example(html=BODY)
@settings(max_examples=150, deadline=None)
def test_the_passages_put_together_are_the_html(html):
    found = markup.passages(html)
    assert "".join(markup.html(pieces) for pieces in found) == html
    for pieces in found:
        opened = [p.number for p in pieces if isinstance(p, Code) and p.role == OPEN]
        closed = [p.number for p in pieces if isinstance(p, Code) and p.role == CLOSE]
        assert sorted(opened) == sorted(closed)


def batch(*fields: Field, kind="publication", key="12", fingerprint="f" * 64) -> Batch:
    return Batch("fr", "es", (Record(kind, key, fingerprint, fields, "P/2026/14 Titre"),))


FULL = batch(
    Field("title", "Titre", "Título", "ready"), Field("body", BODY, OTHER, "machine", True)
)


def test_a_body_is_cut_at_its_outermost_blocks():
    assert [markup.html(pieces).strip()[:4] for pieces in markup.passages(BODY)] == [
        "<h2>",
        "<p>T",
        "<hr>",
        "<ul>",
    ]
    assert [len(markup.aligned(BODY, OTHER)), len(markup.aligned(BODY, "<p>Otro</p>"))] == [4, 1]


def test_the_codes_of_a_translation_bear_the_numbers_of_the_source():
    source, target = markup.aligned(
        "<p><em>a</em> <strong>b</strong></p>", "<p><strong>b</strong> <em>a</em> <q>c</q></p>"
    )[0]
    numbers = [
        {p.raw: p.number for p in pieces if isinstance(p, Code) and p.role == OPEN}
        for pieces in (source, target)
    ]
    assert numbers == [
        {"<p>": 1, "<em>": 2, "<strong>": 3},
        {"<p>": 1, "<em>": 2, "<strong>": 3, "<q>": 4},
    ]


def test_another_program_reads_xliff_1_2():
    store = Xliff1File.parsestring(formats.written(FULL, XLIFF_12))
    units = store.units
    assert store.sourcelanguage == "fr"
    assert store.targetlanguage == "es"
    assert [unit.xmlelement.get("id") for unit in units] == [
        "title",
        "body.html.1",
        "body.html.2",
        "body.html.3",
        "body.html.4",
    ]
    assert (units[0].source, units[0].target) == ("Titre", "Título")
    assert units[0].isapproved()
    # What was written with the program's own means is taken in as a finished translation.
    units[0].target = "Otro título"
    _kind, found = formats.read(bytes(store))
    assert found.records[0].fields[0].target == "Otro título"
    assert found.records[0].fields[1].target == OTHER


def test_another_program_reads_xliff_2_0():
    store = Xliff2File.parsestring(formats.written(FULL, XLIFF_20))
    assert (store.sourcelanguage, store.targetlanguage) == ("fr", "es")
    assert (store.units[0].source, store.units[0].target) == ("Titre", "Título")
    assert len(store.units) == 5
    store.units[0].target = "Otro título"
    _kind, found = formats.read(bytes(store))
    assert found.records[0].fields[0].target == "Otro título"
    assert found.records[0].fields[1].target == OTHER


def test_a_text_that_is_filled_in_while_its_mark_is_left_alone_counts_as_translated():
    empty = batch(Field("title", "Titre"))
    for kind, place in ((XLIFF_12, xliff12), (XLIFF_20, xliff20)):
        root = etree.fromstring(formats.written(empty, kind))
        source = next(root.iter(place.tag("source")))
        target = source.getnext()
        if target is None:
            target = etree.SubElement(source.getparent(), place.tag("target"))
        target.text = "Título"
        field = formats.read(etree.tostring(root))[1].records[0].fields[0]
        assert (field.target, field.state, field.gaps) == ("Título", "ready", 0)


@pytest.mark.parametrize("kind", [XLIFF_12, XLIFF_20])
def test_passages_without_a_translation_are_counted(kind):
    place = xliff12 if kind == XLIFF_12 else xliff20
    root = etree.fromstring(formats.written(batch(Field("body", BODY, OTHER, "ready", True)), kind))
    targets = list(root.iter(place.tag("target")))
    # The second paragraph loses its translation, the line its own: the first is a gap.
    for target in targets[1:3]:
        target.getparent().remove(target)
    field = formats.read(etree.tostring(root))[1].records[0].fields[0]
    assert (field.gaps, field.passages) == (1, 3)


def test_segments_that_a_tool_has_cut_are_put_together():
    root = etree.fromstring(formats.written(batch(Field("title", "Un. Deux.")), XLIFF_20))
    unit = next(root.iter(xliff20.tag("unit")))
    for segment in list(unit):
        unit.remove(segment)
    for source, target in (("Un.", "Uno."), (" ", None), ("Deux.", "Dos.")):
        name = "segment" if target else "ignorable"
        segment = etree.SubElement(unit, xliff20.tag(name))
        etree.SubElement(segment, xliff20.tag("source")).text = source
        if target:
            etree.SubElement(segment, xliff20.tag("target")).text = target
    field = formats.read(etree.tostring(root))[1].records[0].fields[0]
    assert (field.source, field.target) == ("Un. Deux.", "Uno. Dos.")


def test_a_code_whose_content_a_tool_dropped_is_that_of_the_source():
    content = formats.written(
        batch(Field("body", "<p>Un <em>a</em><br></p>", "", "missing", True)), XLIFF_12
    )
    root = etree.fromstring(content)
    target = next(root.iter(xliff12.tag("target")))
    target.append(
        etree.fromstring(
            f'<g xmlns="{xliff12.NAMESPACE}" id="1"><mrk mtype="seg">Uno </mrk>'
            '<g id="2">a</g><x id="3"/></g>'
        )
    )
    field = formats.read(etree.tostring(root))[1].records[0].fields[0]
    assert field.target == "<p>Uno <em>a</em><br></p>"


def test_a_unit_that_comes_twice_is_given_twice():
    root = etree.fromstring(formats.written(FULL, XLIFF_12))
    unit = next(root.iter(xliff12.tag("trans-unit")))
    unit.addnext(etree.fromstring(etree.tostring(unit)))
    names = [field.name for field in formats.read(etree.tostring(root))[1].records[0].fields]
    assert names == ["title", "title", "body"]


def test_no_cell_begins_like_a_formula():
    awkward = batch(
        Field("title", "=1+1", "'@SUM(A1)", "ready"), Field("body", "-a\r\n=b", "+b", "ready")
    )
    content = formats.written(awkward, CSV)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert bare(formats.read(content)[1]) == bare(awkward)


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_as_spreadsheets_save_it(encoding, delimiter):
    from portal.lib.exchange import tables  # noqa: PLC0415

    content = tables.written(FULL, delimiter=delimiter).decode("utf-8-sig").encode(encoding)
    assert bare(formats.read(content)[1]) == bare(FULL)


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + f']><xliff version="1.2" xmlns="{xliff12.NAMESPACE}">&i;</xliff>'
)
EXTERNAL = (
    '<!-- --><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    f'<xliff version="1.2" xmlns="{xliff12.NAMESPACE}">&f;</xliff>'
)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (BOMB.encode(), "doctype"),
        (EXTERNAL.encode(), "doctype"),
        (EXTERNAL.encode("utf-16"), "doctype"),
        (b"<xliff", "damaged"),
        (b"<xliff>&nobody;</xliff>", "damaged"),
        (b'<?xml version="1.0" encoding="utf-7"?><xliff/>', "damaged"),
        (b'<?xml version="1.0" encoding="nonsense"?><xliff/>', "damaged"),
        (b"<xliff>\xff</xliff>", "damaged"),
        (b"<html><body>x</body></html>", "not_ours"),
        (f'<xliff xmlns="{xliff12.NAMESPACE}"/>'.encode(), "not_ours"),
        (f'<xliff xmlns="{xliff20.NAMESPACE}"><file id="a"/></xliff>'.encode(), "not_ours"),
        (("<a>" * 3000 + "</a>" * 3000).encode(), "damaged"),
        (b"", "not_ours"),
        (b"a,b,c\n1,2,3\n", "not_ours"),
        (zlib.compress(b"x" * 1000), "not_ours"),
    ],
)
def test_a_file_that_is_hostile_or_not_ours_is_refused(content, code):
    with pytest.raises(ValidationError) as refused:
        formats.read(content)
    assert refused.value.code == code


def test_a_file_of_many_megabytes_or_texts_is_refused(monkeypatch):
    monkeypatch.setattr(texts, "FIELD_LIMIT", 4)
    for kind in (XLIFF_12, XLIFF_20):
        with pytest.raises(ValidationError) as refused:
            formats.read(formats.written(FULL, kind))
        assert refused.value.code == "too_many"
    monkeypatch.setattr(texts, "SIZE_LIMIT", 100)
    for kind in KINDS:
        with pytest.raises(ValidationError) as refused:
            formats.read(formats.written(FULL, kind))
        assert refused.value.code == "too_large"


@pytest.mark.parametrize("kind", KINDS)
@given(noise=st.binary(max_size=8), place=st.integers(0, 5000))
@settings(max_examples=100, deadline=None)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(kind, noise, place):
    content = formats.written(FULL, kind)
    place %= len(content)
    try:
        formats.read(content[:place] + noise + content[place + len(noise) :])
    except ValidationError as refused:
        assert refused.messages


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'target-language="es"', b'target-language="fr"'),
        (b'target-language="es"', b'target-language="de"'),
        (b'original="publication/', b'original="'),
        (b'id="title"', b'id="title;drop"'),
    ],
)
def test_a_file_about_something_else_is_refused(old, new):
    content = formats.written(FULL, XLIFF_12)
    assert old in content
    if new == b'original="':
        content = content.replace(b'original="publication/12/' + b"f" * 64, b'original="x')
    with pytest.raises(ValidationError) as refused:
        formats.read(content.replace(old, new))
    assert refused.value.code == "not_ours"


def test_a_country_that_a_tool_adds_to_a_language_does_not_matter():
    content = formats.written(FULL, XLIFF_12).replace(
        b'target-language="es"', b'target-language="es-MX"'
    )
    assert formats.read(content)[1].target_language == "es"
