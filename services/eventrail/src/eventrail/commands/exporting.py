"""`eventrail export`: stored lines as NDJSON, byte for byte, from a server or from the files."""

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from eventrail.commands.client import Client
from eventrail.commands.failures import Unusable
from eventrail.commands.log_readers import FileLog, LogReader, ServedLog
from eventrail.commands.output import say, size
from eventrail.commands.progress import Meter
from eventrail.exit_codes import ExitCode
from eventrail.log.line import parse_line


class Exported(msgspec.Struct, frozen=True):
    """What `--json` prints beside a file. `after` and `upto` bound what was looked at."""

    log_id: str
    after: int
    upto: int
    events: int
    bytes: int


def export(arguments: Namespace, connect: Callable[[], AbstractContextManager[Client]], out: BinaryIO) -> ExitCode:
    if arguments.directory is not None:
        if arguments.url is not None:
            raise Unusable("give a directory or --url, not both")
        return _export(FileLog(Path(arguments.directory)), arguments, out)
    with connect() as client:
        return _export(ServedLog(client), arguments, out)


def _export(log: LogReader, arguments: Namespace, out: BinaryIO) -> ExitCode:
    upto = log.head.position if arguments.before is None else min(arguments.before - 1, log.head.position)
    events = size_bytes = 0
    with _written(arguments.output, out) as target, closing(Meter("exporting", upto - arguments.after)) as meter:
        for position, line in enumerate(log.lines(arguments.after, upto), arguments.after + 1):
            if _is_wanted(line, arguments.type, arguments.tag):
                target.write(line)
                events += 1
                size_bytes += len(line)
            if position % 1_000 == 0:
                meter(position - arguments.after)
    if arguments.output is not None:
        result = Exported(log.log_id, arguments.after, upto, events, size_bytes)
        say(out, result, f"EXPORTED {events} events, {size(size_bytes)}, to {arguments.output}", as_json=arguments.json)
    return ExitCode.OK


def _is_wanted(line: bytes, types: list[str], tags: list[str]) -> bool:
    if not types and not tags:
        return True
    found = parse_line(line)
    return (not types or found.type in types) and set(tags) <= set(found.tags)


@contextmanager
def _written(name: str | None, out: BinaryIO) -> Iterator[BinaryIO]:
    """The file whole and synced, or not there; standard output as it comes."""
    if name is None:
        yield out
        sys.stdout.flush()
        return
    path = Path(name)
    aside = path.with_name(path.name + ".new")
    try:
        with aside.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        with suppress(OSError):
            aside.unlink()
        raise
