"""An ext4 file system on a loop device whose power can be cut: what was not synced is gone at the next mount."""

import fcntl
import os
import struct
import subprocess
from pathlib import Path
from typing import Final

SIZE_BYTES: Final = 64 * 1024 * 1024
FS_IOC_SHUTDOWN: Final = 0x8004587D
NO_LOG_FLUSH: Final = 2
"""Not even the file system's own journal is written out."""


class LoopDisk:
    """Mounted from `start` on; `cut` and `remount` in turn, `stop` at the end. Needs root and a free loop device."""

    def __init__(self, place: Path) -> None:
        self._image = place / "disk.image"
        self._device = ""
        self.directory = place / "mounted"

    def start(self) -> None:
        self.directory.mkdir()
        with self._image.open("wb") as image:
            image.truncate(SIZE_BYTES)
        _run("mkfs.ext4", "-q", "-F", str(self._image))
        self._device = _run("losetup", "--find", "--show", str(self._image)).strip()
        self._mount()

    def cut(self) -> None:
        """From now on nothing reaches the disk, and every sync fails."""
        descriptor = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(descriptor, FS_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(descriptor)

    def remount(self) -> None:
        """The power comes back: only what the disk holds is seen."""
        _run("umount", str(self.directory))
        self._mount()

    def stop(self) -> None:
        if self._device:
            subprocess.run(["umount", str(self.directory)], check=False, capture_output=True)
            _run("losetup", "--detach", self._device)
            self._device = ""

    def _mount(self) -> None:
        _run("mount", "-t", "ext4", self._device, str(self.directory))


def _run(*command: str) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr.strip()} (power cuts need root and a loop device)"
    return done.stdout
