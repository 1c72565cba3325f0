"""The metric families: each metric's name, its help and where its value comes from, in one place."""

from collections.abc import Iterator
from typing import Final, get_args, get_type_hints

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
    StateSetMetricFamily,
)

from contracts.store import PublisherStatus
from eventrail.log.events import Statistics
from eventrail.telemetry.histogram import Histogram
from eventrail.telemetry.metrics import Metrics
from eventrail.telemetry.sources import Sources

PUBLISHER_STATES: Final[tuple[str, ...]] = get_args(get_type_hints(PublisherStatus)["state"])


def families(metrics: Metrics, sources: Sources) -> Iterator[Metric]:
    """All of them, of one moment as nearly as can be had without stopping anybody."""
    figures = sources.log.statistics()
    yield InfoMetricFamily("eventrail_log", "The log that is served.", {"log_id": sources.log.log_id})
    yield from _appends(metrics)
    yield from _queue(sources)
    yield from _log(figures)
    yield from _scrub(figures)
    yield from _recovery(figures)
    yield from _publisher(sources.publisher())
    yield _gauge(
        "eventrail_checkpoint_position", "Of the newest signed checkpoint on disk.", sources.checkpoint_position()
    )
    yield _gauge("eventrail_open_connections", "HTTP connections.", sources.connections())


def _appends(metrics: Metrics) -> Iterator[Metric]:
    by_outcome = CounterMetricFamily("eventrail_appends", "Appends by what they were answered.", labels=["outcome"])
    for outcome, count in sorted(metrics.appends.items()):
        by_outcome.add_metric([outcome], count)
    yield by_outcome
    yield CounterMetricFamily("eventrail_appended_events", "Events made durable since the start.", metrics.events)
    yield CounterMetricFamily("eventrail_appended_bytes", "Their lines.", metrics.line_bytes)
    yield _histogram(
        "eventrail_append_seconds", "From the queue to the answer, for each append.", metrics.append_seconds
    )
    yield _histogram("eventrail_batch_appends", "Appends that one batch answered.", metrics.batch_appends)
    yield _histogram("eventrail_batch_events", "Events that one sync made durable.", metrics.batch_events)
    yield _histogram("eventrail_sync_seconds", "How long the disk took to make a batch durable.", metrics.sync_seconds)


def _queue(sources: Sources) -> Iterator[Metric]:
    queue = sources.queue
    yield _gauge("eventrail_queue_appends", "Appends that are not answered yet.", queue.unanswered_appends)
    yield _gauge("eventrail_queue_bytes", "Their size.", queue.unanswered_bytes)
    yield _gauge("eventrail_appends_suspended", "1 while appends are refused.", queue.suspension is not None)


def _log(figures: Statistics) -> Iterator[Metric]:
    yield _gauge("eventrail_head_position", "The last durable event.", figures.head.position)
    yield _gauge("eventrail_log_bytes", "Lines on disk.", figures.size_bytes)
    yield _gauge("eventrail_log_segments", "Files that hold them.", figures.segments)
    yield _gauge("eventrail_unindexed_segments", "Sealed ones whose index is in memory.", figures.unindexed_segments)
    yield _gauge(
        "eventrail_stalled_seconds", "How long the disk has been at an unfinished write.", figures.stalled_seconds
    )
    yield _gauge("eventrail_reserve_whole", "1 while the space reserve is there.", figures.reserve_whole)


def _scrub(figures: Statistics) -> Iterator[Metric]:
    scrub = figures.scrub
    yield CounterMetricFamily("eventrail_scrub_rounds", "Whole readings of the log since the start.", scrub.rounds)
    yield CounterMetricFamily("eventrail_scrub_read_bytes", "Read again since the start.", scrub.read_bytes)
    yield _gauge("eventrail_scrub_verified_segments", "Found whole at their last reading.", scrub.verified_segments)
    yield _gauge("eventrail_damages", "Places whose lines are damaged and not served.", len(scrub.damages))


def _recovery(figures: Statistics) -> Iterator[Metric]:
    found = figures.recovery
    yield _gauge("eventrail_recovery_seconds", "How long the last start took to recover.", found.seconds)
    yield _gauge("eventrail_recovery_events", "Events that it found.", found.events)
    yield _gauge("eventrail_recovery_cut_bytes", "Of a torn tail, moved to quarantine.", found.cut_bytes)
    yield _gauge("eventrail_recovery_rewritten_bytes", "Made durable again.", found.rewritten_bytes)


def _publisher(status: PublisherStatus) -> Iterator[Metric]:
    states = {state: state == status.state for state in PUBLISHER_STATES}
    yield StateSetMetricFamily("eventrail_publisher_state", "What the publisher to NATS is at.", states)
    yield _gauge("eventrail_published_position", "The last event that NATS has acknowledged.", status.published)
    yield _gauge("eventrail_publisher_lag_events", "Events that NATS has not acknowledged.", status.lag)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, float(value))


def _histogram(name: str, text: str, histogram: Histogram) -> Metric:
    return HistogramMetricFamily(name, text, histogram.buckets(), histogram.total)
