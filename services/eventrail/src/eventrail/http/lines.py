"""An NDJSON request's appends: handed to the writer together, a result for each line, without a task for each."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Final

import msgspec

from contracts.append import AppendResult
from contracts.problems import Problem
from eventrail.http.conversion import append_of_body
from eventrail.http.problems import of_error, result_of
from eventrail.http.store import Store
from eventrail.http.trace_meta import with_trace
from eventrail.log.errors import LogError
from eventrail.log.events import Outcome
from eventrail.telemetry.outcomes import outcome_of
from servicekit.problems import ProblemRaised
from servicekit.trace_context import TRACE, TraceContext

_ENCODER: Final = msgspec.json.Encoder()

Done = Callable[[bytes | Exception], None]
"""Takes the results, each with its line feed; or the error for whose sake there are none."""


async def results_of(lines: Sequence[bytes], store: Store) -> bytes:
    """One result or problem for each line, in order, each with its line feed; a refused line stops no other."""
    whole: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    together = Together(len(lines), store, partial(_tell, whole))
    try:
        with ExitStack() as spans:
            together.submit(lines, TRACE.get(), spans)
            return await whole
    finally:
        together.is_left = True


def lines_of(body: bytes) -> list[bytes]:
    """The lines of a request that are not empty."""
    return [line for line in body.split(b"\n") if line.strip()]


class Together:
    """The appends of one request; `done` is told once. `is_left`: nobody waits for them any more."""

    def __init__(self, count: int, store: Store, done: Done) -> None:
        self.is_left = False
        self.metrics = store.metrics
        self.begun = time.perf_counter()
        self._store = store
        self._done = done
        self._results: list[AppendResult | Problem | None] = [None] * count
        self._missing = count

    def submit(
        self, lines: Sequence[bytes], context: TraceContext | None = None, spans: ExitStack | None = None
    ) -> None:
        """Each line is refused here, or has its outcome from the queue later."""
        for number, line in enumerate(lines):
            receiver = _Line(self, number)
            try:
                append = with_trace(append_of_body(line), context)
                if spans is not None and self._store.tracing is not None:
                    spans.enter_context(self._store.tracing.under_way(append))
                self._store.queue.submit(append, receiver)
            except Exception as error:  # noqa: BLE001 - refused, or a fault that leaves all lines without an answer
                receiver.refuse(error)
            if self.is_left:
                return

    def put(self, number: int, result: AppendResult | Problem) -> None:
        self._results[number] = result
        self._missing -= 1
        if not self._missing:
            self._done(_ENCODER.encode_lines(self._results))

    def fail(self, error: Exception) -> None:
        """No line has an answer then: the fault is ours."""
        self.is_left = True
        self._done(error)


class _Line:
    """A line's append, as the queue's receiver."""

    __slots__ = ("_number", "_together")

    def __init__(self, together: Together, number: int) -> None:
        self._together = together
        self._number = number

    def is_gone(self) -> bool:
        return self._together.is_left

    def settle(self, outcome: Outcome) -> None:
        together = self._together
        if together.is_left:
            return
        result = result_of(outcome)
        together.metrics.answered(outcome_of(result), time.perf_counter() - together.begun)
        together.put(self._number, result)

    def refuse(self, error: Exception) -> None:
        together = self._together
        if together.is_left:
            return
        if not isinstance(error, ProblemRaised | LogError):
            together.fail(error)
            return
        refusal = error.body if isinstance(error, ProblemRaised) else of_error(error)
        together.metrics.refused(outcome_of(refusal))
        together.put(self._number, refusal)


def _tell(whole: "asyncio.Future[bytes]", came_to: bytes | Exception) -> None:
    if whole.done():
        return
    if isinstance(came_to, Exception):
        whole.set_exception(came_to)
    else:
        whole.set_result(came_to)
