"""Lines that may come twice, early, late or false, put together to whole appends in the order of the log."""

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, Self

import msgspec

from contracts.envelope import Event
from eventrail_client.chain import closes, first_hash

MAX_EARLY_LINES: Final = 4_096
"""Lines kept for later while one before them is missing; what is over is read again over HTTP."""

_decode = msgspec.json.Decoder(Event).decode


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a log was followed: to the end of an append, at this position and hash."""

    log_id: str
    position: int
    hash: str

    @classmethod
    def beginning(cls, log_id: str) -> Self:
        """Before the first event of a log."""
        return cls(log_id, 0, first_hash(log_id))


@dataclass(frozen=True, slots=True)
class RecordedAppend:
    """The events of one atomic append, all of them, and their lines as they stand in the log (no line feed)."""

    events: tuple[Event, ...]
    lines: tuple[bytes, ...]

    @property
    def first(self) -> int:
        return self.events[0].position

    @property
    def last(self) -> int:
        return self.events[-1].position

    @property
    def hash(self) -> str:
        """Of the last line; with `last` it is where to go on."""
        return self.events[-1].hash


class Offer(Enum):
    """What became of a line: the next one, one that was had before, one that is early, or no line of this chain."""

    TAKEN = auto()
    KNOWN = auto()
    EARLY = auto()
    FALSE = auto()


class Assembly:
    """Takes lines in any order from sources that aren't believed: only the chain of hashes lets one in."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self._begun: list[tuple[Event, bytes]] = []
        self._early: dict[int, tuple[Event, bytes]] = {}
        self._whole: deque[RecordedAppend] = deque()

    @property
    def position(self) -> int:
        """Of the last line that was taken, which may stand inside an append."""
        return self.cursor.position

    @property
    def misses_lines(self) -> bool:
        """Whether a later line is here already."""
        return bool(self._early)

    def offer(self, line: bytes) -> tuple[Offer, int]:
        """What became of the line, and the position that it states (0 where it states none)."""
        try:
            event = _decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return Offer.FALSE, 0
        if event.position <= self.position:
            return Offer.KNOWN, event.position
        if event.position > self.position + 1:
            if len(self._early) < MAX_EARLY_LINES:
                self._early[event.position] = event, line
            return Offer.EARLY, event.position
        if not self._take(event, line):
            return Offer.FALSE, event.position
        self._take_early()
        return Offer.TAKEN, event.position

    def give(self, max_events: int) -> tuple[RecordedAppend, ...]:
        """Whole appends in order, of at most so many events together, but at least one append where there is one."""
        given: list[RecordedAppend] = []
        count = 0
        while self._whole and (not given or count + len(self._whole[0].events) <= max_events):
            append = self._whole.popleft()
            count += len(append.events)
            given.append(append)
        return tuple(given)

    def _take(self, event: Event, line: bytes) -> bool:
        if event.commit < event.position or not closes(self.cursor.hash, line):
            return False
        self.cursor = Cursor(self.cursor.log_id, event.position, event.hash)
        self._begun.append((event, line))
        if event.position == event.commit:
            events, lines = zip(*self._begun, strict=True)
            self._whole.append(RecordedAppend(events, lines))
            self._begun.clear()
        return True

    def _take_early(self) -> None:
        while (early := self._early.pop(self.position + 1, None)) is not None and self._take(*early):
            pass
        if self._early:
            self._early = {position: kept for position, kept in self._early.items() if position > self.position}
