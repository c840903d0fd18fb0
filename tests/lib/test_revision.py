"""One word that all processes share, without a query."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

from portal.lib import revision


def test_it_holds_until_it_is_moved():
    first = revision.current()
    assert revision.current() == first
    second = revision.move()
    assert revision.current() == second != first


def test_one_that_was_lost_never_comes_back():
    from django.core.cache import cache  # noqa: PLC0415

    first = revision.current()
    cache.delete(revision.KEY)
    revision.path().unlink(missing_ok=True)
    assert revision.current() not in ("", first)


def test_many_who_move_it_at_once_leave_one_whole_word():
    with ThreadPoolExecutor(8) as pool:
        drawn = set(pool.map(lambda _: revision.move(), range(64)))
    assert len(drawn) == 64
    assert revision.current() in drawn
    assert [path.name for path in settings.VAR_DIR.glob("revision*")] in ([], ["revision"])


def test_another_process_moves_it_for_all():
    first = revision.current()
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import django; django.setup(); from portal.lib import revision; "
            "print(revision.current(), revision.move())",
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=settings.BASE_DIR,
        env={"DJANGO_SETTINGS_MODULE": "portal.settings", **environment()},
    )
    seen, moved = told.stdout.split()
    assert (seen, moved) == (first, revision.current())


def environment() -> dict[str, str]:
    import os  # noqa: PLC0415

    return dict(os.environ)


def test_asking_for_it_asks_no_database(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        revision.current()
        revision.move()
