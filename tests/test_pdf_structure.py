"""The judge of structures finds each fault, in a document that is right but for this one."""

import base64
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Name
from PIL import Image

from portal.lib import pdf
from tests import printed
from tests.pdf_structure import faults

SOURCE = """<html lang="en"><head><title>Report (example)</title></head><body>
<h1>Report</h1><p>First <span lang="fr">d’abord</span> of two.</p>
<h2>Figures</h2><svg width="9" height="9"><title>Map of the lake</title>
<rect width="9" height="9"/></svg>
<table><thead><tr><th scope="col">Country</th><th scope="col">Members</th></tr></thead>
<tbody><tr><th scope="row">Island</th><td>14</td></tr></tbody></table>
<ul><li>Boats</li><li><p>Nets</p><p>Ropes<br>Sails</p></li></ul>
<h3>Sources</h3><p><a href="https://example.org/a"><b>https://<i>example</i></b>.org/a</a></p>
<p lang="ar">المجلس</p><p>Last-minute word.</p></body></html>"""


@pytest.fixture(scope="module")
def good() -> bytes:
    return pdf.from_html(SOURCE)


def elements(node, kind: str):
    for kid in node.get("/K", []) if isinstance(node.get("/K"), Array) else []:
        if isinstance(kid, pikepdf.Dictionary):
            if kid.get("/S") == kind:
                yield kid
            yield from elements(kid, kind)


def first(document: pikepdf.Pdf, kind: str):
    return next(elements(document.Root.StructTreeRoot, kind))


def untag(document):
    del document.Root.StructTreeRoot


def unmark(document):
    document.Root.MarkInfo.Marked = False


def hide_title(document):
    del document.Root.ViewerPreferences


def empty_title(document):
    document.docinfo["/Title"] = " "


def forget_language(document):
    del document.Root.Lang


def forget_bookmarks(document):
    del document.Root.Outlines


def forget_part(document):
    for span in elements(document.Root.StructTreeRoot, "/Span"):
        if "/Lang" in span:
            del span.Lang


def forget_alternative(document):
    del first(document, "/Figure").Alt


def empty_alternative(document):
    first(document, "/Figure").Alt = " "


def forget_scope(document):
    del first(document, "/TH").A.Scope


def skip_level(document):
    first(document, "/H2").S = Name("/H3")


def loosen_item(document):
    first(document, "/LBody").S = Name("/P")


def forget_link(document):
    for link in elements(document.Root.StructTreeRoot, "/Link"):
        link.S = Name("/Span")


def turn_round(document):
    body = document.Root.StructTreeRoot.K[0]
    body.K = Array(reversed(list(body.K)))


def leave_out(document):
    body = document.Root.StructTreeRoot.K[0]
    body.K = Array(list(body.K)[:-1])


FAULTS = {
    untag: "not tagged",
    unmark: "not marked as tagged",
    hide_title: "title not shown",
    empty_title: "no title",
    forget_language: "language is not en",
    forget_bookmarks: "no bookmarks",
    forget_part: "part in fr without its language: d’abord",
    forget_alternative: "figure without alternative text",
    empty_alternative: "figure without alternative text",
    forget_scope: "table header without scope: Country",
    skip_level: "heading of level 3 after level 1: Figures",
    loosen_item: "item of a list with P beside its body: Boats",
    forget_link: "page 1: a link that is /Span in the structure",
    turn_round: "out of order: First",
    leave_out: "missing: Lastminuteword.",
}


def test_a_right_document_has_no_fault(good):
    assert faults(good, language="en", html=SOURCE) == []


@pytest.mark.parametrize("spoil", FAULTS, ids=lambda spoil: spoil.__name__)
def test_each_fault_is_found(good, spoil):
    spoiled = BytesIO()
    with pikepdf.open(BytesIO(good)) as document:
        spoil(document)
        document.save(spoiled)
    found = faults(spoiled.getvalue(), language="en", html=SOURCE)
    assert FAULTS[spoil] in found
    # Words set apart within a link are links of their own.
    assert spoil is turn_round or len(set(found)) == 1


def test_another_language_than_asked_for_is_a_fault(good):
    assert "language is not fr" in faults(good, language="fr", html=SOURCE)


def test_scopes_are_those_of_the_source(good):
    with pikepdf.open(BytesIO(good)) as document:
        scopes = [str(th.A.Scope) for th in elements(document.Root.StructTreeRoot, "/TH")]
    assert scopes == ["/Column", "/Column", "/Row"]


def test_what_runs_beyond_the_margin_is_found():
    page = (
        '<html lang="en"><head><title>A</title><link rel="stylesheet" href="/static/css/print.css">'
        "</head><body><h1>Within</h1>{}</body></html>"
    )
    assert printed.outside(pdf.from_html(page.format(""))) == []
    wide = f'<p style="white-space: nowrap">{"beyond " * 60}</p>'
    assert printed.outside(pdf.from_html(page.format(wide))) != []
    drawn = BytesIO()
    Image.new("RGB", (2, 1), "navy").save(drawn, "PNG")
    data = base64.b64encode(drawn.getvalue()).decode()
    picture = f'<img alt="Two dots" src="data:image/png;base64,{data}">'
    assert len(printed.brought_along(pdf.from_html(page.format(picture)))) == 1
