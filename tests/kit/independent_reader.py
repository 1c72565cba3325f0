"""A reader of the log that shares no code with the engine: standard library only, written from docs/log-format.md.

python independent_reader.py DIRECTORY      prints a verdict of one line; exit code 1 where the log is broken
"""

import hashlib
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KEYS = ["position", "id", "type", "tags", "time", "data", "meta", "commit", "synced", "hash"]
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TYPE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
TAG = re.compile(r"[A-Za-z0-9_-]+:[A-Za-z0-9_:-]+")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
SEGMENT = re.compile(r"\d{20}\.ndjson")
SUFFIX_BYTES = 75
LINE_BYTES = 960 * 1024


class BrokenLogError(Exception):
    """The files are not a log; the message says where."""


@dataclass(frozen=True)
class Event:
    """A line as JSON sees it, and `data` as the bytes that stand in it."""

    line: bytes
    fields: dict[str, Any]
    data: bytes

    @property
    def position(self) -> int:
        return int(self.fields["position"])


@dataclass(frozen=True)
class ReadLog:
    """All whole appends of a log, and what stands behind them (empty after a clean stop or a recovery)."""

    log_id: str
    events: list[Event]
    tail: bytes

    @property
    def head_hash(self) -> str:
        return str(self.events[-1].fields["hash"]) if self.events else genesis(self.log_id)


def genesis(log_id: str) -> str:
    return hashlib.sha256(log_id.encode()).hexdigest()


def read_log(directory: Path) -> ReadLog:
    """Read and check everything; raises `BrokenLogError`. A torn tail of the last segment is returned, not judged."""
    identity = json.loads((directory / "log.json").read_bytes())
    if identity["format"] != 1:
        raise BrokenLogError(f"log.json: format {identity['format']}")
    paths = sorted((directory / "segments").iterdir())
    events: list[Event] = []
    tail = b""
    previous = genesis(identity["log_id"])
    for path in paths:
        if not SEGMENT.fullmatch(path.name) or int(path.stem) != len(events) + 1:
            raise BrokenLogError(f"{path.name}: position {len(events) + 1} should begin here")
        if tail:
            raise BrokenLogError(f"{path.name}: the segment before it has bytes behind its last line")
        content = path.read_bytes()
        lines, tail = split_lines(content)
        for number, line in enumerate(lines):
            try:
                event = read_line(line, events, previous)
            except ValueError as error:
                if path != paths[-1]:
                    raise BrokenLogError(f"{path.name}: position {len(events) + 1}: {error}") from error
                tail = b"\n".join([*lines[number:], tail])
                break
            events.append(event)
            previous = event.fields["hash"]
    kept = last_whole(events)
    return ReadLog(identity["log_id"], events[:kept], b"".join(e.line + b"\n" for e in events[kept:]) + tail)


def split_lines(content: bytes) -> tuple[list[bytes], bytes]:
    """The ended lines of a segment, and what stands behind them but for zeros."""
    *lines, tail = content.split(b"\n")
    return lines, tail.rstrip(b"\0")


def read_line(line: bytes, before: list[Event], previous_hash: str) -> Event:
    """Check one line against the ones before it; raises ValueError."""
    fields = json.loads(line)
    position = len(before) + 1
    last: dict[str, Any] = before[-1].fields if before else {"position": 0, "commit": 0, "synced": 0, "time": ""}
    digest = hashlib.sha256(previous_hash.encode() + line[:-SUFFIX_BYTES]).hexdigest()
    inside = last["commit"] > last["position"]
    checks = {
        "keys": list(fields) == KEYS,
        "position": fields["position"] == position,
        "id": bool(ID.fullmatch(fields["id"])),
        "type": bool(TYPE.fullmatch(fields["type"])) and len(fields["type"]) <= 128,
        "tags": all(TAG.fullmatch(tag) and len(tag) <= 128 for tag in fields["tags"]) and len(fields["tags"]) <= 16,
        "time": bool(TIME.fullmatch(fields["time"])) and fields["time"] >= last["time"],
        "meta": isinstance(fields["meta"], dict),
        "commit": fields["commit"] == last["commit"] if inside else fields["commit"] >= position,
        "synced": fields["synced"] == last["synced"] or (not inside and fields["synced"] == position - 1),
        "hash": fields["hash"] == digest and line.endswith(f',"hash":"{digest}"}}'.encode()),
        "size": len(line) <= LINE_BYTES,
    }
    wrong = [name for name, holds in checks.items() if not holds]
    if wrong:
        raise ValueError(f"wrong: {', '.join(wrong)}")
    return Event(line, fields, data_of(line))


def data_of(line: bytes) -> bytes:
    """The bytes of `data`: the first value behind its key, since nothing before it can hold such a text."""
    text = line.decode()
    start = text.index('"data":') + len('"data":')
    _, end = json.JSONDecoder().raw_decode(text, start)
    return text[start:end].encode()


def last_whole(events: list[Event]) -> int:
    """How many events belong to whole appends."""
    count = len(events)
    while count and events[count - 1].fields["commit"] > len(events):
        count -= 1
    return count


def main() -> int:
    try:
        log = read_log(Path(sys.argv[1]))
    except (BrokenLogError, OSError, ValueError) as error:
        print(f"broken: {error}")
        return 1
    print(f"ok: log {log.log_id}, head {len(log.events)} {log.head_hash}, {len(log.tail)} bytes behind it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
