"""What a directory of many members costs, volume by volume: python -m tests.bench.directory 10000

Made-up members of nine regions with names of three to nine words. First single documents of more
and more members, which shows how time and memory grow; then the whole directory in its volumes
with their index, within the limits of the kind. CPU is that of the process of each document,
memory what it shares with no other.
"""

import random
import resource
import sys
import tempfile
import time

from tests.bench.heights import at_its_height

SIZES = (100, 250, 500, 1000, 1500, 2000)
COUNTRIES = 20
WORDS = ("conseil", "national", "action", "sociale", "fédération", "développement", "familles")
WORDS += ("services", "entraide", "solidarité", "jeunesse", "réseau", "associations", "centre")
WORDS += ("alliance", "rurale", "urbaine", "formation", "santé")


def cpu_of_children() -> float:
    """Without that of this process, which watches them."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def member(number: int, region: str, draw: random.Random) -> dict:
    name = " ".join(draw.choice(WORDS) for _ in range(draw.randint(3, 9))).capitalize()
    initials = "".join(word[0] for word in name.split()).upper()
    return {
        "key": f"{region}-{number}",
        "name": {"value": f"{name} (example)", "language": "fr"},
        "acronym": f"{initials}{number % 97}" if draw.random() < 0.7 else "",
        "category": "ABCD"[number % 4],
        "since": 1980 + number % 40,
        "founded": 1950 + number % 60,
        "site": f"https://organisation-{number}.example.org",
        "email": f"bureau{number}@organisation-{number}.example.org",
    }


def directory(members: int, regions: int) -> dict:
    """The data of a directory of so many members, as ``reports.directory`` gives it."""
    from django.utils import timezone  # noqa: PLC0415  the environment comes first

    draw, each = random.Random(4), members // regions // COUNTRIES
    numbers, parts = iter(range(members)), []
    for number in range(1, regions + 1):
        code = f"R{number}"
        countries = [
            {
                "code": f"{code}{letter}",
                "name": f"Pays {code} {letter}",
                "members": [member(next(numbers), code, draw) for _ in range(each)],
            }
            for letter in "ABCDEFGHIJKLMNOPQRST"[:COUNTRIES]
        ]
        region = {"code": code, "number": number, "name": {"value": code, "language": "fr"}}
        parts.append({"region": region, "members": each * COUNTRIES, "countries": countries})
    today = timezone.localdate()
    return {
        "region": None,
        "year": today.year,
        "quarter": None,
        "day": today.isoformat(),
        "as_of": today.isoformat(),
        "members": each * COUNTRIES * regions,
        "countries": COUNTRIES * regions,
        "categories": [("A", "Conseil", members)],
        "parts": parts,
    }


def bench_directory(members: int):
    from publications.reports import making, volumes  # noqa: PLC0415

    seen: list[tuple[int, float, float]] = []

    def printed(**values) -> bytes:
        pages, made, used = [], [], cpu_of_children()
        limits = making.limits("directory")
        values |= {"kind": "directory", "language": "fr", "on_page_count": pages.append}
        megabytes = at_its_height(lambda: made.append(making.render_data(limits=limits, **values)))
        seen.append((pages[0], cpu_of_children() - used, megabytes))
        return made[0]

    def told(what: str):
        pages, seconds, megabytes = seen[-1]
        print(f"{what}: {pages} pages, {seconds:.1f} s of CPU, {megabytes:.0f} MB", flush=True)

    printed(data=directory(COUNTRIES, 1))
    for size in SIZES:
        printed(data=directory(size, 1))
        told(f"{size} members in one document")
    whole = directory(members, 9)
    cut, before = volumes.cut(whole), len(seen)
    started = time.monotonic()
    content = volumes.bind(whole, cut, "fr", printed=printed)
    told("the index")
    pages, seconds, megabytes = zip(*seen[before:], strict=True)
    print(
        f"{whole['members']} members in {len(cut)} volumes and an index: {sum(pages)} pages, "
        f"at most {max(pages)} each; {sum(seconds):.0f} s of CPU, "
        f"at most {max(seconds):.1f} each; at most {max(megabytes):.0f} MB; "
        f"{len(content) / 2**20:.1f} MB of zip; {time.monotonic() - started:.0f} s by the clock"
    )


if __name__ == "__main__":
    from tests.bench.__main__ import set_up

    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        set_up(folder)
        bench_directory(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
