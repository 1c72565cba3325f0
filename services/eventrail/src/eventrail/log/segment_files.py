"""The descriptors of segments: opened when they are read, and no more of them than a process can afford."""

import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

from eventrail.log.files import NO_DESCRIPTORS, Files
from eventrail.log.layout import Layout

DESCRIPTORS_HELD: Final = 64


class SegmentFiles:
    """Any thread borrows; what nobody has borrowed may be closed at any time, the longest unused first.

    The writer has borrowed the open segment for as long as it is open.
    """

    def __init__(self, files: Files, layout: Layout, held: int = DESCRIPTORS_HELD) -> None:
        self._files = files
        self._layout = layout
        self._held = held
        self._lock = Lock()
        self._descriptors: OrderedDict[int, int] = OrderedDict()
        self._borrowers: dict[int, int] = {}

    @contextmanager
    def borrowed(self, segment: int) -> Iterator[int]:
        """The descriptor of a segment, by its first position; raises `OSError` where it can't be opened."""
        descriptor = self.borrow(segment)
        try:
            yield descriptor
        finally:
            self.give_back(segment)

    def borrow(self, segment: int) -> int:
        """The same for whoever gives it back himself."""
        with self._lock:
            descriptor = self._descriptors.get(segment)
            if descriptor is None:
                descriptor = self._opened(self._layout.segment(segment), os.O_RDONLY)
            self._lend(segment, descriptor)
        return descriptor

    def open_for_writing(self, segment: int, flags: int = 0) -> int:
        """The descriptor that the writer keeps until it gives it back."""
        with self._lock:
            descriptor = self._opened(self._layout.segment(segment), os.O_RDWR | flags)
            self._lend(segment, descriptor)
        return descriptor

    def give_back(self, segment: int) -> None:
        with self._lock:
            remaining = self._borrowers.get(segment, 0) - 1
            if remaining > 0:
                self._borrowers[segment] = remaining
            else:
                self._borrowers.pop(segment, None)
            self._close_idle(self._held)

    def close(self) -> None:
        with self._lock:
            self._borrowers.clear()
            self._close_idle(0)

    def _lend(self, segment: int, descriptor: int) -> None:
        self._descriptors[segment] = descriptor
        self._descriptors.move_to_end(segment)
        self._borrowers[segment] = self._borrowers.get(segment, 0) + 1

    def _opened(self, path: Path, flags: int) -> int:
        try:
            return self._files.open(path, flags)
        except OSError as error:
            if error.errno not in NO_DESCRIPTORS or not self._close_idle(0):
                raise
        return self._files.open(path, flags)

    def _close_idle(self, kept: int) -> bool:
        """Whether anything could be closed until no more than `kept` are open."""
        surplus = len(self._descriptors) - kept
        if surplus <= 0:
            return False
        idle = [segment for segment in self._descriptors if segment not in self._borrowers][:surplus]
        for segment in idle:
            self._files.close(self._descriptors.pop(segment))
        return bool(idle)
