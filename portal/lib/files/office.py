"""Word and OpenDocument texts: no macros, nothing loaded from elsewhere, nothing embedded."""

import re
import zipfile
from collections.abc import Iterator

from lxml import etree

from portal.lib.files.archives import first_text, local, named, xml
from portal.lib.files.kinds import DOCX
from portal.lib.files.pdf import language_code
from portal.lib.files.refusals import refused

# Where a document keeps programs.
MACROS = re.compile(r"(^|/)(vbaproject|vbadata)|^word/activex/|^(basic|scripts|dialogs)/", re.I)
SCRIPT_ADDRESS = re.compile(
    r"\s*(javascript|vbscript|data|ms-[a-z-]+|search-ms|vnd\.sun[a-z.]*):", re.I
)
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|[/\\]|\.\.", re.I)
LINKS = ("a", "hyperlink")
XLINK = "{http://www.w3.org/1999/xlink}href"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def facts(archive: zipfile.ZipFile, media_type: str) -> dict:
    """Pages and language as the document says them. Raises ValidationError when it holds more
    than texts need."""
    names = archive.namelist()
    if any(MACROS.search(name) for name in names):
        raise refused("macros")
    if media_type == DOCX:
        check_word(archive, names)
        return word_facts(archive)
    check_open_document(archive, names)
    return open_document_facts(archive)


# -- Word ------------------------------------------------------------------------------------------


def check_word(archive: zipfile.ZipFile, names: list[str]):
    content_types = archive.read("[Content_Types].xml").lower()
    if b"macroenabled" in content_types or b"vbaproject" in content_types:
        raise refused("macros")
    for name in names:
        if name.endswith(".rels"):
            check_relations(archive, name)
        elif name.startswith("word/") and name.endswith(".xml"):
            root = xml(archive, name)
            if runs_programs(root):
                raise refused("script")
        elif name.startswith("word/embeddings/") and name.endswith((".bin", ".docm", ".xlsm")):
            raise refused("embedded")


def check_relations(archive: zipfile.ZipFile, name: str):
    """Links may lead elsewhere when a reader follows them; nothing else may."""
    for relation in named(xml(archive, name), "Relationship"):
        kind = relation.get("Type", "").rpartition("/")[2].lower()
        target = relation.get("Target", "")
        if kind in ("afchunk", "oleobject", "control", "activexcontrol", "subdocument"):
            raise refused("embedded")
        if SCRIPT_ADDRESS.match(target):
            raise refused("script")
        if relation.get("TargetMode", "").lower() == "external" and kind != "hyperlink":
            raise refused("external")


def runs_programs(root: etree._Element | None) -> bool:
    """Whether a field asks another program for its content (DDE), in one piece or in several."""
    if root is None:
        return False
    pieces = ["".join(field.itertext()) for field in named(root, "instrText")]
    pieces += [field.get(f"{{{WORD}}}instr", "") for field in named(root, "fldSimple")]
    return bool(re.search(r"\bDDE(AUTO)?\b", "".join(pieces), re.I))


def word_facts(archive: zipfile.ZipFile) -> dict:
    pages = first_text(xml(archive, "docProps/app.xml"), "Pages")
    language = first_text(xml(archive, "docProps/core.xml"), "language")
    if not language:
        languages = named(xml(archive, "word/styles.xml"), "lang")
        language = next((found.get(f"{{{WORD}}}val", "") for found in languages), "")
    return {"pages": number(pages), "language": language_code(language)}


# -- OpenDocument ----------------------------------------------------------------------------------


def check_open_document(archive: zipfile.ZipFile, names: list[str]):
    for name in names:
        if name == "META-INF/manifest.xml":
            root = xml(archive, name)
            if any(True for _ in named(root, "encryption-data")):
                raise refused("encrypted")
        elif name.endswith(".xml"):
            for element in elements(xml(archive, name)):
                check_element(element, in_content=not name.endswith("meta.xml"))


def elements(root: etree._Element | None) -> Iterator[etree._Element]:
    return iter(()) if root is None else root.iter(etree.Element)


def check_element(element: etree._Element, *, in_content: bool):
    name, target = local(element), element.get(XLINK, "").strip()
    if name in ("event-listener", "event") and "script" in element.tag:
        raise refused("macros")
    if name == "dde-source" or (name.startswith("dde-connection") and len(element.attrib)):
        raise refused("script")
    if name in ("plugin", "applet", "object-ole", "floating-frame"):
        raise refused("embedded")
    if not target:
        return
    if SCRIPT_ADDRESS.match(target):
        raise refused("script")
    if name == "template" and re.match(r"https?:|ftp:|file:/{4}|[/\\]{2}", target, re.I):
        raise refused("external")
    if in_content and name not in LINKS and ELSEWHERE.match(target):
        raise refused("external")


def open_document_facts(archive: zipfile.ZipFile) -> dict:
    meta = xml(archive, "meta.xml")
    statistics = next(named(meta, "document-statistic"), None)
    counted = next(
        (
            value
            for key, value in (statistics.attrib.items() if statistics is not None else ())
            if key.endswith("}page-count")
        ),
        "",
    )
    language = first_text(meta, "language") or default_language(xml(archive, "styles.xml"))
    return {"pages": number(counted), "language": language_code(language)}


def default_language(styles: etree._Element | None) -> str:
    for style in named(styles, "default-style"):
        for properties in named(style, "text-properties"):
            for key, value in properties.attrib.items():
                if key.endswith("compatible:1.0}language") and value != "none":
                    return value
    return ""


def number(text: str) -> int:
    """A count of pages as documents write it; 0 for what is none."""
    return int(text) if re.fullmatch(r"[0-9]{1,5}", text.strip()) else 0
