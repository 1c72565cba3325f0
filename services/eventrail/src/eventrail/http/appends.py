"""`POST /append` and `POST /events`: what comes in, and what stands when it is answered."""

import time
from collections.abc import Awaitable, Callable

from contracts.append import AppendResult
from contracts.problems import Problem, ProblemType, problem
from eventrail.http.accept import media_type
from eventrail.http.cloud_incoming import append_of_batch, append_of_binary, append_of_structured, is_binary
from eventrail.http.conversion import append_of_body, append_of_document
from eventrail.http.exchange import CLOUD_BATCH, CLOUD_EVENT, JSON, NDJSON, Answer, Exchange, Headers, json_answer
from eventrail.http.limits import APPEND_BODY_BYTES, APPENDS_AT_ONCE, EVENT_BODY_BYTES
from eventrail.http.lines import lines_of, results_of
from eventrail.http.problems import of_error, problem_answer_with_retry, result_of
from eventrail.http.queries import NEW_CLOUD_EVENT, NEW_EVENT, NOTHING, one, parse_query
from eventrail.http.store import Store
from eventrail.http.trace_meta import with_trace
from eventrail.log.errors import LogError
from eventrail.log.events import Append
from eventrail.telemetry.outcomes import outcome_of
from eventrail.telemetry.tracing import tell_appends, tell_outcome
from servicekit.bodies import read_body
from servicekit.problems import ProblemRaised
from servicekit.trace_context import TRACE


class Appends:
    """The writing routes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._metrics = store.metrics
        self._tracing = store.tracing

    async def append(self, exchange: Exchange) -> Answer:
        return await self._watched("POST /append", self._append, exchange)

    async def event(self, exchange: Exchange) -> Answer:
        return await self._watched("POST /events", self._event, exchange)

    async def _watched(self, name: str, handler: Callable[[Exchange], Awaitable[Answer]], exchange: Exchange) -> Answer:
        if self._tracing is None:
            return await self._counted(handler, exchange)
        with self._tracing.request(name, TRACE.get()):
            return await self._counted(handler, exchange)

    async def _counted(self, handler: Callable[[Exchange], Awaitable[Answer]], exchange: Exchange) -> Answer:
        """The handler's answer; a refusal on the way to the writer is counted like those of the writer."""
        try:
            return await handler(exchange)
        except ProblemRaised as raised:
            self._refused(raised.body)
            raise
        except LogError as error:
            self._refused(of_error(error))
            raise

    def _refused(self, body: Problem) -> None:
        self._metrics.refused(outcome_of(body))
        if self._tracing is not None:
            tell_outcome(body)

    async def _append(self, exchange: Exchange) -> Answer:
        parse_query(exchange.query_string, NOTHING)
        kind = media_type(exchange.header(b"content-type")) or JSON
        if kind not in {JSON, NDJSON}:
            raise _unsupported("application/json or application/x-ndjson", kind)
        body = await self._body(exchange, APPEND_BODY_BYTES)
        if kind == NDJSON:
            return Answer(200, await self._results(body), NDJSON)
        return self._answer(await self._committed(append_of_body(body)), None)

    async def _event(self, exchange: Exchange) -> Answer:
        """Any content type will do for a JSON document, `curl -d` sends a form's; CloudEvents are told by theirs."""
        kind = media_type(exchange.header(b"content-type")) or JSON
        if kind.startswith(b"application/cloudevents") or is_binary(exchange.headers):
            return await self._cloud_event(exchange, kind)
        values = parse_query(exchange.query_string, NEW_EVENT)
        body = await self._body(exchange, EVENT_BODY_BYTES)
        event_id = one(values, "id") or self._store.new_id()
        return self._answer(await self._committed(append_of_document(body, values, event_id)), event_id)

    async def _cloud_event(self, exchange: Exchange, kind: bytes) -> Answer:
        tags = parse_query(exchange.query_string, NEW_CLOUD_EVENT).get("tag", ())
        if kind.startswith(b"application/cloudevents") and kind not in {CLOUD_EVENT, CLOUD_BATCH}:
            raise _unsupported(f"{CLOUD_EVENT.decode()} or {CLOUD_BATCH.decode()}", kind)
        if kind == CLOUD_BATCH:
            append = append_of_batch(await self._body(exchange, APPEND_BODY_BYTES), tags)
        elif kind == CLOUD_EVENT:
            append = append_of_structured(await self._body(exchange, EVENT_BODY_BYTES), tags)
        else:
            body = await self._body(exchange, EVENT_BODY_BYTES)
            append = append_of_binary(exchange.headers, exchange.header(b"content-type"), body, tags)
        return self._answer(await self._committed(append), None if kind == CLOUD_BATCH else append.events[0].id)

    def _answer(self, result: AppendResult | Problem, event_id: str | None) -> Answer:
        if self._tracing is not None:
            tell_outcome(result)
        return answer_of(result, event_id)

    async def _committed(self, append: Append) -> AppendResult | Problem:
        append = with_trace(append, TRACE.get())
        begun = time.perf_counter()
        if self._tracing is None:
            result = result_of(await self._store.queue.append(append))
        else:
            with self._tracing.under_way(append):
                result = result_of(await self._store.queue.append(append))
        self._metrics.answered(outcome_of(result), time.perf_counter() - begun)
        return result

    async def _body(self, exchange: Exchange, limit_bytes: int) -> bytes:
        encoding = exchange.header(b"content-encoding")
        if encoding is not None and encoding.lower() != b"identity":
            raise _unsupported("a body without a content coding", encoding)
        seconds = self._store.limits.body_seconds
        return await read_body(exchange.receive, exchange.headers, limit_bytes=limit_bytes, deadline_seconds=seconds)

    async def _results(self, body: bytes) -> bytes:
        """One result or problem for each line that is not empty, in order; a refused line stops no other."""
        lines = lines_of(body)
        results = [
            await results_of(lines[first : first + APPENDS_AT_ONCE], self._store)
            for first in range(0, len(lines), APPENDS_AT_ONCE)
        ]
        if self._tracing is not None:
            tell_appends(len(lines))
        return b"".join(results)


def answer_of(result: AppendResult | Problem, event_id: str | None) -> Answer:
    """201 for what is new, 200 for what stood already, else the refusal."""
    if isinstance(result, Problem):
        return problem_answer_with_retry(result)
    return json_answer(200 if result.replayed else 201, result, _location(result, event_id))


def _location(result: AppendResult, event_id: str | None) -> Headers:
    if event_id is not None:
        return ((b"location", b"/events/" + event_id.encode()),)
    return ((b"location", b"/events?after=%d&before=%d" % (result.first - 1, result.last + 1)),)


def _unsupported(wanted: str, seen: bytes) -> ProblemRaised:
    shown = seen[:80].decode("ascii", "replace")
    return ProblemRaised(
        problem(ProblemType.UNSUPPORTED_MEDIA_TYPE, f"this takes {wanted}", at="Content-Type", seen=shown)
    )
