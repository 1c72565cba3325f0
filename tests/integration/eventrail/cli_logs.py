"""Logs for the tests of the commands: small, of several segments, and ways to damage one."""

from pathlib import Path

from eventrail.log.log import Log
from eventrail.log.options import Options
from tests.kit.logs import append, event, numbered_id

SMALL = Options(segment_bytes=6_000, extend_bytes=0)


def write_log(directory: Path, appends: int = 40, options: Options = SMALL, *, first: int = 1) -> None:
    """Appends of one and two events with ids that count, closed cleanly; a second call goes on."""
    log = Log.open(directory, options)
    for number in range(first, first + appends):
        tags = ("kind:even",) if number % 2 == 0 else ("kind:odd", f"n:{number}")
        events = [event('"🌍 text"'.encode(), *tags, number=2 * number, kind="a.b")]
        if number % 2:
            events.append(event(b"%d" % number, number=2 * number + 1, kind="a.c"))
        log.commit([append(*events)])
    log.close()


def ids(first: int, count: int) -> list[str]:
    return [numbered_id(number) for number in range(first, first + count)]


def segments(directory: Path) -> list[Path]:
    return sorted((directory / "segments").iterdir())


def lines(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in segments(directory))


def flip(path: Path, offset: int = 300) -> None:
    content = bytearray(path.read_bytes())
    content[offset] ^= 1
    path.write_bytes(content)
