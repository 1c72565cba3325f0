"""Why a command did not come to its end: every expected failure as one sentence and an exit code."""

import errno
from typing import Final

from eventrail.commands.client import Refused, Unreachable
from eventrail.commands.log_readers import WrongLine
from eventrail.exit_codes import ENGINE_CODES, ExitCode
from eventrail.log.copies.refusals import TargetRefused, Unrepairable
from eventrail.log.errors import LogCorrupt, LogError
from eventrail.log.files import NO_ROOM
from eventrail.publisher import failures as nats
from servicekit.settings import SettingsRefused


class Unusable(Exception):  # noqa: N818 - the name says what happened
    """What the command line names can't be used for this."""


_CODES: Final[tuple[tuple[type[Exception], ExitCode], ...]] = (
    (SettingsRefused, ExitCode.USAGE),
    (Unusable, ExitCode.USAGE),
    (WrongLine, ExitCode.DIFFERENT),
    (Refused, ExitCode.REFUSED),
    (Unreachable, ExitCode.UNREACHABLE),
    (nats.Refused, ExitCode.REFUSED),
    (nats.Unreachable, ExitCode.UNREACHABLE),
    (TargetRefused, ExitCode.TARGET_REFUSED),
    (Unrepairable, ExitCode.UNREPAIRED),
    (LogCorrupt, ExitCode.DAMAGED),
    *ENGINE_CODES,
    (OSError, ExitCode.FAILED),
)
EXPECTED: Final = tuple(kind for kind, _ in _CODES)


def explained(error: Exception) -> tuple[str, ExitCode]:
    """The sentence, without its end of line, and the code of an expected failure."""
    if isinstance(error, OSError) and not isinstance(error, LogError):
        return _of_system(error)
    prefix = "NATS: " if isinstance(error, nats.PublishingInterrupted) else ""
    return prefix + str(error), next(code for kind, code in _CODES if isinstance(error, kind))


def _of_system(error: OSError) -> tuple[str, ExitCode]:
    place = f"{error.filename}: " if error.filename else ""
    reason = error.strerror or str(error) or type(error).__name__
    if error.errno in NO_ROOM:
        return f"{place}no room: {reason}", ExitCode.DISK_FULL
    if error.errno == errno.EIO:
        return f"{place}the disk failed: {reason}", ExitCode.FAILED
    return place + reason, ExitCode.FAILED
