"""Spans in memory: a request below its client, a commit linked to its requests, a publish linked to its events."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, StatusCode, get_current_span

from contracts.append import AppendResult
from contracts.problems import ProblemType, problem
from eventrail.log.commit_queue import CommitQueue
from eventrail.log.log import Log
from eventrail.telemetry.tracing import Tracing, tell_appends, tell_outcome
from servicekit.trace_context import TraceContext
from tests.kit.logs import SMALL, append, event

PARENT = TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "vendor=1")
TRACE_ID = int("0af7651916cd43dd8448eb211c80319c", 16)
SPAN_ID = int("b7ad6b7169203331", 16)


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracing(exporter: InMemorySpanExporter) -> Iterator[Tracing]:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield Tracing(provider)
    provider.shutdown()


def named(exporter: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in exporter.get_finished_spans() if span.name == name]


@asynccontextmanager
async def served(directory: Path, tracing: Tracing) -> AsyncIterator[CommitQueue]:
    log = Log.open(directory, SMALL, observer=tracing)
    queue = CommitQueue(log, on_fatal=lambda failure: pytest.fail(str(failure)))
    await queue.start()
    yield queue
    await queue.stop()
    log.close()


def test_a_request_is_a_child_of_its_client(tracing: Tracing, exporter: InMemorySpanExporter) -> None:
    with tracing.request("POST /append", PARENT):
        tell_outcome(AppendResult(3, 4, replayed=False))
    (span,) = named(exporter, "POST /append")
    assert span.parent is not None
    assert (span.parent.trace_id, span.parent.span_id) == (TRACE_ID, SPAN_ID)
    assert span.context is not None
    assert (span.context.trace_id, span.context.trace_state.get("vendor")) == (TRACE_ID, "1")
    assert span.kind is SpanKind.SERVER
    assert dict(span.attributes or {}) == {"eventrail.outcome": "appended", "eventrail.first": 3, "eventrail.last": 4}


def test_a_request_without_a_client_begins_a_trace(tracing: Tracing, exporter: InMemorySpanExporter) -> None:
    with tracing.request("outer", None), tracing.request("inner", None):
        tell_appends(7)
    (inner,) = named(exporter, "inner")
    assert inner.parent is None, "what is current in the server is none of a request's"
    assert dict(inner.attributes or {}) == {"eventrail.appends": 7}


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (ProblemType.MALFORMED, StatusCode.UNSET),
        (ProblemType.CONDITION_FAILED, StatusCode.UNSET),
        (ProblemType.BUSY, StatusCode.ERROR),
        (ProblemType.DISK_FULL, StatusCode.ERROR),
    ],
)
def test_only_a_fault_of_the_server_is_an_error(
    tracing: Tracing, exporter: InMemorySpanExporter, kind: ProblemType, status: StatusCode
) -> None:
    with tracing.request("r", None):
        tell_outcome(problem(kind))
    (span,) = named(exporter, "r")
    assert span.status.status_code is status
    assert (span.attributes or {})["eventrail.outcome"] == kind.slug


async def test_a_commit_is_linked_to_the_requests_of_its_batch(
    tracing: Tracing, exporter: InMemorySpanExporter, tmp_path: Path
) -> None:
    contexts = []

    async def request(queue: CommitQueue, number: int) -> None:
        with tracing.request(f"r{number}", None) as span:
            contexts.append(span.get_span_context())
            one = append(event(b"1"), event(b"2"))
            with tracing.under_way(one):
                await queue.append(one)

    async with served(tmp_path, tracing) as queue:
        await asyncio.gather(*(request(queue, number) for number in range(3)))
        await queue.append(append(event(b"3")))
    commits = named(exporter, "commit")
    links = [link.context.span_id for span in commits for link in span.links]
    assert sorted(links) == sorted(context.span_id for context in contexts)
    told = [dict(span.attributes or {}) for span in commits]
    assert {one["eventrail.batch.appends"] for one in told} <= {1, 2, 3}
    assert (told[0]["eventrail.first"], "eventrail.sync_seconds" in told[0]) == (1, True)
    first = commits[0]
    assert first.start_time is not None
    assert first.end_time is not None
    assert first.end_time > first.start_time
    assert first.parent is None


async def test_a_batch_that_nobody_traces_has_no_span(
    tracing: Tracing, exporter: InMemorySpanExporter, tmp_path: Path
) -> None:
    async with served(tmp_path, tracing) as queue:
        await queue.append(append(event(b"1")))
    assert exporter.get_finished_spans() == ()


async def test_what_is_not_sampled_is_not_linked(exporter: InMemorySpanExporter, tmp_path: Path) -> None:
    provider = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing = Tracing(provider)
    async with served(tmp_path, tracing) as queue:
        with tracing.request("r", None):
            one = append(event(b"1"))
            with tracing.under_way(one):
                await queue.append(one)
    assert exporter.get_finished_spans() == ()
    provider.shutdown()


def test_a_publish_is_linked_to_each_trace_once(tracing: Tracing, exporter: InMemorySpanExporter) -> None:
    other = PARENT.traceparent.replace("b7ad", "c7ad")
    unsampled = PARENT.traceparent[:-2] + "00"
    tracing.published(5, 9, [PARENT.traceparent, PARENT.traceparent, other, "nonsense", unsampled], 0.5)
    tracing.published(10, 11, [], 0.5)
    tracing.published(12, 12, ["nonsense"], 0.5)
    (span,) = named(exporter, "publish")
    assert [link.context.trace_id for link in span.links] == [TRACE_ID, TRACE_ID]
    assert span.kind is SpanKind.PRODUCER
    assert dict(span.attributes or {}) == {
        "messaging.system": "nats",
        "messaging.batch.message_count": 5,
        "eventrail.first": 5,
        "eventrail.last": 9,
    }
    assert span.start_time is not None
    assert span.end_time is not None
    assert span.end_time - span.start_time == 500_000_000


def test_an_append_is_forgotten_when_it_is_answered(tracing: Tracing) -> None:
    with tracing.request("r", None), pytest.raises(RuntimeError), tracing.under_way(append(event(b"1"))):
        raise RuntimeError("refused")
    assert tracing._under_way == {}
    assert not get_current_span().get_span_context().is_valid
