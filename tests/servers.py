"""PostgreSQL and Redis servers of our own, for a run that must not touch the shared ones.

They live in a temporary folder on free local ports and end with the `with` block. PostgreSQL
refuses to run as root: as root it runs as the system's `postgres` user.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path


class ServerMissing(Exception):
    """The programs of the server are not on this machine."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def postgresql_programs() -> Path | None:
    """The folder of the newest `initdb`: Debian keeps it outside PATH, one folder a version."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    if folders:
        return folders[-1].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None


def give_to_owner(folder: Path) -> None:
    """To the user as whom the server runs."""
    if os.getuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)


class PostgreSQL:
    """A PostgreSQL server that a test may stop at once and start again.

    Without fsync, as fast as can be; ``durable`` writes through to the disk, as in production.
    With ``disk`` its tables and its journal lie there, and the journal asks for room often: a file
    for each megabyte, none of them used again.
    """

    def __init__(self, *, durable: bool = False, disk: Path | None = None):
        self._programs = postgresql_programs()
        if self._programs is None:
            raise ServerMissing("PostgreSQL is missing")
        self.port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self._durable, self._disk = durable, disk

    def start(self) -> None:
        options = f"-p {self.port} -k {self._folder} -h 127.0.0.1 -c max_connections=100"
        options += "" if self._durable else " -F"
        options += " -c wal_recycle=off" if self._disk else ""
        self._control("-l", f"{self._folder}/log", "-o", options, "-w", "start")

    def stop(self) -> None:
        """At once, as a crash would: what it has not finished is found in its journal."""
        self._control("-m", "immediate", "-w", "stop")

    @property
    def is_running(self) -> bool:
        return listening(self.port)

    def _control(self, *arguments: str) -> None:
        self._run(f"{self._programs}/pg_ctl", "-D", self._data, *arguments)

    @property
    def _data(self) -> str:
        return f"{self._disk or self._folder}/data"

    @property
    def log(self) -> str:
        return Path(self._folder, "log").read_text(errors="replace")

    def _run(self, *command: str) -> None:
        as_owner = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        subprocess.run(
            [*as_owner, *command],
            check=True,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            timeout=120,
        )

    def __enter__(self):
        self._folder = Path(tempfile.mkdtemp(prefix="portal-postgresql-"))
        give_to_owner(self._folder)
        try:
            options = ["--wal-segsize=1"] if self._disk else []
            self._run(f"{self._programs}/initdb", "-D", self._data, "-U", "postgres",
                "-A", "trust", "-E", "UTF8", "--no-sync", *options)  # fmt: skip
            self.start()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, *error):
        try:
            if self.is_running:
                self.stop()
        finally:
            self._remove()

    def _remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


@contextlib.contextmanager
def private_postgresql(*, durable: bool = False) -> Iterator[str]:
    """A server of one's own. Yields its DATABASE_URL."""
    with PostgreSQL(durable=durable) as server:
        yield server.url


class Redis:
    """A Redis server that a test may stop and start again; it keeps nothing on disk."""

    def __init__(self):
        if shutil.which("redis-server") is None:
            raise ServerMissing("Redis is missing")
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd="/")
        end = time.monotonic() + 20
        while not listening(self.port):
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("redis-server did not start")
            time.sleep(0.02)

    def stop(self, *, kill: bool = False) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        self._process.wait(20)
        self._process = None

    def flush(self) -> None:
        """Forget everything, as after a restart without a disk, with all connections open."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as link:
            link.sendall(b"FLUSHALL\r\n")
            assert link.recv(16).startswith(b"+OK")

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.stop()


def listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
