"""What the structure of our PDFs says beyond what WeasyPrint writes: languages, scopes, items.

WeasyPrint tags a document from its boxes, but leaves out the language of a part in another one (a
text shown in the language it exists in) and the direction of a table's header. Both are read from
the elements (``lang``, ``scope``), as a browser does. A paragraph of its own in an item of a list
has to stand in the item's body, and words set apart within a link, which WeasyPrint makes a link of
their own, are one in the structure too. WeasyPrint offers no place to add to the structure,
so the function that makes it is wrapped; the tests of this module fail when it has changed.
"""

import pydyf
from weasyprint.pdf import tags

SCOPES = {"row": "/Row", "rowgroup": "/Row", "col": "/Column", "colgroup": "/Column"}
# What words set apart within a line are, by a tag or without a meaning of their own.
WORDS = ("/Span", "/NonStruct")
ITEM_PARTS = ("/Lbl", "/LBody")
# Their language is that of the document, which the catalogue already says.
WHOLE = ("html", "body")


def install():
    """Have every document made from now on say more; once is enough for a process."""
    if hasattr(tags._build_box_tree, "wrapped"):
        return
    build = tags._build_box_tree

    def told(box, parent, pdf, *others):
        source = getattr(box, "_box", box)
        own = None if source.element is None or source.element_tag in WHOLE else source.element
        for element in build(box, parent, pdf, *others):
            if element["S"] == "/LI":
                give_body(element, pdf)
            if element["S"] in WORDS and source.link_annotation:
                element["S"] = "/Link"
            if own is not None:
                tell(element, own)
            yield element

    told.wrapped = build
    tags._build_box_tree = told


def give_body(item: pydyf.Dictionary, pdf: pydyf.PDF):
    """Put what stands loose in an item of a list, such as paragraphs of its own, into bodies."""
    kids = pydyf.Array()
    body = None
    for reference in item["K"]:
        kid = pdf.objects[int(reference.split()[0])]
        if kid["S"] in ITEM_PARTS:
            kids.append(reference)
            body = None
            continue
        if body is None:
            body = pydyf.Dictionary(
                {
                    "Type": "/StructElem",
                    "S": "/LBody",
                    "K": pydyf.Array(),
                    "Pg": item["Pg"],
                    "P": item.reference,
                }
            )
            pdf.add_object(body)
            kids.append(body.reference)
        kid["P"] = body.reference
        body["K"].append(reference)
    item["K"] = kids


def tell(element: pydyf.Dictionary, own):
    """Add to an element of the structure what its element of the document says."""
    if language := own.attrib.get("lang"):
        element["Lang"] = pydyf.String(language)
    if element["S"] == "/TH":
        element["A"]["Scope"] = SCOPES.get(own.attrib.get("scope"), "/Column")
