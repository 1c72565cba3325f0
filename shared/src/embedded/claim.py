"""One holder for each directory: a lock that a server inherits, so that it lasts as long as any process of it.

The kernel frees it when the last holder is gone, however that came about. Whoever gets the claim therefore knows
that nothing of an earlier server runs, whatever its pid file still says.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from embedded.failures import DirectoryInUse

POLL_SECONDS = 0.02


@contextlib.contextmanager
def claim(directory: Path, *, timeout_seconds: float, holder: str = "") -> Iterator[int]:
    """The open descriptor of the lock; children it is passed to go on holding it. Raises DirectoryInUse."""
    descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        deadline = time.monotonic() + timeout_seconds
        while not _locked(descriptor):
            if time.monotonic() >= deadline:
                raise DirectoryInUse(directory, os.pread(descriptor, 200, 0).decode(errors="replace").strip())
            time.sleep(POLL_SECONDS)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, holder.encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
