"""The JetStream copy held against the log: every message, byte for byte, its sequence the position."""

import asyncio
from collections.abc import Iterator
from contextlib import closing

from eventrail.commands.log_readers import LogReader
from eventrail.commands.progress import Meter
from eventrail.publisher.differences import compare_stream


def stream_differences(url: str, log: LogReader, *, growing: bool) -> list[str]:
    """With `growing`, what lies behind the end of either side is no difference: log and publisher are at work.

    Raises `publisher.failures.Unreachable` or `Refused`.
    """
    with closing(Meter("reading the stream", log.head.position)) as meter:
        found = asyncio.run(compare_stream(url, log.log_id, _lines(log), growing=growing, progress=meter))
    if not found.messages and log.head.position:
        return ["stream: there is none, or it is empty"]
    said = [f"stream: position {difference.position} {difference.reason}" for difference in found.differences]
    unnamed = found.differing - len(found.differences)
    return [*said, f"stream: and {unnamed} more positions"] if unnamed else said


def _lines(log: LogReader) -> Iterator[bytes]:
    return (line[:-1] for line in log.lines(0, log.head.position))
