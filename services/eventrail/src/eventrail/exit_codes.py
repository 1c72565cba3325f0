"""The exit codes of `eventrail`: what a supervisor or a script may rely on."""

from enum import IntEnum
from typing import Final

from eventrail.log.errors import (
    ClockAhead,
    DiskFull,
    ForeignFormat,
    LogError,
    LogLocked,
    SyncFailed,
    UnsafeFileSystem,
)


class ExitCode(IntEnum):
    """Documented in docs/operations.md; a number is never given another meaning."""

    OK = 0
    """A clean end."""
    FAILED = 1
    """Anything without a code of its own."""
    USAGE = 2
    """The command line or a setting is wrong; nothing was started."""
    LOCKED = 10
    """Another process writes this log."""
    CORRUPT = 11
    """Something that was durable is damaged or missing; nothing was changed."""
    SYNC_FAILED = 12
    """The disk failed under the writer; a new start reads what is durable."""
    UNSAFE_FILE_SYSTEM = 13
    """The file system may lose what it has synced."""
    FOREIGN_FORMAT = 14
    """The log is of another format version."""
    CLOCK_AHEAD = 15
    """The log's last event is later than the clock allows."""
    ADDRESS_TAKEN = 16
    """The address can't be listened on."""
    DISK_FULL = 17
    """No room to recover or begin a log, or to write a copy of one."""
    REFUSED = 20
    """The server, or NATS, answered a client command with a problem."""
    UNREACHABLE = 21
    """The server, or NATS, did not answer a client command."""
    DAMAGED = 22
    """`verify`, or a command that copies, found damage."""
    DIFFERENT = 23
    """`verify` found the files sound, but the server, the stream or a checkpoint says otherwise."""
    TARGET_REFUSED = 24
    """The directory to be written is not empty, of another log, or further on; nothing was written there."""
    UNREPAIRED = 25
    """Neither the log nor the source holds what would close the chain."""
    BAD_LINES = 26
    """`import` named lines that were not taken."""
    INTERRUPTED = 130
    """Ctrl-C."""


ENGINE_CODES: Final[tuple[tuple[type[LogError], ExitCode], ...]] = (
    (LogLocked, ExitCode.LOCKED),
    (SyncFailed, ExitCode.SYNC_FAILED),
    (UnsafeFileSystem, ExitCode.UNSAFE_FILE_SYSTEM),
    (ForeignFormat, ExitCode.FOREIGN_FORMAT),
    (ClockAhead, ExitCode.CLOCK_AHEAD),
    (DiskFull, ExitCode.DISK_FULL),
    (LogError, ExitCode.FAILED),
)
"""What a refusal of the engine ends a process with, but for `LogCorrupt`: a server says CORRUPT, a command DAMAGED."""
