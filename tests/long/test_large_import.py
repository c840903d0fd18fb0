"""A hundred thousand rows are checked in little memory, whatever the format of the file."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ROWS = 100_000

PREPARE = """
import io, sys
import django
django.setup()
from django.core.files import File
from django.core.management import call_command
from members.imports import staging
from portal.lib.sheets import writing
from tests.bench.imports import rows
kind, path, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
call_command("migrate", verbosity=0)
call_command("load_network", verbosity=0, stdout=io.StringIO())
with open(path, "wb") as out:
    for piece in writing.written(kind, [writing.Sheet("Members", rows(number))]):
        out.write(piece)
with open(path, "rb") as data:
    staging.request(file=File(data), name="members", by=None, by_worker=False)
"""
# A process that has done nothing else: what it needs more is what the check needs.
CHECK = """
import time
import django
django.setup()
from members.imports import staging
from members.models import ImportBatch
from tests.bench.imports import peak
batch = ImportBatch.objects.get()
before, started = peak(), time.process_time()
assert staging.check(batch), batch.error
seconds = time.process_time() - started
batch.refresh_from_db()
print("RESULT", batch.created, round(peak() - before), round(batch.read / seconds))
"""


def run(script: str, *arguments: str, folder: Path) -> str:
    environment = {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/portal.sqlite3",
        "REDIS_URL": "",
        "LOG_LEVEL": "ERROR",
    }
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
def test_a_hundred_thousand_rows_are_checked_in_a_hundred_megabytes(kind, tmp_path):
    run(PREPARE, kind, str(tmp_path / "members"), str(ROWS), folder=tmp_path)
    found = run(CHECK, folder=tmp_path)
    created, more, pace = map(int, re.search(r"RESULT (\d+) (\d+) (\d+)", found).groups())
    assert created == ROWS
    assert more <= 100, f"{more} MB more"
    assert pace >= 1000, f"{pace} rows a second"  # half of what is promised: machines differ
