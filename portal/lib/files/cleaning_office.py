"""What Word, OpenDocument and EPUB say of people beside their text, taken out part by part.

Each function takes a part by its name and gives its content without personal data, or None for a
part that is left out.
"""

import re

from lxml import etree

from portal.lib.files.archives import local, named, parsed
from portal.lib.files.office import WORD

# Stands where a name has to stand.
NOBODY = "–"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"

# -- Word ------------------------------------------------------------------------------------------

KEPT_CORE = {"title", "language", "subject", "keywords"}
KEPT_APP = {"Pages", "Words", "Characters", "CharactersWithSpaces", "Lines", "Paragraphs"}
SIGNATURES = ("_xmlsignatures/", "META-INF/documentsignatures", "META-INF/macrosignatures")
# Numbers of editing sessions tie several documents to one computer.
RSID = re.compile(r"rsid", re.I)
TRACES = ("dateUtc", "userId", "providerId")
IDENTITY = ("docId", "attachedTemplate", "mailMerge", "rsids")
# What servers of documents and cover pages keep beside the text.
OF_PEOPLE = {
    "creator",
    "author",
    "lastmodifiedby",
    "manager",
    "company",
    "companyaddress",
    "companyphone",
    "companyfax",
    "companyemail",
    "displayname",
    "accountid",
}


def cleaned_word(name: str, content: bytes) -> bytes | None:
    if name.startswith(SIGNATURES):
        return None
    if name.endswith(".rels") or name == "[Content_Types].xml":
        return without_signatures(content)
    if not name.endswith(".xml") or not content:
        return content
    root = parsed(content)
    if local(root) == "coreProperties":
        keep_only(root, KEPT_CORE)
    elif local(root) == "Properties":
        # Those of the program, and those that somebody added.
        keep_only(root, KEPT_APP)
    elif local(root) == "people":
        keep_only(root, set())
    elif name.startswith("customXml/"):
        for element in root.iter(etree.Element):
            if local(element).lower() in OF_PEOPLE and not len(element):
                element.text = ""
    elif name.startswith(("word/", "xl/")):
        clean_word_part(root)
    return written(root)


def without_signatures(content: bytes) -> bytes:
    """A list of relations, or of parts, that does not name what was left out."""
    root = parsed(content)
    for element in list(root):
        told = f"{element.get('Target', '')}{element.get('PartName', '')}{element.get('Type', '')}"
        if "_xmlsignatures" in told or "digital-signature" in told:
            root.remove(element)
    return written(root)


def clean_word_part(root: etree._Element):
    for element in list(root.iter(etree.Element)):
        if local(element) in IDENTITY and element.getparent() is not None:
            element.getparent().remove(element)
            continue
        for key in list(element.attrib):
            name = key.rpartition("}")[2]
            if RSID.match(name) or name in TRACES or key == f"{{{WORD}}}date":
                del element.attrib[key]
            elif name in ("author", "initials", "lastEditedBy"):
                element.attrib[key] = NOBODY
    for author in named(root, "author"):
        # The remarks of a workbook.
        author.text = NOBODY


def keep_only(root: etree._Element, names: set[str]):
    for element in list(root):
        if local(element) not in names:
            root.remove(element)


def written(root: etree._Element) -> bytes:
    tree = root.getroottree()
    return etree.tostring(
        tree, encoding="UTF-8", xml_declaration=True, standalone=tree.docinfo.standalone
    )


# -- OpenDocument ----------------------------------------------------------------------------------

KEPT_META = {"title", "language", "subject", "keyword", "document-statistic"}
WHO = ("creator", "initial-creator", "sender-initials", "creator-initials", "printed-by")
WHEN = ("date", "creation-date", "print-date", "date-string", "meta-date-string")
# Inside of these somebody says something beside the text.
REMARKS = ("annotation", "change-info")
MACHINE = re.compile(r"Printer|DataSource|CurrentDatabase|Rsid", re.I)


def cleaned_open_document(name: str, content: bytes) -> bytes | None:
    if name.startswith(SIGNATURES):
        return None
    if name == "META-INF/manifest.xml" or not name.endswith(".xml") or not content:
        return content
    root = parsed(content)
    if name.rpartition("/")[2] == "meta.xml":
        for meta in named(root, "meta"):
            keep_only(meta, KEPT_META)
    elif name.rpartition("/")[2] == "settings.xml":
        clean_settings(root)
    else:
        clean_open_part(root)
    return written(root)


def clean_settings(root: etree._Element):
    """Which printer and which data base somebody works with."""
    for item in list(named(root, "config-item")):
        name = next((value for key, value in item.attrib.items() if key.endswith("}name")), "")
        if MACHINE.search(name):
            item.getparent().remove(item)


def clean_open_part(root: etree._Element):
    for element in list(root.iter(etree.Element)):
        for key in list(element.attrib):
            if key.rpartition("}")[2] in ("rsid", "paragraph-rsid"):
                del element.attrib[key]
        parent = element.getparent()
        if parent is None or local(parent) not in REMARKS:
            continue
        if local(element) in WHO:
            element.text = NOBODY
        elif local(element) in WHEN:
            parent.remove(element)


# -- EPUB ------------------------------------------------------------------------------------------

LEFT_OUT = re.compile(r"(^|/)(calibre_bookmarks\.txt|iTunesMetadata\.plist|metadata\.xml)$", re.I)
WHO_MADE_IT = ("creator", "contributor", "publisher", "source")
NAMES_SOMEBODY = re.compile(r"author|creator|contributor|calibre|generator|sigil|publisher", re.I)


def cleaned_book(name: str, content: bytes) -> bytes | None:
    if LEFT_OUT.search(name) and not name.endswith(".opf"):
        return None
    ending = name.lower().rpartition(".")[2]
    if ending not in ("opf", "ncx", "xhtml", "html", "htm", "svg") or not content:
        return content
    root = parsed(content, lenient=ending in ("xhtml", "html", "htm"))
    if root is None:
        return content
    if ending == "opf":
        clean_package(root)
    elif ending == "ncx":
        remove(list(named(root, "docAuthor")))
    elif ending == "svg":
        remove(list(named(root, "metadata")))
    clean_heads(root)
    return written(root)


def clean_package(root: etree._Element):
    people = [element for name in WHO_MADE_IT for element in named(root, name)]
    people = [element for element in people if DUBLIN_CORE in element.tag]
    refined = {f"#{element.get('id')}" for element in people if element.get("id")}
    about = [meta for meta in named(root, "meta") if meta.get("refines") in refined]
    remove([*people, *about])


def clean_heads(root: etree._Element):
    told = [
        meta
        for meta in named(root, "meta")
        if NAMES_SOMEBODY.search(meta.get("name") or meta.get("property") or "")
    ]
    remove(told)


def remove(elements: list[etree._Element]):
    for element in elements:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
