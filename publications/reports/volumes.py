"""A directory that is too long for one document: volumes, each a document of its own, and a last
one with the index of them all.

The renderer holds a whole document in memory. A volume keeps below about a hundred pages, so that
limits of time and memory are those of a volume however many members there are. The files of one
directory are kept as one zip: it stays one row that is asked for, followed, cancelled and fetched.
"""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, groupby
from typing import NamedTuple, TypedDict

import pikepdf
from django.utils.text import slugify

from portal.lib.text import fold
from publications.reports.directory import (
    CountryPart,
    Directory,
    MemberEntry,
    RegionPart,
    by_acronym,
    by_country,
)
from publications.reports.figures import RegionData

INDEX_TEMPLATE = "publications/reports/directory_index.html"
# Some 94 pages. Time and memory grow with the pages; so many members take a tenth of the time and a
# third of the memory that a directory is given (tests/bench/directory.py).
MEMBERS_PER_VOLUME = 1500
# A date for the entries of the zip, so that the same volumes make the same bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)


class Volume(TypedDict):
    number: int
    region: RegionData | None
    first: str
    last: str
    members: int
    data: Directory


class Place(NamedTuple):
    volume: int
    page: int


def is_long(data: Directory) -> bool:
    return data.get("members", 0) > MEMBERS_PER_VOLUME


def cut(data: Directory) -> list[Volume]:
    """The parts of a directory that is too long for one document; none of one that is not.

    Each region has volumes of its own, cut between countries, and a country that is itself too
    long between the first letters of names."""
    if not is_long(data):
        return []
    found: list[Volume] = []
    for part in data["parts"]:
        pieces = [piece for country in part["countries"] for piece in pieces_of(country)]
        for countries in packed(pieces, lambda piece: len(piece["members"])):
            count = sum(len(country["members"]) for country in countries)
            found.append(
                {
                    "number": len(found) + 1,
                    "region": part["region"],
                    "first": opening(countries[0], 0, part),
                    "last": opening(countries[-1], -1, part),
                    "members": count,
                    "data": {
                        **data,
                        "parts": [{**part, "members": count, "countries": countries}],
                    },
                }
            )
    return found


def pieces_of(country: CountryPart) -> Iterator[CountryPart]:
    """The country whole where it fits, else cut before first letters; a letter with more members
    than fit is cut where it must be."""
    if len(country["members"]) <= MEMBERS_PER_VOLUME:
        yield country
        return
    letters = [
        letter[start : start + MEMBERS_PER_VOLUME]
        for _initial, group in groupby(country["members"], key=initial)
        for letter in [list(group)]
        for start in range(0, len(letter), MEMBERS_PER_VOLUME)
    ]
    for found in packed(letters, len):
        yield {**country, "members": list(chain.from_iterable(found))}


def packed(pieces: Iterable, length: Callable[..., int]) -> Iterator[list]:
    """The pieces in their order, in lists that are no longer than a volume."""
    kept, room = [], MEMBERS_PER_VOLUME
    for piece in pieces:
        if kept and length(piece) > room:
            yield kept
            kept, room = [], MEMBERS_PER_VOLUME
        kept.append(piece)
        room -= length(piece)
    if kept:
        yield kept


def initial(entry: MemberEntry) -> str:
    return fold(entry["name"]["value"])[:1].upper()


def opening(country: CountryPart, at: int, part: RegionPart) -> str:
    """What the back of a volume says of its first or last member: Kenya, or Kenya K."""
    whole = next(found for found in part["countries"] if found["code"] == country["code"])
    if len(whole["members"]) == len(country["members"]):
        return country["name"]
    return f"{country['name']} {initial(country['members'][at])}".strip()


def bind(
    data: Directory, found: list[Volume], language: str, *, printed: Callable[..., bytes]
) -> bytes:
    """The zip of all volumes and the index.

    ``printed`` makes one document: it is given the data, and for the index its template, and
    what else the template needs."""
    places: dict[str, list[Place]] = {}
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for volume in found:
            content = printed(data=volume["data"], more={"volume": volume, "volumes": found})
            for name, page in pages_of(content):
                places.setdefault(name, []).append(Place(volume["number"], page))
            keep(archive, file_name(volume), content)
        content = printed(
            data=data,
            template=INDEX_TEMPLATE,
            more={"volumes": found, "index": index_of(data, language, places)},
        )
        keep(archive, f"{len(found) + 1:02d}-index.pdf", content)
    return output.getvalue()


def index_of(data: Directory, language: str, places: dict[str, list[Place]]) -> dict:
    """Where each country and acronym stands, in all volumes."""
    return {
        "countries": [(name, places[code]) for name, code in by_country(data, language)],
        "acronyms": [(acronym, places[key]) for acronym, key in by_acronym(data, language)],
    }


def keep(archive: zipfile.ZipFile, name: str, content: bytes):
    # A PDF is compressed already.
    archive.writestr(zipfile.ZipInfo(name, EPOCH), content)


def file_name(volume: Volume) -> str:
    code = volume["region"]["code"] if volume["region"] else ""
    name = slugify(f"{volume['number']:02d} {code} {volume['first']}")
    return f"{name[:60]}.pdf"


def pages_of(content: bytes) -> Iterator[tuple[str, int]]:
    """The named places of a PDF, each with the number of its page."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages, 1)}
        for name, target in pikepdf.NameTree(pdf.Root.Names.Dests).items():
            yield str(name), numbers[target[0].objgen]
