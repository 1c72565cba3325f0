"""A small log with damage in it, put to trial: started, read line by line, verified; and what must not come of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from eventrail.log.checking.verify import Verification, verify
from eventrail.log.errors import LogCorrupt, RangeDamaged
from eventrail.log.events import Head, Page, Query, RecoveryReport
from eventrail.log.log import Log
from tests.kit.logs import crash
from tests.kit.small_log import Line, MemoryFiles, SmallLog

FILES: Final = MemoryFiles()
EVERYTHING: Final = Query(limit=10_000)


@dataclass(frozen=True)
class Patch:
    """Bytes that stand where they should not."""

    segment: int
    offset: int
    data: bytes


class Opened(Protocol):
    """What is asked of a log that has started."""

    @property
    def head(self) -> Head: ...
    @property
    def recovery(self) -> RecoveryReport: ...
    def page(self, query: Query) -> Page: ...
    def line_at(self, position: int) -> bytes | None: ...


@dataclass
class Verdicts:
    """How many cases ended how; a violation says what was wrong, and by which patches it can be seen again."""

    ends: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def add(self, other: "Verdicts") -> None:
        self.ends += other.ends
        self.violations += other.violations


class Trial:
    """Puts one damaged log after the other on trial. `witness` is what `head.json` states, 0 where there is none.

    `opens` and `verifies` are the engine's, or what stands in for one that must be caught.
    """

    def __init__(
        self,
        log: SmallLog,
        *,
        witness: int,
        opens: Callable[[SmallLog], Opened] = SmallLog.open,
        verifies: Callable[[SmallLog], Verification] = lambda log: verify(log.directory, files=FILES),
    ) -> None:
        self.log = log
        self._witness = witness
        self._opens = opens
        self._verifies = verifies
        self._patches: tuple[Patch, ...] = ()
        self.verdicts = Verdicts()

    def hear(self, patches: tuple[Patch, ...]) -> None:
        self._patches = patches
        damaged = self._damage(patches)
        if not damaged:
            self.verdicts.ends["nothing was changed"] += 1
            return
        try:
            end, wrong = self._start(damaged)
        finally:
            for segment in {patch.segment for patch in patches}:
                self.log.make_whole(segment)
        self.verdicts.ends[end] += 1
        self.verdicts.violations += [f"{patches}: {end}: {what}" for what in wrong]

    def _damage(self, patches: tuple[Patch, ...]) -> list[Line]:
        """Write the patches; the lines that are other lines now, in the log's order."""
        found: set[Line] = set()
        for patch in patches:
            self.log.write(patch.segment, patch.offset, patch.data)
            original = self.log.contents[patch.segment]
            for offset, byte in enumerate(patch.data, patch.offset):
                if original[offset] != byte:
                    found.add(self.log.line_at(patch.segment, offset))
        return sorted(found, key=lambda line: line.position)

    def _start(self, damaged: list[Line]) -> tuple[str, list[str]]:
        wrong = [] if self._witness else self._verify(damaged)
        try:
            log = self._opens(self.log)
        except LogCorrupt as refusal:
            # In a sealed segment a verification finds the same with a witness or without: once is enough.
            wrong += self._verify(damaged) if self._witness else []
            if not self._names(damaged, refusal.file, refusal.offset):
                wrong.append(f"the start names {refusal}")
            return "refused at the start", wrong
        try:
            return self._read(log, damaged, wrong)
        finally:
            if isinstance(log, Log):
                crash(log)

    def _verify(self, damaged: list[Line]) -> list[str]:
        """All damage of sealed segments is named; of the open one, where it may not be a torn tail."""
        verification = self._verifies(self.log)
        first = damaged[0]
        if verification.damage is None:
            torn = verification.torn is not None and self._may_be_cut(damaged)
            return [] if torn and verification.head.position < first.position else ["verify finds nothing"]
        found = verification.damage
        if (found.file, found.offset) != (self.log.paths[first.segment], first.start):
            return [f"verify names {found}, not byte {first.start}"]
        return [] if found.first_position == first.position else [f"verify names {found}, not {first.position}"]

    def _read(self, log: Opened, damaged: list[Line], wrong: list[str]) -> tuple[str, list[str]]:
        end = "refused when read"
        if log.recovery.cut_bytes:
            end = "cut, into quarantine"
            wrong += self._cut(log, damaged)
            damaged = [line for line in damaged if line.position <= log.head.position]
        elif log.head.position != self.log.head:
            wrong.append(f"silently cut to {log.head.position}")
        wrong += self._read_whole(log, damaged)
        wrong += self._read_lines(log, damaged)
        return end, wrong

    def _cut(self, log: Opened, damaged: list[Line]) -> list[str]:
        """Only what no witness and no later line proves may be cut, and its bytes are kept."""
        in_open = [line for line in damaged if line.segment == len(self.log.paths) - 1]
        if not in_open or not self._may_be_cut(damaged) or log.head.position >= in_open[0].position:
            return [f"cut to {log.head.position}"]
        if log.head.position < self._proven(in_open):
            return [f"cut to {log.head.position}, though {self._proven(in_open)} was durable"]
        kept = Path(str(log.recovery.quarantine_file)).read_bytes()
        last = len(self.log.paths) - 1
        content = bytearray(self.log.contents[last])
        for patch in self._patches:
            if patch.segment == last:
                content[patch.offset : patch.offset + len(patch.data)] = patch.data
        ends = [line.end for line in self.log.lines if line.segment == last and line.position <= log.head.position]
        return [] if kept == bytes(content[max(ends, default=0) :]).rstrip(b"\0") else ["what was cut is not kept"]

    def _may_be_cut(self, damaged: list[Line]) -> bool:
        in_open = [line for line in damaged if line.segment == len(self.log.paths) - 1]
        return bool(in_open) and self._proven(in_open) < in_open[0].position

    def _proven(self, in_open: list[Line]) -> int:
        """The highest position that was durable, by the witness or by what undamaged lines behind the damage state."""
        behind = [line for line in self.log.lines if line.position > in_open[0].position and line not in in_open]
        return max((self._witness, self.log.first_open_position - 1, *(line.synced for line in behind)))

    def _read_whole(self, log: Opened, damaged: list[Line]) -> list[str]:
        """A page of all: exactly what was written up to the head, or a refusal that names damage."""
        upto = log.head.position
        try:
            served = log.page(EVERYTHING).lines
        except RangeDamaged as refusal:
            named = [
                line
                for line in damaged
                if self.log.paths[line.segment] == refusal.file
                and refusal.first_position <= line.position <= refusal.last_position
            ]
            return [] if named else [f"a page is refused for {refusal}"]
        expected = b"".join(line.raw for line in self.log.lines[:upto])
        if damaged or served != expected:
            return ["a page serves a damaged line" if damaged else "a page serves other bytes"]
        return []

    def _read_lines(self, log: Opened, damaged: list[Line]) -> list[str]:
        """Each line on its own: the bytes that were written, or a refusal; never a damaged one."""
        wrong = []
        for line in damaged or self.log.lines[log.head.position - 1 : log.head.position]:
            around = self.log.lines[max(line.position - 2, 0) : min(line.position + 1, log.head.position)]
            for each in around:
                try:
                    served = log.line_at(each.position)
                except RangeDamaged:
                    continue
                if served != each.raw:
                    wrong.append(f"position {each.position} is served with other bytes")
        return wrong

    def _names(self, damaged: list[Line], file: Path, offset: int) -> bool:
        return any(self.log.paths[line.segment] == file and line.start <= offset < line.end for line in damaged)
