"""/metrics of a real server: true figures, for whoever may see them, under the names that the guide gives."""

import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from eventrail.http.access import is_loopback
from tests.integration.eventrail.web import Web, eventually, new_id
from tests.kit.processes import Processes
from tests.kit.servers import Messages
from tests.kit.services import APPEND_TOKEN, READ_TOKEN, start_eventrail

GUIDE = (Path(__file__).parents[3] / "docs" / "observability.md").read_text(encoding="utf-8")


def samples(web: Web) -> dict[str, float]:
    reply = web.get("/metrics")
    assert reply.status == 200, reply.body
    assert reply.headers["content-type"].startswith("text/plain; version=")
    return {
        sample.name + "".join(f"[{value}]" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(reply.body.decode())
        for sample in family.samples
    }


def test_each_append_is_counted_by_its_outcome(processes: Processes, log: Path) -> None:
    web = Web(start_eventrail(processes, log).url)
    event_id = new_id()
    web.event(b"1", [("id", event_id)])
    web.event(b"1", [("id", event_id)])
    web.event(b"2", [("id", event_id)])
    web.event(b"{")
    web.append({"events": [{"data": n} for n in range(5)]})
    web.append({"events": [{"data": 0}], "condition": {"fail_if_events_match": [{}]}})
    web.append_lines([{"events": [{"data": 1}]}, {"events": []}, {"events": [{"data": 2}]}])
    cloud = b'{"specversion":"1.0","id":"1","source":"/s","type":"Upper"}'
    web.ask("POST", "/events", (), cloud, {"Content-Type": "application/cloudevents+json"})
    found = samples(web)
    counted = {name: value for name, value in found.items() if name.startswith("eventrail_appends_total")}
    assert counted == {
        "eventrail_appends_total[appended]": 4,
        "eventrail_appends_total[replayed]": 1,
        "eventrail_appends_total[id-reused]": 1,
        "eventrail_appends_total[condition-failed]": 1,
        "eventrail_appends_total[malformed]": 3,
    }
    assert found["eventrail_appended_events_total"] == found["eventrail_head_position"] == web.head == 8
    assert found["eventrail_appended_bytes_total"] == found["eventrail_log_bytes"] == web.get("/stats").json["bytes"]
    assert found["eventrail_append_seconds_count"] == 7
    assert found["eventrail_sync_seconds_count"] == found["eventrail_batch_events_count"]
    assert found["eventrail_sync_seconds_sum"] > 0
    assert found["eventrail_queue_appends"] == 0
    assert found["eventrail_open_connections"] >= 1
    assert found["process_resident_memory_bytes"] > 10 * 1024 * 1024


def test_the_publisher_and_the_recovery_are_shown(processes: Processes, log: Path, nats: Messages) -> None:
    first = start_eventrail(processes, log, nats_url=nats.url)
    Web(first.url).append({"events": [{"data": n} for n in range(3)]})
    first.child.kill()
    web = Web(start_eventrail(processes, log, nats_url=nats.url).url)
    eventually(lambda: samples(web)["eventrail_published_position"] == 3, "all is published")
    found = samples(web)
    assert found["eventrail_publisher_state[live]"] == 1
    assert found["eventrail_publisher_lag_events"] == 0
    assert found["eventrail_recovery_events"] == 3
    assert found["eventrail_recovery_seconds"] > 0
    assert found["eventrail_appended_events_total"] == 0, "the counters are of this process"


@pytest.mark.parametrize(
    ("access", "statuses"),
    [
        ("loopback", {None: 200}),
        ("open", {None: 200}),
        ("read", {None: 401, APPEND_TOKEN: 403, READ_TOKEN: 200}),
    ],
    ids=("loopback", "open", "read"),
)
def test_who_may_see_them_is_a_setting(
    processes: Processes, log: Path, access: str, statuses: dict[str | None, int]
) -> None:
    service = start_eventrail(processes, log, environment={"EVENTRAIL_METRICS_ACCESS": access})
    assert {token: Web(service.url, token).get("/metrics").status for token in statuses} == statuses


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("::", False),
        ("example.org", False),
    ],
)
def test_only_a_loopback_address_is_open_by_itself(host: str, *, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_open_metrics_is_negotiated_and_parameters_are_refused(web: Web) -> None:
    reply = web.get("/metrics", Accept="application/openmetrics-text; version=1.0.0")
    assert reply.headers["content-type"].startswith("application/openmetrics-text")
    assert reply.body.endswith(b"# EOF\n")
    assert web.get("/metrics", [("name", "x")]).problem == "malformed"
    assert web.ask("POST", "/metrics").status == 405


def test_every_metric_is_in_the_guide_and_every_one_of_the_guide_is_there(web: Web) -> None:
    web.event(b"1")
    families = text_string_to_metric_families(web.get("/metrics").body.decode())
    types = {family.name: family.type for family in families if family.name.startswith("eventrail_")}
    served = {f"{name}_total" if kind == "counter" else name for name, kind in types.items()}
    assert served == set(re.findall(r"^\| `(eventrail_\w+)` \|", GUIDE, re.MULTILINE))
