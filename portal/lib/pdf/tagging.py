"""What the structure of our PDFs says beyond what WeasyPrint writes: languages and scopes.

WeasyPrint tags a document from its boxes, but leaves out the language of a part in another one (a
text shown in the language it exists in) and the direction of a table's header. Both are read from
the elements (``lang``, ``scope``), as a browser does. It offers no place to add to the structure,
so the function that makes it is wrapped; the tests of this module fail when it has changed.
"""

import pydyf
from weasyprint.pdf import tags

SCOPES = {"row": "/Row", "rowgroup": "/Row", "col": "/Column", "colgroup": "/Column"}
# Their language is that of the document, which the catalogue already says.
WHOLE = ("html", "body")


def install():
    """Have every document made from now on say more; once is enough for a process."""
    if hasattr(tags._build_box_tree, "wrapped"):
        return
    build = tags._build_box_tree

    def told(box, *arguments):
        source = getattr(box, "_box", box)
        own = None if source.element is None or source.element_tag in WHOLE else source.element
        for element in build(box, *arguments):
            if own is not None:
                tell(element, own)
            yield element

    told.wrapped = build
    tags._build_box_tree = told


def tell(element: pydyf.Dictionary, own):
    """Add to an element of the structure what its element of the document says."""
    if language := own.attrib.get("lang"):
        element["Lang"] = pydyf.String(language)
    if element["S"] == "/TH":
        element["A"]["Scope"] = SCOPES.get(own.attrib.get("scope"), "/Column")
