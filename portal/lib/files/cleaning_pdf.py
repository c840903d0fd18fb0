"""Takes out of a PDF who wrote it, with what, when and where; its pages stay as they are."""

import io
from typing import BinaryIO

import pikepdf
from lxml import etree
from pikepdf import Array, Dictionary, Name, Stream

from portal.lib.files import exif

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
# What the description of a document may still say: what it is about, and the standards it keeps.
KEPT_WORDS = {f"{{{DUBLIN_CORE}}}{name}" for name in ("title", "language", "subject", "rights")}
KEPT_STANDARDS = (
    "{http://www.aiim.org/pdfa/",
    "{http://www.aiim.org/pdfua/",
    "{http://www.npes.org/pdfx/",
)
KEPT_IN_INFORMATION = ("/Title", "/Subject", "/Keywords", "/Trapped")
# Remarks: the comments, marks and stamps of readers.
PLAIN_ANNOTATIONS = ("/Link", "/Widget", "/PrinterMark", "/TrapNet", "/Watermark", "/3D")
OF_A_REMARK = ("/T", "/M", "/CreationDate")
OF_A_FILE = ("/ModDate", "/CreationDate")


def stripped(file: BinaryIO) -> bytes:
    """The PDF without personal data; tags, language, title and bookmarks stay.

    Whatever only earlier versions of the file held is left behind as well.
    """
    file.seek(0)
    output = io.BytesIO()
    with pikepdf.open(file) as pdf:
        clean_information(pdf)
        for found in pdf.objects:
            clean(found, pdf)
        for key in ("/Perms", "/DSS"):
            if key in pdf.Root:
                del pdf.Root[key]
        # Of the former file: it would tie both together.
        if "/ID" in pdf.trailer:
            del pdf.trailer["/ID"]
        pdf.save(output, deterministic_id=True, linearize=False)
    file.seek(0)
    return output.getvalue()


def clean_information(pdf: pikepdf.Pdf):
    """Title and subject stay, author, program, dates and everything else goes."""
    if "/Info" in pdf.trailer:
        information = pdf.trailer["/Info"]
        if isinstance(information, Dictionary):
            for key in list(information.keys()):
                if key not in KEPT_IN_INFORMATION:
                    del information[key]
    metadata = pdf.Root.get("/Metadata")
    if metadata is None:
        return
    kept = kept_description(metadata.read_bytes()) if isinstance(metadata, Stream) else None
    if kept is None:
        del pdf.Root["/Metadata"]
        return
    pdf.Root.Metadata = pdf.make_stream(kept, Type=Name.Metadata, Subtype=Name.XML)


def kept_description(content: bytes) -> bytes | None:
    """The XMP packet with what is kept of it; nothing when it cannot be read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(content.strip(b"\0 \r\n\t"), parser)
    except (etree.LxmlError, ValueError):
        return None
    for attribute in list(root.attrib):
        del root.attrib[attribute]
    for description in list(root.iter(f"{{{RDF}}}Description")):
        if local_parent(description) != "RDF":
            continue
        for attribute in list(description.attrib):
            if not attribute.startswith(f"{{{RDF}}}") and not is_kept(attribute):
                del description.attrib[attribute]
        for child in list(description):
            if not isinstance(child.tag, str) or not is_kept(child.tag):
                description.remove(child)
    etree.cleanup_namespaces(root)
    packet = etree.tostring(root)
    return (
        b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        + packet
        + b'\n<?xpacket end="w"?>'
    )


def local_parent(element: etree._Element) -> str:
    parent = element.getparent()
    return parent.tag.rpartition("}")[2] if parent is not None else ""


def is_kept(name: str) -> bool:
    return name in KEPT_WORDS or name.startswith(KEPT_STANDARDS)


def clean(found: pikepdf.Object, pdf: pikepdf.Pdf):
    """Take out of one object of the file what it says of people, programs and places."""
    if not isinstance(found, Dictionary | Stream):
        if isinstance(found, Array):
            clean_inside(found, pdf)
        return
    is_root = found.objgen == pdf.Root.objgen and found.is_indirect
    for key in ("/PieceInfo", "/LastModified", *(() if is_root else ("/Metadata",))):
        if key in found:
            del found[key]
    if "/Subtype" in found and "/Rect" in found and found["/Subtype"] not in PLAIN_ANNOTATIONS:
        delete(found, OF_A_REMARK)
    if found.get("/Type") == "/Sig" or ("/ByteRange" in found and "/Contents" in found):
        # A signature names its person, and no longer holds for a changed file.
        for key in list(found.keys()):
            del found[key]
        return
    if found.get("/FT") == "/Sig" and "/V" in found:
        del found["/V"]
    if "/Params" in found and isinstance(found["/Params"], Dictionary):
        delete(found["/Params"], OF_A_FILE)
    if isinstance(found, Stream):
        clean_picture(found)
    clean_inside(found, pdf)


def clean_inside(found: pikepdf.Object, pdf: pikepdf.Pdf):
    """What is written inside an object without a number of its own."""
    values = list(found) if isinstance(found, Array) else [value for _key, value in found.items()]
    for value in values:
        inside = isinstance(value, Dictionary | Array) and not value.is_indirect
        if inside:
            clean(value, pdf)


def delete(found: pikepdf.Object, keys: tuple[str, ...]):
    for key in keys:
        if key in found:
            del found[key]


def clean_picture(found: Stream):
    filters = found.get("/Filter")
    if filters == "/DCTDecode" or (
        isinstance(filters, Array) and len(filters) == 1 and filters[0] == "/DCTDecode"
    ):
        content = found.read_raw_bytes()
        plain = exif.stripped_jpeg(content)
        if len(plain) < len(content):
            found.write(
                plain, filter=Name.DCTDecode, decode_parms=found.get("/DecodeParms") or None
            )
