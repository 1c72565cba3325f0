"""`eventrail backup` and `eventrail restore`: a second directory of a log, and a log again from one."""

from argparse import Namespace
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import msgspec

from eventrail.commands.output import say, size
from eventrail.commands.progress import Meter
from eventrail.exit_codes import ExitCode
from eventrail.log.copies.backup import BackupReport, backup as back_up, restore as restore_log
from eventrail.log.layout import Layout


class Copied(msgspec.Struct, frozen=True):
    """What `--json` prints. bytes: of the whole copy; copied_*: what this run wrote of it."""

    command: str
    directory: str
    log_id: str
    head: int
    head_hash: str
    segments: int
    bytes: int
    copied_segments: int
    copied_bytes: int
    seconds: float


def backup(arguments: Namespace, out: BinaryIO) -> ExitCode:
    source, target = Path(arguments.directory), Path(arguments.backup)
    with closing(Meter("backing up", segment_bytes(source))) as meter:
        report = back_up(source, target, check=arguments.check, progress=meter)
    return _tell("backup", target, report, arguments, out)


def restore(arguments: Namespace, out: BinaryIO) -> ExitCode:
    source, target = Path(arguments.backup), Path(arguments.directory)
    with closing(Meter("restoring", segment_bytes(source))) as meter:
        report = restore_log(source, target, progress=meter)
    return _tell("restore", target, report, arguments, out)


def segment_bytes(directory: Path) -> int:
    """What there is to read; 0 where that can't be told, for the command itself to find out why."""
    try:
        return sum(path.stat().st_size for path in Layout(directory).segments.iterdir())
    except OSError:
        return 0


def _tell(command: str, directory: Path, report: BackupReport, arguments: Namespace, out: BinaryIO) -> ExitCode:
    copied = Copied(
        command=command,
        directory=str(directory),
        log_id=report.log_id,
        head=report.head.position,
        head_hash=report.head.hash,
        segments=report.segments,
        bytes=report.size_bytes,
        copied_segments=report.copied_segments,
        copied_bytes=report.copied_bytes,
        seconds=round(report.seconds, 3),
    )
    sentence = (
        f"COPIED to {directory}: head {copied.head} {copied.head_hash}, {copied.copied_segments} of {copied.segments} "
        f"segments, {size(copied.copied_bytes)} of {size(copied.bytes)} in {copied.seconds:.3f} s"
    )
    say(out, copied, sentence, as_json=arguments.json)
    return ExitCode.OK
