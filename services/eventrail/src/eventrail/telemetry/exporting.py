"""Spans to an OTLP collector over HTTP; address, sampler and names come from the standard `OTEL_…` variables."""

import contextlib
import threading
from collections.abc import Generator
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from eventrail.telemetry.tracing import Tracing

LAST_SPANS_SECONDS: Final = 2.0
"""For the spans that wait at the end of the server; a collector that is away must not hold it up."""


@contextlib.contextmanager
def exported(service_name: str) -> Generator[Tracing, None, None]:
    """Tracing whose spans are sent in the background while it is open; a collector that is away costs spans only."""
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service_name}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    try:
        yield Tracing(provider)
    finally:
        ending = threading.Thread(target=provider.shutdown, daemon=True)
        ending.start()
        ending.join(LAST_SPANS_SECONDS)
