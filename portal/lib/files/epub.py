"""EPUB books: a package that names its parts, and no part that runs."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from lxml import etree

from portal.lib.files.archives import first_text, local, named, xml
from portal.lib.files.office import number
from portal.lib.files.pdf import language_code
from portal.lib.files.refusals import refused

CONTAINER = "META-INF/container.xml"
PAGES = (".xhtml", ".html", ".htm", ".svg", ".xml", ".opf", ".ncx")
SCRIPTS = (".js", ".mjs", ".swf", ".wasm")
SCRIPT_ADDRESS = re.compile(r"\s*(javascript|vbscript|data:\s*text/html)", re.I)
SCRIPT_TAG = re.compile(rb"<\s*(?:[a-z]+:)?(script|iframe|object|embed)\b", re.I)
ADDRESSES = ("href", "src", "action", "formaction", "data", "poster")


class Part(NamedTuple):
    """An entry of the package's list: path in the archive, media type, properties."""

    path: str
    media_type: str
    properties: str


def facts(archive: zipfile.ZipFile) -> dict:
    """Pages and language as the book says them. Raises ValidationError when it holds programs."""
    if "META-INF/encryption.xml" in archive.NameToInfo:
        check_encryption(archive)
    path, package = package_of(archive)
    for part in parts(path, package):
        if "scripted" in part.properties or "javascript" in part.media_type:
            raise refused("script")
    for name in archive.namelist():
        if name.lower().endswith(SCRIPTS):
            raise refused("script")
        if name.lower().endswith(PAGES):
            check_page(archive, name)
    return {
        "pages": pages_of(archive, path, package),
        "language": language_code(first_text(package, "language")),
    }


def package_of(archive: zipfile.ZipFile) -> tuple[str, etree._Element]:
    """The path and root of the package document, without which this is no EPUB."""
    rootfile = next(named(xml(archive, CONTAINER), "rootfile"), None)
    path = rootfile.get("full-path", "") if rootfile is not None else ""
    package = xml(archive, path)
    if package is None:
        raise refused("damaged_document")
    return path, package


def parts(path: str, package: etree._Element) -> Iterator[Part]:
    for item in named(package, "item"):
        yield Part(
            inside(path, item.get("href", "")),
            item.get("media-type", "").lower(),
            item.get("properties", ""),
        )


def inside(base: str, address: str) -> str:
    """The path in the archive of an address written in the part ``base``."""
    return posixpath.normpath(
        posixpath.join(posixpath.dirname(base), unquote(address.partition("#")[0]))
    )


def check_encryption(archive: zipfile.ZipFile):
    """Scrambled fonts are usual; a book whose pages are encrypted cannot be read here."""
    for reference in named(xml(archive, "META-INF/encryption.xml"), "CipherReference"):
        if not reference.get("URI", "").lower().endswith((".ttf", ".otf", ".woff", ".woff2")):
            raise refused("encrypted")


def check_page(archive: zipfile.ZipFile, name: str):
    root = xml(archive, name, lenient=True)
    # Asked twice: a program that reads pages leniently may see what an XML parser does not.
    if SCRIPT_TAG.search(archive.read(name)):
        raise refused("script")
    if root is None:
        return
    for element in root.iter(etree.Element):
        if local(element).lower() in ("script", "iframe", "object", "embed", "handler"):
            raise refused("script")
        for key, value in element.attrib.items():
            attribute = key.rpartition("}")[2].lower()
            if attribute.startswith("on") and len(attribute) > 3:
                raise refused("script")
            if attribute in ADDRESSES and SCRIPT_ADDRESS.match(value):
                raise refused("script")


def pages_of(archive: zipfile.ZipFile, path: str, package: etree._Element) -> int:
    """Pages of the printed book: as its package says, or by its list of pages."""
    for meta in named(package, "meta"):
        if meta.get("property") == "schema:numberOfPages":
            return number("".join(meta.itertext()))
        if meta.get("name") in ("numberOfPages", "schema:numberOfPages"):
            return number(meta.get("content", ""))
    for part in parts(path, package):
        if "nav" not in part.properties.split():
            continue
        for nav in named(xml(archive, part.path, lenient=True), "nav"):
            if "page-list" in nav.get("{http://www.idpf.org/2007/ops}type", ""):
                return sum(1 for _ in named(nav, "a"))
    return 0


def spine(path: str, package: etree._Element) -> list[str]:
    """The paths of the pages in reading order."""
    by_id = {item.get("id"): item.get("href", "") for item in named(package, "item")}
    wanted = (reference.get("idref") for reference in named(package, "itemref"))
    return [inside(path, by_id[key]) for key in wanted if key in by_id]
