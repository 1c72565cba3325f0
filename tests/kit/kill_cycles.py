"""Start, append, kill, again: the cycles that crash tests of the engine run, and the history that comes of them."""

import random
import time
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from signal import SIGKILL

from eventrail.log.log import Log
from tests.kit import engine_child
from tests.kit.engine_child import Work
from tests.kit.history import Acknowledged, Record, Sent, check_history, decode_record, unanswered
from tests.kit.independent_reader import ReadLog, read_log

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.kit.engine_child"])


LIVES_PER_LOG = 25
"""A log is given up for a new one after so many lives, so that a start stays short."""


@dataclass
class Totals:
    """What a run of cycles has seen."""

    cycles: int = 0
    sent: int = 0
    acknowledged: int = 0
    retried: int = 0
    torn: int = 0
    segments: int = 0
    violations: list[str] = field(default_factory=list)


def run_cycles(
    directory: Path, seed: int, cycles: int, *, clients: int = 8, acknowledges_first: bool = False
) -> Totals:
    """Kill as many lives as asked for, or until the log violates what its clients were told."""
    totals = Totals()
    while totals.cycles < cycles and not totals.violations:
        name = f"from-{totals.cycles}"
        lives = min(LIVES_PER_LOG, cycles - totals.cycles)
        work = Work(str(directory / name), seed, clients, acknowledges_first=acknowledges_first)
        _run_log(work, random.Random(f"{seed}-{name}"), lives, totals)
    return totals


def _run_log(work: Work, chance: random.Random, lives: int, totals: Totals) -> None:
    history: list[Record] = []
    for _ in range(lives):
        lost = tuple(unanswered(history))
        history += _live_and_die(replace(work, seed=chance.getrandbits(32), unanswered=lost), chance)
        totals.cycles += 1
        totals.retried += len(lost)
        totals.torn += bool(_stored(work).tail)
        if work.acknowledges_first and check_history(history, _stored(work).events):
            break
    totals.violations += check_history(history, _stored(work).events)
    Log.open(Path(work.directory)).close()
    recovered = _stored(work)
    if recovered.tail:
        totals.violations.append("a recovery left a torn tail")
    totals.violations += check_history(history, recovered.events)
    totals.sent += sum(isinstance(record, Sent) for record in history)
    totals.acknowledged += sum(isinstance(record, Acknowledged) for record in history)
    totals.segments += sum(1 for _ in (Path(work.directory) / "segments").iterdir())


def _stored(work: Work) -> ReadLog:
    """The log as the independent reader finds it; nothing at all where the process died before it had made it."""
    directory = Path(work.directory)
    return read_log(directory) if (directory / "log.json").exists() else ReadLog("", [], b"")


def _live_and_die(work: Work, chance: random.Random) -> list[Record]:
    """One life: killed at a random moment of its work, or of its start, where recovery is."""
    ours, theirs = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=engine_child.run, args=(work, theirs), daemon=True)
    process.start()
    theirs.close()
    records: list[Record] = []
    if chance.random() < 0.7:
        ours.poll(30)
    deadline = time.monotonic() + chance.uniform(0, 0.06)
    while (left := deadline - time.monotonic()) > 0:
        if ours.poll(left) and not _receive(ours, records):
            break
    process.kill()
    while _receive(ours, records):
        pass
    process.join()
    assert process.exitcode == -SIGKILL, f"the child ended by itself with {process.exitcode}"
    process.close()
    ours.close()
    return records


def _receive(pipe: Connection, records: list[Record]) -> bool:
    """Take one record; False at the end, where a record may be cut by the kill."""
    try:
        records.append(decode_record(pipe.recv_bytes()))
    except (EOFError, OSError):
        return False
    return True
