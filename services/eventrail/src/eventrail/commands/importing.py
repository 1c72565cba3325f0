"""`eventrail import`: NDJSON appended anew, through a server or into the files of a log that nobody serves."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final, Protocol

import msgspec

from eventrail.commands.client import Client
from eventrail.commands.failures import Unusable
from eventrail.commands.import_lines import BadInput, ImportedAppend, appends_of
from eventrail.commands.output import say
from eventrail.commands.progress import Meter
from eventrail.exit_codes import ExitCode

APPENDS_AT_ONCE: Final = 1_000
BYTES_AT_ONCE: Final = 4 * 1024 * 1024
_NDJSON: Final = "application/x-ndjson"


class Answer(msgspec.Struct, frozen=True):
    """What an append was answered: positions, or a problem."""

    first: int = 0
    last: int = 0
    replayed: bool = False
    status: int = 0
    title: str = ""
    detail: str = ""
    at: str = ""


class Taker(Protocol):
    """Whoever appends: answers each append of a batch, in order."""

    def take(self, appends: Sequence[ImportedAppend]) -> list[Answer]: ...


class BadLines(msgspec.Struct, frozen=True):
    """What `--json` prints for each append that was not taken; lines are counted from 1."""

    first_line: int
    last_line: int
    reason: str


class Imported(msgspec.Struct, frozen=True):
    """What `--json` prints at the end. replayed: events that stood already; upto_line: how far the input was read."""

    events: int
    replayed: int
    bad: int
    head: int
    upto_line: int


class ServerTaker:
    """Through a server: one request for a batch, one answer a line."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._answers = msgspec.json.Decoder(Answer)

    def take(self, appends: Sequence[ImportedAppend]) -> list[Answer]:
        body = b"".join(append.body + b"\n" for append in appends)
        return self._answers.decode_lines(self._client.post("/append", [], body, _NDJSON).body)


def import_(arguments: Namespace, connect: Callable[[], AbstractContextManager[Client]], out: BinaryIO) -> ExitCode:
    if arguments.directory is not None and arguments.url is not None:
        raise Unusable("give --directory or --url, not both")
    with _input(arguments.file) as (source, total):
        if arguments.directory is None:
            with connect() as client:
                return _import(ServerTaker(client), source, total, arguments, out)
        # Slow to load, and a server is the usual way.
        from eventrail.commands.importing_offline import offline_taker  # noqa: PLC0415 - as said above

        with offline_taker(Path(arguments.directory)) as taker:
            return _import(taker, source, total, arguments, out)


def _import(taker: Taker, source: BinaryIO, total: int, arguments: Namespace, out: BinaryIO) -> ExitCode:
    """Batch by batch; without `--skip-bad`, the first batch with a bad line is the last one."""
    done = Imported(0, 0, 0, 0, 0)
    with closing(Meter("importing", total)) as meter:
        for batch in _batches(appends_of(_metered(source, meter), new_ids=arguments.new_ids)):
            answers = iter(taker.take([item for item in batch if isinstance(item, ImportedAppend)]))
            for item in batch:
                answer = next(answers) if isinstance(item, ImportedAppend) else None
                if bad := _bad(item, answer):
                    meter.close()
                    say(out, bad, f"{_lines(bad)}: {bad.reason}", as_json=arguments.json)
                done = _counted(done, item, answer)
            if done.bad and not arguments.skip_bad:
                break
    sentence = (
        f"IMPORTED {done.events} events up to line {done.upto_line}, {done.replayed} of them stood already, "
        f"{done.bad} appends were not taken"
    )
    say(out, done, sentence, as_json=arguments.json)
    return ExitCode.BAD_LINES if done.bad else ExitCode.OK


def _counted(done: Imported, item: ImportedAppend | BadInput, answer: Answer | None) -> Imported:
    if answer is None or answer.status:
        return msgspec.structs.replace(done, bad=done.bad + 1, upto_line=item.last_line)
    count = answer.last - answer.first + 1
    return Imported(
        done.events + count,
        done.replayed + (count if answer.replayed else 0),
        done.bad,
        max(done.head, answer.last),
        item.last_line,
    )


def _bad(item: ImportedAppend | BadInput, answer: Answer | None) -> BadLines | None:
    if isinstance(item, BadInput):
        return BadLines(item.first_line, item.last_line, item.reason)
    if answer is None or not answer.status:
        return None
    parts = (answer.title, answer.detail, f"at {answer.at}" if answer.at else "")
    return BadLines(item.first_line, item.last_line, ": ".join(part for part in parts if part))


def _lines(bad: BadLines) -> str:
    one = bad.first_line == bad.last_line
    return f"line {bad.first_line}" if one else f"lines {bad.first_line} to {bad.last_line}"


def _batches(items: Iterator[ImportedAppend | BadInput]) -> Iterator[list[ImportedAppend | BadInput]]:
    for first in items:
        batch, size_bytes = [first], _size(first)
        for item in chain((), items):
            batch.append(item)
            size_bytes += _size(item)
            if len(batch) >= APPENDS_AT_ONCE or size_bytes >= BYTES_AT_ONCE:
                break
        yield batch


def _size(item: ImportedAppend | BadInput) -> int:
    return len(item.body) if isinstance(item, ImportedAppend) else 0


def _metered(source: BinaryIO, meter: Meter) -> Iterator[bytes]:
    read_bytes = 0
    for line in source:
        read_bytes += len(line)
        meter(read_bytes)
        yield line


@contextmanager
def _input(name: str) -> Iterator[tuple[BinaryIO, int]]:
    """The lines, and their size where it can be known."""
    if name == "-":
        yield sys.stdin.buffer, 0
        return
    path = Path(name)
    with path.open("rb") as file:
        yield file, path.stat().st_size
