"""Every page in three languages, judged by the Nu checker in one process.

The pages are those of the table of access, each as the first person sees it who may open it, and
what can be reached by links in the demonstration network, two of each kind.
"""

import html
import json
import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from django.utils import translation

from members.models import User
from portal import demo
from portal.lib.translations import LANGUAGES
from tests.test_access import PEOPLE, TABLE, world

__all__ = ["world"]

pytestmark = pytest.mark.django_db

CHECKER = Path(__file__).with_name("node_modules") / "vnu-jar" / "build" / "dist" / "vnu.jar"
# Django's own pages are not ours to mend, and a mail is written for the programs that show mails.
OF_OTHERS = {"admin:index", "admin:login", "publications:newsletter_preview"}
# What an error is about differs from page to page.
QUOTED = re.compile(r"(?<=Bad value )“[^”]*”")
# So many pages are looked at where only the arguments or the values of the query differ.
OF_EACH = 2


@pytest.fixture(scope="session")
def checker() -> Path:
    if not CHECKER.exists() or not shutil.which("java"):
        if os.environ.get("CI") == "true":
            pytest.fail("Java or the checker of HTML is missing")
        pytest.skip("Java or the checker of HTML is missing: pages not checked")
    return CHECKER


def complaints(checker: Path, pages: dict[str, bytes], folder: Path) -> list[str]:
    """The errors that the checker finds, each once with the first page that has it."""
    names = {}
    for number, (page, content) in enumerate(pages.items()):
        names[f"{number:04d}.html"] = page
        (folder / f"{number:04d}.html").write_bytes(content)
    told = subprocess.run(
        ["java", "-Xss4m", "-jar", checker, "--errors-only", "--format", "json", folder],
        capture_output=True,
        text=True,
        timeout=900,
    )
    found: dict[str, list[str]] = {}
    for message in json.loads(told.stderr)["messages"]:
        page = names[message["url"].rsplit("/", 1)[1]]
        extract = " ".join(message.get("extract", "").split())[:160]
        found.setdefault(QUOTED.sub("“…”", message["message"], 1), []).append(f"{page}: {extract}")
    return [f"{said} ({len(where)}) {where[0]}" for said, where in found.items()]


def is_page(answer) -> bool:
    if answer.streaming:
        b"".join(answer.streaming_content)  # which closes the file
    return answer.status_code == 200 and answer.get("Content-Type", "").startswith("text/html")


def test_every_address(checker, world, tmp_path):
    pages = {}
    for name, (method, statuses) in TABLE.items():
        if method != "get" or 200 not in statuses or name in OF_OTHERS:
            continue
        client = Client()
        if person := world["people"][PEOPLE[statuses.index(200)]]:
            client.force_login(person)
        for language in LANGUAGES:
            with translation.override(language):
                address = reverse(name, kwargs=world["arguments"].get(name))
            answer = client.get(address)
            if is_page(answer):
                pages[address] = answer.content

    assert len(pages) > 400
    found = complaints(checker, pages, tmp_path)
    assert not found, "\n".join(found)


def test_the_demonstration(checker, demonstration, tmp_path):
    pages = {}
    for language in LANGUAGES:
        pages |= walked(Client(), [f"/{language}/"], f"/{language}/")
    for email, _password, _role in demo.logins():
        client = Client()
        client.force_login(User.objects.get(email=email))
        for start in (
            f"/{code}/{area}/" for code in LANGUAGES for area in ("space", "secretariat")
        ):
            seen = walked(client, [start], start)
            pages |= {f"{address} ({email})": content for address, content in seen.items()}

    assert len(pages) > 300
    found = complaints(checker, pages, tmp_path)
    assert not found, "\n".join(found)


def walked(client: Client, starts: list[str], area: str) -> dict[str, bytes]:
    """The pages behind the links of some pages, and behind theirs, that are in an area."""
    found, waiting, known = {}, list(starts), set(starts)
    looked_at = Counter()
    while waiting:
        address = waiting.pop(0)
        kind = kind_of(address)
        if kind is None or looked_at[kind] >= OF_EACH:
            continue
        answer = client.get(address)
        if not is_page(answer):
            continue
        looked_at[kind] += 1
        found[address] = answer.content
        for link in re.findall(rb'<a [^>]*?href="([^"]+)"', answer.content):
            target = urldefrag(urljoin(address, html.unescape(link.decode()))).url
            if target.startswith(area) and target not in known:
                known.add(target)
                waiting.append(target)
    return found


def kind_of(address: str) -> tuple | None:
    """What a page has in common with others: its address without arguments, and the names of
    what its query asks for."""
    parts = urlsplit(address)
    try:
        name = resolve(unquote(parts.path)).view_name
    except Resolver404:
        return None
    if name in OF_OTHERS or name.startswith("admin:"):
        return None
    return name, frozenset(part.split("=")[0] for part in parts.query.split("&") if part)


@pytest.fixture
def demonstration(db, settings):
    settings.DEMONSTRATION = True
    call_command("load_network", verbosity=0)
    call_command("demo", verbosity=0)
