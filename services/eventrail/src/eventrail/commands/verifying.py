"""`eventrail verify`: files, a server, its stream and a checkpoint held against each other; a verdict of one line."""

import os
from argparse import Namespace
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from eventrail.commands.client import Client
from eventrail.commands.copying import segment_bytes
from eventrail.commands.failures import Unusable
from eventrail.commands.log_readers import FileLog, LogReader, ServedLog
from eventrail.commands.output import say
from eventrail.commands.progress import Meter
from eventrail.commands.verifying_checkpoint import checkpoint_differences
from eventrail.commands.verifying_server import server_differences
from eventrail.exit_codes import ExitCode
from eventrail.log.checking.verify import Verification, verify as verify_log
from eventrail.log.errors import ForeignFormat, LogCorrupt
from eventrail.log.files import SystemFiles
from eventrail.log.index.inspection import inspect_index
from eventrail.log.layout import Layout

SHARED_BYTES: Final = 128 * 1024 * 1024
Connected = Callable[[], AbstractContextManager[Client]]


class Place(msgspec.Struct, frozen=True):
    """A damaged place of a file."""

    file: str
    offset: int
    first_position: int
    last_position: int
    reason: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What `--json` prints.

    torn: an unfinished tail behind the head; damage: the first of `damages`, as a sentence; differences: what is
    otherwise in the places named by `compared` (`server`, `stream`, `checkpoint`). Files of the index that are missing
    or damaged leave the log sound: they are formed again.
    """

    sound: bool
    log_id: str = ""
    head: int = 0
    head_hash: str = ""
    appends: int = 0
    segments: int = 0
    bytes: int = 0
    seconds: float = 0.0
    bytes_per_second: int = 0
    torn: str | None = None
    damage: str | None = None
    damages: tuple[Place, ...] = ()
    index_files: int = 0
    index_missing: tuple[str, ...] = ()
    index_damaged: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()


def verify(arguments: Namespace, connect: Connected, out: BinaryIO) -> ExitCode:
    """Files first; where they are sound, whatever else was asked for is held against them."""
    if arguments.directory is None and arguments.url is None:
        raise Unusable("give a directory, or --url, or both")
    if arguments.url is not None:
        with connect() as client:
            verdict, code = _verify(arguments, ServedLog(client))
    else:
        verdict, code = _verify(arguments, None)
    say(out, verdict, sentence_of(verdict), as_json=arguments.json)
    return code


def _verify(arguments: Namespace, served: ServedLog | None) -> tuple[Verdict, ExitCode]:
    verdict, code = Verdict(sound=True), ExitCode.OK
    reader: LogReader | None = served
    if arguments.directory is not None:
        verdict, code = verify_files(Path(arguments.directory), arguments.processes)
        if code is not ExitCode.OK:
            return verdict, code
        reader = FileLog(Path(arguments.directory), served) if _is_compared(arguments) else None
    differences: list[str] = []
    if served is not None:
        figures, found = server_differences(served, reader if isinstance(reader, FileLog) else None)
        differences += found
        verdict = verdict if arguments.directory is not None else Verdict(sound=True, **figures)
    if arguments.nats is not None and reader is not None:
        # Only here, and only then: slow to load.
        from eventrail.commands.verifying_stream import stream_differences  # noqa: PLC0415 - as said above

        differences += stream_differences(arguments.nats, reader, growing=served is not None)
    if arguments.checkpoint is not None and reader is not None:
        differences += checkpoint_differences(arguments.checkpoint, arguments.public_key, reader)
    verdict = msgspec.structs.replace(
        verdict, sound=not differences, compared=_compared(arguments), differences=tuple(differences)
    )
    return verdict, ExitCode.DIFFERENT if differences else ExitCode.OK


def verify_files(directory: Path, processes: int | None) -> tuple[Verdict, ExitCode]:
    size_bytes = segment_bytes(directory)
    with closing(Meter("verifying", size_bytes)) as meter:
        try:
            found = verify_log(directory, progress=meter, processes=processes or worthwhile_processes(size_bytes))
        except LogCorrupt as error:
            return Verdict(sound=False, damage=str(error), damages=(_place(error),)), ExitCode.DAMAGED
        except ForeignFormat as error:
            return Verdict(sound=False, damage=str(error)), ExitCode.FOREIGN_FORMAT
    if found.damage is not None:
        return verdict_of(found), ExitCode.DAMAGED
    return _with_index(verdict_of(found), directory), ExitCode.OK


def _with_index(verdict: Verdict, directory: Path) -> Verdict:
    found = inspect_index(SystemFiles(), Layout(directory), verdict.log_id)
    return msgspec.structs.replace(
        verdict, index_files=found.whole, index_missing=found.missing, index_damaged=found.damaged
    )


def worthwhile_processes(size_bytes: int) -> int:
    """A process for each core, where there is enough to read for them to be worth their start."""
    if size_bytes < SHARED_BYTES:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def verdict_of(found: Verification) -> Verdict:
    return Verdict(
        sound=found.damage is None,
        log_id=found.log_id,
        head=found.head.position,
        head_hash=found.head.hash,
        appends=found.appends,
        segments=found.segments,
        bytes=found.size_bytes,
        seconds=round(found.seconds, 3),
        bytes_per_second=round(found.size_bytes / found.seconds) if found.seconds else 0,
        torn=found.torn,
        damage=None if found.damage is None else str(found.damage),
        damages=tuple(map(_place, found.damages)),
    )


def sentence_of(verdict: Verdict) -> str:
    if verdict.damage is not None:
        more = f" (and {len(verdict.damages) - 1} more places)" if len(verdict.damages) > 1 else ""
        return f"DAMAGED {verdict.damage}{more}"
    if verdict.differences:
        more = f" (and {len(verdict.differences) - 1} more)" if len(verdict.differences) > 1 else ""
        return f"DIFFERENT {verdict.differences[0]}{more}"
    torn = f", torn tail: {verdict.torn}" if verdict.torn else ""
    segments = f"{verdict.segments} segments, " if verdict.segments else ""
    compared = f", agrees with {', '.join(verdict.compared)}" if verdict.compared else ""
    return (
        f"SOUND head {verdict.head} {verdict.head_hash}, {verdict.appends} appends, {segments}"
        f"{verdict.bytes} bytes in {verdict.seconds:.3f} s ({verdict.bytes_per_second / 1e6:.0f} MB/s){compared}{torn}"
        f"{_index_sentence(verdict)}"
    )


def _index_sentence(verdict: Verdict) -> str:
    damaged, missing = len(verdict.index_damaged), len(verdict.index_missing)
    if not damaged and not missing:
        return ""
    return f", of the index {damaged} files are damaged and {missing} missing: they will be formed again"


def _is_compared(arguments: Namespace) -> bool:
    return any(given is not None for given in (arguments.url, arguments.nats, arguments.checkpoint))


def _compared(arguments: Namespace) -> tuple[str, ...]:
    given = {"server": arguments.url, "stream": arguments.nats, "checkpoint": arguments.checkpoint}
    return tuple(name for name, value in given.items() if value is not None)


def _place(error: LogCorrupt) -> Place:
    return Place(str(error.file), error.offset, error.first_position, error.last_position, error.reason)
