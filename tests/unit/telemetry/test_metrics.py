"""What is counted, and how it is told."""

from prometheus_client.parser import text_string_to_metric_families

from contracts.store import PublisherStatus
from eventrail.log.events import Appended, Head, RecoveryReport, Replayed, ScrubReport, Statistics
from eventrail.log.observing import Commit
from eventrail.telemetry.exposition import Exposition
from eventrail.telemetry.metrics import Metrics, Observers
from eventrail.telemetry.sources import Sources
from tests.kit.logs import append, event

APPEND = append(event(b"1"))


class FixedLog:
    log_id = "00000000-0000-7000-8000-000000000001"

    def statistics(self) -> Statistics:
        recovery = RecoveryReport(7, 1, 700, 0.25, 10, 20, 0, None, 0)
        return Statistics(
            head=Head(7, "0" * 64),
            events=7,
            size_bytes=700,
            segments=2,
            events_by_type={"secret.type": 7},
            syncs=1,
            last_sync_seconds=0.1,
            recovery=recovery,
            stalled_seconds=1.5,
            reserve_whole=True,
            scrub=ScrubReport(3, 1, 4_096, 0.5, ()),
            unindexed_segments=3,
        )


class FixedQueue:
    unanswered_appends = 5
    unanswered_bytes = 512
    suspension: str | None = "a reason"


def exposed(metrics: Metrics) -> dict[str, float]:
    sources = Sources(FixedLog(), FixedQueue(), lambda: PublisherStatus("live", 6, 1), lambda: 4, lambda: 2)
    body, content_type = Exposition(metrics, sources).text("")
    assert content_type.startswith("text/plain")
    return {
        sample.name + "".join(f"[{value}]" for key, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


def commit(appends: int, events: int, sync_seconds: float | None = 0.002) -> Commit:
    return Commit([APPEND] * appends, [Appended(1, 1)] * appends, 1, events, 100 * events, sync_seconds, 0.003)


def test_appends_are_counted_by_their_outcome() -> None:
    metrics = Metrics()
    metrics.answered("appended", 0.001)
    metrics.answered("appended", 0.002)
    metrics.answered("id-reused", 0.2)
    metrics.refused("busy")
    found = exposed(metrics)
    assert found["eventrail_appends_total[appended]"] == 2
    assert found["eventrail_appends_total[id-reused]"] == 1
    assert found["eventrail_appends_total[busy]"] == 1
    assert found["eventrail_append_seconds_count"] == 3
    assert found["eventrail_append_seconds_bucket[0.001]"] == 1
    assert abs(found["eventrail_append_seconds_sum"] - 0.203) < 1e-9


def test_a_commit_counts_its_batch_and_its_sync() -> None:
    metrics = Metrics()
    metrics.committed(commit(3, 5))
    metrics.committed(Commit([APPEND], [Replayed(1, 1)], 6, 5, 0, None, 0.1))
    found = exposed(metrics)
    assert found["eventrail_batch_appends_count"] == 2
    assert found["eventrail_batch_appends_sum"] == 4
    assert (found["eventrail_batch_events_count"], found["eventrail_batch_events_sum"]) == (1, 5)
    assert (found["eventrail_sync_seconds_count"], found["eventrail_sync_seconds_bucket[0.0025]"]) == (1, 1)
    assert (found["eventrail_appended_events_total"], found["eventrail_appended_bytes_total"]) == (5, 500)


def test_what_is_not_counted_is_asked_for() -> None:
    found = exposed(Metrics())
    expected = {
        "eventrail_queue_appends": 5,
        "eventrail_queue_bytes": 512,
        "eventrail_appends_suspended": 1,
        "eventrail_head_position": 7,
        "eventrail_log_bytes": 700,
        "eventrail_log_segments": 2,
        "eventrail_unindexed_segments": 3,
        "eventrail_stalled_seconds": 1.5,
        "eventrail_reserve_whole": 1,
        "eventrail_scrub_rounds_total": 3,
        "eventrail_scrub_read_bytes_total": 4_096,
        "eventrail_damages": 0,
        "eventrail_recovery_seconds": 0.25,
        "eventrail_recovery_cut_bytes": 20,
        "eventrail_published_position": 6,
        "eventrail_publisher_lag_events": 1,
        "eventrail_publisher_state[live]": 1,
        "eventrail_publisher_state[refused]": 0,
        "eventrail_checkpoint_position": 4,
        "eventrail_open_connections": 2,
        f"eventrail_log_info[{FixedLog.log_id}]": 1,
    }
    assert {name: found[name] for name in expected} == expected
    assert found["process_resident_memory_bytes"] > 0
    assert not any("secret" in name for name in found), "types may tell what nobody should scrape"


def test_open_metrics_is_given_where_it_is_asked_for() -> None:
    sources = Sources(FixedLog(), FixedQueue(), lambda: PublisherStatus("off", 0, 0), lambda: 0, lambda: 0)
    body, content_type = Exposition(Metrics(), sources).text("application/openmetrics-text; version=1.0.0")
    assert content_type.startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")


def test_several_observers_are_told_each() -> None:
    one, two = Metrics(), Metrics()
    Observers((one, two)).committed(commit(1, 2))
    assert (one.events, two.events) == (2, 2)
