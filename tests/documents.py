"""Real documents, made on the spot."""

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter
from pypdf.generic import BooleanObject, DictionaryObject, NameObject

from portal.lib import files


def a_pdf(pages: int = 2, *, tagged: bool = False, title: str = "") -> bytes:
    """A PDF of empty pages; another title gives other bytes."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    writer.add_metadata({"/Title": title or "Example"})
    if tagged:
        marked = DictionaryObject({NameObject("/Marked"): BooleanObject(True)})
        writer.root_object[NameObject("/MarkInfo")] = marked
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


# -- Zipped documents ----------------------------------------------------------------------------

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

DOCX_PARTS = {
    "[Content_Types].xml": (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="jpg" ContentType="image/jpeg"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.wordprocessingml.document.main+xml"/>'
        '<Override PartName="/docProps/custom.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.custom-properties+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="r1" Type="{RELATIONS}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="r2" Type="{RELATIONS}/custom-properties"'
        ' Target="docProps/custom.xml"/></Relationships>'
    ),
    "word/_rels/document.xml.rels": (
        f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="r1" Type="{RELATIONS}/hyperlink" Target="https://example.org/"'
        ' TargetMode="External"/></Relationships>'
    ),
    "word/document.xml": (
        f'<w:document xmlns:w="{WORD}" '
        'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"><w:body>'
        '<w:p w:rsidR="00AB12CD" w14:paraId="1A2B3C4D"><w:r><w:t>Socles de protection</w:t></w:r>'
        '</w:p><w:p><w:ins w:id="1" w:author="Awa Diallo (example)" w:date="2026-01-05T10:00:00Z">'
        '<w:r><w:t xml:space="preserve">et des </w:t></w:r></w:ins>'
        '<w:del w:id="2" w:author="Awa Diallo (example)"><w:r><w:delText>secret</w:delText></w:r>'
        "</w:del><w:r><w:t>mots</w:t></w:r></w:p></w:body></w:document>"
    ),
    "word/comments.xml": (
        f'<w:comments xmlns:w="{WORD}"><w:comment w:id="0" w:author="Awa Diallo (example)"'
        ' w:initials="AD"><w:p><w:r><w:t>Remark</w:t></w:r></w:p></w:comment></w:comments>'
    ),
    "word/settings.xml": (
        f'<w:settings xmlns:w="{WORD}"><w:zoom w:percent="100"/><w:rsids>'
        '<w:rsidRoot w:val="00AB12CD"/></w:rsids></w:settings>'
    ),
    "word/styles.xml": (
        f'<w:styles xmlns:w="{WORD}"><w:docDefaults><w:rPrDefault><w:rPr>'
        '<w:lang w:val="fr-FR"/></w:rPr></w:rPrDefault></w:docDefaults></w:styles>'
    ),
    "docProps/core.xml": (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
        'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>Socles (example)</dc:title><dc:creator>Awa Diallo (example)</dc:creator>"
        "<cp:lastModifiedBy>Awa Diallo (example)</cp:lastModifiedBy></cp:coreProperties>"
    ),
    "docProps/app.xml": (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
        'extended-properties"><Pages>7</Pages><Company>Council (example)</Company></Properties>'
    ),
    "docProps/custom.xml": (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
        'custom-properties"><property name="Place"><x>Bamako</x></property></Properties>'
    ),
}

OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
ODT_NAMES = (
    f'xmlns:office="{OFFICE}:office:1.0" xmlns:text="{OFFICE}:text:1.0"'
    f' xmlns:meta="{OFFICE}:meta:1.0" xmlns:draw="{OFFICE}:drawing:1.0"'
    f' xmlns:script="{OFFICE}:script:1.0" xmlns:style="{OFFICE}:style:1.0"'
    f' xmlns:fo="{OFFICE}:xsl-fo-compatible:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:officeooo="http://openoffice.org/2009/office" xmlns:xlink="http://www.w3.org/1999/xlink"'
)
ODT_PARTS = {
    "mimetype": files.ODT,
    "content.xml": (
        f"<office:document-content {ODT_NAMES}><office:body><office:text>"
        "<text:tracked-changes><text:changed-region><text:deletion><office:change-info>"
        "<dc:creator>Awa Diallo (example)</dc:creator><dc:date>2026-01-05T10:00:00</dc:date>"
        "</office:change-info><text:p>secret</text:p></text:deletion></text:changed-region>"
        "</text:tracked-changes>"
        "<text:h>Socles de protection</text:h><text:p>et des<text:s/>mots<office:annotation>"
        "<dc:creator>Awa Diallo (example)</dc:creator><text:p>Remark</text:p>"
        '</office:annotation> <text:a xlink:href="https://example.org/">lien</text:a></text:p>'
        "</office:text></office:body></office:document-content>"
    ),
    "meta.xml": (
        f"<office:document-meta {ODT_NAMES}><office:meta><dc:title>Socles (example)</dc:title>"
        "<meta:initial-creator>Awa Diallo (example)</meta:initial-creator>"
        "<dc:creator>Awa Diallo (example)</dc:creator><dc:language>fr-FR</dc:language>"
        '<meta:user-defined meta:name="Place">Bamako</meta:user-defined>'
        '<meta:document-statistic meta:page-count="9"/></office:meta></office:document-meta>'
    ),
    "settings.xml": "",
    "Configurations2/": "",
    "META-INF/manifest.xml": (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" manifest:media-type="'
        f'{files.ODT}"/></manifest:manifest>'
    ),
}

EPUB_PARTS = {
    "mimetype": files.EPUB,
    "META-INF/container.xml": (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">'
        '<rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    ),
    "OEBPS/book.opf": (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">urn:x'
        "</dc:identifier><dc:title>Socles (example)</dc:title><dc:language>es</dc:language>"
        '<dc:creator id="a">Awa Diallo (example)</dc:creator><meta refines="#a" property="role">'
        "aut</meta><dc:contributor>Awa Diallo (example)</dc:contributor>"
        '<meta property="schema:numberOfPages">12</meta></metadata><manifest>'
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        '<item id="two" href="two.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="one" href="one%20page.xhtml" media-type="application/xhtml+xml"/>'
        '</manifest><spine><itemref idref="one"/><itemref idref="two"/></spine></package>'
    ),
    "OEBPS/nav.xhtml": '<html xmlns="http://www.w3.org/1999/xhtml"><body><nav/></body></html>',
    "OEBPS/one page.xhtml": (
        '<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title>No</title>'
        '<meta name="author" content="Awa Diallo (example)"/></head>'
        "<body><h1>Pisos de protección</h1><p>y una = 1 palabras</p></body></html>"
    ),
    "OEBPS/two.xhtml": (
        '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Segunda</p></body></html>'
    ),
}


def a_zip(parts: dict[str, str | bytes]) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            method = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, method)
    return output.getvalue()


def a_docx(more: dict[str, str | bytes] | None = None) -> bytes:
    """A Word document by somebody, with a remark and a tracked change; ``more`` adds parts, or
    puts others in their place."""
    return a_zip(DOCX_PARTS | (more or {}))


def an_odt(more: dict[str, str | bytes] | None = None) -> bytes:
    return a_zip(ODT_PARTS | (more or {}))


def an_epub(more: dict[str, str | bytes] | None = None) -> bytes:
    return a_zip(EPUB_PARTS | (more or {}))


# -- Files in the library ------------------------------------------------------------------------


def an_upload(content: bytes | None = None, name: str = "text.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, a_pdf() if content is None else content)


def add_file(
    publication, language: str = "fr", content: bytes | None = None, name: str = "text.pdf"
):
    """Give the publication a stored file in the language, by the verb."""
    from publications import filing  # noqa: PLC0415  after the settings are read

    filing.keep_file(publication, language, filing.judge(an_upload(content, name)))
    return publication.files.get(language=language)
