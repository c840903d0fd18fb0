"""What a PDF says of itself, and what it may not do to who opens it."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

import pikepdf
from lxml import etree

from portal.lib.files.kinds import DAMAGED
from portal.lib.files.pictures import MOST_PIXELS
from portal.lib.files.refusals import refused

UNREADABLE = (
    pikepdf.PdfError,
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    IndexError,
    RuntimeError,
    RecursionError,
    OverflowError,
)
MOST_OBJECTS = 500_000
# The end of a PDF: its mark, and nothing but line ends after it.
END = re.compile(rb"%%EOF[\s\0]*\Z")
MARKUP = re.compile(rb"<\s*(html|script|svg|body|iframe|\?php|!doctype)", re.I)
# What opening a page or clicking in it may not cause. Addresses and jumps inside are left.
PROGRAMS = {
    "/JavaScript",
    "/Launch",
    "/ImportData",
    "/SubmitForm",
    "/Rendition",
    "/RichMediaExecute",
    "/GoToE",
}
SCRIPT_ADDRESS = re.compile(r"\s*(javascript|vbscript|data|file):", re.I)
# Tables that the portal's own reports carry beside their figures.
TABLES = (".csv",)
LARGEST_TABLE = 4 * 1024 * 1024
XPACKET = "http://purl.org/dc/elements/1.1/"


def facts(file: BinaryIO) -> dict:
    """Pages, whether the PDF is tagged, and its language. Raises ValidationError otherwise."""
    check_ends(file)
    file.seek(0)
    try:
        with pikepdf.open(file) as pdf:
            if pdf.is_encrypted:
                raise refused("encrypted")
            check_objects(pdf)
            return {
                "pages": len(pdf.pages),
                "is_tagged": is_tagged(pdf),
                "language": language_of(pdf),
            }
    except pikepdf.PasswordError as error:
        raise refused("encrypted") from error
    except UNREADABLE as error:
        raise refused("damaged_pdf") from error


def check_ends(file: BinaryIO):
    """The PDF is the whole file: no page or archive before its first or after its last byte."""
    file.seek(0)
    start = file.read(2048)
    file.seek(0, 2)
    file.seek(max(0, file.tell() - 66_000))
    end = file.read()
    if MARKUP.search(start.partition(b" obj")[0]):
        raise refused("two_kinds")
    if END.search(end):
        if b"PK\x05\x06" in end and is_archive(file):
            raise refused("two_kinds")
        return
    if b"%%EOF" not in end:
        raise refused("damaged_pdf")
    raise refused("two_kinds")


def is_archive(file: BinaryIO) -> bool:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            return bool(archive.namelist())
    except (*DAMAGED, NotImplementedError):
        return False


# -- What it holds ---------------------------------------------------------------------------------


def check_objects(pdf: pikepdf.Pdf):
    """Every dictionary in the file is looked at, whether a page shows it or not."""
    if len(pdf.objects) > MOST_OBJECTS:
        raise refused("too_many_parts")
    for number, found in enumerate(pdf.objects):
        for dictionary in dictionaries(found):
            check_dictionary(dictionary)
        if number == 0 and "/Root" not in pdf.trailer:
            raise refused("damaged_pdf")


def dictionaries(found: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """The dictionaries of an object, those written inside it too, which have no number."""
    waiting = [found]
    while waiting:
        item = waiting.pop()
        if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            yield item
            parts = [value for _key, value in item.items()]
        elif isinstance(item, pikepdf.Array):
            parts = list(item)
        else:
            continue
        waiting += [
            part for part in parts if isinstance(part, pikepdf.Object) and not part.is_indirect
        ]


def check_dictionary(found: pikepdf.Object):
    act = found.get("/S")
    if isinstance(act, pikepdf.Name) and is_action(found):
        if str(act) in PROGRAMS:
            raise refused("script")
        if act == "/GoToR":
            raise refused("external")
    if isinstance(found, pikepdf.Stream) and "/F" in found:
        # Its content lies in another file.
        raise refused("external")
    if "/JS" in found or "/XFA" in found or found.get("/Subtype") == "/RichMedia":
        raise refused("script")
    address = found.get("/URI")
    if isinstance(address, pikepdf.String) and SCRIPT_ADDRESS.match(str(address)):
        raise refused("script")
    if isinstance(embedded := found.get("/EF"), pikepdf.Dictionary) and not is_table(
        found, embedded
    ):
        raise refused("embedded")
    if found.get("/Subtype") == "/Image" and pixels(found) > MOST_PIXELS:
        raise refused("too_many_pixels_inside")


def pixels(image: pikepdf.Object) -> int:
    return int(image.get("/Width", 0)) * int(image.get("/Height", 0))


def is_action(found: pikepdf.Object) -> bool:
    """Structure elements and transitions have a key of the same name."""
    kind = found.get("/Type")
    return kind is None or kind == "/Action"


def is_table(specification: pikepdf.Object, embedded: pikepdf.Object) -> bool:
    """Whether an attached file is a plain table, by its name and by its bytes."""
    names = [str(specification[key]) for key in ("/F", "/UF") if key in specification]
    if not names or not all(name.lower().endswith(TABLES) for name in names):
        return False
    for _key, stream in embedded.items():
        if not isinstance(stream, pikepdf.Stream):
            return False
        content = stream.read_bytes()
        if len(content) > LARGEST_TABLE or b"\0" in content or MARKUP.search(content):
            return False
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            return False
    return True


# -- What it says of itself ------------------------------------------------------------------------


def is_tagged(pdf: pikepdf.Pdf) -> bool:
    marked = pdf.Root.get("/MarkInfo")
    return bool(isinstance(marked, pikepdf.Dictionary) and marked.get("/Marked") is True)


def language_of(pdf: pikepdf.Pdf) -> str:
    declared = pdf.Root.get("/Lang")
    if isinstance(declared, pikepdf.String) and str(declared).strip():
        return language_code(str(declared))
    metadata = pdf.Root.get("/Metadata")
    if not isinstance(metadata, pikepdf.Stream):
        return ""
    try:
        root = etree.parse(
            io.BytesIO(metadata.read_bytes()), etree.XMLParser(resolve_entities=False)
        ).getroot()
    except etree.LxmlError:
        return ""
    texts = ("".join(found.itertext()).strip() for found in root.iter(f"{{{XPACKET}}}language"))
    return language_code(next(texts, ""))


def language_code(declared: str) -> str:
    """A language as files declare it, such as fr-FR, or nothing where it is none."""
    code = declared.strip().replace("_", "-")
    return code if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}", code) else ""
