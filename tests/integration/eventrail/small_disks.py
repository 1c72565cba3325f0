"""Disks that can be filled: a small ext4 where the machine lets one be mounted, a limit of file sizes everywhere."""

import contextlib
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol

SIZE_BYTES: Final = 24 * 1024 * 1024
LIMIT_BYTES: Final = 90_000
BLOCK_BYTES: Final = 4_096


class SmallDisk(Protocol):
    """`directory` lies on it; `pid` is the server on it, None while none runs."""

    @property
    def directory(self) -> Path: ...

    def command(self, command: Sequence[str]) -> tuple[str, ...]:
        """How a process is started on the disk as it is now."""
        ...

    def fill(self, pid: int | None) -> None: ...
    def free(self, pid: int | None) -> None: ...


class FileSizeLimit:
    """A full disk is a limit on how large a file may grow: EFBIG. It needs no rights."""

    def __init__(self, place: Path) -> None:
        self.directory = place / "limited"
        self.directory.mkdir()
        self._full = False

    def command(self, command: Sequence[str]) -> tuple[str, ...]:
        prlimit = shutil.which("prlimit")
        assert prlimit is not None, "util-linux has it"
        return (prlimit, f"--fsize={LIMIT_BYTES}:", "--", *command) if self._full else tuple(command)

    def fill(self, pid: int | None) -> None:
        self._full = True
        self._limit(pid, LIMIT_BYTES)

    def free(self, pid: int | None) -> None:
        self._full = False
        self._limit(pid, resource.RLIM_INFINITY)

    def _limit(self, pid: int | None, size_bytes: int) -> None:
        if pid is not None:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size_bytes, resource.RLIM_INFINITY))


class LoopExt4:
    """A real file system of 24 MiB, filled up to its last block by another file."""

    def __init__(self, place: Path) -> None:
        self.directory = place / "mounted"
        self.directory.mkdir()
        image = place / "disk.image"
        with image.open("wb") as file:
            file.truncate(SIZE_BYTES)
        _run("mkfs.ext4", "-q", "-F", "-m", "0", str(image))
        _run("mount", "-t", "ext4", "-o", "loop", str(image), str(self.directory))

    def command(self, command: Sequence[str]) -> tuple[str, ...]:
        return tuple(command)

    def fill(self, pid: int | None) -> None:
        assert pid is None or pid > 0
        for size in (1024 * 1024, BLOCK_BYTES):
            with contextlib.suppress(OSError), self._filler.open("ab", buffering=0) as filler:
                while filler.write(bytes(size)):
                    os.fsync(filler.fileno())

    def free(self, pid: int | None) -> None:
        assert pid is None or pid > 0
        self._filler.unlink()
        os.sync()

    def unmount(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.directory)], check=False, capture_output=True)

    @property
    def _filler(self) -> Path:
        return self.directory / "filler"


@contextlib.contextmanager
def loop_ext4(place: Path) -> Iterator[SmallDisk]:
    """Where nothing may be mounted, the limit of file sizes stands in."""
    try:
        disk = LoopExt4(place)
    except (OSError, subprocess.CalledProcessError):
        yield FileSizeLimit(place)
        return
    try:
        yield disk
    finally:
        disk.unmount()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
