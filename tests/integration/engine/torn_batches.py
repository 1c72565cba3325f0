"""A log whose last batch did not reach the disk whole: cut at a byte, or with sectors that are zeros or old."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Final, Protocol

from docs.tools.independent_reader import BrokenLogError, Event, walk
from eventrail.log.errors import LogCorrupt
from eventrail.log.events import Append, Head, Page, Query, RecoveryReport
from eventrail.log.log import Log
from eventrail.log.options import Options
from tests.kit.logs import append, crash, event, open_log
from tests.kit.small_log import MemoryFiles, SmallLog

SECTOR_BYTES: Final = 512
ONE_SEGMENT: Final = Options(segment_bytes=1024 * 1024, extend_bytes=0, reserve_bytes=0)
EVERYTHING: Final = Query(limit=10_000)

NEW, ZEROS, OLD = range(3)
"""What a sector of the last batch may hold after a crash: it, nothing, or what a batch before had put there."""


@dataclass
class Totals:
    """How many starts ended how."""

    cases: int = 0
    whole: int = 0
    cut: int = 0
    refused: int = 0
    violations: list[str] = field(default_factory=list)


class Opened(Protocol):
    """What is asked of a log that has started."""

    @property
    def head(self) -> Head: ...
    @property
    def recovery(self) -> RecoveryReport: ...
    def page(self, query: Query) -> Page: ...


def start(directory: Path) -> Log:
    return open_log(directory, ONE_SEGMENT, files=MemoryFiles())


class TornLog:
    """A log of one segment; `first` is where its last batch begins, `witness` what `head.json` states.

    `opens` is the engine's start, or one that must be caught.
    """

    def __init__(
        self,
        directory: Path,
        *,
        last_bytes: int,
        witness: int | None,
        opens: Callable[[Path], Opened] = start,
    ) -> None:
        self._opens = opens
        former = _bytes_of_an_undone_batch(directory.with_name(directory.name + "-former"), last_bytes)
        self.small = _make(directory, last_bytes, b"x")
        batches = sorted({line.synced for line in self.small.lines})
        starts = [next(line.start for line in self.small.lines if line.position == synced + 1) for synced in batches]
        *_, self.before_first, self.first = starts
        self.content = self.small.contents[0]
        self.former = former.ljust(len(self.content), b"\0")[: len(self.content)]
        self.witness = 0
        self.totals = Totals()
        if witness is not None:
            self._write_witness(witness)

    @property
    def sectors(self) -> range:
        """Where the sectors of the last batch begin."""
        return range(self.first // SECTOR_BYTES * SECTOR_BYTES, len(self.content), SECTOR_BYTES)

    def cut(self, size: int) -> None:
        self._start(self.content[:size], f"cut at {size}")

    def lose(self, states: tuple[int, ...]) -> None:
        """A state for each sector; what stood before the batch stands in each."""
        torn = bytearray(self.content)
        for sector, state in zip(self.sectors, states, strict=True):
            begin, end = max(sector, self.first), min(sector + SECTOR_BYTES, len(torn))
            if state == ZEROS:
                torn[begin:end] = bytes(end - begin)
            elif state == OLD:
                torn[begin:end] = self.former[begin:end]
        self._start(bytes(torn), f"sectors {states}")

    def _start(self, torn: bytes, what: str) -> None:
        """A start keeps each whole append, and nothing else; it may be refused only where the witness has seen more."""
        self.small.cut(0, 0)
        self.small.write(0, 0, torn)
        events = whole_events(self.small.directory)
        kept = b"".join(event.line + b"\n" for event in events)
        self.totals.cases += 1
        try:
            log = self._opens(self.small.directory)
        except LogCorrupt as refusal:
            self.totals.refused += 1
            if self.witness <= len(events):
                self._violated(what, f"refused: {refusal}")
            if refusal.file != self.small.paths[0] or not len(kept) <= refusal.offset <= len(torn):
                self._violated(what, f"refused elsewhere: {refusal}")
        else:
            self._hold(what, log.page(EVERYTHING).lines, kept, log.recovery.quarantine_file, torn)
            if self.witness > log.head.position:
                self._violated(what, f"{log.head.position} is shown, {self.witness} was seen")
            if isinstance(log, Log):
                crash(log)
        self.small.make_whole(0)

    def _hold(self, what: str, served: bytes, kept: bytes, quarantine_file: str | None, torn: bytes) -> None:
        if served != kept or (len(kept) < self.first and len(torn) >= self.first):
            self._violated(what, f"{len(served)} bytes are served, {len(kept)} are whole, {self.first} were durable")
        tail = torn[len(kept) :].rstrip(b"\0")
        evidence = Path(quarantine_file).read_bytes() if quarantine_file else b""
        if evidence != tail:
            self._violated(what, f"{len(evidence)} bytes are in quarantine, {len(tail)} were cut")
        self.totals.cut += bool(tail)
        self.totals.whole += not tail

    def _violated(self, what: str, how: str) -> None:
        self.totals.violations.append(f"{what}: {how}")

    def _write_witness(self, position: int) -> None:
        line = self.small.lines[position - 1]
        self.witness = position
        head = {"position": position, "hash": json.loads(line.raw)["hash"]}
        (self.small.directory / "head.json").write_text(json.dumps(head, separators=(",", ":")) + "\n")


def whole_events(directory: Path) -> list[Event]:
    """By the independent reader, whatever `head.json` says."""
    events: list[Event] = []
    with suppress(BrokenLogError):
        walk(directory, events.extend)
    return events


def all_states(sectors: int, *lost: int) -> Iterator[tuple[int, ...]]:
    """Each sector new, or lost in one of these ways, in every combination."""
    return product((NEW, *lost), repeat=sectors)


def states_of_chance(chance: random.Random, sectors: int) -> tuple[int, ...]:
    return tuple(chance.choice((NEW, ZEROS, OLD)) for _ in range(sectors))


def _batches(last_bytes: int, text: bytes) -> list[list[Append]]:
    third = b'"' + text * (last_bytes // 3 - 300) + b'"'
    last = [append(event(third, "a:1")), append(event(third), event(b'"\\u0000"', "b:2"), event(third))]
    return [
        [append(event(b'{"\xc3\xa9":"\xf0\x9f\x8c\x8d"}', "a:1"), event(b"1e400"))],
        [append(event(b'"' + b"y" * 700 + b'"')), append(event(b"null", "c:3"))],
        last,
    ]


def _make(directory: Path, last_bytes: int, text: bytes) -> SmallLog:
    log = open_log(directory, ONE_SEGMENT, files=MemoryFiles())
    for batch in _batches(last_bytes, text):
        log.commit(batch)
    crash(log)
    return SmallLog(directory)


def _bytes_of_an_undone_batch(directory: Path, last_bytes: int) -> bytes:
    """What another last batch would have put in the same place, in a log that is the same up to there."""
    return _make(directory, last_bytes, b"z").contents[0]
