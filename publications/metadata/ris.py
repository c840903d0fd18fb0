"""RIS, for Zotero, EndNote, Mendeley: a line for each value, CR LF, UTF-8."""

from publications.metadata.record import Record

MEDIA_TYPE = "application/x-research-info-systems"
TYPES = {
    "report": "RPRT",
    "position": "RPRT",
    "policy_note": "RPRT",
    "practice_note": "RPRT",
    "speech": "HEAR",
    "proceedings": "CONF",
    "journal": "SER",
    "handbook": "BOOK",
}


def ris(record: Record) -> str:
    """One reference. An original title in another language than the first stands in TT."""
    lines = [("TY", TYPES[record.kind]), ("ID", record.key), ("TI", record.title)]
    lines += [("TT", title) for code, title in record.titles.items() if code != record.language]
    lines += [("AU", author.inverted) for author in record.authors]
    lines += [("AD", author.affiliation) for author in record.authors if author.affiliation]
    lines += [
        ("PY", str(record.issued.year)),
        ("DA", record.issued.strftime("%Y/%m/%d/")),
        ("PB", record.publisher),
        ("M1", record.symbol),
        ("LA", record.language),
        ("AB", record.summary),
        ("DO", record.doi),
        ("UR", record.url),
        ("N1", record.licence),
    ]
    if record.series:
        lines.append(("T3", record.series.title(record.language)[0]))
        lines.append(("SN", record.series.issn))
        lines.append(("VL", record.series.number))
    lines += [("KW", subject) for subject, _language in record.subjects]
    lines += [("L1", document.url) for document in record.documents]
    written = [f"{tag}  - {' '.join(value.split())}" for tag, value in lines if value.strip()]
    return "\r\n".join([*written, "ER  - ", ""])
