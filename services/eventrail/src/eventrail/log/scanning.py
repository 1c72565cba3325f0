"""Reading a segment as it must be: lines that follow each other, in whole appends, up to where that ends."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from eventrail.log.admission import compact_json
from eventrail.log.errors import Malformed
from eventrail.log.limits import NESTING_LEVELS
from eventrail.log.line import BadLine, StoredLine, claimed_sync, follow, parse_line

ReadAppend = list[tuple[StoredLine, bytes]]
"""The lines of one append: what is known of each, and its bytes."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Where a segment stops being a log: the offset and the position that is not there, or not as it was written."""

    offset: int
    position: int
    reason: str
    misplaced: bool = False


class Scan:
    """One pass over a segment; `whole` is the last line of the last whole append, `whole_end` where it ends.

    `reached` is the last position that follows the one before; `problem` is set when something else than zeros stands
    behind the last whole append. It goes on behind `previous`, which ends at `start`.
    """

    def __init__(self, previous: StoredLine, start: int = 0) -> None:
        self.whole = previous
        self.whole_end = start
        self.reached = previous.position
        self.problem: Problem | None = None

    def appends(self, lines: Iterable[tuple[int, bytes]]) -> Iterator[ReadAppend]:
        """Each whole append. `lines` come with their offsets, from the start on."""
        begun: ReadAppend = []
        previous = self.whole
        for offset, raw in lines:
            if raw[0] == 0 and not raw.strip(b"\0"):
                break
            try:
                previous = follow(previous, raw)
            except BadLine as bad:
                self.problem = Problem(offset, previous.position + 1, bad.reason, bad.misplaced)
                return
            begun.append((previous, raw))
            self.reached = previous.position
            if previous.commit == previous.position:
                self.whole, self.whole_end = previous, offset + len(raw)
                yield begun
                begun = []
        if begun:
            self.problem = Problem(self.whole_end, self.whole.position + 1, "the append is incomplete")


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What stands behind a bad line: the highest `synced` that a later line claims, and the first readable position.

    A batch is written only after the one before it is durable, so a claim proves the durability of what it names.
    """

    synced: int
    next_position: int | None


def survey(lines: Iterable[tuple[int, bytes]], position: int) -> Aftermath:
    """Look behind the bad line of `position`; `lines` begin with it.

    The shape of a line is proof enough. Asking for a closing hash as well would find fewer durable lines behind two
    damages, and a torn batch can't make a claim that is too high: its own lines all claim less than it holds.
    """
    synced, next_position = -1, None
    for _, raw in lines:
        synced = max(synced, claimed_sync(raw))
        if next_position is None:
            next_position = _position_above(position, raw)
    return Aftermath(synced, next_position)


def is_whole(raw: bytes) -> bool:
    """Whether these bytes are a whole line, of whatever log: its shape, and JSON all through."""
    try:
        parse_line(raw)
        return compact_json(raw[:-1], NESTING_LEVELS + 1, unique_keys=False) == raw[:-1]
    except (BadLine, Malformed):
        return False


def _position_above(position: int, raw: bytes) -> int | None:
    try:
        found = parse_line(raw).position
    except BadLine:
        return None
    return found if found > position else None
