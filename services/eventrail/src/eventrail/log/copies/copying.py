"""Copying segments between directories of one log: written aside, synced, checked as written, then put into place."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from eventrail.log.checking.segment_check import SegmentCheck, check_segment
from eventrail.log.copies.refusals import CopyFailed
from eventrail.log.files import Files
from eventrail.log.layout import Layout
from eventrail.log.line import StoredLine
from eventrail.log.transfer import read_whole, write_whole

COPY_BYTES: Final = 1024 * 1024
Advance = Callable[[int], None]
"""Called with the number of bytes that were copied since the last call."""


def incoming(layout: Layout) -> Path:
    """Where files are written before they are whole; nothing in it is part of a log."""
    return layout.directory / "incoming"


def copy_segment(
    files: Files, source: Layout, target: Layout, first: int, length: int, previous: StoredLine, advance: Advance
) -> StoredLine:
    """Copy the first `length` bytes of a segment; returns its last line.

    Raises `LogCorrupt` where the source is damaged, and `CopyFailed`; the target's own file is untouched then.
    """
    aside = incoming(target) / target.segment(first).name
    try:
        copy_bytes(files, source.segment(first), aside, length, advance)
        last = _checked(files, source, aside, first, length, previous)
        files.replace(aside, target.segment(first))
    except BaseException:
        with suppress(OSError):
            files.remove(aside)
        raise
    files.sync_directory(target.segments)
    return last


def copy_bytes(files: Files, source: Path, target: Path, length: int, advance: Advance) -> None:
    """The first `length` bytes of a file as a new file, synced."""
    reading = files.open(source, os.O_RDONLY)
    try:
        writing = files.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        try:
            offset = 0
            while offset < length:
                chunk = read_whole(files, reading, min(COPY_BYTES, length - offset), offset)
                if not chunk:
                    raise CopyFailed(target, f"the source {source} ends at byte {offset}")
                write_whole(files, writing, chunk, offset)
                offset += len(chunk)
                advance(len(chunk))
            files.sync(writing)
            # What is checked next must come from the disk, as far as the system can be brought to it.
            files.forget_cached(writing)
        finally:
            files.close(writing)
    finally:
        files.close(reading)


def _checked(files: Files, source: Layout, aside: Path, first: int, length: int, previous: StoredLine) -> StoredLine:
    if length == 0:
        return previous
    found = check_segment(files, SegmentCheck(aside, first, previous))
    if found.damage is None and found.whole_end == length:
        return found.whole
    original = check_segment(files, SegmentCheck(source.segment(first), first, previous))
    if original.damage is not None and original.damage.offset < length:
        raise original.damage.as_error()
    raise CopyFailed(aside, found.damage.reason if found.damage else f"it ends at byte {found.whole_end}")
