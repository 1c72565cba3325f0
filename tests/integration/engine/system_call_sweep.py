"""Faults at the N-th system call of a scripted life, for each N: the cases, and what must be true after each."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from signal import SIGKILL
from typing import Final

from docs.tools.independent_reader import BrokenLogError, read_log
from eventrail.exit_codes import ExitCode
from eventrail.log.checking.verify import verify
from eventrail.log.errors import LogError
from eventrail.log.events import Query
from eventrail.log.files import SystemFiles
from tests.kit.engine_calls import answer_of, append_of
from tests.kit.faulty_files import FaultyFiles
from tests.kit.history import Acknowledged, Record, Sent, check_history, unanswered
from tests.kit.put_aside import PutAside
from tests.kit.scripted_life import TINY, Script, open_scripted
from tests.kit.traced_life import SystemCall, Traced, calls_on, trace

MAKES_SOMETHING: Final = ("write", "pwrite64", "fdatasync", "fsync", "ftruncate", "fallocate", "rename", "mkdir")
REFUSED_BY_DISKS: Final = (*MAKES_SOMETHING, "openat", "pread64", "unlink", "getdents64", "flock")
CHANGES_SOMETHING: Final = (*MAKES_SOMETHING, "openat", "unlink")
"""The calls between which a crash finds another disk."""
ENDS_BY_EIO: Final = frozenset({ExitCode.OK, ExitCode.FAILED, ExitCode.CORRUPT, ExitCode.SYNC_FAILED})
ENDS_BY_ENOSPC: Final = frozenset({ExitCode.OK, ExitCode.SYNC_FAILED, ExitCode.DISK_FULL})


@dataclass(frozen=True)
class Scene:
    """A log before the life that is disturbed, and what its clients were told so far."""

    name: str
    template: Path | None
    before: tuple[Record, ...]
    script: Script


@dataclass
class Totals:
    """What a sweep has done: `cases` of `calls` system calls; `ends` counts exit codes."""

    calls: int = 0
    cases: int = 0
    acknowledged: int = 0
    ends: dict[int | None, int] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)


class Sweep:
    """All cases of one place; `script` may carry a bug that must be caught."""

    def __init__(self, place: Path, *, stride: int = 1, offset: int = 0) -> None:
        self._place = place
        self._log = place / "log"
        self._output = place / "trace"
        self._stride = stride
        self._offset = offset
        self.totals = Totals()

    def scenes(self, script: Script) -> Iterator[Scene]:
        """A log that is made, and one that is found torn, with an index file and a head that lag behind."""
        script = replace(script, directory=str(self._log))
        yield Scene("a new log", None, (), script)
        ended = self._live(Scene("the life before", None, (), replace(script, seed=7, ends_cleanly=False)))
        template = self._place / "template"
        self._log.rename(template)
        _tear(template)
        yield Scene("a torn log", template, tuple(ended.records), replace(script, retried=_last_calls(ended.records)))

    def calls(self, scene: Scene, names: tuple[str, ...] = (), *, need_room: bool = False) -> list[SystemCall]:
        """The life's calls on the log when nothing disturbs it; of every stride one, of `names` if any."""
        undisturbed = self._live(scene)
        assert undisturbed.exit_code == ExitCode.OK, f"undisturbed, {scene.name} ends with {undisturbed.exit_code}"
        found = calls_on(self._log, undisturbed.lines)
        found = [call for call in found if not names or call.name in names]
        found = [call for call in found if not need_room or call.name != "openat" or "O_CREAT" in call.line]
        self.totals.calls += len(found)
        return self._of_every_stride(found)

    def kill(self, scene: Scene, call: SystemCall) -> None:
        """SIGKILL as the call begins."""
        ended = self._disturb(scene, call, "signal=KILL", frozenset({-SIGKILL}))
        self._judge(scene, call, ended.records)

    def fail(self, scene: Scene, call: SystemCall, error: str, ends: frozenset[int]) -> None:
        """The call fails once."""
        ended = self._disturb(scene, call, f"error={error}", ends)
        self.totals.violations += [
            f"{scene.name}, {call.name} {call.number}: {line}" for line in _answers_behind_a_failed_sync(ended.lines)
        ]
        self._judge(scene, call, ended.records)

    def fill(self, scene: Scene, call: SystemCall) -> None:
        """The disk is full from this write on, and still so at the next start, which must serve what was durable."""
        ended = self._disturb(scene, call, "error=ENOSPC", ENDS_BY_ENOSPC, when="+")
        full = FaultyFiles()
        full.room_bytes = self._room_given_away()
        if (self._log / "log.json").exists():
            self._start_in_full(scene, call, full, ended.records)
        self._judge(scene, call, ended.records)

    def kill_recovery(self, scene: Scene, call: SystemCall, seen: set[tuple[str, ...]]) -> None:
        """SIGKILL as the call begins, then at each call of the start after it, where that start is a new one."""
        once = self._disturb(scene, call, "signal=KILL", frozenset({-SIGKILL}))
        crashed = self._place / "crashed"
        shutil.rmtree(crashed, ignore_errors=True)
        self._log.rename(crashed) if self._log.exists() else crashed.mkdir()
        script = Script(str(self._log), scene.script.seed + 1, batches=0, retried=tuple(unanswered(once.records)))
        again = Scene(f"{scene.name}, killed at {call.name} {call.number}", crashed, _told(scene, once), script)
        start = calls_on(self._log, self._live(again).lines)
        signature = tuple(dict.fromkeys(f"{call.name} {_role(call.line, self._log)}" for call in start))
        if signature in seen:
            return
        seen.add(signature)
        self.totals.calls += len(start)
        for second in self._of_every_stride(start):
            self.kill(again, second)

    def _of_every_stride(self, found: list[SystemCall]) -> list[SystemCall]:
        """One of each stride, and at least one where there is any."""
        return found[self._offset % max(1, min(self._stride, len(found))) :: self._stride]

    def _live(self, scene: Scene, inject: str | None = None) -> Traced:
        shutil.rmtree(self._log, ignore_errors=True)
        if scene.template is not None:
            shutil.copytree(scene.template, self._log)
        return trace(scene.script, self._output, inject)

    def _disturb(self, scene: Scene, call: SystemCall, fault: str, ends: frozenset[int], *, when: str = "") -> Traced:
        ended = self._live(scene, f"{call.name}:{fault}:when={call.number}{when}")
        self.totals.cases += 1
        self.totals.ends[ended.exit_code] = self.totals.ends.get(ended.exit_code, 0) + 1
        self.totals.acknowledged += sum(isinstance(record, Acknowledged) for record in ended.records)
        assert ended.exit_code in ends, f"{scene.name}, {fault} at {call}: ended with {ended.exit_code}"
        return ended

    def _judge(self, scene: Scene, call: SystemCall, records: list[Record]) -> None:
        put_aside = PutAside(self._log)
        history = [*scene.before, *put_aside.news(), *records]
        self.totals.violations += [
            f"{scene.name}, {call.name} {call.number}: {violation}"
            for violation in _restart(self._log, history, put_aside)
        ]

    def _room_given_away(self) -> int:
        """What strace refuses a life, it has: the room of the reserve that the life has released."""
        reserve = self._log / "reserve"
        return TINY.segment_bytes - reserve.stat().st_size if reserve.exists() else 0

    def _start_in_full(self, scene: Scene, call: SystemCall, files: FaultyFiles, records: list[Record]) -> None:
        where = f"{scene.name}, full from {call.name} {call.number} on"
        try:
            log = open_scripted(self._log, files)
        except (LogError, OSError) as refusal:
            self.totals.violations.append(f"{where}: no start on the full disk: {refusal!r}")
            return
        served = log.page(Query(limit=10_000)).lines
        log.close()
        if served != _lines(self._log):
            self.totals.violations.append(f"{where}: other lines are served than stand")


def _role(line: str, directory: Path) -> str:
    """Which of the log's files a call is about: the name of its directory, or its own without digits."""
    _, _, rest = line.partition(f"{directory}/")
    return re.split(r"[^a-z.]", rest, maxsplit=1)[0]


def _told(scene: Scene, ended: Traced) -> tuple[Record, ...]:
    return (*scene.before, *ended.records)


def _last_calls(records: list[Record]) -> tuple[Sent, ...]:
    """What a client would send again after a crash: answered or not, it must stand once."""
    return tuple([record for record in records if isinstance(record, Sent)][-3:])


def _tear(directory: Path) -> None:
    """Half a line behind the last, with zeros, as a batch that was being written; and an index that lacks a file."""
    last = max((directory / "segments").iterdir())
    content = last.read_bytes().rstrip(b"\0")
    begun = re.sub(rb'"id":"[0-9a-f]{8}', b'"id":"ffffffff', content.splitlines()[-1])
    last.write_bytes(content + begun[:100] + bytes(200))
    for built in sorted((directory / "index").glob("*"))[:1]:
        built.unlink()


def _answers_behind_a_failed_sync(lines: list[str]) -> Iterator[str]:
    """What was acknowledged after a segment's sync had failed, by the trace."""
    failed = ""
    for line in lines:
        if line.startswith(("fdatasync(", "fsync(")) and "/segments" in line and "(INJECTED)" in line:
            failed = line
        elif failed and line.startswith("write(") and "Acknowledged" in line:
            yield f"acknowledged behind {failed}"


def _lines(directory: Path) -> bytes:
    return b"".join(event.line + b"\n" for event in read_log(directory).events)


def _restart(directory: Path, history: list[Record], put_aside: PutAside) -> list[str]:
    """Start again on a sound disk, retry what was not answered, stop; everything that is wrong then."""
    try:
        log = open_scripted(directory, SystemFiles())
    except (LogError, OSError) as refusal:
        return [f"the next start fails: {refusal!r}"]
    records = [*history, *put_aside.news()]
    for number, call in enumerate(unanswered(history)):
        sent = Sent(f"afterwards-{number}", call.events)
        records += [sent, answer_of(sent, log.commit([append_of(sent)])[0])]
    served = log.page(Query(limit=10_000)).lines
    log.close()
    try:
        stored = read_log(directory)
    except BrokenLogError as broken:
        return [f"the log is broken: {broken}"]
    violations = check_history(records, stored.events)
    if stored.tail:
        violations.append("a tail was left")
    if served != b"".join(event.line + b"\n" for event in stored.events):
        violations.append("other lines were served than stand")
    if (damage := verify(directory).damage) is not None:
        violations.append(f"verify finds {damage}")
    return violations
