"""A disk so small that a test can fill it."""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def small(*, megabytes: int) -> Iterator[Path]:
    """A disk of its own in memory, which only root may set up."""
    # A short path: that of a socket may have no more than a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="portal-disk-"))
    folder.chmod(0o755)
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs"]
    mounted = subprocess.run(["mount", *options, str(folder)], check=False, capture_output=True)
    try:
        if mounted.returncode:
            pytest.skip("only root can set up a small disk")
        yield folder
    finally:
        if not mounted.returncode:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


def fill(folder: Path) -> Path:
    """Leave no room on a disk. Returns the file that takes it."""
    ballast = folder / "ballast"
    # Without a buffer, which would try to write what is left when the file is closed.
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 65_536)
    assert shutil.disk_usage(folder).free == 0
    return ballast
