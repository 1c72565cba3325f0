"""A segment made whole: its own lines where they follow each other, a source's lines where they do not.

Pure: a line is taken only if its hash closes over the one before it, wherever it comes from.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from eventrail.log.checking.segment_check import unfit
from eventrail.log.line import HASH_SUFFIX_BYTES, BadLine, StoredLine, follow

BRIDGED_LINES: Final = 10_000
_HASH: Final = slice(-67, -3)

LineAt = Callable[[int], bytes | None]
"""A line by its position, with its newline; None where it is not held."""


@dataclass(frozen=True, slots=True)
class Healed:
    """Whole appends up to `last`, of which `taken` lines are the source's.

    `missing` says why there are no more; it is empty where the asked for position or size was reached.
    """

    content: bytes
    last: StoredLine
    taken: int
    missing: str


class OtherHistory(Exception):  # noqa: N818 - named after what was found
    """The source's lines would close, but over another line than the log has held at `position`."""

    def __init__(self, position: int) -> None:
        super().__init__(f"the source holds another history there than the log did at position {position}")
        self.position = position


def heal(previous: StoredLine, own: LineAt, source: LineAt, upto: int | None, limit_bytes: int) -> Healed:
    """The lines after `previous`, up to a position, or without one as far as any can be found.

    It ends at the first append that passes `limit_bytes`. What stands behind the last whole append is left out, as it
    would be at a start. Raises `OtherHistory`.
    """
    lines: list[bytes] = []
    last = whole = previous
    whole_count = taken = taken_whole = size_bytes = 0
    missing = ""
    while upto is None or last.position < upto:
        step = _next(last, own, source)
        if isinstance(step, str):
            missing = step
            break
        last, raw, is_taken = step
        lines.append(raw)
        taken += is_taken
        size_bytes += len(raw)
        if last.commit == last.position:
            whole, whole_count, taken_whole = last, len(lines), taken
            if size_bytes >= limit_bytes and upto is None:
                break
    return Healed(b"".join(lines[:whole_count]), whole, taken_whole, missing)


def closes_over(last: StoredLine, own: LineAt, source: LineAt) -> None:
    """Hold what follows a healed segment against it: the next line of the log's own that is sound must follow.

    Those between that are damaged too are bridged by the source's. Raises `OtherHistory`.
    """
    for _ in range(BRIDGED_LINES):
        step = _next(last, own, source)
        if isinstance(step, str):
            if own(last.position + 1) is not None:
                raise OtherHistory(last.position + 1)
            return
        last, _, is_taken = step
        if not is_taken:
            return


def _next(last: StoredLine, own: LineAt, source: LineAt) -> tuple[StoredLine, bytes, bool] | str:
    """The line after `last`, with whether it is the source's; otherwise why there is none."""
    position = last.position + 1
    raw = own(position)
    found = _following(last, raw)
    if isinstance(found, StoredLine) and raw is not None:
        return found, raw, False
    offered = source(position)
    taken = _following(last, offered)
    if isinstance(taken, StoredLine) and offered is not None:
        if raw is not None and _was_genuine(raw, own(position - 1)):
            raise OtherHistory(position)
        return taken, offered, True
    return f"in the log {found}, in the source {taken}"


def _following(last: StoredLine, raw: bytes | None) -> StoredLine | str:
    """The line, if it may stand after `last`; otherwise why not."""
    if raw is None:
        return "it is missing"
    try:
        line = follow(last, raw)
    except BadLine as bad:
        return bad.reason
    return unfit(raw) or line


def _was_genuine(raw: bytes, before: bytes | None) -> bool:
    """Whether a line of the log closes over the hash that the log's line before it states: then both were written so.

    The line before may be damaged elsewhere; its hash was not.
    """
    if before is None:
        return False
    covered = before[_HASH] + raw[: -HASH_SUFFIX_BYTES - 1]
    return sha256(covered).hexdigest().encode("ascii") == raw[_HASH]
