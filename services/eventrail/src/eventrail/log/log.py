"""The log: opened by one process, written by one thread, read by any."""

import errno
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Self

from eventrail.log.alarms import alarms
from eventrail.log.batch import Batch, wanted_ids
from eventrail.log.clock import ClockGuard, boot_seconds, next_time, system_clock
from eventrail.log.documents import write_head
from eventrail.log.errors import AppendsSuspended, DiskFull, SyncFailed
from eventrail.log.events import Append, Head, Outcome, Page, Query, Statistics
from eventrail.log.files import NO_DESCRIPTORS, NO_ROOM, Files, SystemFiles
from eventrail.log.identifiers import NewIds, new_uuids
from eventrail.log.index.loading import RebuildProgress, silent
from eventrail.log.observing import Commit, Nobody, Observer
from eventrail.log.opening import Parts, Surroundings, open_parts
from eventrail.log.options import Options
from eventrail.log.pages import read_page
from eventrail.log.scrub import Scrub
from eventrail.log.writing import AtTheDisk, FailingForGood

SEGMENTS_WAITING: Final = 2
"""Sealed segments whose index may be in memory only."""

_DEFAULT_OPTIONS: Final = Options()
_SYSTEM_FILES: Final = SystemFiles()
_NOBODY: Final = Nobody()


class Log:
    """An open log.

    `commit`, `write_head` and `close` belong to one thread at a time, `maintain` to another, which has ended before
    `close`; any may call the rest.

    `suspension` says why appends are refused, where a witness has seen more than the log holds; `recovery` what the
    start found and did.
    """

    def __init__(
        self, parts: Parts, surroundings: Surroundings, options: Options, observer: Observer = _NOBODY
    ) -> None:
        self.log_id = parts.log_id
        self.recovery = parts.recovery
        self.suspension = _suspension(parts)
        self._layout = parts.layout
        self._lock = parts.lock
        self._index = parts.index
        self._segments = parts.segments
        self._surroundings = surroundings
        self._options = options
        self._observer = observer
        self._clock_guard = ClockGuard(surroundings.clock(), surroundings.steady(), options.clock_tolerance_seconds)
        self._scrub = Scrub(
            surroundings.files,
            parts.layout,
            parts.segments,
            parts.log_id,
            options.scrub_pause_seconds,
            surroundings.steady,
        )
        # Readers take the head once and ask for nothing above it: setting it is what makes a batch visible.
        self._head = parts.head
        self._last_time = parts.last_time
        self._written_head: Head | None = None
        self._writing = FailingForGood()
        self._syncs = 0
        self._last_sync_seconds: float | None = None
        self._at_the_disk = AtTheDisk()

    @classmethod
    def open(  # noqa: PLR0913 - what surrounds the engine is given, so that a test can put something else there
        cls,
        directory: Path,
        options: Options = _DEFAULT_OPTIONS,
        *,
        witness_position: int | None = None,
        clock: Callable[[], int] = system_clock,
        new_ids: NewIds = new_uuids,
        steady: Callable[[], float] = boot_seconds,
        files: Files = _SYSTEM_FILES,
        observer: Observer = _NOBODY,
        progress: RebuildProgress = silent,
    ) -> Self:
        """Claim, recover and open the log in `directory`, or make one there.

        `witness_position` is the highest position that anyone outside is known to have seen. `progress` is told of
        files of the index that are formed again from their segments. Raises `LogLocked`,
        `UnsafeFileSystem`, `ForeignFormat`, `LogCorrupt`, `ClockAhead`, and `DiskFull` or `SyncFailed` where the
        recovery could not be written.
        """
        surroundings = Surroundings(files, clock, new_ids, steady)
        parts = open_parts(directory, options, surroundings, witness_position or 0, progress)
        return cls(parts, surroundings, options, observer)

    @property
    def head(self) -> Head:
        """The last durable event."""
        return self._head

    def commit(self, batch: Sequence[Append]) -> list[Outcome]:
        """Answer each append, in order, all new events made durable by one sync before this returns.

        Raises `DiskFull` or `DescriptorsExhausted` with the whole batch undone; `SyncFailed`, then and ever after, when
        the disk failed; `AppendsSuspended` where the log has lost what a witness has seen, or the clock has jumped;
        `RangeDamaged` where a stored line that an append must be compared with can't be read.
        """
        if self._writing.failure is not None:
            raise self._writing.failure
        if self.suspension is not None:
            raise AppendsSuspended(self.suspension)
        begun, before = time.monotonic(), self._head.position
        now = self._surroundings.clock()
        forming = Batch(
            head_position=self._head.position,
            head_hash=self._head.hash,
            time=next_time(self._last_time, now),
            index=self._index,
            durable_line=self._line,
            new_ids=iter(self._surroundings.new_ids(now, wanted_ids(batch))),
        )
        outcomes = [forming.admit(append) for append in batch]
        sync_seconds = None
        if forming.lines:
            self._clock_guard.accept(now, self._surroundings.steady())
            self._require_reserve()
            self._bound_index()
            sync_seconds = self._make_durable(forming)
        self._observer.committed(
            Commit(
                appends=batch,
                outcomes=outcomes,
                first=before + 1,
                last=forming.position,
                size_bytes=sum(map(len, forming.lines)),
                sync_seconds=sync_seconds,
                seconds=time.monotonic() - begun,
            )
        )
        return outcomes

    def page(self, query: Query) -> Page:
        """A page of durable lines; raises `RangeDamaged` rather than serve a wrong byte."""
        return read_page(query, self._head.position, self._index, self._segments)

    def line_by_id(self, event_id: str) -> bytes | None:
        """The line of an event, with its newline; None where no durable event has the id."""
        position = self._index.position_of(event_id)
        return None if position is None else self.line_at(position)

    def line_at(self, position: int) -> bytes | None:
        return self._line(position) if 1 <= position <= self._head.position else None

    def statistics(self) -> Statistics:
        head = self._head
        return Statistics(
            head=head,
            events=head.position,
            size_bytes=self._segments.size_bytes,
            segments=self._segments.count,
            events_by_type=self._index.events_by_type(),
            syncs=self._syncs,
            last_sync_seconds=self._last_sync_seconds,
            recovery=self.recovery,
            stalled_seconds=self._at_the_disk.stalled_seconds,
            reserve_whole=self.reserve_whole,
            scrub=self._scrub.report(),
            unindexed_segments=self._index.waiting,
        )

    @property
    def reserve_whole(self) -> bool:
        """Without the space reserve every append is refused as on a full disk."""
        return self._segments.reserve.whole

    @property
    def scrubbed_bytes(self) -> int:
        """How much the scrub has read since the start."""
        return self._scrub.read_bytes

    def alarms(self) -> tuple[str, ...]:
        """What needs an operator, each in a sentence; whatever can still be served is served."""
        surroundings = self._surroundings
        return tuple(
            alarms(
                failure=self._writing.failure,
                stalled_seconds=self._at_the_disk.stalled_seconds,
                stall_limit_seconds=self._options.stall_seconds,
                jump=self._clock_guard.jump(surroundings.clock(), surroundings.steady()),
                damages=self._segments.damages.known(),
            )
        )

    def maintain(self) -> bool:
        """Do one bounded piece of what is pending beside the writing, and say whether more of it waits.

        That is the space reserve, where it is missing, the index, and the scrub. Raises `SyncFailed`.
        """
        if self._writing.failure is not None:
            return False
        with self._writing:
            self._segments.keep_reserve()
        return self._index.maintain() or self._scrub.piece()

    def write_head(self) -> bool:
        """Write the head down beside the segments, as a witness for the next start; False where there is no room.

        A witness that is behind is still true, so that costs nothing but its use. Raises `SyncFailed`.
        """
        head = self._head
        if head == self._written_head:
            return True
        try:
            with self._at_the_disk:
                write_head(self._surroundings.files, self._layout, head)
        except OSError as error:
            if error.errno in NO_ROOM | NO_DESCRIPTORS:
                return False
            self._writing.failure = SyncFailed(f"writing {self._layout.head.name}", str(error))
            raise self._writing.failure from error
        self._written_head = head
        return True

    def close(self) -> None:
        """A clean stop: the open segment is cut to its lines, the head written down, the lock given back."""
        self._scrub.close()
        try:
            if self._writing.failure is None:
                with self._writing:
                    self._segments.trim()
                self.write_head()
        finally:
            self._index.close()
            self._segments.close()
            self._surroundings.files.close(self._lock)

    def _line(self, position: int) -> bytes:
        return b"".join(map(self._segments.read, self._index.ranges(position, position)))

    def _require_reserve(self) -> None:
        """What appends would fill without it is the room that the next recovery may need."""
        if self.reserve_whole:
            return
        with self._writing:
            if not self._segments.keep_reserve():
                raise DiskFull(0, errno.ENOSPC)

    def _bound_index(self) -> None:
        """Work off what `maintain` did not come to, so that the index in memory does not grow with the log."""
        while self._index.waiting > SEGMENTS_WAITING and self._index.maintain():
            pass

    def _make_durable(self, forming: Batch) -> float:
        """How many seconds the sync took."""
        with self._at_the_disk, self._writing:
            place = self._segments.append(b"".join(forming.lines), self._head.position + 1)
            begun = time.monotonic()
            self._segments.sync()
            sync_seconds = self._last_sync_seconds = time.monotonic() - begun
            self._syncs += 1
            self._segments.settle()
            self._index.absorb(forming.delta, place.segment, place.offset)
        self._last_time = forming.time
        self._head = Head(forming.position, forming.hash)
        return sync_seconds


def _suspension(parts: Parts) -> str | None:
    seen, held = parts.recovery.witness_position, parts.head.position
    return f"a witness has seen position {seen}, the log ends at {held}" if seen > held else None
