"""A region's library as one archive for each language, made anew each month.

What somebody can carry to where there is no line at all: the index, and of each public text that
can be read in the language its light edition as plain text, and of the newest the PDF too, as long
as there is room.
"""

import datetime
import io
import zipfile
from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal.lib import network
from portal.lib.links import absolute
from portal.lib.translations import LANGUAGES
from portal.light import editions
from portal.models import LightEdition
from portal.models.light import Form
from publications.models import Publication
from regions.models import Region

KIND = "library"
MOST = 300  # texts of an archive, the newest
ROOM = 4_000_000  # bytes of an archive that PDFs may take
PUBLICATION = editions.SOURCES["publication"]


def period_of(day: datetime.date) -> str:
    return f"{day:%Y-%m}"


def make_due() -> int:
    """Make the archives that this month does not have yet, and say how many.

    A month that was missed is not made up for: the archive of the next one holds its texts.
    """
    period = period_of(timezone.localdate())
    made = set(LightEdition.objects.filter(kind=KIND, period=period).values_list("key", "language"))
    count = 0
    for region in Region.objects.order_by("code"):
        for language in LANGUAGES:
            if (region.code, language) not in made:
                count += make(region, language, period=period) is not None
    return count


def make(region: Region, language: str, *, period: str) -> LightEdition | None:
    """The archive of a region in a language; none where nothing can be read in it."""
    rows = list(texts_of(region, language))
    if not rows:
        LightEdition.objects.filter(kind=KIND, key=region.code, language=language).delete()
        return None
    return editions.keep(
        KIND,
        region.code,
        language,
        Form.ARCHIVE,
        packed(region, rows, language, period=period),
        made_at=timezone.now(),
        period=period,
    )


def texts_of(region: Region, language: str):
    public = Publication.objects.public().in_region(region).available_in(language)
    return public.newest_first()[:MOST]


def packed(region: Region, rows: list[Publication], language: str, *, period: str) -> bytes:
    """The archive: the same texts give the same bytes."""
    year, month = (int(part) for part in period.split("-"))
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:

        def add(name: str, content: bytes):
            entry = zipfile.ZipInfo(name, (year, month, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)

        add("index.txt", index(region, rows, language, period=period).encode())
        for record in rows:
            told = editions.contents(PUBLICATION, record, language)
            add(f"{record.dashed_symbol}.txt", editions.as_text(told).encode())
        for record, edition in laid_out(rows, language):
            with edition.file.open("rb") as file:
                add(f"{record.dashed_symbol}.pdf", file.read())
    return stored.getvalue()


def laid_out(rows: list[Publication], language: str) -> Iterator[tuple[Publication, LightEdition]]:
    """The PDFs that there are of these texts as they stand, in their order, while there is room."""
    made = LightEdition.objects.filter(
        kind=PUBLICATION.kind,
        key__in=[str(record.pk) for record in rows],
        language=language,
        form=Form.PDF,
    )
    by_key = {edition.key: edition for edition in made}
    room = ROOM
    for record in rows:
        edition = by_key.get(str(record.pk))
        if edition is None or edition.made_at < record.changed_at or edition.size > room:
            continue
        room -= edition.size
        yield record, edition


def index(region: Region, rows: list[Publication], language: str, *, period: str) -> str:
    with translation.override(language):
        lines = [
            network.current().name(),
            f"{region.code} {region.text('name').value}",
            _("Library of the region, %(period)s") % {"period": period},
            "",
        ]
        for record in rows:
            title = record.text("title")
            lines.append(f"{record.symbol}  {record.published_on.isoformat()}  {title.value}")
            lines.append(f"    {absolute(record.permanent_path)}")
    return "\ufeff" + "\n".join(lines) + "\n"


@transaction.atomic
def withdraw_stale() -> int:
    """Take away archives that hold a text which is no longer public; the schedule makes others.

    An archive is a copy that nobody can call back from a reader, but it is not given out further.
    """
    count = 0
    for edition in LightEdition.objects.filter(kind=KIND):
        with edition.file.open("rb") as file, zipfile.ZipFile(file) as archive:
            names = {name.rpartition(".")[0] for name in archive.namelist()} - {"index"}
        symbols = {name.replace("-", "/") for name in names}
        public = Publication.objects.public().filter(symbol__in=symbols, regions__code=edition.key)
        if public.count() < len(symbols):
            edition.delete()
            count += 1
    return count
