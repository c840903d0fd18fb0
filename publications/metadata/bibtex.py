"""BibTeX, for LaTeX and the programs that grew around it.

Written in plain ASCII, with TeX's own way of writing letters: what every BibTeX reads, whatever
its age. Braces keep capitals, and nothing a title holds can end a field.
"""

import unicodedata

from publications.metadata.record import THREE_LETTERS, Person, Record

MEDIA_TYPE = "application/x-bibtex"
TYPES = {
    "report": "techreport",
    "position": "techreport",
    "policy_note": "techreport",
    "practice_note": "techreport",
    "speech": "misc",
    "proceedings": "proceedings",
    "journal": "book",
    "handbook": "manual",
}
PUBLISHER = {"techreport": "institution", "manual": "organization", "misc": "howpublished"}
SPECIAL = {
    "\\": "{\\textbackslash}",
    # BibTeX counts braces whether or not a stroke stands before them.
    "{": "{\\textbraceleft}",
    "}": "{\\textbraceright}",
    "&": "\\&",
    "%": "\\%",
    "$": "\\$",
    "#": "\\#",
    "_": "\\_",
    "~": "{\\textasciitilde}",
    "^": "{\\textasciicircum}",
    "\u00a0": "~",
    "\u202f": "~",
    "–": "--",
    "—": "---",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
    "«": "{\\guillemotleft}",
    "»": "{\\guillemotright}",
    "…": "{\\ldots}",
    "ß": "{\\ss}",
    "œ": "{\\oe}",
    "Œ": "{\\OE}",
    "æ": "{\\ae}",
    "Æ": "{\\AE}",
    "ø": "{\\o}",
    "Ø": "{\\O}",
    "ł": "{\\l}",
    "Ł": "{\\L}",
    "ı": "{\\i}",
    "¿": "{\\textquestiondown}",
    "¡": "{\\textexclamdown}",
    "€": "{\\texteuro}",
    "°": "{\\textdegree}",
}
ACCENTS = {
    "\u0300": "\\`",
    "\u0301": "\\'",
    "\u0302": "\\^",
    "\u0303": "\\~",
    "\u0304": "\\=",
    "\u0306": "\\u",
    "\u0307": "\\.",
    "\u0308": '\\"',
    "\u030a": "\\r",
    "\u030b": "\\H",
    "\u030c": "\\v",
    "\u0327": "\\c",
    "\u0328": "\\k",
}


def bibtex(record: Record) -> str:
    """One entry. Its key is the symbol, so that it never changes."""
    kind = TYPES[record.kind]
    fields = {
        "title": f"{{{escaped(record.title)}}}",
        "author": " and ".join(written(author) for author in record.authors),
        PUBLISHER.get(kind, "publisher"): f"{{{escaped(record.publisher)}}}",
        "number": escaped(record.symbol),
        "year": str(record.issued.year),
        "month": record.issued.strftime("%b").lower(),
        "day": str(record.issued.day),
        "language": THREE_LETTERS[record.language],
        "doi": record.doi,
        "url": record.url,
        "abstract": escaped(record.summary),
        "copyright": escaped(record.licence),
    }
    if record.series:
        title, _language = record.series.title(record.language)
        fields["series"] = f"{{{escaped(title)}}}"
        fields["issn"] = record.series.issn
        fields["volume"] = escaped(record.series.number)
    if not record.authors:
        fields["author"] = f"{{{escaped(record.publisher)}}}"
    lines = []
    for name, value in fields.items():
        if not value:
            continue
        is_name = name == "month"
        lines.append(f"  {name} = {value}" if is_name else f"  {name} = {{{value}}}")
    return f"@{kind}{{{record.key},\n" + ",\n".join(lines) + "\n}\n"


def written(author: Person) -> str:
    if author.is_body:
        return f"{{{escaped(author.name)}}}"
    family = escaped(author.family)
    return f"{{{family}}}, {escaped(author.given)}" if author.given else f"{{{family}}}"


def escaped(text: str) -> str:
    """The text in TeX's letters; what TeX has no letter for is written as close as it can be."""
    return "".join(letter(char) for char in unicodedata.normalize("NFC", " ".join(text.split(" "))))


def letter(char: str) -> str:
    if char in SPECIAL:
        return SPECIAL[char]
    if char in "\r\n\t\x0b\x0c":
        return " "
    if char.isascii():
        return char if char.isprintable() else ""
    base, *marks = unicodedata.normalize("NFD", char)
    if len(marks) == 1 and marks[0] in ACCENTS and base.isascii():
        inner = "\\i" if base == "i" else base
        return f"{{{ACCENTS[marks[0]]}{{{inner}}}}}"
    # Other scripts: today's programs (biber, Zotero) read UTF-8.
    return char if unicodedata.category(char)[0] in "LNPSM" else " "
