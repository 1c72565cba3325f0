"""Where thousands of small logs are made and damaged: a file system in memory, where the machine has one."""

import os
from pathlib import Path
from typing import Final

_SHARED_MEMORY: Final = Path("/dev/shm")


def memory_disk(otherwise: Path) -> Path:
    return _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK) else otherwise
