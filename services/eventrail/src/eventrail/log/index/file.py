"""Reading and writing the files under `index/`: all of them may be lost at any time."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from eventrail.log.files import Files
from eventrail.log.index.format import FRONT_BYTES, PREAMBLE, IndexHeader, Sections, read_header
from eventrail.log.transfer import read_whole, write_whole


def store(files: Files, path: Path, pieces: Iterable[bytes]) -> bool:
    """Put a file there, whole or not at all unless the power fails; False where that was not possible.

    Nothing is synced: what the checksums deny is made again, and no sync of the log shall wait for it.
    """
    temporary = path.with_name(path.name + ".new")
    try:
        files.make_directory(path.parent)
        descriptor = files.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            offset = 0
            for piece in pieces:
                write_whole(files, descriptor, piece, offset)
                offset += len(piece)
        finally:
            files.close(descriptor)
        files.replace(temporary, path)
    except OSError:
        return False
    return True


@contextmanager
def opened(files: Files, path: Path) -> Iterator[int]:
    descriptor = files.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        files.close(descriptor)


def read_part(files: Files, path: Path, length: int, offset: int) -> bytes:
    """Part of a file, opened for this alone: no descriptor is held for a file that is seldom asked.

    Shorter, or empty, where it can't be read.
    """
    try:
        with opened(files, path) as descriptor:
            return read_whole(files, descriptor, length, offset)
    except OSError:
        return b""


def load_header(files: Files, path: Path) -> tuple[IndexHeader, Sections] | None:
    """What an index file states of itself; None where there is none to be believed."""
    try:
        with opened(files, path) as descriptor:
            size = files.size(descriptor)
            front = read_whole(files, descriptor, FRONT_BYTES, 0)
            length = int.from_bytes(front[len(PREAMBLE) : len(PREAMBLE) + 4], "little")
            if len(front) < FRONT_BYTES or length > size:
                return None
            rest = read_whole(files, descriptor, length, FRONT_BYTES)
    except OSError:
        return None
    return read_header(front, rest, size)
