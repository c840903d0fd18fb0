"""Dublin Core: simple, in fifteen elements, each text with its language."""

from collections.abc import Iterator

from lxml import etree

from portal.lib.feeds import clean
from publications.metadata.jsonld import LICENCES
from publications.metadata.record import Record

MEDIA_TYPE = "application/xml"
DC = "http://purl.org/dc/elements/1.1/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# The DCMI type vocabulary: all are texts.
TYPE = "Text"


def elements(record: Record) -> Iterator[tuple[str, str, str]]:
    """(element, text, language or nothing), the original language first."""
    order = sorted(record.titles, key=lambda code: code != record.language)
    yield from (("title", record.titles[code], code) for code in order)
    yield from (("creator", author.inverted, "") for author in record.authors)
    yield from (("subject", text, language) for text, language in record.subjects)
    summaries = [code for code in order if code in record.summaries]
    yield from (("description", record.summaries[code], code) for code in summaries)
    yield "publisher", record.publisher, record.language
    yield "date", record.issued.isoformat(), ""
    yield "type", TYPE, ""
    yield "type", record.kind, "en"
    formats = dict.fromkeys(document.media_type for document in record.documents)
    yield from (("format", media_type, "") for media_type in formats)
    yield "identifier", record.url, ""
    yield "identifier", record.symbol, ""
    if record.doi:
        yield "identifier", record.doi_url, ""
    yield from (("language", code, "") for code in order)
    if record.series:
        for code, title in record.series.titles.items():
            yield "source", f"{title} {record.series.number}".strip(), code
        if record.series.issn:
            yield "source", f"ISSN {record.series.issn}", ""
    if record.replaced_by:
        yield "relation", record.replaced_by, ""
    yield from (("relation", document.url, "") for document in record.documents)
    yield from (("coverage", code, "") for code in record.places)
    if record.licence:
        yield "rights", LICENCES.get(record.licence, record.licence), ""
    if not record.is_open:
        yield "rights", "Reserved for members", "en"


def element(record: Record) -> etree._Element:
    """The record as an oai_dc:dc element."""
    root = etree.Element(f"{{{OAI_DC}}}dc", nsmap={"oai_dc": OAI_DC, "dc": DC, "xsi": XSI})
    root.set(f"{{{XSI}}}schemaLocation", f"{OAI_DC} {SCHEMA}")
    for name, text, language in elements(record):
        child = etree.SubElement(root, f"{{{DC}}}{name}")
        child.text = clean(text)
        if language:
            child.set(LANG, language)
    return root


def dublin_core(record: Record) -> bytes:
    return etree.tostring(
        element(record), xml_declaration=True, encoding="utf-8", pretty_print=True
    )
