"""Compares the message catalogues with the code: nothing missing, nothing fuzzy, formats right.

    python setup/catalogues.py            check (changes nothing; used by `make check`)
    python setup/catalogues.py --write    bring locale/*/LC_MESSAGES/django.po up to date

The check extracts the messages in a copy of the sources, so that the working folder stays as it
is. French and Spanish are complete; English is what the code says, and has no catalogue of its own.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("fr", "es")
SOURCES = ("portal", "members", "regions", "programme", "publications", "templates")
ENTRY = re.compile(
    r'^(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) ((?:"(?:[^"\\]|\\.)*"\s*)+)', re.M
)


def make_messages(folder: Path) -> None:
    command = [sys.executable, "-m", "django", "makemessages", "--no-obsolete", "--no-location"]
    command += ["--extension", "html,txt,py,mjml"]
    for language in LANGUAGES:
        command += ["--locale", language]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def copy_of_sources(folder: Path) -> None:
    def only_text(directory: str, names: list[str]) -> list[str]:
        left_out = {"__pycache__", "data", "migrations"}
        return [
            name
            for name in names
            if name in left_out
            or ("." in name and not name.endswith((".py", ".html", ".txt", ".mjml", ".po")))
        ]

    for name in (*SOURCES, "locale"):
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, folder / name, ignore=only_text)
    (folder / "locale").mkdir(exist_ok=True)


def faults(catalogue: Path) -> list[str]:
    """What a translator still has to do in this catalogue."""
    found = []
    for block in catalogue.read_text().split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#~")]
        parts = [
            (kind, "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text)))
            for kind, text in ENTRY.findall("\n".join(lines))
        ]
        message = next((text for kind, text in parts if kind == "msgid"), "")
        if not message:
            continue
        if any(line.startswith("#,") and "fuzzy" in line for line in lines):
            found.append(f"fuzzy: {message}")
        elif any(kind.startswith("msgstr") and not text for kind, text in parts):
            found.append(f"missing: {message}")
    return found


def check(folder: Path) -> int:
    """The number of problems, each printed."""
    problems = 0
    for language in LANGUAGES:
        place = Path("locale", language, "LC_MESSAGES", "django.po")
        if not (ROOT / place).exists():
            print(f"{place} does not exist")
            problems += 1
            continue
        found = faults(folder / place)
        for fault in found[:20]:
            print(f"{place}: {fault}")
        if len(found) > 20:
            print(f"{place}: and {len(found) - 20} more")
        command = ["msgfmt", "--check-format", "--output-file=/dev/null", str(ROOT / place)]
        problems += len(found) + (subprocess.run(command).returncode != 0)
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="update the catalogues")
    write = parser.parse_args().write
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        copy_of_sources(folder)
        make_messages(folder)
        if not write:
            return 1 if check(folder) else 0
        for catalogue in folder.glob("locale/*/LC_MESSAGES/*.po"):
            place = ROOT / catalogue.relative_to(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(catalogue, place)
    return 0


if __name__ == "__main__":
    sys.exit(main())
