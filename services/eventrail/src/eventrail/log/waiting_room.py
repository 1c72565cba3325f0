"""What waits for the writer: bounded in number and bytes, taken in batches, each with whoever wants the answer."""

import asyncio
from collections import deque
from typing import Final, Protocol

import msgspec

from eventrail.log.admission import append_bytes
from eventrail.log.errors import QueueFull
from eventrail.log.events import Append, Outcome

BATCH_BYTES: Final = 16 * 1024 * 1024
"""What is committed together: a torn batch must fit into the space reserve, and its forming into memory."""
LINE_OVERHEAD_BYTES: Final = 256
"""What a line has besides what the client sent."""


class Receiver(Protocol):
    """Who wants an append's answer; called in the event loop, and raises nothing.

    `is_gone`: nobody wants it any more, so that an append which has not come to the writer need not be made.
    """

    def is_gone(self) -> bool: ...

    def settle(self, outcome: Outcome) -> None: ...

    def refuse(self, error: Exception) -> None: ...


class Waiting(msgspec.Struct, frozen=True):
    """One for each append that comes: made in C."""

    append: Append
    size_bytes: int
    receiver: Receiver


Batch = list[Waiting]


class WaitingRoom:
    """`appends` and `size_bytes` count what is not answered yet, waiting or being committed."""

    def __init__(self, max_appends: int, max_bytes: int) -> None:
        self.appends = 0
        self.size_bytes = 0
        self._max_appends = max_appends
        self._max_bytes = max_bytes
        self._waiting: Batch = []
        # Each of them is a batch of its own, before what waits.
        self._alone: deque[Waiting] = deque()

    def __bool__(self) -> bool:
        return bool(self._waiting or self._alone)

    def admit(self, append: Append, receiver: Receiver) -> None:
        """Raises `QueueFull`."""
        size_bytes = append_bytes(append) + LINE_OVERHEAD_BYTES * len(append.events)
        full = self.appends >= self._max_appends
        # An append larger than the bound is still taken where nothing waits: its own limit holds elsewhere.
        if full or (self.size_bytes and self.size_bytes + size_bytes > self._max_bytes):
            raise QueueFull(self.appends, self.size_bytes)
        self._waiting.append(Waiting(append, size_bytes, receiver))
        self.appends += 1
        self.size_bytes += size_bytes

    def next_batch(self) -> Batch:
        """What somebody still wants, as much as is committed together; empty where nothing waits."""
        if self._alone:
            return [self._alone.popleft()]
        while self._waiting:
            taken = self._taken()
            gone = [waiting for waiting in taken if waiting.receiver.is_gone()]
            if not gone:
                return taken
            self.release(gone)
            if wanted := [waiting for waiting in taken if not waiting.receiver.is_gone()]:
                return wanted
        return []

    def put_apart(self, batch: Batch) -> None:
        """Have these taken again, one after the other, before all others."""
        self._alone.extend(batch)

    def empty(self) -> Batch:
        """All that waits, in its order; they wait no longer, and still count."""
        left = [*self._alone, *self._waiting]
        self._alone.clear()
        self._waiting = []
        return left

    def release(self, batch: Batch) -> None:
        """They are answered, or need no answer."""
        self.appends -= len(batch)
        self.size_bytes -= sum([waiting.size_bytes for waiting in batch])

    def _taken(self) -> Batch:
        """As much as is committed together, and at least one."""
        size_bytes = 0
        for count, waiting in enumerate(self._waiting):
            size_bytes += waiting.size_bytes
            if count and size_bytes > BATCH_BYTES:
                break
        else:
            count = len(self._waiting)
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken


class Awaited:
    """A coroutine that waits for an append's answer."""

    __slots__ = ("answer",)

    def __init__(self, answer: "asyncio.Future[Outcome]") -> None:
        self.answer = answer

    def is_gone(self) -> bool:
        return self.answer.done()

    def settle(self, outcome: Outcome) -> None:
        if not self.answer.done():
            self.answer.set_result(outcome)

    def refuse(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)
