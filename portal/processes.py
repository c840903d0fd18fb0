"""Runs the portal's processes side by side and ends them together (`manage.py up`)."""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

# Seconds between being asked to end and being ended: a job may finish what it is at.
GRACE = 10.0
# A process that ends by itself is started again after 1, 2, 4, 8 seconds; the fifth time, all end.
LONGEST_ROW_OF_FAILURES = 5
# Having run so many seconds, it has recovered and its failures are forgotten.
RECOVERED_AFTER = 60.0


@dataclass(frozen=True)
class Process:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(eq=False)
class Child:
    """One process as it runs now, or waits to be started again."""

    process: Process
    popen: subprocess.Popen | None = None
    started_at: float = 0.0
    start_at: float | None = 0.0
    failures: int = 0
    unfinished_line: bytes = b""


class Supervisor:
    """Starts the processes, prints their lines with their names, ends all when told.

    `run()` returns 0 after Ctrl-C, SIGTERM or SIGHUP, and 1 when a process kept failing. A second
    signal ends everything at once. Each process leads a session of its own, so that the terminal's
    Ctrl-C reaches this one only, and what a process leaves behind is ended with it.
    """

    def __init__(
        self,
        processes: Sequence[Process],
        *,
        write: Callable[[str], object],
        grace: float = GRACE,
        first_pause: float = 1.0,
    ):
        self.children = [Child(process) for process in processes]
        self.write = write
        self.grace = grace
        self.first_pause = first_pause
        self.width = max(len(process.name) for process in processes)
        self.signals = 0
        self.exit_code = 0
        self.selector = selectors.DefaultSelector()

    def run(self) -> int:
        handled = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self._on_signal) for number in handled}
        try:
            while not self.signals and not self.exit_code:
                self._start_what_is_due()
                self._pass_on_output(seconds=0.2)
                self._notice_ends()
            self._end_all()
        finally:
            for child in self.children:
                self._kill(child)
            for number, handler in before.items():
                signal.signal(number, handler)
            self.selector.close()
        return self.exit_code

    def _on_signal(self, number, frame):
        self.signals += 1

    def _start_what_is_due(self):
        for child in self.children:
            if child.start_at is None or child.start_at > time.monotonic():
                continue
            child.start_at, child.started_at = None, time.monotonic()
            child.popen = subprocess.Popen(
                child.process.command,
                env=os.environ | {"PYTHONUNBUFFERED": "1"} | dict(child.process.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            os.set_blocking(child.popen.stdout.fileno(), False)
            self.selector.register(child.popen.stdout, selectors.EVENT_READ, child)

    def _pass_on_output(self, *, seconds: float):
        for key, _events in self.selector.select(seconds):
            self._read(key.data)

    def _read(self, child: Child) -> bool:
        """Print the lines that have arrived. False when there was nothing to read."""
        stream = child.popen.stdout
        if stream.closed:
            return False
        try:
            block = os.read(stream.fileno(), 65536)
        except BlockingIOError:
            return False
        *lines, child.unfinished_line = (child.unfinished_line + block).split(b"\n")
        for line in lines:
            self._say(child.process.name, line)
        if not block:
            self._close(child)
        return bool(block)

    def _close(self, child: Child):
        self.selector.unregister(child.popen.stdout)
        child.popen.stdout.close()
        if child.unfinished_line:
            self._say(child.process.name, child.unfinished_line)
            child.unfinished_line = b""

    def _notice_ends(self):
        for child in self.children:
            if child.popen is None or child.popen.poll() is None:
                continue
            status = child.popen.returncode
            self._kill(child)
            if time.monotonic() - child.started_at > RECOVERED_AFTER:
                child.failures = 0
            child.failures += 1
            if child.failures >= LONGEST_ROW_OF_FAILURES:
                self._say("up", f"{child.process.name} ended {child.failures} times; stopping")
                self.exit_code = 1
                return
            pause = self.first_pause * 2 ** (child.failures - 1)
            child.start_at = time.monotonic() + pause
            how = f"with status {status}" if status >= 0 else f"by {signal.Signals(-status).name}"
            self._say("up", f"{child.process.name} ended {how}; starting it again in {pause:g} s")

    def _end_all(self):
        running = [child for child in self.children if child.popen is not None]
        if self.signals:
            self._say("up", "stopping; a job may finish (Ctrl-C again ends it now)")
        for child in running:
            # The first process only: a worker asks its own children when they are ready.
            child.popen.terminate()
        end = time.monotonic() + self.grace
        while any(child.popen.poll() is None for child in running):
            if time.monotonic() > end or self.signals > 1:
                break
            self._pass_on_output(seconds=0.1)

    def _kill(self, child: Child):
        """End the process and everything it started, and print what it still had to say."""
        if child.popen is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.popen.pid, signal.SIGKILL)
        child.popen.wait()
        while self._read(child):
            pass
        if not child.popen.stdout.closed:
            self._close(child)
        child.popen = None

    def _say(self, name: str, line: str | bytes):
        if isinstance(line, bytes):
            line = line.decode(errors="replace").rstrip("\r")
        self.write(f"{name:<{self.width}} | {line}\n")
