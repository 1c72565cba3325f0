"""A running server held against what it says of itself, and against the files: every event read through its pages."""

import time
from contextlib import closing
from typing import Any

from eventrail.commands.log_readers import FileLog, ServedLog, WrongLine
from eventrail.commands.progress import Meter


def server_differences(served: ServedLog, files: FileLog | None) -> tuple[dict[str, Any], list[str]]:
    """The figures of a verdict, and what is not as it should be.

    The chain from the log's id to the head that `/stats` named proves every byte between; so where the files hold the
    same hash at that position, they hold the same bytes.
    """
    begun = time.monotonic()
    appends = size_bytes = 0
    last_hash, reached = served.head.hash if served.head.position == 0 else "", 0
    differences: list[str] = []
    with closing(Meter("reading the server", served.head.position)) as meter:
        try:
            for page, last in served.pages():
                appends += _ended_appends(page)
                size_bytes += len(page)
                last_hash, reached = last.hash, last.position
                meter(reached)
        except WrongLine as wrong:
            differences.append(f"server: {wrong}")
    if not differences and last_hash != served.head.hash:
        differences.append(f"server: /stats states another hash at position {reached} than its events have")
    if served.stats.events != served.stats.head:
        differences.append(f"server: /stats counts {served.stats.events} events up to position {served.stats.head}")
    if files is not None:
        differences += _unlike_files(served, files)
    seconds = time.monotonic() - begun
    figures = {
        "log_id": served.log_id,
        "head": reached,
        "head_hash": last_hash,
        "appends": appends,
        "bytes": size_bytes,
        "seconds": round(seconds, 3),
        "bytes_per_second": round(size_bytes / seconds) if seconds else 0,
    }
    return figures, differences


def _unlike_files(served: ServedLog, files: FileLog) -> list[str]:
    if files.log_id != served.log_id:
        return [f"server: it serves the log {served.log_id}, the files are of {files.log_id}"]
    position = min(served.head.position, files.head.position)
    if served.head.position > position:
        return [f"server: its head is {served.head.position}, the files end at {files.head.position}"]
    ours = files.line_at(position) or b""
    theirs = served.line_at(position) or b""
    return [] if ours == theirs else [f"server: it gives another event at position {position} than the files hold"]


def _ended_appends(page: bytes) -> int:
    """Appends whose last line stands in the page: its commit is its own position."""
    lines = page.splitlines()
    return sum(_commit(line) == line[12 : line.index(b",")] for line in lines)


def _commit(line: bytes) -> bytes:
    start = line.rindex(b',"commit":') + len(b',"commit":')
    return line[start : line.index(b",", start)]
