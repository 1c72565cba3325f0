"""What is under way at the disk, and what a failure there means: context managers that every commit goes through."""

import time
from types import TracebackType

from eventrail.log.errors import DescriptorsExhausted, DiskFull, SyncFailed


class AtTheDisk:
    """Tells any thread how long the writer has been in the block."""

    __slots__ = ("_since",)

    def __init__(self) -> None:
        self._since: float | None = None

    def __enter__(self) -> None:
        self._since = time.monotonic()

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._since = None

    @property
    def stalled_seconds(self) -> float:
        since = self._since
        return 0.0 if since is None else time.monotonic() - since


class FailingForGood:
    """Whatever fails in the block, but for a lack of room, ends all writing: what stands on disk is unknown.

    `failure` is what ended it. Any thread may enter, several at once.
    """

    __slots__ = ("failure",)

    def __init__(self) -> None:
        self.failure: SyncFailed | None = None

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Raises `SyncFailed` in place of any other failure."""
        if error is None or isinstance(error, DiskFull | DescriptorsExhausted):
            return
        if isinstance(error, SyncFailed):
            self.failure = error
            return
        self.failure = SyncFailed("a commit", repr(error))
        raise self.failure from error
