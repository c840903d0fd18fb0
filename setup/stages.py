"""Runs the stages of `make check`, `make test` and `make test-long`, one after the other.

It stops at the first failure and ends with one line a stage and pytest's own closing lines. What
cannot run because a tool is missing is named in one line; with CI=true that is a failure.
PostgreSQL and Redis are those that DATABASE_URL and REDIS_URL name, else the local defaults where
something answers there, else servers of this run's own, which it ends again.
"""

import argparse
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import redis

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests import servers  # noqa: E402  the folder above is on the path only now

CI = os.environ.get("CI") == "true"
POSTGRESQL = "postgres://postgres@127.0.0.1:5432/postgres"
REDIS = "redis://127.0.0.1:6379/9"
# Two cores are what is promised; more than four processes gain little.
PROCESSES = str(max(2, min(4, os.cpu_count() or 2)))
PYTEST = [sys.executable, "-m", "pytest", "--no-header", "-n", PROCESSES]
PYTEST += ["--durations=5", "--durations-min=3"]
# Compiled tests are kept: rewriting their assertions anew costs each process ten seconds.
COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}
CLOSING_LINE = re.compile(r"^=+ .*\b(passed|failed|errors?|skipped)\b.* in .*=+$")


class Missing(Exception):
    """A tool is not on this machine. The message is one line."""


Environment = Callable[[], contextlib.AbstractContextManager[dict[str, str]]]


@dataclass(frozen=True)
class Stage:
    name: str
    command: list[str]
    minutes: float = 2
    environment: Environment = field(default=lambda: contextlib.nullcontext({}))


@contextlib.contextmanager
def embedded() -> Iterator[dict[str, str]]:
    """SQLite and the filesystem queue, whatever the shell says."""
    yield {"DATABASE_URL": "", "REDIS_URL": ""}


@contextlib.contextmanager
def database_and_queue(*, private: bool = False) -> Iterator[dict[str, str]]:
    """PostgreSQL and Redis: the named ones, those of this machine, or private ones."""
    named = {} if private else os.environ
    with contextlib.ExitStack() as stack:
        database = named.get("DATABASE_URL") or POSTGRESQL
        queue = named.get("REDIS_URL") or REDIS
        # What was named is not second-guessed: a wrong name should fail.
        if private or (
            "DATABASE_URL" not in named
            and not answers(lambda: psycopg2.connect(database, connect_timeout=3).close())
        ):
            database = start_private("PostgreSQL", stack, servers.private_postgresql)
        if private or (
            "REDIS_URL" not in named and not answers(lambda: redis.Redis.from_url(queue).ping())
        ):
            queue = start_private("Redis", stack, servers.Redis).url
        yield {"DATABASE_URL": database, "REDIS_URL": queue}


def answers(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except (psycopg2.OperationalError, redis.RedisError):
        return False
    return True


def start_private(name: str, stack: contextlib.ExitStack, server: Callable):
    try:
        running = stack.enter_context(server())
    except servers.ServerMissing as error:
        raise Missing(f"{error}: the suite on PostgreSQL and Redis not run") from None
    print(f"{name}: a private server for this run", flush=True)
    return running


@contextlib.contextmanager
def browser() -> Iterator[dict[str, str]]:
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        raise Missing("Chromium is missing: browser tests not run")
    yield {"DATABASE_URL": "", "REDIS_URL": ""}


@contextlib.contextmanager
def production() -> Iterator[dict[str, str]]:
    yield {
        "PRODUCTION": "true",
        "DEBUG": "false",
        "DEMONSTRATION": "false",
        "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "SITE_URL": "https://council.example.org",
        "ALLOWED_HOSTS": "council.example.org",
        "DATABASE_URL": POSTGRESQL,
        "REDIS_URL": REDIS,
    }


def templates() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "templates").rglob("*.html"))


def manage(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


def module(*arguments: str) -> list[str]:
    return [sys.executable, "-m", *arguments]


def program(name: str, *arguments: str) -> list[str]:
    return [str(Path(sys.executable).parent / name), *arguments]


def check() -> list[Stage]:
    return [
        Stage("format", module("ruff", "format", "--check", ".")),
        Stage("lint", module("ruff", "check", ".")),
        Stage("templates", program("djade", "--check", "--target-version", "5.2", *templates())),
        Stage("contracts", program("lint-imports", "--no-logo")),
        Stage("migrations", manage("makemigrations", "--check", "--dry-run"), environment=embedded),
        Stage("catalogues", [sys.executable, "setup/catalogues.py"]),
        Stage("tests", [*PYTEST, "--part", "quick"], minutes=12, environment=embedded),
    ]


def test() -> list[Stage]:
    return [
        *check(),
        Stage(
            "deployment",
            manage("check", "--deploy", "--fail-level", "WARNING"),
            environment=production,
        ),
        Stage(
            "rest",
            [*PYTEST, "--part", "rest"],
            minutes=25,
            environment=embedded,
        ),
        Stage(
            "postgresql",
            [*PYTEST, "-m", "not browser and not long"],
            minutes=35,
            environment=database_and_queue,
        ),
        Stage("browser", [*PYTEST, "-m", "browser and not long"], minutes=20, environment=browser),
    ]


def test_long() -> list[Stage]:
    return [
        Stage(
            "long",
            [sys.executable, "-m", "pytest", "--no-header", "--durations=10", "-m", "long"],
            minutes=40,
            environment=lambda: database_and_queue(private=True),
        )
    ]


def run(stage: Stage, closing_lines: list[str]) -> int:
    """Run it with its output passed on. Returns its exit code; 124 when it took too long."""
    too_long = threading.Event()
    with (
        stage.environment() as variables,
        subprocess.Popen(
            stage.command,
            cwd=ROOT,
            env=os.environ | COMPILED | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as process,
    ):

        def end_it():
            too_long.set()
            os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(stage.minutes * 60, end_it)
        timer.start()
        try:
            for line in process.stdout:
                print(line, end="", flush=True)
                if CLOSING_LINE.match(line):
                    closing_lines.append(line.strip())
        except KeyboardInterrupt:
            os.killpg(process.pid, signal.SIGINT)
            raise
        finally:
            timer.cancel()
    if too_long.is_set():
        print(f"{stage.name}: ended after {stage.minutes:g} minutes")
        return 124
    return process.returncode


def carry_out(stages: list[Stage]) -> int:
    """Run them in order up to the first failure, and print the summary. 0 when all went well."""
    summary, closing_lines, status = [], [], 0
    for stage in stages:
        print(f"\n== {stage.name} ==", flush=True)
        begin, lines = time.monotonic(), []
        try:
            status = run(stage, lines)
            result = "ok" if status == 0 else f"FAILED (status {status})"
        except Missing as missing:
            print(missing)
            status = 1 if CI else 0
            result = f"{'FAILED' if CI else 'not run'}: {missing}"
        closing_lines += lines
        counts = "".join(line.strip("= ").rpartition(" in ")[0] for line in lines[-1:])
        seconds = time.monotonic() - begin
        summary.append(f"{stage.name:<12} {seconds:6.1f} s  {result}  {counts}".rstrip())
        if status:
            break
    print("\n" + "\n".join(summary + closing_lines), flush=True)
    return 1 if status else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    lists = {"check": check, "test": test, "test-long": test_long}
    parser.add_argument("what", choices=lists)
    return carry_out(lists[parser.parse_args().what]())


if __name__ == "__main__":
    sys.exit(main())
