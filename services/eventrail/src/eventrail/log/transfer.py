"""Reading and writing whole ranges and whole files, where a system call may do less."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from eventrail.log.files import Files

READ_BYTES: Final = 1024 * 1024
TAIL_BYTES: Final = 16 * 1024


def write_whole(files: Files, descriptor: int, data: bytes, offset: int) -> None:
    """Write all of `data` at `offset`, however often the system cuts it short."""
    rest = memoryview(data)
    while rest:
        try:
            written = files.write_at(descriptor, rest, offset)
        except InterruptedError:
            continue
        if written <= 0:
            raise OSError(errno.EIO, "a write wrote nothing")
        rest = rest[written:]
        offset += written


def read_whole(files: Files, descriptor: int, length: int, offset: int) -> bytes:
    """Read `length` bytes at `offset`; fewer only where the file ends."""
    data = b""
    while len(data) < length:
        try:
            more = files.read_at(descriptor, length - len(data), offset + len(data))
        except InterruptedError:
            continue
        if not more:
            break
        data = data + more if data else more
    return data


def raw_lines(files: Files, descriptor: int, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """The lines from `start` to `end`, each with its offset and its newline; the last may lack the newline."""
    begun: list[bytes] = []
    line_start = offset = start
    while offset < end:
        chunk = read_whole(files, descriptor, min(READ_BYTES, end - offset), offset)
        if not chunk:
            break
        offset += len(chunk)
        *ended, rest = chunk.split(b"\n")
        for piece in ended:
            line = b"".join((*begun, piece, b"\n"))
            begun.clear()
            yield line_start, line
            line_start += len(line)
        begun.append(rest)
    last = b"".join(begun)
    if last:
        yield line_start, last


def last_line(files: Files, descriptor: int, end: int) -> bytes:
    """The line that ends at `end`, with its newline; whatever stands there where that is none."""
    start, tail = end, b""
    while start > 0 and b"\n" not in tail[:-1]:
        length = min(TAIL_BYTES, start)
        start -= length
        tail = read_whole(files, descriptor, length, start) + tail
    return tail[tail.rfind(b"\n", 0, -1) + 1 :]


def read_file(files: Files, path: Path) -> bytes:
    descriptor = files.open(path, os.O_RDONLY)
    try:
        return read_whole(files, descriptor, files.size(descriptor), 0)
    finally:
        files.close(descriptor)


def write_file(files: Files, path: Path, content: bytes) -> None:
    """Write a file anew and sync it; its name is durable after `sync_directory`."""
    descriptor = files.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        write_whole(files, descriptor, content, 0)
        files.sync(descriptor)
    finally:
        files.close(descriptor)


def replace_file(files: Files, path: Path, content: bytes) -> None:
    """Put `content` in the place of a file, durably: at any moment the old or the new one stands there, whole."""
    temporary = path.with_name(path.name + ".new")
    write_file(files, temporary, content)
    files.replace(temporary, path)
    files.sync_directory(path.parent)
