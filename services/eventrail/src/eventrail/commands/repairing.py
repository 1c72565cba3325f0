"""`eventrail repair`: damaged and missing lines put back from a backup or from the JetStream copy."""

from argparse import Namespace
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from eventrail.commands.copying import segment_bytes
from eventrail.commands.failures import Unusable
from eventrail.commands.output import say
from eventrail.commands.progress import Meter
from eventrail.commands.verifying import worthwhile_processes
from eventrail.exit_codes import ExitCode
from eventrail.log.copies.line_source import DirectoryLines, LineSource
from eventrail.log.copies.repair import RepairReport, repair as repair_log
from eventrail.log.documents import read_identity
from eventrail.log.files import SystemFiles
from eventrail.log.layout import Layout

_FILES: Final = SystemFiles()


class Mended(msgspec.Struct, frozen=True):
    """A segment that was written anew; `quarantined` keeps the damaged file, null where it was missing."""

    file: str
    lines: int
    quarantined: str | None


class Repaired(msgspec.Struct, frozen=True):
    """What `--json` prints; `segments` is empty where nothing had to be done."""

    log_id: str
    head: int
    head_hash: str
    segments: tuple[Mended, ...]
    seconds: float


def repair(arguments: Namespace, out: BinaryIO) -> ExitCode:
    directory = Path(arguments.directory)
    size_bytes = segment_bytes(directory)
    with _source(arguments, directory) as source, closing(Meter("verifying", size_bytes)) as meter:
        report = repair_log(
            directory,
            source,
            allow_unsafe_file_system=arguments.allow_unsafe_file_system,
            processes=worthwhile_processes(size_bytes),
            progress=meter,
        )
    result = _result(report)
    say(out, result, _sentence(result), as_json=arguments.json)
    return ExitCode.OK


def _source(arguments: Namespace, directory: Path) -> AbstractContextManager[LineSource]:
    if arguments.nats is not None:
        # Slow to load, and not everybody has NATS.
        from eventrail.commands.stream_lines import StreamLines  # noqa: PLC0415 - as said above

        return StreamLines(arguments.nats)
    there = Layout(Path(arguments.backup))
    ours, theirs = read_identity(_FILES, Layout(directory)), read_identity(_FILES, there)
    if theirs is None:
        raise Unusable(f"{there.directory} is no backup: no log lives there")
    if ours is not None and ours != theirs:
        raise Unusable(f"{there.directory} is a backup of another log, {theirs.log_id}")
    return nullcontext(DirectoryLines(_FILES, there))


def _result(report: RepairReport) -> Repaired:
    found = report.verification
    segments = (
        Mended(str(segment.file), segment.lines, str(segment.quarantined) if segment.quarantined else None)
        for segment in report.segments
    )
    return Repaired(found.log_id, found.head.position, found.head.hash, tuple(segments), round(report.seconds, 3))


def _sentence(result: Repaired) -> str:
    if not result.segments:
        return f"SOUND head {result.head} {result.head_hash}, nothing to repair"
    lines = sum(segment.lines for segment in result.segments)
    return f"REPAIRED head {result.head} {result.head_hash}, {len(result.segments)} segments, {lines} lines put back"
