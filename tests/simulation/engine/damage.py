"""What a disk did that no program can prevent: a start must refuse it, or serve none but right bytes."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from eventrail.log.errors import ForeignFormat, LogCorrupt, LogError, RangeDamaged
from eventrail.log.events import Query
from eventrail.log.log import Log
from tests.kit.history import Record, Sent, Served
from tests.kit.simulated_disk.disk import SimulatedDisk
from tests.kit.simulated_disk.process import SimulatedFiles
from tests.simulation.engine.workload import TAGS, TYPES

_ROOMS: Final = ("/segments/", "/segments/", "/index/", "/")
"""Where rot may strike; a room that is empty is left for any other."""


@dataclass(slots=True)
class Verdict:
    outcome: str
    violations: list[str] = field(default_factory=list)


def rot(disk: SimulatedDisk, chance: Random) -> str | None:
    """Flip one bit of one file; None where there is nothing yet."""
    candidates = [(path, file) for path, file in disk.root.files() if file.content]
    if not candidates:
        return None
    room = chance.choice(_ROOMS)
    path, file = chance.choice([candidate for candidate in candidates if room in candidate[0]] or candidates)
    disk.note(f"rot in {path} at {file.flip_bit(chance)}")
    return path


def judge_damaged(
    disk: SimulatedDisk, records: Sequence[Record], open_log: Callable[[SimulatedFiles], Log], *, rotten: bool
) -> Verdict:
    """Start without further faults. Refusing changes nothing; a log that opens holds what any witness has seen.

    One bit that is `rotten` can't hide more than the last batch: the lines of it that are left tell of the one before.
    """
    before = _contents(disk)
    known = _lines_served(records)
    witness = max(_witnessed_head(disk), _synced(known) if rotten else 0)
    files = SimulatedFiles(disk)
    try:
        log = open_log(files)
    except (LogCorrupt, ForeignFormat):
        if _contents(disk) != before:
            return Verdict("refused", ["a start that was refused has changed files"])
        return Verdict("refused")
    except LogError as other:
        return Verdict("refused", [f"a start on a damaged disk raised {other!r}"])
    violations = [*_wrong_scrub(log), *_wrong_lines(log, records, known), *_wrong_answers(log)]
    if log.head.position < witness and log.suspension is None:
        violations.append(f"the log opened at {log.head.position} in silence, a witness had seen {witness}")
    log.close()
    return Verdict("opened damaged", violations)


def _wrong_lines(log: Log, records: Sequence[Record], known: dict[int, bytes]) -> list[str]:
    """Every line is one that was served before, or of an append that was sent and never read."""
    sent = {event.id for record in records if isinstance(record, Sent) for event in record.events}
    wrong = []
    for position in range(1, log.head.position + 1):
        line = _line(log, position)
        if line is None:
            continue
        if line[:-1] != known.get(position, line[:-1]):
            wrong.append(f"position {position} was served with other bytes than before: {line!r}")
        elif json.loads(line)["id"] not in sent:
            wrong.append(f"position {position} was never sent: {line!r}")
    return wrong


def _lines_served(records: Sequence[Record]) -> dict[int, bytes]:
    known = {}
    for record in records:
        if isinstance(record, Served):
            for line in record.lines:
                known[json.loads(line)["position"]] = line
    return known


def _wrong_scrub(log: Log) -> list[str]:
    """A scrub of everything tells of damage where a line can't be read, and only there."""
    while log.maintain():
        pass
    alarms = log.alarms()
    damaged = [position for position in range(1, log.head.position + 1) if _line(log, position) is None]
    if bool(damaged) != bool(alarms):
        return [f"the scrub tells of {alarms}, while {damaged} can't be read"]
    return []


def _wrong_answers(log: Log) -> list[str]:
    """The index of a log that can be read is right, whatever has become of its files."""
    lines = [_line(log, position) for position in range(1, log.head.position + 1)]
    whole = [line for line in lines if line is not None]
    if len(whole) != len(lines):
        return []
    events = [json.loads(line) for line in whole]
    wrong = [
        f"id {event['id']} is not found at {event['position']}"
        for event, line in zip(events, whole, strict=True)
        if log.line_by_id(event["id"]) != line
    ]
    for view in (Query(types=(TYPES[0],)), Query(tags=(TAGS[0],)), Query(types=TYPES[1:], tags=TAGS[1:2])):
        expected = [line for event, line in zip(events, whole, strict=True) if _is_meant(event, view)]
        if log.page(view).lines != b"".join(expected):
            wrong.append(f"{view} is answered with other lines than those in the log")
    return wrong


def _is_meant(event: dict[str, Any], query: Query) -> bool:
    return (not query.types or event["type"] in query.types) and set(query.tags) <= set(event["tags"])


def _line(log: Log, position: int) -> bytes | None:
    try:
        return log.line_at(position)
    except RangeDamaged:
        return None


def _synced(known: dict[int, bytes]) -> int:
    return int(json.loads(known[max(known)])["synced"]) if known else 0


def _witnessed_head(disk: SimulatedDisk) -> int:
    for path, file in disk.root.files():
        if path.endswith("/head.json"):
            try:
                return int(json.loads(bytes(file.content))["position"])
            except (ValueError, KeyError):
                return 0
    return 0


def _contents(disk: SimulatedDisk) -> dict[str, bytes]:
    """All files but the lock, which every start makes, and the index, which any start may form again."""
    return {
        path: bytes(file.content)
        for path, file in disk.root.files()
        if not path.endswith("/lock") and "/index/" not in path
    }
