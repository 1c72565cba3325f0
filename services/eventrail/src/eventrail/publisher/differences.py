"""Where the stream is not the log: every line held against the message of its position, byte for byte."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import Final

from nats.aio.client import Client

from eventrail.publisher.connection import Connection
from eventrail.publisher.messages import message_of
from eventrail.publisher.read_back import Copy, copies
from eventrail.publisher.stream import Stream

MOST_NAMED: Final = 20
PROGRESS_EVENTS: Final = 1_000

Progress = Callable[[int], None]
"""Called now and then with the position that was compared last."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`is_tail`: it lies behind the last line, or behind the last message."""

    position: int
    reason: str
    is_tail: bool = False


@dataclass(frozen=True, slots=True)
class StreamComparison:
    """`differing` counts the positions that differ, `differences` names the first `MOST_NAMED` of them.

    `messages` is 0 where there is no stream.
    """

    messages: int
    differing: int
    differences: tuple[Difference, ...]


async def compare_stream(
    url: str, log_id: str, lines: Iterable[bytes], *, growing: bool = False, progress: Progress | None = None
) -> StreamComparison:
    """Hold the lines of a log, all of them from position 1 and without line feeds, against its stream.

    With `growing`, what lies behind the end of either side is no difference: log and publisher are at work.
    Changes nothing. Raises `Unreachable` or `Refused`.
    """
    differing = 0
    named: list[Difference] = []
    async with Connection(url) as connection:
        facts = await Stream(connection.client).facts()
        last = 0 if facts is None else facts.last
        async for position, found in _compared(connection.client, last, log_id, lines):
            if found is not None and not (growing and found.is_tail):
                differing += 1
                named += [found] if len(named) < MOST_NAMED else []
            if progress is not None and position % PROGRESS_EVENTS == 0:
                progress(position)
    return StreamComparison(0 if facts is None else facts.count, differing, tuple(named))


async def _compared(
    client: Client, last: int, log_id: str, lines: Iterable[bytes]
) -> AsyncIterator[tuple[int, Difference | None]]:
    """Each position of either side, and what is wrong there."""
    numbered = enumerate(lines, 1)
    async for copy in copies(client, 1, last):
        for position, line in numbered:
            if position == copy.sequence:
                reason = difference(line, copy, log_id)
                yield position, Difference(position, reason) if reason else None
                break
            yield position, Difference(position, "is not in the stream")
        else:
            yield copy.sequence, Difference(copy.sequence, "is in the stream only", is_tail=True)
    for position, _ in numbered:
        yield position, Difference(position, "is not in the stream", is_tail=position > last)


def difference(line: bytes, copy: Copy, log_id: str) -> str:
    """What a message is other than the copy of a line; empty where it is one."""
    wanted = message_of(line, log_id)
    if copy.payload != wanted.payload:
        return "has other bytes in the stream"
    if copy.log_id != log_id:
        return "is marked with another log in the stream"
    if copy.subject != wanted.subject:
        return f"came to the stream on {copy.subject}"
    return ""
