"""An NDJSON request's appends: handed to the writer together, a result for each line, without a task for each."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import ExitStack
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
from servicekit.trace_context import TRACE

_ENCODER: Final = msgspec.json.Encoder()


async def results_of(lines: Sequence[bytes], store: Store) -> list[bytes]:
    """One result or problem for each line, in order, each with its line feed; a refused line stops no other."""
    together = _Together(len(lines), store)
    try:
        with ExitStack() as spans:
            for number, line in enumerate(lines):
                _submit(line, _Line(together, number), store, spans)
            await together.whole
    finally:
        together.is_left = True
    return together.results


def _submit(line: bytes, receiver: "_Line", store: Store, spans: ExitStack) -> None:
    try:
        append = with_trace(append_of_body(line), TRACE.get())
        if store.tracing is not None:
            spans.enter_context(store.tracing.under_way(append))
        store.queue.submit(append, receiver)
    except (ProblemRaised, LogError) as error:
        receiver.refuse(error)


class _Together:
    """The lines of one request; `is_left` when nobody waits for them any more."""

    def __init__(self, count: int, store: Store) -> None:
        self.results = [b""] * count
        self.whole: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.is_left = False
        self.metrics = store.metrics
        self._missing = count

    def put(self, number: int, result: AppendResult | Problem) -> None:
        self.results[number] = _ENCODER.encode(result) + b"\n"
        self._missing -= 1
        if not self._missing and not self.whole.done():
            self.whole.set_result(None)

    def fail(self, error: Exception) -> None:
        """No line has an answer then: the fault is ours."""
        if not self.whole.done():
            self.whole.set_exception(error)


class _Line:
    """A line's append, as the queue's receiver."""

    __slots__ = ("_begun", "_number", "_together")

    def __init__(self, together: _Together, number: int) -> None:
        self._together = together
        self._number = number
        self._begun = time.perf_counter()

    def is_gone(self) -> bool:
        return self._together.is_left

    def settle(self, outcome: Outcome) -> None:
        if self._together.is_left:
            return
        result = result_of(outcome)
        self._together.metrics.answered(outcome_of(result), time.perf_counter() - self._begun)
        self._together.put(self._number, result)

    def refuse(self, error: Exception) -> None:
        if self._together.is_left:
            return
        if not isinstance(error, ProblemRaised | LogError):
            self._together.fail(error)
            return
        refusal = error.body if isinstance(error, ProblemRaised) else of_error(error)
        self._together.metrics.refused(outcome_of(refusal))
        self._together.put(self._number, refusal)
