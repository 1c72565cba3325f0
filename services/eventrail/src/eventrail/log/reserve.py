"""The space reserve: room on the disk that is kept for finishing what must be finished when there is no other."""

import os
from collections.abc import Callable
from threading import Lock
from typing import Final, TypeVar

from eventrail.log.files import NO_ROOM, Files
from eventrail.log.layout import Layout

Result = TypeVar("Result")

CAPACITY_SHARE: Final = 16
"""A reserve takes no more than this part of its file system."""


class Reserve:
    """The file `reserve`, really allocated. Given away, it is missing until there is room for it again.

    While it is missing the log takes no appends: what they would fill is the room that the next recovery may need.
    Any thread may call.
    """

    def __init__(self, files: Files, layout: Layout, wanted_bytes: int) -> None:
        self._files = files
        self._layout = layout
        self._wanted_bytes = wanted_bytes
        self._whole = wanted_bytes == 0
        self._changing = Lock()

    @property
    def whole(self) -> bool:
        return self._whole

    def renew(self) -> bool:
        """Make the reserve, durably; False where there is no room for it. Any other `OSError` is raised."""
        if self._whole:
            return True
        with self._changing:
            self._whole = self._make()
        return self._whole

    def release(self) -> bool:
        """Give the room away; False where there was none to give."""
        with self._changing:
            try:
                descriptor = self._files.open(self._layout.reserve, os.O_RDWR)
            except FileNotFoundError:
                return False
            try:
                held_bytes = self._files.size(descriptor)
                self._whole = self._wanted_bytes == 0
                self._files.truncate(descriptor, 0)
                # The file system may lend the room of a file only after that file's end is durable.
                self._files.sync(descriptor)
            finally:
                self._files.close(descriptor)
            return held_bytes > 0

    def lend(self, work: Callable[[], Result]) -> Result:
        """Do work that may be repeated; where it finds no room, once more with the room of the reserve."""
        try:
            return work()
        except OSError as error:
            if error.errno not in NO_ROOM or not self.release():
                raise
        return work()

    def _make(self) -> bool:
        size_bytes = min(self._wanted_bytes, self._files.capacity(self._layout.directory) // CAPACITY_SHARE)
        descriptor = self._files.open(self._layout.reserve, os.O_RDWR | os.O_CREAT)
        try:
            made = self._allocate(descriptor, size_bytes)
        finally:
            self._files.close(descriptor)
        if made:
            self._files.sync_directory(self._layout.directory)
        return made

    def _allocate(self, descriptor: int, size_bytes: int) -> bool:
        """Allocated anew at each start: a file that was copied may have the size and not the room."""
        try:
            if self._files.size(descriptor) > size_bytes:
                self._files.truncate(descriptor, size_bytes)
            if size_bytes:
                self._files.allocate(descriptor, size_bytes)
            self._files.sync(descriptor)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            # A part of it would be taken from others and still not be enough.
            self._files.truncate(descriptor, 0)
            return False
        return True
