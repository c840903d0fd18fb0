"""Real documents, made on the spot."""

import io

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


def an_upload(content: bytes | None = None, name: str = "text.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, a_pdf() if content is None else content)


def add_file(publication, language: str = "fr", content: bytes | None = None):
    """Give the publication a stored file in the language, by the verb."""
    from publications import publishing  # noqa: PLC0415  after the settings are read

    upload = an_upload(content)
    facts = files.inspect(upload, name=upload.name, limit=10**7)
    publishing.keep_file(publication, language, publishing.Upload(upload, facts))
    return publication.files.get(language=language)
