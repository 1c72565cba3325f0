"""`eventrail serve` on a machine whose disk hangs and whose clock jumps on demand: python -m … DIRECTORY.

While DIRECTORY holds `hang`, no fdatasync comes back; `ahead` holds the seconds that the clock is ahead.
"""

import os
import sys
import time
from pathlib import Path

from eventrail.cli import run
from eventrail.log.files import SystemFiles

LOOK_SECONDS = 0.01
_sync_data = SystemFiles.sync_data
_time_ns = time.time_ns


def sync_or_hang(files: SystemFiles, descriptor: int) -> None:
    while Path(sys.argv[1], "hang").exists():
        time.sleep(LOOK_SECONDS)
    _sync_data(files, descriptor)


def time_ns() -> int:
    try:
        ahead = float(Path(sys.argv[1], "ahead").read_text())
    except (FileNotFoundError, ValueError):
        ahead = 0.0
    return _time_ns() + round(ahead * 1_000_000_000)


if __name__ == "__main__":
    SystemFiles.sync_data = sync_or_hang  # type: ignore[method-assign, assignment]
    time.time_ns = time_ns
    sys.exit(run(["serve"], os.environ))
