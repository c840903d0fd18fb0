"""Personal data is taken out of files, which are then read back; what readers need stays."""

import io
import re
import zipfile

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String
from PIL import Image
from pypdf import PdfReader, PdfWriter

from portal.lib import files, pdf
from portal.lib.files import cleaning, exif, words
from tests.documents import a_docx, a_pdf, a_zip, an_epub, an_odt
from tests.hostile import pdf_with

SECRETS = (b"Diallo", b"Bamako", b"AB12CD", b"Acme Camera", b"Council (example)")
PLACE = {1: "N", 2: (12.0, 38.0, 21.0), 3: "W", 4: (8.0, 0.0, 10.0)}


def stripped(content: bytes) -> bytes:
    return cleaning.stripped(io.BytesIO(content))


def a_photograph(kind: str = "JPEG", *, orientation: int = 6) -> bytes:
    """A picture that tells where it was taken, with what, and by whom."""
    image = Image.effect_noise((64, 40), 80).convert("RGB")
    told = image.getexif()
    told[0x010F], told[0x013B], told[0x0112] = "Acme Camera", "Awa Diallo (example)", orientation
    told.get_ifd(0x8825).update(PLACE)
    output = io.BytesIO()
    image.save(output, kind, exif=told, **({"comment": b"Bamako"} if kind == "JPEG" else {}))
    return output.getvalue()


def told_by(content: bytes) -> dict:
    with Image.open(io.BytesIO(content)) as image:
        found = image.getexif()
        return dict(found) | dict(found.get_ifd(0x8825))


def pixels(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as image:
        return image.convert("RGB").tobytes()


# -- Pictures --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_photograph_forgets_where_it_was_taken(kind):
    content = a_photograph(kind)
    assert b"Acme Camera" in content
    assert kind == "TIFF" or told_by(content)[2] == (12.0, 38.0, 21.0)
    plain = exif.stripped(content)
    assert not any(secret in plain for secret in SECRETS)
    assert 1 not in told_by(plain) and 2 not in told_by(plain)
    assert pixels(plain) == pixels(content)


def test_which_way_up_a_photograph_is_shown_is_kept():
    assert set(told_by(exif.stripped(a_photograph(orientation=6)))) == {0x0112}
    assert told_by(exif.stripped(a_photograph(orientation=6)))[0x0112] == 6
    assert told_by(exif.stripped(a_photograph(orientation=1))) == {}


def test_what_hangs_behind_a_photograph_is_left_out():
    assert exif.stripped(a_photograph() + b"Bamako").endswith(b"\xff\xd9")


def test_the_colour_profile_of_a_photograph_stays():
    image, output = Image.new("RGB", (8, 8)), io.BytesIO()
    image.save(output, "JPEG", icc_profile=b"profile" * 20)
    with Image.open(io.BytesIO(exif.stripped(output.getvalue()))) as plain:
        assert plain.info["icc_profile"] == b"profile" * 20


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=200), st.sampled_from([b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF0000WEBP"])
)
def test_damaged_pictures_do_no_harm(content, start):
    assert isinstance(exif.stripped(start + content), bytes)


# -- PDF -------------------------------------------------------------------------------------------


def with_everything(document):
    """A PDF that names its author wherever a PDF can."""
    photograph = a_photograph()
    picture = document.make_stream(photograph, Type=Name.XObject, Subtype=Name.Image)
    picture.Filter, picture.ColorSpace = Name.DCTDecode, Name.DeviceRGB
    picture.Width, picture.Height, picture.BitsPerComponent = 64, 40, 8
    picture.Metadata = document.make_stream(b"<x>Awa Diallo (example)</x>")
    page = document.pages[0]
    page.Resources = Dictionary(XObject=Dictionary(Im0=picture))
    page.Contents = document.make_stream(b"q 64 0 0 40 0 0 cm /Im0 Do Q")
    page.PieceInfo = Dictionary(Acme=Dictionary(Private=String("Awa Diallo (example)")))
    remark = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=Array([0, 0, 9, 9]))
    remark.T, remark.Contents = String("Awa Diallo (example)"), String("A remark")
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]))
    link.A = Dictionary(S=Name.URI, URI=String("https://example.org/"))
    page.Annots = Array([remark, document.make_indirect(link)])
    signature = Dictionary(Type=Name.Sig, Name=String("Awa Diallo (example)"))
    field = Dictionary(FT=Name.Sig, T=String("s"), V=document.make_indirect(signature))
    document.Root.AcroForm = Dictionary(Fields=Array([field]))
    document.Root.Lang = String("fr")
    document.Root.MarkInfo = Dictionary(Marked=True)
    with document.open_metadata(set_pikepdf_as_editor=False) as metadata:
        metadata["dc:title"] = "Socles (example)"
        metadata["dc:creator"] = ["Awa Diallo (example)"]
        metadata["dc:language"] = ["fr"]
        metadata["xmp:CreatorTool"] = "Acme Camera"
        metadata["pdfuaid:part"] = "1"
        metadata["photoshop:City"] = "Bamako"
    document.docinfo["/Author"] = "Awa Diallo (example)"
    document.docinfo["/Place"] = "Bamako"
    document.docinfo["/Title"] = "Socles (example)"


def streams(document) -> bytes:
    """Everything the file holds, unpacked."""
    output = io.BytesIO()
    document.save(
        output,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        compress_streams=False,
    )
    return output.getvalue()


def test_a_pdf_forgets_its_author_and_keeps_what_readers_need():
    content = pdf_with(with_everything)
    with pikepdf.open(io.BytesIO(content)) as before:
        assert all(secret in streams(before) for secret in (b"Diallo", b"Bamako", b"Acme Camera"))
    plain = stripped(content)
    with pikepdf.open(io.BytesIO(plain)) as after:
        everything = streams(after)
        assert not any(secret in everything for secret in SECRETS)
        assert "/Author" not in after.docinfo
        assert str(after.docinfo["/Title"]) == "Socles (example)"
        assert (str(after.Root.Lang), bool(after.Root.MarkInfo.Marked)) == ("fr", True)
        with after.open_metadata() as metadata:
            assert metadata["dc:title"] == "Socles (example)"
            assert metadata["pdfuaid:part"] == "1"
            assert "dc:creator" not in metadata and "photoshop:City" not in metadata
        remark, link = after.pages[0].Annots
        assert str(remark.Contents) == "A remark" and "/T" not in remark
        assert str(link.A.URI) == "https://example.org/"
        picture = after.pages[0].Resources.XObject.Im0
        assert pixels(picture.read_raw_bytes()) == pixels(a_photograph_of(content))
    facts = files.inspect(io.BytesIO(plain), name="a.pdf", limit=10**7)
    assert (facts.pages, facts.is_tagged, facts.language) == (1, True, "fr")


def a_photograph_of(content: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as document:
        return document.pages[0].Resources.XObject.Im0.read_raw_bytes()


def test_earlier_versions_of_a_pdf_are_left_behind():
    """A PDF that was corrected by adding to its end still holds what was taken out."""
    output = io.BytesIO(a_pdf(title="Awa Diallo (example)"))
    writer = PdfWriter(PdfReader(output), incremental=True)
    writer.add_metadata({"/Title": "Socles (example)"})
    corrected = io.BytesIO()
    writer.write(corrected)
    assert b"Diallo" in corrected.getvalue()
    assert b"Diallo" not in stripped(corrected.getvalue())


def test_a_report_of_the_portal_s_own_stays_what_it_is():
    report = pdf.from_html(
        '<html lang="fr"><title>Rapport</title><meta name="author" content="Awa Diallo (example)">'
        "<p>Rapport",
        attachments=(pdf.AttachedFile("figures.csv", b"region;2\n", "Figures"),),
    )
    plain = stripped(report)
    facts = files.inspect(io.BytesIO(plain), name="a.pdf", limit=10**7)
    assert (facts.pages, facts.is_tagged, facts.language) == (1, True, "fr")
    assert b"Diallo" not in plain
    with pikepdf.open(io.BytesIO(plain)) as after:
        assert list(after.attachments) == ["figures.csv"]
        with after.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"


# -- Zipped documents ----------------------------------------------------------------------------


WITH_SECRETS = {
    "docx": a_docx(
        {
            "word/media/a.jpg": a_photograph(),
            "word/people.xml": '<people><person author="Diallo"/></people>',
            "customXml/item1.xml": "<x><Manager>Diallo</Manager><kept>kept</kept></x>",
            "_xmlsignatures/sig1.xml": "<x>Diallo</x>",
            "word/embeddings/a.xlsx": a_zip(
                {
                    "xl/workbook.xml": "<workbook><x lastEditedBy='Diallo'/></workbook>",
                    "docProps/core.xml": "<coreProperties><by>Diallo</by></coreProperties>",
                }
            ),
        }
    ),
    "odt": an_odt(
        {
            "Pictures/a.jpg": a_photograph(),
            "Object 1/meta.xml": "<x><meta><creator>Diallo</creator></meta></x>",
            "META-INF/documentsignatures.xml": "<x>Diallo</x>",
        }
    ),
    "epub": an_epub({"OEBPS/a.jpg": a_photograph(), "META-INF/calibre_bookmarks.txt": "Diallo"}),
}


def everything_in(content: bytes) -> dict[str, bytes]:
    parts = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for part in archive.infolist():
            body = archive.read(part)
            parts[part.filename] = body
            assert part.date_time == (1980, 1, 1, 0, 0, 0)
            if part.filename.endswith(".xlsx"):
                parts |= {f"{part.filename}/{k}": v for k, v in everything_in(body).items()}
    return parts


@pytest.mark.parametrize("ending", WITH_SECRETS)
def test_a_zipped_document_forgets_who_wrote_it(ending):
    content = WITH_SECRETS[ending]
    plain = stripped(content)
    parts = everything_in(plain)
    telling = [name for name, body in parts.items() if any(secret in body for secret in SECRETS)]
    assert telling == []
    before = files.inspect(io.BytesIO(content), name=f"a.{ending}", limit=10**7)
    after = files.inspect(io.BytesIO(plain), name=f"a.{ending}", limit=10**7)
    assert (after.media_type, after.pages, after.language) == before[0:1] + (
        before.pages,
        before.language,
    )
    assert words.words(io.BytesIO(plain), after.media_type) == words.words(
        io.BytesIO(content), before.media_type
    )
    assert b"Socles (example)" in b"".join(parts.values())


def test_remarks_and_changes_stay_without_their_names():
    parts = everything_in(stripped(WITH_SECRETS["docx"]))
    assert b"Remark" in parts["word/comments.xml"]
    document = parts["word/document.xml"].decode()
    assert set(re.findall(r'w:author="([^"]*)"', document)) == {"–"}
    assert "w:date" not in document and "rsid" not in document
    assert 'w14:paraId="1A2B3C4D"' in document
    assert b"<kept>kept</kept>" in parts["customXml/item1.xml"]
    odt = everything_in(stripped(WITH_SECRETS["odt"]))["content.xml"].decode()
    assert "Remark" in odt and "<dc:creator>–</dc:creator>" in odt


def test_what_refers_to_an_author_goes_with_them():
    package = everything_in(stripped(WITH_SECRETS["epub"]))["OEBPS/book.opf"].decode()
    assert "refines" not in package
    assert "urn:x" in package and "numberOfPages" in package
    assert next(iter(everything_in(stripped(WITH_SECRETS["epub"])))) == "mimetype"


@pytest.mark.parametrize("content", [a_pdf(), *WITH_SECRETS.values()], ids=["pdf", *WITH_SECRETS])
def test_the_same_file_gives_the_same_bytes(content):
    assert stripped(content) == stripped(content)
    assert stripped(stripped(content)) == stripped(stripped(stripped(content)))
