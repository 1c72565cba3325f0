"""The line: how an event stands in the log, and the chain of hashes through all lines.

`docs/log-format.md` is the specification. Everything here is counted in bytes.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import msgspec

from eventrail.log.events import NewEvent

HASH_SUFFIX_BYTES: Final = 75
"""`,"hash":"…64…"}`, the part of a line that its own hash does not cover."""

# Sets of characters instead of the whole grammar: the hash says whether these are the bytes that were written.
_FRONT: Final = re.compile(
    rb'\{"position":([1-9][0-9]{0,18}),"id":"([0-9a-f-]{36})","type":"([a-z0-9_.]+)",'
    rb'"tags":\[([A-Za-z0-9_:",-]*)\],"time":"([0-9T:.-]{26}Z)","data":'
)
_BACK: Final = re.compile(rb',"commit":([1-9][0-9]{0,18}),"synced":(0|[1-9][0-9]{0,18}),"hash":"([0-9a-f]{64})"\}\n\Z')
_LONGEST_BACK_BYTES: Final = 2 * (10 + 19) + HASH_SUFFIX_BYTES + 1
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - a count of microseconds in UTC, formatted with a Z


class BadLine(Exception):  # noqa: N818 - named after what was found
    """These bytes are not the line that should stand here; `misplaced` is a whole line of another position."""

    def __init__(self, reason: str, *, misplaced: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.misplaced = misplaced


class StoredLine(msgspec.Struct, frozen=True, gc=False):
    """What the engine knows of a stored line; `data_start` is the offset of `data`'s value in the line."""

    position: int
    id: str
    type: str
    tags: tuple[str, ...]
    time: str
    commit: int
    synced: int
    hash: str
    data_start: int


def genesis(log_id: str) -> StoredLine:
    """What stands before the first line: position 0, and the hash of the log id."""
    return StoredLine(0, "", "", (), "", 0, 0, sha256(log_id.encode()).hexdigest(), 0)


def form_line(
    event: NewEvent, event_id: str, position: int, time: str, commit: int, synced: int, previous_hash: str
) -> tuple[bytes, str]:
    """The line of an event, with its newline, and its hash."""
    (line,), line_hash = form_lines((event,), (event_id,), position, time, commit, synced, previous_hash)
    return line, line_hash


def form_lines(
    events: Sequence[NewEvent],
    ids: Sequence[str],
    first: int,
    time: str,
    commit: int,
    synced: int,
    previous_hash: str,
) -> tuple[list[bytes], str]:
    """The lines of events that follow each other in one append, each with its newline, and the hash of the last."""
    lines: list[bytes] = []
    line_hash = previous_hash.encode("ascii")
    back = b',"commit":%d,"synced":%d' % (commit, synced)
    for position, (event, event_id) in enumerate(zip(events, ids, strict=True), first):
        assert b"\n" not in event.data, "data is compact JSON"
        assert b"\n" not in event.meta, "meta is compact JSON"
        tags = '","'.join(event.tags)
        tags = f'"{tags}"' if tags else ""
        front = (
            f'{{"position":{position},"id":"{event_id}","type":"{event.type}","tags":[{tags}],"time":"{time}","data":'
        )
        covered = b"".join((front.encode("ascii"), event.data, b',"meta":', event.meta, back))
        line_hash = sha256(line_hash + covered).hexdigest().encode("ascii")
        lines.append(b"".join((covered, b',"hash":"', line_hash, b'"}\n')))
    return lines, line_hash.decode("ascii")


def parse_line(raw: bytes) -> StoredLine:
    """Read a line by its shape; raises `BadLine`. Whether it belongs here is for `follow` to say."""
    if not raw.endswith(b"\n"):
        raise BadLine("the line has no end")
    front = _FRONT.match(raw)
    back = _BACK.search(raw, max(len(raw) - _LONGEST_BACK_BYTES, 0))
    if front is None or back is None or raw.find(b',"meta":{', front.end(), back.start()) < 0:
        raise BadLine("not the shape of a line")
    position, event_id, event_type, tags, time = front.groups()
    commit, synced, line_hash = back.groups()
    return StoredLine(
        int(position),
        event_id.decode("ascii"),
        event_type.decode("ascii"),
        tuple(tags.decode("ascii")[1:-1].split('","')) if tags else (),
        time.decode("ascii"),
        int(commit),
        int(synced),
        line_hash.decode("ascii"),
        front.end(),
    )


def follow(previous: StoredLine, raw: bytes) -> StoredLine:
    """Read the line that must stand after `previous`; raises `BadLine` in whatever way it does not."""
    line = parse_line(raw)
    if line.position != previous.position + 1:
        raise BadLine(f"position {line.position} stands where {previous.position + 1} belongs", misplaced=True)
    if previous.commit > previous.position:
        if line.commit != previous.commit or line.synced != previous.synced:
            raise BadLine("the line before belongs to an append that this line does not continue")
    elif line.commit < line.position or line.synced not in (previous.synced, previous.position):
        raise BadLine("commit or synced do not fit the line before")
    if line.time < previous.time:
        raise BadLine("its time is before the time of the line before")
    if sha256(previous.hash.encode("ascii") + raw[: -HASH_SUFFIX_BYTES - 1]).hexdigest() != line.hash:
        raise BadLine("the hash does not close")
    return line


def claimed_sync(raw: bytes) -> int:
    """The `synced` that stands at the end of these bytes, however damaged they are before; -1 if none does.

    Only whole lines are believed: what a client put into `data` has no newline behind it.
    """
    back = _BACK.search(raw, max(len(raw) - _LONGEST_BACK_BYTES, 0))
    return int(back[2]) if back else -1


def format_time(microseconds: int) -> str:
    """Microseconds since 1970 in UTC as the log writes them; texts of this form sort as their times do."""
    return (_EPOCH + timedelta(microseconds=microseconds)).isoformat(timespec="microseconds") + "Z"
