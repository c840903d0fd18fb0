"""PDF/A-3 beside PDF/UA-1 in one file: WeasyPrint writes the metadata of one alone.

The second is told in the same block of metadata, with the schema that PDF/A demands of every
property it does not know (ISO 19005-3, 6.6.2.3).
"""

import io
from importlib.resources import files

from weasyprint.css import ColorProfile
from weasyprint.pdf.metadata import DocumentMetadata

VARIANT = "pdf/a-3a"
# PDF/A says by a profile which colours are meant. WeasyPrint leaves its own file of it open.
INTENT = "screen"
ACCESSIBLE = b"""<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" \
pdfuaid:part="1" /><rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about=""><pdfaExtension:schemas>\
<rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>\
<rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>\
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>part of ISO 14289 that the file keeps</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>\
</rdf:Description>"""
END = b"</rdf:RDF>"


def colours() -> ColorProfile:
    profile = (files("weasyprint.pdf") / "sRGB2014.icc").read_bytes()
    return ColorProfile(
        io.BytesIO(profile), "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"])
    )


def tell_both(metadata: DocumentMetadata):
    """Have the metadata of a PDF/A file say that it keeps PDF/UA-1 too."""
    written = metadata.generate_rdf_metadata

    def both(variant, version, conformance):
        return written(variant, version, conformance).replace(END, ACCESSIBLE + END)

    metadata.generate_rdf_metadata = both
