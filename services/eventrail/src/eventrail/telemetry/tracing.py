"""Spans for OpenTelemetry: one for each append request, each commit (linked to its requests) and each publish.

The API only: whoever starts the server gives the provider, and without one nothing of this is called.
"""

import contextlib
import time
from collections.abc import Generator, Iterable
from typing import Final

from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode, TracerProvider, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from contracts.append import AppendResult
from contracts.problems import Problem
from eventrail.log.events import Append
from eventrail.log.observing import Commit
from eventrail.telemetry.outcomes import outcome_of
from servicekit.trace_context import TraceContext

Attributes = dict[str, int | float | str]

_PROPAGATOR: Final = TraceContextTextMapPropagator()


class Tracing:
    """`request` and `under_way` belong to the event loop; `committed` to the writer's thread; `published` to either."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("eventrail")
        # By the identity of appends that are with the writer: it hands the same objects back.
        self._under_way: dict[int, SpanContext] = {}

    @contextlib.contextmanager
    def request(self, name: str, context: TraceContext | None) -> Generator[Span, None, None]:
        """The span of a request, a child of the client's; the current one while it is open."""
        parent = _context(context.traceparent, context.tracestate) if context is not None else Context()
        with self._tracer.start_as_current_span(
            name, parent, SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            yield span

    @contextlib.contextmanager
    def under_way(self, append: Append) -> Generator[None, None, None]:
        """While it is open, a commit of the append is linked to the current span."""
        key = id(append)
        self._under_way[key] = get_current_span().get_span_context()
        try:
            yield
        finally:
            del self._under_way[key]

    def committed(self, commit: Commit) -> None:
        contexts = (self._under_way.get(id(append)) for append in commit.appends)
        links = _links(context for context in contexts if context is not None)
        if not links:
            return
        attributes: Attributes = {
            "eventrail.batch.appends": len(commit.appends),
            "eventrail.batch.events": commit.last - commit.first + 1,
        }
        if commit.sync_seconds is not None:
            attributes |= {
                "eventrail.first": commit.first,
                "eventrail.last": commit.last,
                "eventrail.sync_seconds": commit.sync_seconds,
            }
        self._past("commit", SpanKind.INTERNAL, links, commit.seconds, attributes)

    def published(self, first: int, last: int, traceparents: Iterable[str], seconds: float) -> None:
        """A window that NATS has acknowledged; only where its events carry a trace."""
        contexts = (get_current_span(_context(traceparent, "")).get_span_context() for traceparent in traceparents)
        links = _links(context for context in contexts if context.is_valid)
        if not links:
            return
        attributes: Attributes = {
            "messaging.system": "nats",
            "messaging.batch.message_count": last - first + 1,
            "eventrail.first": first,
            "eventrail.last": last,
        }
        self._past("publish", SpanKind.PRODUCER, links, seconds, attributes)

    def _past(self, name: str, kind: SpanKind, links: list[Link], seconds: float, attributes: Attributes) -> None:
        """A span of something that has just ended."""
        end = time.time_ns()
        start = end - int(seconds * 1e9)
        span = self._tracer.start_span(name, Context(), kind, attributes, links, start)
        span.end(end)


def tell_outcome(result: AppendResult | Problem) -> None:
    """What the current request came to; only a fault of the server's makes its span an error."""
    span = get_current_span()
    span.set_attribute("eventrail.outcome", outcome_of(result))
    if isinstance(result, AppendResult):
        span.set_attributes({"eventrail.first": result.first, "eventrail.last": result.last})
    elif result.status >= 500:
        span.set_status(Status(StatusCode.ERROR, result.title))


def tell_appends(count: int) -> None:
    """How many appends the current request held, each with an outcome of its own."""
    get_current_span().set_attribute("eventrail.appends", count)


def _context(traceparent: str, tracestate: str) -> Context:
    carrier = {"traceparent": traceparent, **({"tracestate": tracestate} if tracestate else {})}
    return _PROPAGATOR.extract(carrier, Context())


def _links(contexts: Iterable[SpanContext]) -> list[Link]:
    """One for each span that is recorded somewhere."""
    distinct = {context.span_id: context for context in contexts if context.trace_flags.sampled}
    return [Link(context) for context in distinct.values()]
