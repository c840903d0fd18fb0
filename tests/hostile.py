"""Files that mean harm, made on the spot: each a kind of attack that documents are used for."""

import io
import struct
import warnings
import zipfile
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from portal.lib import files
from tests.documents import ODT_NAMES, PACKAGE, RELATIONS, a_docx, a_pdf, a_zip, an_epub, an_odt

WIDE = (60_000, 60_000)


def pdf_with(change) -> bytes:
    """A PDF after ``change(pdf)``."""
    output = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(200, 200))
        change(pdf)
        pdf.save(output)
    return output.getvalue()


def protected(*, owner: str, user: str) -> bytes:
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(a_pdf())) as pdf:
        pdf.save(output, encryption=pikepdf.Encryption(owner=owner, user=user))
    return output.getvalue()


def opening(**action):
    """A PDF that does something as soon as it is opened."""

    def change(pdf):
        entries = {f"/{key}": value for key, value in action.items()}
        pdf.Root.OpenAction = Dictionary(entries)

    return pdf_with(change)


def with_link_action(pdf):
    link = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Link,
        Rect=Array([0, 0, 9, 9]),
        A=Dictionary(S=Name.URI, URI=String(" JavaScript:app.alert(1)")),
    )
    pdf.pages[0].Annots = Array([link])


def with_script_names(pdf):
    script = Dictionary(S=Name.JavaScript, JS=pdf.make_stream(b"app.alert(1)"))
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script])))


def with_attachment(name: str, content: bytes) -> bytes:
    def change(pdf):
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, content, filename=name)

    return pdf_with(change)


def with_wide_picture(pdf):
    picture = pdf.make_stream(b"\0", Type=Name.XObject, Subtype=Name.Image)
    picture.Width, picture.Height, picture.BitsPerComponent = 10_000, 10_000, 1
    picture.ColorSpace = Name.DeviceGray
    pdf.pages[0].Resources = Dictionary(XObject=Dictionary(Im0=picture))


def with_outside_stream(pdf):
    stream = pdf.make_stream(b"", F=String("/etc/passwd"))
    pdf.pages[0].Contents = stream


def an_enormous_png(size: tuple[int, int] = WIDE) -> bytes:
    """A few bytes that claim to be an enormous picture."""
    header = b"IHDR" + struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IEND\xaeB`\x82"


def relation(kind: str, target: str, mode: str = "External") -> str:
    return (
        f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r9" Type="{RELATIONS}/{kind}"'
        f' Target="{target}" TargetMode="{mode}"/></Relationships>'
    )


def odt_body(inside: str) -> bytes:
    return an_odt(
        {
            "content.xml": (
                f"<office:document-content {ODT_NAMES}><office:body><office:text>{inside}"
                "</office:text></office:body></office:document-content>"
            )
        }
    )


def a_page(inside: str) -> dict[str, str]:
    page = f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{inside}</body></html>'
    return {"OEBPS/two.xhtml": page}


def stretched(part: str = "word/media/a.bin", size: int = 30_000_000) -> bytes:
    return a_docx({part: b"\0" * size})


def many_parts(count: int) -> bytes:
    return a_docx({f"word/media/{number}.txt": b"" for number in range(count)})


def with_link(target: str) -> bytes:
    """A document with a part that is a symbolic link."""
    output = io.BytesIO(a_docx())
    with zipfile.ZipFile(output, "a") as archive:
        part = zipfile.ZipInfo("word/media/a.png")
        part.external_attr = 0o120777 << 16
        archive.writestr(part, target)
    return output.getvalue()


def twice_the_same() -> bytes:
    """Two parts of one name: a scanner reads one of them, a reader's program the other."""
    output = io.BytesIO(a_docx())
    with zipfile.ZipFile(output, "a") as archive, warnings.catch_warnings(action="ignore"):
        archive.writestr("word/document.xml", "<x/>")
    return output.getvalue()


def locked() -> bytes:
    """A document whose parts say that they are encrypted."""
    content = bytearray(a_docx())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(mark, place + 4)
    return bytes(content)


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'
OUTSIDE_ENTITY = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
WORKBOOK = a_zip({"xl/workbook.xml": "<x/>"})
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
DDE = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:r>'
    "<w:instrText>DD</w:instrText></w:r><w:r><w:instrText>EAUTO c:\\cmd.exe</w:instrText></w:r>"
    "</w:document>"
)

# name of the attack: file, its name, the code of the refusal
FILES: dict[str, tuple[bytes, str, str]] = {
    # PDF
    "pdf and zip": (a_pdf() + a_zip({"a.html": "<p>x</p>"}), "a.pdf", "two_kinds"),
    "pdf and zip, closed again": (
        a_pdf() + a_zip({"a.html": "x"}) + b"\n%%EOF\n",
        "a.pdf",
        "two_kinds",
    ),
    "pdf and page": (a_pdf() + b"<html><script>alert(1)</script>", "a.pdf", "two_kinds"),
    "page in the head of a pdf": (
        a_pdf().replace(b"\n", b"\n%<html><script>alert(1)</script>\n", 1),
        "a.pdf",
        "two_kinds",
    ),
    "page before the pdf": (b"<html><!--" + a_pdf(), "a.pdf", "unknown_type"),
    "lines before the pdf": (b"\n\n" + a_pdf(), "a.pdf", "unknown_type"),
    "script in a pdf": (
        opening(S=Name.JavaScript, JS=String("app.alert(1)")),
        "a.pdf",
        "script",
    ),
    "named scripts in a pdf": (pdf_with(with_script_names), "a.pdf", "script"),
    "program started by a pdf": (opening(S=Name.Launch, F=String("cmd.exe")), "a.pdf", "script"),
    "form sent by a pdf": (
        opening(Type=Name.Action, S=Name.SubmitForm, F=String("http://x.example")),
        "a.pdf",
        "script",
    ),
    "file elsewhere opened by a pdf": (
        opening(S=Name.GoToR, F=String("\\\\x.example\\a.pdf")),
        "a.pdf",
        "external",
    ),
    "script address in a pdf": (pdf_with(with_link_action), "a.pdf", "script"),
    "forms of another kind": (
        pdf_with(lambda pdf: setattr(pdf.Root, "AcroForm", Dictionary(XFA=String("<x/>")))),
        "a.pdf",
        "script",
    ),
    "stream of a pdf elsewhere": (pdf_with(with_outside_stream), "a.pdf", "external"),
    "program in a pdf": (with_attachment("a.exe", b"MZ"), "a.pdf", "embedded"),
    "page in a pdf, called a table": (
        with_attachment("a.csv", b"<script>alert(1)</script>"),
        "a.pdf",
        "embedded",
    ),
    "bytes in a pdf, called a table": (with_attachment("a.csv", b"\0\xff"), "a.pdf", "embedded"),
    "enormous picture in a pdf": (pdf_with(with_wide_picture), "a.pdf", "too_many_pixels"),
    "pdf with a password": (protected(owner="o", user="u"), "a.pdf", "encrypted"),
    "pdf with an owner's password": (protected(owner="o", user=""), "a.pdf", "encrypted"),
    "pdf cut off": (a_pdf()[:-300], "a.pdf", "damaged"),
    "pdf without a catalogue": (b"%PDF-1.7\ntrailer\n<<>>\n%%EOF", "a.pdf", "damaged"),
    # Word
    "macros": (a_docx({"word/vbaProject.bin": OLE}), "a.docx", "embedded"),
    "macros of another make": (a_docx({"word/vbaProject.bin": "x"}), "a.docx", "macros"),
    "macros declared": (
        a_docx({"[Content_Types].xml": '<Types a="x.macroEnabled.main+xml"/>'}),
        "a.docx",
        "macros",
    ),
    "template elsewhere": (
        a_docx(
            {
                "word/_rels/settings.xml.rels": relation(
                    "attachedTemplate", "https://x.example/a.dotm"
                )
            }
        ),
        "a.docx",
        "external",
    ),
    "picture elsewhere": (
        a_docx({"word/_rels/document.xml.rels": relation("image", "https://x.example/a.png")}),
        "a.docx",
        "external",
    ),
    "link that is a script": (
        a_docx({"word/_rels/document.xml.rels": relation("hyperlink", "javascript:alert(1)")}),
        "a.docx",
        "script",
    ),
    "OLE object": (a_docx({"word/embeddings/oleObject1.bin": OLE}), "a.docx", "embedded"),
    "OLE object elsewhere": (
        a_docx({"word/_rels/document.xml.rels": relation("oleObject", "http://x.example")}),
        "a.docx",
        "embedded",
    ),
    "page inside a document": (
        a_docx({"word/_rels/document.xml.rels": relation("aFChunk", "a.html", "Internal")}),
        "a.docx",
        "embedded",
    ),
    "ActiveX": (a_docx({"word/activeX/activeX1.xml": "<x/>"}), "a.docx", "macros"),
    "DDE in two pieces": (a_docx({"word/document.xml": DDE}), "a.docx", "script"),
    "entities": (a_docx({"word/document.xml": ENTITIES}), "a.docx", "script"),
    "entity of another file": (a_docx({"word/styles.xml": OUTSIDE_ENTITY}), "a.docx", "script"),
    "program in a document": (
        a_docx({"word/media/a.png": b"MZ\x90\0" + b"This program cannot be run"}),
        "a.docx",
        "embedded",
    ),
    # OpenDocument
    "macros of LibreOffice": (an_odt({"Basic/a.xml": "<x/>"}), "a.odt", "macros"),
    "event that runs a macro": (
        odt_body('<script:event-listener script:event-name="on-load"/>'),
        "a.odt",
        "macros",
    ),
    "picture elsewhere in OpenDocument": (
        odt_body('<draw:image xlink:href="https://x.example/a.png"/>'),
        "a.odt",
        "external",
    ),
    "file beside the document": (
        odt_body('<draw:object xlink:href="../secret.ods"/>'),
        "a.odt",
        "external",
    ),
    "link that is a script in OpenDocument": (
        odt_body('<text:a xlink:href="javascript:alert(1)">x</text:a>'),
        "a.odt",
        "script",
    ),
    "link that is a macro": (
        odt_body('<text:a xlink:href="vnd.sun.star.script:a">x</text:a>'),
        "a.odt",
        "script",
    ),
    "OLE object in OpenDocument": (an_odt({"Object 1": OLE}), "a.odt", "embedded"),
    "OpenDocument with a password": (
        an_odt(
            {
                "META-INF/manifest.xml": (
                    '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
                    '<m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry>'
                    "</m:manifest>"
                )
            }
        ),
        "a.odt",
        "encrypted",
    ),
    # EPUB
    "script in a book": (an_epub(a_page("<script>alert(1)</script>")), "a.epub", "script"),
    "script file in a book": (an_epub({"OEBPS/a.js": "alert(1)"}), "a.epub", "script"),
    "script on a click": (an_epub(a_page('<p onclick="x()">x</p>')), "a.epub", "script"),
    "script in an address": (
        an_epub(a_page('<a href=" javascript:x()">x</a>')),
        "a.epub",
        "script",
    ),
    "script in a drawing": (
        an_epub({"OEBPS/a.svg": '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'}),
        "a.epub",
        "script",
    ),
    "drawing that runs when it loads": (
        an_epub({"OEBPS/a.svg": '<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'}),
        "a.epub",
        "script",
    ),
    "page in a page": (an_epub(a_page('<iframe src="a"/>')), "a.epub", "script"),
    "script that is not well formed": (
        an_epub(a_page("<p><b><script>x</p>")),
        "a.epub",
        "script",
    ),
    "encrypted book": (
        an_epub(
            {
                "META-INF/encryption.xml": (
                    '<encryption><CipherReference URI="OEBPS/one.xhtml"/></encryption>'
                )
            }
        ),
        "a.epub",
        "encrypted",
    ),
    "book without a package": (a_zip({"mimetype": files.EPUB}), "a.epub", "damaged"),
    # Archives
    "bomb of one part": (stretched(), "a.docx", "bomb"),
    "bomb of many parts": (
        a_docx({f"word/media/{n}.bin": b"\0" * 8_000_000 for n in range(27)}),
        "a.docx",
        "bomb",
    ),
    "archive inside": (a_docx({"word/media/a.zip": WORKBOOK}), "a.docx", "embedded"),
    "archive inside a workbook": (
        a_docx({"word/embeddings/a.xlsx": a_zip({"xl/a.zip": WORKBOOK})}),
        "a.docx",
        "embedded",
    ),
    "bomb inside a workbook": (
        a_docx({"word/embeddings/a.xlsx": a_zip({"xl/a.xml": b"\0" * 30_000_000})}),
        "a.docx",
        "bomb",
    ),
    "absurdly many parts": (many_parts(3100), "a.docx", "too_many_parts"),
    "path that climbs": (a_docx({"word/../../../etc/cron.d/a": "x"}), "a.docx", "bad_path"),
    "path from the root": (an_epub({"/etc/cron.d/a": "x"}), "a.epub", "bad_path"),
    "path of another system": (an_odt({"C:\\Windows\\a.dll": "x"}), "a.odt", "bad_path"),
    "part that is a link": (with_link("/etc/passwd"), "a.docx", "bad_path"),
    "two parts of one name": (twice_the_same(), "a.docx", "two_kinds"),
    "document and pdf": (
        a_zip({"%PDF-1.4": "x", "[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}),
        "a.docx",
        "two_kinds",
    ),
    "archive with something after it": (a_docx() + b"<script>x</script>", "a.docx", "two_kinds"),
    "document with a password": (locked(), "a.docx", "encrypted"),
    "document cut off": (a_docx()[:-200], "a.docx", "unknown_type"),
    "enormous picture in a document": (
        a_docx({"word/media/a.png": an_enormous_png((10_000, 10_000))}),
        "a.docx",
        "too_many_pixels",
    ),
    "enormous picture in a book": (
        an_epub({"OEBPS/a.png": an_enormous_png()}),
        "a.epub",
        "too_many_pixels",
    ),
    # Other kinds, and names
    "program": (b"MZ\x90\0", "a.pdf", "unknown_type"),
    "page": (b"<!doctype html><script>alert(1)</script>", "a.pdf", "unknown_type"),
    "drawing": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>', "a.pdf", "unknown_type"),
    "any archive": (WORKBOOK, "a.docx", "unknown_type"),
    "program behind a second ending": (a_pdf(), "a.pdf.exe", "name_mismatch"),
    "ending turned round": (a_pdf(), "a\u202efdp.pdf", "bad_name"),
}
# A browser's path in a name is cut off by Django before any of our code sees it.
PATHS = ("../../etc/a.pdf", "..\\..\\a.pdf", "/etc/a.pdf", "a\x00.pdf", "C:\\a.pdf")
