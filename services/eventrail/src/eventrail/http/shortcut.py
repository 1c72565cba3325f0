"""The hot requests answered without an application: what is plain about them; all else goes the other way.

A request that would be refused before it comes to the queue goes there too: nothing of it has been done, and so each
refusal has one place. What the writer answers, or the log holds, is put into words by the same functions.
"""

import re
import time
from functools import partial
from typing import Final

from eventrail.http.access import Scope, VerifiedTokens
from eventrail.http.appends import answer_of
from eventrail.http.conversion import append_of_body, append_of_document
from eventrail.http.endpoint import answer_of_failure, stopping_answer
from eventrail.http.exchange import NDJSON, Answer, header_block
from eventrail.http.limits import APPENDS_AT_ONCE
from eventrail.http.lines import Together, lines_of
from eventrail.http.problems import of_error, result_of
from eventrail.http.queries import NEW_EVENT, one, parse_query
from eventrail.http.reads import PLAIN_ACCEPT, stored_answer
from eventrail.http.store import Store
from eventrail.log.errors import LogError
from eventrail.log.events import Append, Outcome
from eventrail.telemetry.metrics import Metrics
from eventrail.telemetry.outcomes import outcome_of
from servicekit.direct_answer import DirectCycle
from servicekit.problems import ProblemRaised
from servicekit.shortcuts import Headers, Take

_EVENT: Final = re.compile(rb"/events/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_DOCUMENT: Final = re.compile(rb"/events(?:\?([A-Za-z0-9_.:%&=+-]*))?")
_JSON_TYPES: Final = frozenset({b"application/json", b"application/x-www-form-urlencoded"})
"""Of a document: the other way takes any, this one what `curl -d` and most clients send."""


class HotRequests:
    """Plain appends, one or many, documents and reads of one event; a `servicekit.shortcuts.Shortcut`."""

    def __init__(self, store: Store) -> None:
        assert store.tracing is None, "the spans of a request are the application's"
        self._store = store
        self._tokens = VerifiedTokens(store.grants)

    def __call__(self, method: bytes, target: bytes, headers: Headers) -> Take | None:
        if method == b"POST":
            return self._append(target, headers)
        if method == b"GET" and b"content-length" not in headers and (event := _EVENT.fullmatch(target)):
            if not self._may(headers, "read") or headers.get(b"accept") not in PLAIN_ACCEPT:
                return None
            return partial(self._take_read, event[1].decode("ascii"))
        return None

    def _append(self, target: bytes, headers: Headers) -> Take | None:
        kind = headers.get(b"content-type", b"application/json")
        if b"content-length" not in headers or not self._may(headers, "append"):
            return None
        if target == b"/append" and kind == b"application/json":
            return self._take_append
        if target == b"/append" and kind == NDJSON:
            return self._take_lines
        if kind in _JSON_TYPES and (document := _DOCUMENT.fullmatch(target)):
            return partial(self._take_document, document[1] or b"")
        return None

    def _may(self, headers: Headers, scope: Scope) -> bool:
        return self._tokens.may(headers.get(b"authorization"), scope)

    def _take_append(self, body: bytes, cycle: DirectCycle) -> bool:
        try:
            append = append_of_body(body)
        except (ProblemRaised, LogError):
            return False
        return self._submitted(append, None, cycle)

    def _take_lines(self, body: bytes, cycle: DirectCycle) -> bool:
        lines = lines_of(body)
        if not 1 <= len(lines) <= APPENDS_AT_ONCE:
            return False
        together = Together(len(lines), self._store, partial(_send_results, cycle))
        cycle.begin(partial(_leave, together, cycle))
        together.submit(lines)
        return True

    def _take_document(self, query: bytes, body: bytes, cycle: DirectCycle) -> bool:
        try:
            values = parse_query(query, NEW_EVENT)
            event_id = one(values, "id") or self._store.new_id()
            append = append_of_document(body, values, event_id)
        except (ProblemRaised, LogError):
            return False
        return self._submitted(append, event_id, cycle)

    def _submitted(self, append: Append, event_id: str | None, cycle: DirectCycle) -> bool:
        waiting = _Waiting(self._store.metrics, cycle, event_id)
        try:
            self._store.queue.submit(append, waiting)
        except LogError:
            return False
        cycle.begin(waiting.cancel)
        return True

    def _take_read(self, event_id: str, body: bytes, cycle: DirectCycle) -> bool:
        try:
            found = self._store.log.line_by_id(event_id)
        except LogError:
            return False
        if found is None:
            return False
        _send(stored_answer(found), cycle, cached=True)
        return True


class _Waiting:
    """An append of the shortcut's, and the cycle that its answer goes to; a `Receiver`."""

    __slots__ = ("_begun", "_cycle", "_event_id", "_gone", "_metrics")

    def __init__(self, metrics: Metrics, cycle: DirectCycle, event_id: str | None) -> None:
        self._metrics = metrics
        self._cycle = cycle
        self._event_id = event_id
        self._gone = False
        self._begun = time.perf_counter()

    def is_gone(self) -> bool:
        return self._gone

    def settle(self, outcome: Outcome) -> None:
        if self._gone:
            return
        result = result_of(outcome)
        self._metrics.answered(outcome_of(result), time.perf_counter() - self._begun)
        _send(answer_of(result, self._event_id), self._cycle)

    def refuse(self, error: Exception) -> None:
        if self._gone:
            return
        if isinstance(error, LogError):
            self._metrics.refused(outcome_of(of_error(error)))
        _send(answer_of_failure(error), self._cycle)

    def cancel(self) -> None:
        """The server ends before the disk has answered."""
        self._gone = True
        _send(stopping_answer(), self._cycle)


def _send_results(cycle: DirectCycle, came_to: bytes | Exception) -> None:
    """What an NDJSON request came to."""
    _send(Answer(200, came_to, NDJSON) if isinstance(came_to, bytes) else answer_of_failure(came_to), cycle)


def _leave(together: Together, cycle: DirectCycle) -> None:
    """The server ends before the disk has answered the lines of a request."""
    together.is_left = True
    _send(stopping_answer(), cycle)


def _send(answer: Answer, cycle: DirectCycle, *, cached: bool = False) -> None:
    cycle.answer(answer.status, header_block(answer), answer.body, cached=cached)
