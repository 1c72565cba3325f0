"""Appends on their way: what comes while a request is under way goes together with the next, each atomic on its own.

That is what makes many small appends at once fast: one request, one commit and one fdatasync carry all of them.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from math import inf
from typing import Final

import msgspec

from contracts.append import AppendRequest, AppendResult
from eventrail_client.answers import Answer, outcomes_of, refused, result_of
from eventrail_client.errors import StoreError, Unavailable, UnexpectedAnswer
from eventrail_client.options import Options
from eventrail_client.retries import TryAgain, until_answered
from eventrail_client.transport import Transport

LINES_TYPE: Final = "application/x-ndjson"
MAX_REQUEST_APPENDS: Final = 512
MAX_REQUEST_BYTES: Final = 1024 * 1024
"""A single append may be larger; it then goes alone."""

Outcome = AppendResult | StoreError

_encode = msgspec.json.Encoder().encode


class Waiting:
    """An append that has no outcome yet, and whether a try may have recorded it."""

    __slots__ = ("body", "deadline", "is_under_way", "maybe_recorded", "outcome", "request")

    def __init__(self, request: AppendRequest, deadline: float = inf) -> None:
        self.request = request
        self.body = _encode(request)
        self.is_under_way = False
        self.maybe_recorded = False
        self.outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.deadline = deadline

    @property
    def is_one_line(self) -> bool:
        """Whitespace in the caller's JSON may break lines; such an append goes alone, as it is."""
        return b"\n" not in self.body and b"\r" not in self.body

    def settle(self, outcome: Outcome) -> None:
        if not self.outcome.done():
            self.outcome.set_result(outcome)

    def give_up(self) -> None:
        """Its time is over."""
        maybe_recorded = self.maybe_recorded or self.is_under_way
        self.settle(Unavailable("others were before it", maybe_recorded=maybe_recorded, request=self.request))


class AppendLane:
    """Sends appends, at most `lanes` requests at once; `append` answers each with its outcome."""

    def __init__(self, transport: Transport, options: Options) -> None:
        self._transport = transport
        self._options = options
        self._queue: deque[Waiting] = deque()
        self._senders: set[asyncio.Task[None]] = set()
        self._sending = 0
        # In the order of their deadlines; one timer looks after all of them.
        self._awaited: dict[Waiting, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def append(self, request: AppendRequest) -> Outcome:
        """The outcome of an append whose events have their ids; it shares its request with what else is waiting."""
        loop = asyncio.get_running_loop()
        waiting = Waiting(request, loop.time() + self._options.budget_seconds)
        self._queue.append(waiting)
        self._awaited[waiting] = None
        if self._timer is None:
            self._timer = loop.call_at(waiting.deadline, self._look)
        if self._sending < self._options.lanes:
            self._sending += 1
            sender = asyncio.create_task(self._send_queued())
            self._senders.add(sender)
            sender.add_done_callback(self._senders.discard)
        return await waiting.outcome

    async def append_in_order(self, requests: Sequence[AppendRequest]) -> list[Outcome]:
        """The outcomes of appends that are sent one after the other, as many to a request as fit."""
        waiting = [Waiting(request) for request in requests]
        queue = deque(waiting)
        while queue:
            await self._send(_next_together(queue))
        return [one.outcome.result() for one in waiting]

    async def close(self) -> None:
        """Leave what is still under way; whether it was recorded is not known."""
        senders = tuple(self._senders)
        for sender in senders:
            sender.cancel()
        await asyncio.gather(*senders, return_exceptions=True)
        while self._queue:
            waiting = self._queue.popleft()
            waiting.settle(Unavailable("the client was closed", request=waiting.request))
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        """Give up what has waited too long, and come again when the next will have."""
        loop = asyncio.get_running_loop()
        self._timer = None
        for waiting in self._awaited:
            if waiting.outcome.done():
                continue
            if waiting.deadline > loop.time():
                self._timer = loop.call_at(waiting.deadline, self._look)
                return
            waiting.give_up()

    async def _send_queued(self) -> None:
        """Until the queue is empty. Seeing that and no longer counting are one step, so that nobody waits in vain."""
        try:
            while self._queue:
                batch = _next_together(self._queue)
                try:
                    await self._send(batch)
                finally:
                    for waiting in batch:
                        del self._awaited[waiting]
        finally:
            self._sending -= 1

    async def _send(self, batch: list[Waiting]) -> None:
        """Send until each has an outcome or is no longer waited for, the refused and the recorded ones once only."""
        if not _unsettled(batch):
            return
        try:
            await until_answered(self._options, lambda seconds: self._try(batch, seconds))
        except StoreError as error:
            _settle_all(batch, error)
        except Exception as error:  # noqa: BLE001 - a fault of ours belongs to whoever waits for this outcome
            _fail_all(batch, error)
        except asyncio.CancelledError:
            _settle_all(batch, Unavailable("the client was closed", maybe_recorded=True))
            raise

    async def _try(self, batch: list[Waiting], seconds: float) -> None:
        sent = _unsettled(batch)
        for waiting in sent:
            waiting.is_under_way = True
        try:
            if sent:
                await self._post(sent, seconds)
        except TryAgain as failed:
            for waiting in sent:
                waiting.is_under_way = False
                waiting.maybe_recorded = waiting.maybe_recorded or failed.maybe_recorded
            raise

    async def _post(self, batch: list[Waiting], seconds: float) -> None:
        alone = len(batch) == 1
        answer = await self._transport.exchange(
            "POST",
            "append",
            seconds=seconds,
            headers={"Content-Type": "application/json" if alone else LINES_TYPE},
            body=batch[0].body if alone else b"\n".join(waiting.body for waiting in batch) + b"\n",
        )
        if not answer.succeeded:
            raise refused(answer)
        if alone:
            batch[0].settle(result_of(answer.body))
        else:
            _settle_each(batch, answer)


def _next_together(queue: deque[Waiting]) -> list[Waiting]:
    """The next appends of the queue that one request can carry; at least one."""
    batch = [queue.popleft()]
    size_bytes = len(batch[0].body)
    if not batch[0].is_one_line:
        return batch
    while queue and len(batch) < MAX_REQUEST_APPENDS:
        size_bytes += len(queue[0].body)
        if size_bytes > MAX_REQUEST_BYTES or not queue[0].is_one_line:
            break
        batch.append(queue.popleft())
    return batch


def _unsettled(batch: list[Waiting]) -> list[Waiting]:
    return [waiting for waiting in batch if not waiting.outcome.done()]


def _settle_each(batch: list[Waiting], answer: Answer) -> None:
    """An outcome for each; raises TryAgain for those that may be tried again."""
    outcomes = outcomes_of(answer.body)
    if len(outcomes) != len(batch):
        raise UnexpectedAnswer(f"{len(outcomes)} results for {len(batch)} appends")
    again: TryAgain | None = None
    for waiting, outcome in zip(batch, outcomes, strict=True):
        if isinstance(outcome, TryAgain):
            again = outcome
        else:
            waiting.settle(outcome)
    if again:
        raise again


def _settle_all(batch: list[Waiting], error: StoreError) -> None:
    for waiting in _unsettled(batch):
        if isinstance(error, Unavailable):
            kind = type(error)
            maybe_recorded = waiting.maybe_recorded or error.maybe_recorded
            waiting.settle(
                kind(error.reason, maybe_recorded=maybe_recorded, request=waiting.request, problem=error.problem)
            )
        else:
            waiting.settle(error)


def _fail_all(batch: list[Waiting], error: Exception) -> None:
    for waiting in _unsettled(batch):
        waiting.outcome.set_exception(error)
