"""The supervisor with processes of a few lines, and `manage.py up` with the real ones."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from portal.management.commands.up import free_addresses, login_lines
from portal.processes import Process, Supervisor
from tests.servers import free_port

FOREVER = "import time; print('ready'); time.sleep(600)"


def python(name: str, code: str) -> Process:
    return Process(name, [sys.executable, "-c", code])


def run_until(supervisor: Supervisor, output: list[str], text: str, *signals: int) -> int:
    """Run it in this process; send the signals to it once the text was printed."""

    def send():
        end = time.monotonic() + 20
        while text not in "".join(output) and time.monotonic() < end:
            time.sleep(0.02)
        for number in signals:
            os.kill(os.getpid(), number)
            time.sleep(0.3)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        return supervisor.run()
    finally:
        sender.join()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_of_them(number):
    output = []
    supervisor = Supervisor([python("one", FOREVER), python("other", FOREVER)], write=output.append)
    assert run_until(supervisor, output, "other | ready", number) == 0
    assert all(child.popen is None for child in supervisor.children)


def test_lines_carry_the_name_and_the_last_one_needs_no_newline():
    output = []
    code = "import sys, time; print('one\\ntwo'); sys.stdout.write('three'); sys.stdout.flush()"
    supervisor = Supervisor(
        [python("web", code + "; time.sleep(600)"), python("schedule", FOREVER)],
        write=output.append,
    )
    run_until(supervisor, output, "web      | two\n", signal.SIGINT)
    lines = [line for line in output if line.startswith("web")]
    assert lines == ["web      | one\n", "web      | two\n", "web      | three\n"]


def test_one_that_ends_is_started_again(tmp_path):
    output = []
    code = (
        f"import pathlib, time; path = pathlib.Path({str(tmp_path / 'second')!r})\n"
        "if not path.exists(): path.touch(); raise SystemExit(3)\n"
        "print('back'); time.sleep(600)"
    )
    supervisor = Supervisor([python("web", code)], write=output.append, first_pause=0.1)
    assert run_until(supervisor, output, "back", signal.SIGINT) == 0
    assert output == [
        "up  | web ended with status 3; starting it again in 0.1 s\n",
        "web | back\n",
        "up  | stopping; a job may finish (Ctrl-C again ends it now)\n",
    ]


def test_one_that_keeps_ending_ends_all_of_them():
    output = []
    supervisor = Supervisor(
        [python("web", "raise SystemExit(3)"), python("worker", FOREVER)],
        write=output.append,
        first_pause=0.01,
    )
    assert supervisor.run() == 1
    assert output[-1] == "up     | web ended 5 times; stopping\n"
    assert all(child.popen is None for child in supervisor.children)


def test_one_that_does_not_listen_is_ended_with_all_it_started():
    output = []
    code = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print('child', child.pid); time.sleep(600)"
    )
    supervisor = Supervisor([python("web", code)], write=output.append, grace=0.5)
    assert run_until(supervisor, output, "child", signal.SIGINT) == 0
    [pid] = re.findall(r"child (\d+)", "".join(output))
    assert ended(int(pid))


def test_a_second_signal_does_not_wait():
    output = []
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('ready'); time.sleep(600)"
    )
    supervisor = Supervisor([python("web", code)], write=output.append, grace=60)
    begin = time.monotonic()
    assert run_until(supervisor, output, "ready", signal.SIGINT, signal.SIGINT) == 0
    assert time.monotonic() - begin < 10


def ended(pid: int) -> bool:
    """Whether the process is gone, or only waits for its parent to notice (a zombie)."""
    for _attempt in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.05)
    return False


def test_a_taken_port_is_named():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} is taken .* PORT={port + 1} make run"):
            call_command("up", port=port)


@pytest.mark.parametrize(("port", "message"), [(70000, "70000 is not a port")])
def test_an_impossible_port_is_refused(port, message):
    with pytest.raises(CommandError, match=message):
        free_addresses(port)


def test_logins_are_shown_in_demonstration_mode_only(settings):
    settings.DEMONSTRATION = False
    assert login_lines() == []


@pytest.mark.services
@pytest.mark.skipif(bool(settings.REDIS_URL), reason="about the embedded default alone")
def test_up_starts_all_three_and_ctrl_c_ends_them(tmp_path):
    """The whole of it, on the embedded default, as a newcomer meets it."""
    port = free_port()
    environment = os.environ | {
        "VAR_DIR": str(tmp_path / "var"),
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "PORT": str(port),
        "SITE_URL": "",
        "DEMONSTRATION": "true",
    }
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    subprocess.run([*manage, "migrate", "--verbosity", "0"], env=environment, check=True)
    log = tmp_path / "log"
    with log.open("w") as output:
        up = subprocess.Popen([*manage, "up"], env=environment, stdout=output, stderr=output)
        try:
            wait_for(lambda: answers(f"http://localhost:{port}/healthz"), log, up)
            wait_for(lambda: re.search(r"worker   \| .*ready", log.read_text()), log, up)
            wait_for(lambda: "schedule | " in log.read_text(), log, up)
            children = descendants(up.pid)
            up.send_signal(signal.SIGINT)
            assert up.wait(60) == 0, log.read_text()
        finally:
            up.kill()
            up.wait()
    text = log.read_text()
    assert f"http://localhost:{port}" in text
    assert len(children) >= 5  # web and its workers, worker and its pool, schedule
    assert [pid for pid in children if not ended(pid)] == []
    assert "Traceback" not in text, text


def answers(address: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5) as response:
        return response.status == 200
    return False


def wait_for(condition, log: Path, process: subprocess.Popen) -> None:
    end = time.monotonic() + 150
    while not condition():
        assert process.poll() is None and time.monotonic() < end, log.read_text()
        time.sleep(0.1)


def descendants(pid: int) -> list[int]:
    """All processes below this one, from /proc."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found, generation = [], [pid]
    while generation:
        generation = [child for child, parent in parents.items() if parent in generation]
        found += generation
    return found
