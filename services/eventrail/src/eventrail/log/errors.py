# ruff: noqa: N818 - a refusal is named after the fact that it states, and reads so in an except clause
"""What the engine refuses, each as its own exception that carries the facts."""

from pathlib import Path


class LogError(Exception):
    """Any refusal of the engine."""


class Malformed(LogError):
    """What came is outside the format; `where` names the place in it."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where
        self.reason = reason


class TooLarge(LogError):
    """What came is over a named limit."""

    def __init__(self, where: str, size: int, limit: int) -> None:
        super().__init__(f"{where}: {size} is over the limit of {limit}")
        self.where = where
        self.size = size
        self.limit = limit


class LogLocked(LogError):
    """Another process writes this log."""

    def __init__(self, directory: Path) -> None:
        super().__init__(f"{directory} is locked: another process writes this log")
        self.directory = directory


class UnsafeFileSystem(LogError):
    """The directory lies on a file system whose sync or lock can't be relied on."""

    def __init__(self, directory: Path, kind: str) -> None:
        super().__init__(f"{directory} lies on a file system of the kind {kind}, which may lose what it has synced")
        self.directory = directory
        self.kind = kind


class ForeignFormat(LogError):
    """The directory holds a log of another format version."""

    def __init__(self, file: Path, found: int, known: int) -> None:
        super().__init__(f"{file} states format {found}; this program knows format {known}")
        self.file = file
        self.found = found
        self.known = known


class LogCorrupt(LogError):
    """Something that was durable is damaged or missing; nothing was changed."""

    def __init__(self, file: Path, offset: int, first_position: int, last_position: int, reason: str) -> None:
        super().__init__(f"{file}, byte {offset}, positions {first_position} to {last_position}: {reason}")
        self.file = file
        self.offset = offset
        self.first_position = first_position
        self.last_position = last_position
        self.reason = reason


class RangeDamaged(LogError):
    """A stored range that was read is not what was written; it is not served."""

    def __init__(self, file: Path, offset: int, first_position: int, last_position: int) -> None:
        super().__init__(f"{file}, byte {offset}: positions {first_position} to {last_position} are damaged")
        self.file = file
        self.offset = offset
        self.first_position = first_position
        self.last_position = last_position


class DiskFull(LogError):
    """The batch did not fit and was undone, or there is no room for the reserve; the log goes on when there is."""

    def __init__(self, size_bytes: int, error_number: int) -> None:
        what = f"a batch of {size_bytes} bytes, which was undone" if size_bytes else "the log's own files"
        super().__init__(f"the disk is full (errno {error_number}): no room for {what}")
        self.size_bytes = size_bytes
        self.error_number = error_number


class DescriptorsExhausted(LogError):
    """No file could be opened, because too many are; nothing was changed, and it may be tried again."""

    def __init__(self, error_number: int) -> None:
        super().__init__(f"too many files are open (errno {error_number}); try again")
        self.error_number = error_number


class SyncFailed(LogError):
    """The disk failed under the writer: what is durable is unknown, and the process must end."""

    def __init__(self, operation: str, reason: str) -> None:
        super().__init__(f"{operation} failed ({reason}); nothing more is written by this process")
        self.operation = operation
        self.reason = reason


class AppendsSuspended(LogError):
    """Appends wait for a decision; reads go on."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"appends are suspended: {reason}")
        self.reason = reason


class ClockJumped(AppendsSuspended):
    """The clock went ahead of the time that has passed, by more than the tolerance: one of the two is wrong."""

    def __init__(self, ahead_seconds: float) -> None:
        super().__init__(f"the clock has jumped {ahead_seconds:.0f} s ahead of the time that has passed")
        self.ahead_seconds = ahead_seconds


class QueueFull(LogError):
    """Too much is waiting for the writer already."""

    def __init__(self, waiting_appends: int, waiting_bytes: int) -> None:
        super().__init__(f"{waiting_appends} appends of {waiting_bytes} bytes are waiting")
        self.waiting_appends = waiting_appends
        self.waiting_bytes = waiting_bytes


class ClockAhead(LogError):
    """The log's last event is later than the clock by more than the tolerance: one of them is wrong."""

    def __init__(self, last_time: str, now: str) -> None:
        super().__init__(f"the last event is of {last_time}, but the clock says {now}")
        self.last_time = last_time
        self.now = now
