"""CSL-JSON, for citation programs that speak the Citation Style Language."""

from publications.metadata.record import Person, Record

MEDIA_TYPE = "application/vnd.citationstyles.csl+json"
TYPES = {
    "report": "report",
    "position": "report",
    "policy_note": "report",
    "practice_note": "report",
    "speech": "speech",
    "proceedings": "book",
    "journal": "periodical",
    "handbook": "book",
}


def csl(record: Record) -> list[dict]:
    """A list of one item, as the programs exchange it."""
    item = {
        "id": record.key,
        "type": TYPES[record.kind],
        "title": record.title,
        "author": [named(author) for author in record.authors] or [{"literal": record.publisher}],
        "issued": {"date-parts": [[record.issued.year, record.issued.month, record.issued.day]]},
        "publisher": record.publisher,
        "number": record.symbol,
        "language": record.language,
        "abstract": record.summary,
        "DOI": record.doi,
        "URL": record.url,
    }
    if record.series:
        item["collection-title"] = record.series.title(record.language)[0]
        item["collection-number"] = record.series.number
        item["ISSN"] = record.series.issn
    return [{name: value for name, value in item.items() if value}]


def named(author: Person) -> dict:
    if author.is_body:
        return {"literal": author.name}
    return {"family": author.family} | ({"given": author.given} if author.given else {})
