"""Example publications in uneven translations, some with a tagged PDF in each language."""

from html import escape
from io import BytesIO

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from members.models import Organisation
from portal.demo.illustration import draw, illustrated
from portal.demo.texts import chance, originally, read, set_states, texts
from portal.lib import pdf
from portal.lib.files import inspect
from portal.lib.text import french_spaces
from portal.lib.tidying import tidy
from portal.lib.translations import LANGUAGES, TranslationState
from portal.models import Picture
from portal.pictures import note_pictures
from programme.models import Axis, Challenge
from publications import credits
from publications.models import Publication, PublicationFile
from publications.models.files import file_path
from publications.models.library import PublicationState
from regions.models import Country, Region

READABLE_AS_FILE = (TranslationState.READY, TranslationState.OUTDATED)
SECTIONS = 2

PRINTED = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="author" content="{authors}"><style>
@font-face {{ font-family: Alegreya; src: url({fonts}alegreya-400.ttf); font-weight: 400 }}
@font-face {{ font-family: Alegreya; src: url({fonts}alegreya-700.ttf); font-weight: 700 }}
@page {{ size: A4; margin: 25mm 30mm;
  @bottom-left {{ content: "{symbol}" }} @bottom-right {{ content: counter(page) }} }}
html {{ font: 11pt/1.45 Alegreya; font-variant-numeric: lining-nums; color: #1d1a33 }}
h1 {{ font-size: 26pt; line-height: 1.1; margin: 0 0 6mm }}
h2 {{ font-size: 15pt; margin: 7mm 0 2mm }}
.summary {{ font-size: 13pt; border-top: 2pt solid #1d1a33; padding-top: 3mm }}
table {{ border-collapse: collapse; margin: 4mm 0 }}
caption {{ text-align: left; font-weight: 700 }}
figure {{ margin: 4mm 0 }}
img {{ max-width: 100% }}
figcaption, .footnotes {{ font-size: 9pt }}
sup {{ font-size: 70%; line-height: 0 }}
th, td {{ text-align: left; padding: 1mm 6mm 1mm 0; border-bottom: .5pt solid #d8d5e6 }}
</style></head><body><p>{symbol} · {authors}</p><h1>{title}</h1>
<p class="summary">{summary}</p>{body}</body></html>"""


def create_publications() -> int:
    """Make the publications that are missing, and say how many there were."""
    existing = set(Publication.objects.values_list("symbol", flat=True))
    axes = {axis.number: axis for axis in Axis.objects.of_current_cycle()}
    regions = {region.code: region for region in Region.objects.all()}
    rows = [row for row in read("publications")["publications"] if row["symbol"] not in existing]
    for row in rows:
        picture = draw() if row.get("picture") else None
        publication = Publication(
            symbol=row["symbol"],
            kind=row["kind"],
            published_on=row["date"],
            level=row["level"],
            access=row.get("access", "public"),
            licence=row.get("licence", "CC BY 4.0"),
            doi=row.get("doi", ""),
            references="\n".join(row.get("references", ())),
            last_reviewed_on=row.get("reviewed"),
            state=PublicationState.PUBLISHED,
            original_language=originally(row),
            **texts(row, "title", "summary"),
            **bodies(row, picture),
        )
        set_states(publication, row.get("states", {}))
        publication.save()
        note_pictures(publication)
        publication.axes.set(axes[number] for number in row["axes"] if number in axes)
        publication.challenges.set(Challenge.objects.filter(number__in=row.get("challenges", ())))
        publication.regions.set(regions[code] for code in row["regions"])
        countries = Country.objects.filter(code__in=row.get("countries", ()))
        publication.countries.set(countries)
        publication.organisations.set(
            Organisation.objects.public().of_category("A").filter(country__in=countries)
        )
        credits.record(publication, credits.read(row["authors"]))
        if row.get("file"):
            attach_files(publication)
    return len(rows)


def bodies(row: dict, picture: Picture | None) -> dict[str, str]:
    """The text in every language that has been finished: a translation under way has none."""
    states = row.get("states", {})
    return {
        f"body_{code}": body(row, code, picture)
        for code in LANGUAGES
        if code in row and states.get(code) != TranslationState.IN_PROGRESS
    }


def body(row: dict, language: str, picture: Picture | None = None) -> str:
    """Two sections of the text’s theme, and how a text of its kind came about."""
    themes = read("themes")
    of_theme = themes[row["theme"]]
    picked = chance("body", row["symbol"]).sample(range(len(of_theme)), SECTIONS)
    sections = [of_theme[index][language] for index in sorted(picked)]
    sections.append(themes["kinds"][row["kind"]][language])
    html = "\n".join(f"<h2>{heading}</h2>\n{html}" for heading, html in sections)
    return tidy(illustrated(html, picture, language) if picture else html, language)


def attach_files(publication: Publication):
    for code in LANGUAGES:
        if publication.translation_state(code) in READABLE_AS_FILE:
            attach_file(publication, code, printed(publication, code))


def printed(publication: Publication, language: str) -> bytes:
    values = {
        "symbol": publication.symbol,
        "authors": escape(publication.authors.replace("; ", ", ")),
        "title": escape(publication.own_text("title", language)),
        "summary": escape(publication.own_text("summary", language)),
        "body": publication.own_text("body", language),
    }
    if language == "fr":
        values = {name: french_spaces(text, narrow=False) for name, text in values.items()}
    fonts = f"{settings.SITE_URL}{settings.STATIC_URL}fonts/"
    return pdf.from_html(PRINTED.format(language=language, fonts=fonts, **values))


def attach_file(publication: Publication, language: str, content: bytes):
    """Store the document under its own name, and what is said of it as read from the file."""
    facts = inspect(BytesIO(content), name="example.pdf", limit=settings.UPLOAD_LIMIT)
    record = PublicationFile(publication=publication, language=language)
    record.take_facts(facts, is_stripped=False)
    # What an interrupted run left behind would otherwise push the file to another name.
    default_storage.delete(file_path(record, "example.pdf"))
    record.file.save("example.pdf", ContentFile(content), save=False)
    record.save()
