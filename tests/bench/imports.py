"""What imports and exports cost: rows a second and memory, beside bare readers of the same file.

    python -m tests.bench.imports [ROWS]

Each measurement of memory is the growth of this process's peak, so the larger things come last.
"""

import csv
import io
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROWS = 20_000
COUNTRIES = ("KE", "Kenya", "Ivory Coast", "Brésil", "México", "FR", "Allemagne", "IND")
WORDS = [
    "association",
    "aide",
    "enfance",
    "familles",
    "services",
    "domicile",
    "quartier",
    "jeunesse",
    "accueil",
    "solidarité",
    "santé",
    "travail",
    "rural",
    "national",
    "fédération",
    "union",
    "centre",
    "entraide",
    "insertion",
    "logement",
]


def header() -> list[str]:
    from members.imports.columns import COLUMNS  # noqa: PLC0415  Django comes first

    return [column.titles["fr"] for column in COLUMNS]


def rows(number: int) -> Iterator[list]:
    """Organisations as a federation has them: a name, a place, one or two people, a period."""
    chance = random.Random(7)
    from members.imports.columns import COLUMNS  # noqa: PLC0415

    keys = [column.key for column in COLUMNS]
    yield header()
    for n in range(number):
        name = " ".join(chance.sample(WORDS, 4)).capitalize()
        values = {
            "name_fr": f"{name} {n} (exemple)",
            "name_en": f"{name} {n} (example)" if n % 3 == 0 else "",
            "acronym": f"X{n}",
            "category": "C",
            "country": chance.choice(COUNTRIES),
            "website": f"https://www.o{n}.example.test",
            "email": f"bureau@o{n}.example.test",
            "founded": 1950 + n % 70,
            "description_fr": "Une association d’exemple. " * 3 if n % 2 else "",
            "starts_on": "01/01/2026",
            "ends_on": "31/12/2026",
            "contact1_name": f"Awa Exemple {n}",
            "contact1_email": f"awa{n}@example.org",
            "contact1_role": "contact",
        }
        if n % 2:
            values |= {"contact2_name": f"Ben {n}", "contact2_email": f"ben{n}@example.org"}
        yield [values.get(key, "") for key in keys]


def peak() -> float:
    """The highest memory of this process so far, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no /proc on this system")


def measured(name: str, call: Callable[[], object], number: int, floor: float = 0) -> float:
    before, started = peak(), time.process_time()
    call()
    seconds = time.process_time() - started
    ratio = f", ratio {seconds / floor:.1f} to csv.reader" if floor else ""
    print(
        f"{name}: {number / seconds:,.0f} rows a second{ratio}, "
        f"{max(peak() - before, 0):.0f} MB more",
        flush=True,
    )
    return seconds


def bench_imports(folder: str, number: int = ROWS, *, with_libraries: bool = False):
    from django.core.files import File  # noqa: PLC0415

    from members.imports import committing, exporting, staging, undoing  # noqa: PLC0415
    from members.models import Organisation  # noqa: PLC0415
    from portal.lib.sheets import ods, writing, xlsx  # noqa: PLC0415
    from portal.lib.sheets.writing import Sheet  # noqa: PLC0415

    def file(kind: str) -> Path:
        path = Path(folder) / f"members.{kind}"
        with path.open("wb") as out:
            for piece in writing.written(kind, [Sheet("Members", rows(number))], delimiter=";"):
                out.write(piece)
        return path

    paths = {kind: file(kind) for kind in ("csv", "xlsx", "ods")}

    def bare():
        with paths["csv"].open(encoding="utf-8-sig", newline="") as text:
            for _row in csv.reader(text, delimiter=";"):
                pass

    floor = measured("csv.reader, bare", bare, number)

    def read(module, kind: str):
        with paths[kind].open("rb") as data:
            for _row in module.rows(data):
                pass

    measured("reading XLSX", lambda: read(xlsx, "xlsx"), number, floor)
    measured("reading ODS", lambda: read(ods, "ods"), number, floor)
    batches = []

    def check(kind: str):
        with paths[kind].open("rb") as data:
            batch = staging.request(
                file=File(data), name=f"members.{kind}", by=None, by_worker=False
            )
        assert staging.check(batch), batch.error
        batch.refresh_from_db()
        batches.append(batch)

    for kind in paths:
        measured(f"checking {kind.upper()}", lambda kind=kind: check(kind), number, floor)
        print(f"  {batches[-1].created} to create, {batches[-1].refused} refused")
    first = batches[0]
    committing.LOCK_SECONDS = undoing.LOCK_SECONDS = 10_000

    def commit():
        committing.confirm(first, by=None, by_worker=False)
        assert committing.commit(first), first.error

    measured("recording", commit, first.writes, floor)
    first.refresh_from_db()
    print(
        f"  {first.commit_seconds:.1f} s with the lock, "
        f"{first.commit_seconds / first.check_seconds:.2f} times the check"
    )
    measured("checking the same again", lambda: check("csv"), number, floor)
    print(f"  {batches[-1].unchanged} unchanged, {batches[-1].refused} refused")
    found = Organisation.objects.order_by("pk")
    total = found.count()

    def export(kind: str):
        for _piece in writing.written(kind, exporting.sheets(found)):
            pass

    for kind in paths:
        measured(f"exporting {kind.upper()}", lambda kind=kind: export(kind), total, floor)

    def undo():
        undoing.request(first, by=None, by_worker=False)
        assert undoing.undo(first), first.error

    measured("undoing", undo, first.writes, floor)
    if with_libraries:
        bench_libraries(paths["xlsx"].read_bytes(), number)


def bench_libraries(data: bytes, number: int):
    """What the usual libraries need for the same file; run last, since they hold it whole."""
    try:
        import openpyxl  # noqa: PLC0415
        import python_calamine  # noqa: PLC0415
    except ImportError:
        return

    def with_openpyxl():
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
        for _row in book.worksheets[0].iter_rows(values_only=True):
            pass

    def with_calamine():
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for _row in book.get_sheet_by_index(0).iter_rows():
            pass

    measured("openpyxl, read only", with_openpyxl, number)
    measured("python-calamine", with_calamine, number)


def main():
    from tests.bench.__main__ import set_up  # noqa: PLC0415

    number = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        set_up(folder)
        bench_imports(folder, number, with_libraries=True)


if __name__ == "__main__":
    sys.exit(main())
