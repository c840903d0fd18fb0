"""Schema.org as JSON-LD: what search engines and libraries read of a page."""

import json

from django.utils.safestring import SafeString, mark_safe

from publications.metadata.record import Person, Record

MEDIA_TYPE = "application/ld+json"
TYPES = {
    "report": "Report",
    "position": "Report",
    "policy_note": "Report",
    "practice_note": "Report",
    "speech": "CreativeWork",
    "proceedings": "Book",
    "journal": "PublicationIssue",
    "handbook": "Book",
}
LICENCES = {
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC BY-SA 4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC BY-NC 4.0": "https://creativecommons.org/licenses/by-nc/4.0/",
    "CC BY-NC-ND 4.0": "https://creativecommons.org/licenses/by-nc-nd/4.0/",
    "CC0 1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}


def jsonld(record: Record) -> dict:
    """The publication as a schema.org thing; texts carry their language."""
    found = {
        "@context": "https://schema.org",
        "@type": TYPES[record.kind],
        "@id": record.url,
        "url": record.url,
        "name": in_languages(record.titles),
        "description": in_languages(record.summaries),
        "inLanguage": list(record.titles),
        "identifier": [
            {"@type": "PropertyValue", "propertyID": "symbol", "value": record.symbol},
            *(
                [{"@type": "PropertyValue", "propertyID": "DOI", "value": record.doi}]
                if record.doi
                else []
            ),
        ],
        "sameAs": record.doi_url,
        "author": [named(author) for author in record.authors],
        "datePublished": record.issued.isoformat(),
        "dateModified": record.modified.date().isoformat(),
        "publisher": {"@type": "Organization", "name": record.publisher},
        "isAccessibleForFree": record.is_open,
        "license": LICENCES.get(record.licence, record.licence),
        "about": [{"@type": "Thing", "name": text} for text, _language in record.subjects],
        "spatialCoverage": [{"@type": "Country", "identifier": code} for code in record.places],
        "encoding": [
            {
                "@type": "MediaObject",
                "contentUrl": document.url,
                "encodingFormat": document.media_type,
                "inLanguage": document.language,
                "contentSize": str(document.size),
            }
            for document in record.documents
        ],
    }
    if record.series:
        found["isPartOf"] = {
            "@type": "Periodical" if record.series.issn else "CreativeWorkSeries",
            "name": in_languages(record.series.titles),
        } | ({"issn": record.series.issn} if record.series.issn else {})
        if record.series.number:
            found["position"] = record.series.number
    return {name: value for name, value in found.items() if value not in ("", [], None)}


def in_languages(texts: dict[str, str]) -> list[dict]:
    return [{"@language": code, "@value": text} for code, text in texts.items()]


def named(author: Person) -> dict:
    found = {"@type": "Organization" if author.is_body else "Person", "name": author.name}
    if not author.is_body:
        found["familyName"] = author.family
        if author.given:
            found["givenName"] = author.given
    if author.orcid:
        found["@id"] = f"https://orcid.org/{author.orcid}"
    if author.affiliation:
        found["affiliation"] = {"@type": "Organization", "name": author.affiliation}
    return found


def in_page(record: Record) -> SafeString:
    """The same within a page: no text can end the element it stands in."""
    written = json.dumps(jsonld(record), ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        written = written.replace(char, f"\\u{ord(char):04x}")
    return mark_safe(written)
