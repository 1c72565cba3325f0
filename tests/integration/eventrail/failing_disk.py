"""`eventrail serve` on a disk whose fdatasync fails at the N-th call: python -m … N."""

import errno
import os
import sys

from eventrail.cli import run
from eventrail.log.files import SystemFiles

_sync_data = SystemFiles.sync_data
_calls = 0


def sync_or_fail(files: SystemFiles, descriptor: int) -> None:
    global _calls  # noqa: PLW0603 - one counter for the process
    _calls += 1
    if _calls >= int(sys.argv[1]):
        raise OSError(errno.EIO, "injected")
    _sync_data(files, descriptor)


if __name__ == "__main__":
    SystemFiles.sync_data = sync_or_fail  # type: ignore[method-assign, assignment]
    sys.exit(run(["serve"], os.environ))
