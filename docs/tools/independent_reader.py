# ruff: noqa: INP001 - a file to be taken away and run anywhere; it belongs to no package
"""A reader of the log that shares no code with the engine: standard library only, written from docs/log-format.md.

python independent_reader.py DIRECTORY      prints a verdict of one line; exit code 1 where the log is broken
"""

import hashlib
import json
import re
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KEYS = ["position", "id", "type", "tags", "time", "data", "meta", "commit", "synced", "hash"]
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TYPE, SEGMENT = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*"), re.compile(r"\d{20}\.ndjson")
TAG, TIME = re.compile(r"[A-Za-z0-9_-]+:[A-Za-z0-9_:-]+"), re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
SUFFIX_BYTES, LINE_BYTES = 75, 960 * 1024


class BrokenLogError(Exception):
    """The files are not a log; the message says where."""


@dataclass(frozen=True)
class Event:
    """A line as JSON sees it."""

    line: bytes
    fields: dict[str, Any]

    @property
    def position(self) -> int:
        return int(self.fields["position"])

    @property
    def data(self) -> bytes:
        """The bytes of `data`: the first value behind its key, since nothing before it can hold such a text."""
        text = self.line.decode()
        start = text.index('"data":') + len('"data":')
        return text[start : json.JSONDecoder().raw_decode(text, start)[1]].encode()


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
    """Read and check everything into memory; raises `BrokenLogError`."""
    events: list[Event] = []
    tail = walk(directory, events.extend)
    return ReadLog(log_id_of(directory), events, tail)


def log_id_of(directory: Path) -> str:
    identity = json.loads((directory / "log.json").read_bytes())
    if identity["format"] != 1:
        raise BrokenLogError(f"log.json: format {identity['format']}")
    return str(identity["log_id"])


def walk(directory: Path, visit: Callable[[list[Event]], object]) -> bytes:
    """Visit each whole append, checked; a torn tail of the last segment is returned, not judged."""
    file = directory / "head.json"
    head = json.loads(file.read_bytes()) if file.exists() else {"position": 0, "hash": ""}
    last: dict[str, Any] = {"position": 0, "commit": 0, "synced": 0, "time": "", "hash": genesis(log_id_of(directory))}
    tail, paths = b"", sorted((directory / "segments").iterdir())
    for path in paths:
        if not SEGMENT.fullmatch(path.name) or int(path.stem) != last["position"] + 1:
            raise BrokenLogError(f"{path.name}: position {last['position'] + 1} should begin here")
        begun: list[Event] = []
        with path.open("rb") as lines:
            while line := lines.readline():
                try:
                    event = read_line(line, begun[-1].fields if begun else last)
                except ValueError as error:
                    if path != paths[-1]:
                        raise BrokenLogError(f"{path.name}: behind position {last['position']}: {error}") from error
                    tail = (line + lines.read()).rstrip(b"\0")
                    break
                begun.append(event)
                if event.position == head["position"] and event.fields["hash"] != head["hash"]:
                    raise BrokenLogError(f"head.json: the log holds another hash at position {event.position}")
                if event.fields["commit"] == event.position:
                    visit(begun)
                    last, begun = event.fields, []
        if begun and path != paths[-1]:
            raise BrokenLogError(f"{path.name}: its last append is incomplete")
        tail = b"".join(event.line + b"\n" for event in begun) + tail
    if head["position"] > last["position"]:
        raise BrokenLogError(f"head.json has seen position {head['position']}, the log ends at {last['position']}")
    return tail


def read_line(line: bytes, last: dict[str, Any]) -> Event:
    """Check one line, with its newline, against the one before it; raises ValueError."""
    if not line.endswith(b"\n"):
        raise ValueError("the line has no end")
    line = line[:-1]
    if not isinstance(fields := json.loads(line), dict) or list(fields) != KEYS:
        raise ValueError("the keys are not those of a line")
    position, inside = last["position"] + 1, last["commit"] > last["position"]
    digest = hashlib.sha256(last["hash"].encode() + line[:-SUFFIX_BYTES]).hexdigest()
    checks = {
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
    if wrong := [name for name, holds in checks.items() if not holds]:
        raise ValueError(f"wrong: {', '.join(wrong)}")
    return Event(line, fields)


def main() -> int:
    kept: deque[list[Event]] = deque(maxlen=1)
    try:
        log_id, tail = log_id_of(Path(sys.argv[1])), walk(Path(sys.argv[1]), kept.append)
    except (BrokenLogError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        sys.stdout.write(f"broken: {error}\n")
        return 1
    position, line_hash = (kept[0][-1].position, kept[0][-1].fields["hash"]) if kept else (0, genesis(log_id))
    sys.stdout.write(f"ok: log {log_id}, head {position} {line_hash}, {len(tail)} bytes behind it\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
