"""`eventrail verify`: the files of a log read as a whole, offline, and a verdict of one line."""

from argparse import Namespace
from pathlib import Path
from typing import BinaryIO

import msgspec

from eventrail.exit_codes import ExitCode
from eventrail.log.errors import ForeignFormat, LogCorrupt
from eventrail.log.verify import Verification, verify as verify_log


class Verdict(msgspec.Struct, frozen=True):
    """What `--json` prints. damage: the first damaged place; torn: an unfinished tail behind the head."""

    sound: bool
    log_id: str = ""
    head: int = 0
    head_hash: str = ""
    appends: int = 0
    segments: int = 0
    bytes: int = 0
    seconds: float = 0.0
    torn: str | None = None
    damage: str | None = None


def verify(arguments: Namespace, out: BinaryIO) -> ExitCode:
    verdict, code = _verdict(Path(arguments.directory))
    line = msgspec.json.encode(verdict) if arguments.json else _sentence(verdict).encode()
    out.write(line + b"\n")
    return code


def _verdict(directory: Path) -> tuple[Verdict, ExitCode]:
    try:
        found = verify_log(directory)
    except LogCorrupt as error:
        return Verdict(sound=False, damage=str(error)), ExitCode.DAMAGED
    except ForeignFormat as error:
        return Verdict(sound=False, damage=str(error)), ExitCode.FOREIGN_FORMAT
    return _of(found), ExitCode.OK if found.damage is None else ExitCode.DAMAGED


def _of(found: Verification) -> Verdict:
    return Verdict(
        sound=found.damage is None,
        log_id=found.log_id,
        head=found.head.position,
        head_hash=found.head.hash,
        appends=found.appends,
        segments=found.segments,
        bytes=found.size_bytes,
        seconds=round(found.seconds, 3),
        torn=found.torn,
        damage=None if found.damage is None else str(found.damage),
    )


def _sentence(verdict: Verdict) -> str:
    if not verdict.sound:
        return f"DAMAGED {verdict.damage}"
    torn = f", torn tail: {verdict.torn}" if verdict.torn else ""
    rate = verdict.bytes / 1e6 / verdict.seconds if verdict.seconds else 0.0
    return (
        f"SOUND head {verdict.head} {verdict.head_hash}, {verdict.appends} appends, {verdict.segments} segments, "
        f"{verdict.bytes} bytes in {verdict.seconds:.3f} s ({rate:.0f} MB/s){torn}"
    )
