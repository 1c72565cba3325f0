"""Start, append, kill, again: the cycles that crash tests of the engine run, and the history that comes of them."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from signal import SIGKILL

from docs.tools.independent_reader import ReadLog, read_log
from eventrail.log.log import Log
from tests.kit import engine_child
from tests.kit.engine_child import Work
from tests.kit.history import Acknowledged, Record, Sent, Served, check_history, decode_record, unanswered
from tests.kit.put_aside import PutAside

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.kit.engine_child"])

LIVES_PER_LOG = 25
"""A log is given up for a new one after so many lives, so that a start stays short."""

LONGEST_START_SECONDS = 0.06
LONGEST_BATCH_SECONDS = 0.004
LONGEST_LIFE_SECONDS = 5.0
LAST_SECONDS = 30.0
"""Whoever has not ended by then, once struck, hangs, and has no exit code."""
MOST_RECORDS = 80
RETRIES = 12
KILLED_IN_START = 0.3

Strike = Callable[[BaseProcess], None]
"""What ends a life; the process has ended, or will, when it returns."""


@dataclass
class Totals:
    """What a run of cycles has seen."""

    cycles: int = 0
    sent: int = 0
    acknowledged: int = 0
    retried: int = 0
    reads: int = 0
    torn: int = 0
    segments: int = 0
    index_files: int = 0
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


def live_and_die(
    work: Work, chance: random.Random, strike: Strike, *, hears_after: bool = True
) -> tuple[list[Record], int | None]:
    """One life, struck at a random moment of its work, or of its start, where recovery is; and its exit code.

    What a killed process had told is heard to its end. Where power is cut, nobody hears an answer after the cut.
    """
    ours, theirs = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=engine_child.run, args=(work, theirs), daemon=True)
    process.start()
    theirs.close()
    records: list[Record] = []
    if chance.random() < KILLED_IN_START:
        _listen(ours, records, chance.uniform(0, LONGEST_START_SECONDS))
    else:
        _listen(ours, records, LONGEST_LIFE_SECONDS, upto=chance.randint(1, MOST_RECORDS))
        _listen(ours, records, chance.uniform(0, LONGEST_BATCH_SECONDS))
    while ours.poll(0) and _receive(ours, records):
        pass
    strike(process)
    late: list[Record] = []
    while ours.poll(LAST_SECONDS) and _receive(ours, late):
        pass
    records += late if hears_after else [record for record in late if isinstance(record, Sent)]
    process.join(LAST_SECONDS)
    exit_code = process.exitcode
    process.kill()
    process.join()
    process.close()
    ours.close()
    return records, exit_code


def check_log(directory: Path, history: list[Record], put_aside: PutAside, totals: Totals) -> None:
    """Start once more, on a sound disk; then everything that was told must be true of what stands."""
    Log.open(directory, engine_child.OPTIONS).close()
    history = [*history, *put_aside.news()]
    recovered = stored_in(directory)
    if recovered.tail:
        totals.violations.append("a recovery left a torn tail")
    totals.violations += check_history(history, recovered.events)
    totals.torn += put_aside.count
    totals.sent += sum(isinstance(record, Sent) for record in history)
    totals.acknowledged += sum(isinstance(record, Acknowledged) for record in history)
    totals.reads += sum(isinstance(record, Served) for record in history)
    totals.segments += sum(1 for _ in (directory / "segments").iterdir())
    totals.index_files += sum(1 for _ in (directory / "index").glob("*"))


def stored_in(directory: Path) -> ReadLog:
    """The log as the independent reader finds it; nothing at all where the process died before it had made it."""
    return read_log(directory) if (directory / "log.json").exists() else ReadLog("", [], b"")


def _run_log(work: Work, chance: random.Random, lives: int, totals: Totals) -> None:
    directory = Path(work.directory)
    put_aside = PutAside(directory)
    history: list[Record] = []
    for _ in range(lives):
        # Where answers come first, a retry would take the place that the one client guesses.
        lost = () if work.acknowledges_first else tuple(unanswered(history)[-RETRIES:])
        seed = chance.getrandbits(32)
        records, exit_code = live_and_die(replace(work, seed=seed, unanswered=lost), chance, BaseProcess.kill)
        assert exit_code == -SIGKILL, f"the child ended by itself with {exit_code}"
        history += [*put_aside.news(), *records]
        totals.cycles += 1
        totals.retried += len(lost)
        if work.acknowledges_first and check_history(history, stored_in(directory).events):
            break
    totals.violations += check_history(history, stored_in(directory).events)
    check_log(directory, history, put_aside, totals)


def _listen(pipe: Connection, records: list[Record], seconds: float, *, upto: int | None = None) -> None:
    """Take records for so long, or so many; or until the process has ended."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0 and (upto is None or len(records) < upto):
        if pipe.poll(left) and not _receive(pipe, records):
            return


def _receive(pipe: Connection, records: list[Record]) -> bool:
    """Take one record; False at the end, where a record may be cut by the kill."""
    try:
        records.append(decode_record(pipe.recv_bytes()))
    except (EOFError, OSError):
        return False
    return True
