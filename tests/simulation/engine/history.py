"""One history of a log from one seed: lives that end in kills and power cuts, and at last a life without faults."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

from eventrail.log.errors import DescriptorsExhausted, LogError, RangeDamaged, SyncFailed
from eventrail.log.log import Log
from tests.kit.history import Acknowledged, Quarantined, View, check_history
from tests.kit.logs import ids_from
from tests.kit.simulated_disk.disk import SimulatedDisk
from tests.kit.simulated_disk.faults import ENDS, ERRORS, Faults
from tests.kit.simulated_disk.mirror import Mirror
from tests.kit.simulated_disk.process import ProcessEnded, SimulatedFiles
from tests.simulation.engine.clients import Clients
from tests.simulation.engine.clock import SimulatedClock
from tests.simulation.engine.damage import judge_damaged, rot
from tests.simulation.engine.fate import draw_fate
from tests.simulation.engine.inspection import Inspector
from tests.simulation.engine.workload import Workload

DIRECTORY = Path("/log")
LONGEST_VIOLATIONS = 5
_WRITING = frozenset({"write_at", "sync_data", "sync"})
_CHECKED_STARTS = 0.1
"""All is checked at the end, against all that was ever answered and read: a check before it only saves time."""


@dataclass(slots=True)
class Ending:
    """What came of a history: violations in words, what happened how often, which faults struck how often."""

    seed: int
    trace_hash: str = ""
    violations: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)


class History:
    """The machine, its log, and the clients, of whom only the records outlive a crash.

    `mirror` may have shown another history's disk before.
    """

    def __init__(self, seed: int, mirror: Mirror) -> None:
        chance = Random(seed)
        self._chance = chance
        self._fate = draw_fate(chance)
        self._faults = Faults(chance, self._fate.rates)
        self._disk = SimulatedDisk(self._faults)
        self._clients = Clients(Workload(chance))
        self._inspector = Inspector(self._disk, DIRECTORY, mirror)
        self._clock = SimulatedClock(chance)
        self._ids = count(0xF000000)
        self._witnessed = 0
        self._ended_starts = 0
        self._ending = Ending(seed)
        self._over = False

    def run(self) -> Ending:
        ending = self._ending
        for _ in range(self._fate.lives):
            self._live()
            self._rest()
            if self._over or ending.violations:
                break
        else:
            self._recover_for_good()
        self._check(final=True)
        ending.counts["acknowledged"] = sum(isinstance(record, Acknowledged) for record in self._clients.records)
        ending.struck = self._faults.struck
        ending.trace_hash = self._disk.trace_hash
        del ending.violations[LONGEST_VIOLATIONS:]
        return ending

    def _live(self) -> None:
        """From a start to an end, be it in the midst of the start, of an append, or of a clean stop."""
        files = self._process()
        with self._ending_of(files):
            self._work(files)
        if files.ended_by is None:
            files.end(self._chance.choice(ENDS))
        self._ending.counts["crashes"] += 1

    def _process(self) -> SimulatedFiles:
        """One that ends somewhere in its start, somewhere later, at something it wrote, or only at rest."""
        chance = self._chance
        where = chance.randrange(5)
        if where == 0:
            return SimulatedFiles(self._disk)
        if where == 1:
            return SimulatedFiles(self._disk, chance.randint(1, 60))
        if where == 2:
            return SimulatedFiles(self._disk, chance.randint(40, 200))
        return SimulatedFiles(self._disk, chance.randint(1, 16), _WRITING)

    def _work(self, files: SimulatedFiles) -> None:
        log = self._start(files)
        if log is None:
            return
        files.at_sync = lambda: self._look_on(log)
        for _ in range(self._chance.randint(1, 7)):
            self._step(log)
        if self._chance.random() < 0.3:
            log.close()
            self._ending.counts["clean stops"] += 1

    @contextmanager
    def _ending_of(self, files: SimulatedFiles) -> Iterator[None]:
        """A process that was ended, or ended itself because its disk failed; anything else is a violation."""
        errors = self._faults.errors
        try:
            yield
        except ProcessEnded:
            pass
        except SyncFailed as failure:
            if files.ended_by is None and self._faults.errors == errors:
                self._violated(f"the log failed without a fault: {failure}")
        except Exception as error:  # noqa: BLE001 - whatever the engine raises beyond its own refusals is a finding
            if files.ended_by is None:
                self._violated(f"the engine raised {error!r}")

    def _start(self, files: SimulatedFiles) -> Log | None:
        """An open log; None where the start was refused, as only a fault in it may cause."""
        before, reserved = Counter(self._faults.struck), self._inspector.has_reserve()
        self._ending.counts["starts"] += 1
        try:
            log = self._open(files)
        except ProcessEnded:
            self._ended_starts += 1
            raise
        except (LogError, OSError) as refusal:
            struck = {kind for kind in ERRORS if self._faults.struck[kind] > before[kind]}
            if files.ended_by is None and not struck:
                self._violated(f"a start was refused without a fault: {refusal!r}")
            if files.ended_by is None and struck == {"no room"} and reserved:
                self._violated(f"a start was refused on a full disk, though there was a reserve: {refusal!r}")
            self._disk.note(f"refused {type(refusal).__name__}")
            return None
        if log.suspension is not None:
            self._violated(f"appends are suspended: {log.suspension}")
        self._started()
        self._ended_starts = 0
        with self._refused_only_by_errors():
            self._clients.read(log, "start", View(limit=10_000))
        self._witnessed = log.head.position
        if self._chance.random() < _CHECKED_STARTS:
            self._check()
        return log

    def _started(self) -> None:
        counts = self._ending.counts
        if self._ended_starts:
            counts[f"starts after {min(self._ended_starts, 3)} that were cut short"] += 1
        if self._disk.room_bytes is not None and self._disk.room_bytes <= 0:
            counts["starts on a full disk"] += 1
        evidence = self._inspector.new_evidence()
        self._clients.records += map(Quarantined, evidence)
        counts["torn tails"] += len(evidence)

    def _open(self, files: SimulatedFiles) -> Log:
        return Log.open(
            DIRECTORY,
            self._fate.options,
            witness_position=self._chance.choice((None, self._witnessed)),
            clock=self._clock.now,
            new_ids=ids_from(self._ids),
            steady=self._clock.steady,
            files=files,
        )

    def _step(self, log: Log) -> None:
        chosen = self._chance.random()
        if chosen < 0.6:
            self._clients.append(log)
            self._witnessed = log.head.position
        elif chosen < 0.8:
            with self._refused_only_by_errors():
                self._clients.browse(log)
        elif chosen < 0.88:
            self._maintain(log)
        elif chosen < 0.93:
            log.write_head()
        elif self._fate.fills:
            self._fill()
        elif self._fate.clock_jumps:
            self._append_under_a_wrong_clock(log)
        self._disk.note(f"head {log.head}")

    def _fill(self) -> None:
        """Leave no room, hardly any, or all there may be wished for."""
        self._disk.room_bytes = self._chance.choice((None, 0, self._chance.randint(1, 4_000)))

    def _maintain(self, log: Log) -> None:
        for _ in range(self._chance.randint(1, 4)):
            if not log.maintain():
                return

    def _look_on(self, log: Log) -> None:
        with self._refused_only_by_errors():
            self._clients.look_on(log)

    def _append_under_a_wrong_clock(self, log: Log) -> None:
        self._faults.struck["clock jump"] += 1
        with self._clock.ahead():
            self._clients.append(log)

    @contextmanager
    def _refused_only_by_errors(self) -> Iterator[None]:
        errors = self._faults.errors
        try:
            yield
        except (RangeDamaged, DescriptorsExhausted) as refusal:
            if self._faults.errors == errors:
                self._violated(f"a read was refused without a fault: {refusal}")

    def _rest(self) -> None:
        """Between two lives; what the disk has damaged is now all that the next start can see."""
        if self._fate.fills and self._chance.random() < 0.5:
            self._fill()
        misdirected = self._fate.misdirects and self._faults.struck["misdirected write"] > 0
        rotten = None
        if self._fate.rots and self._chance.random() < 0.5 and not self._ending.violations:
            rotten = rot(self._disk, self._chance)
            self._faults.struck["rot"] += rotten is not None
        if rotten is None and not misdirected:
            return
        self._over = True
        self._faults.cease()
        self._disk.lose_power()
        self._disk.room_bytes = None
        verdict = judge_damaged(self._disk, self._clients.records, self._open, rotten=rotten is not None)
        self._ending.counts[verdict.outcome] += 1
        self._ending.violations += verdict.violations

    def _recover_for_good(self) -> None:
        """The faults stop: the next start must work, and what is appended then must stand after the one behind it."""
        self._faults.cease()
        self._disk.room_bytes = None
        for _ in range(self._chance.choice((1, 1, 2))):
            files = SimulatedFiles(self._disk)
            with self._ending_of(files):
                log = self._start(files)
                if log is None:
                    return
                self._clients.append(log)
                if not self._clients.append_one(log):
                    self._violated("an append was refused, though the faults had stopped")
                while log.maintain():
                    pass
                if alarms := log.alarms():
                    self._violated(f"alarms without a fault: {alarms}")
                log.close()
            files.end("exit")
        self._ending.counts["lived"] += 1

    def _check(self, *, final: bool = False) -> None:
        """Hold everything that any client was told against the files, read by a program that is not the engine."""
        if self._over:
            return
        stored = self._inspector.read()
        if isinstance(stored, str):
            self._violated(stored)
            return
        self._ending.violations += check_history(self._clients.records, stored.events)
        if stored.tail and not final:
            self._violated(f"a start has left {len(stored.tail)} bytes behind the last line")

    def _violated(self, what: str) -> None:
        self._ending.violations.append(what)
