"""JetStream as the log's copy: through silence, loss, other hands and other histories."""

import json
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from nats.js.api import StreamConfig

from contracts.subjects import ALL_EVENTS, LOG_ID_HEADER, STREAM
from embedded.child import Child
from embedded.ports import free_port
from embedded.programs import nats_program
from tests.integration.eventrail.copies import (
    delete_stream,
    differences,
    make_stream,
    messages,
    publish,
    purge,
    stream_info,
    update_stream,
)
from tests.integration.eventrail.web import Web, eventually
from tests.kit.processes import Processes
from tests.kit.servers import Messages
from tests.kit.services import Service, start_eventrail


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def nats(nats_server: Messages) -> Iterator[Messages]:
    """The run's NATS, without our stream before and after."""
    drop_stream(nats_server.url)
    yield nats_server
    drop_stream(nats_server.url)


def drop_stream(url: str) -> None:
    if stream_info(url) is not None:
        delete_stream(url)


def append_many(web: Web, count: int) -> None:
    """Appends of one, two and three events, with and without tags, with 4-byte characters."""
    requests: list[object] = []
    while count:
        size = min(count, len(requests) % 3 + 1)
        tags = [["k:v", f"n:{count}"], []][len(requests) % 2]
        requests.append({"events": [{"data": ["🌍", count - n], "type": "a.b", "tags": tags} for n in range(size)]})
        count -= size
    assert all("first" in result for result in web.append_lines(requests).lines)


def published(web: Web) -> bool:
    status = web.get("/stats").json["publisher"]
    return bool(status["state"] == "live" and status["lag"] == 0)


def assert_copied(web: Web, nats_url: str, directory: Path) -> None:
    eventually(lambda: published(web), "the publisher is live and has no lag")
    assert differences(nats_url, directory, web.get("/stats").json["log_id"]) == []


def test_every_event_becomes_the_message_of_its_position(processes: Processes, nats: Messages, log: Path) -> None:
    web = Web(start_eventrail(processes, log, nats_url=nats.url).url)
    append_many(web, 50)
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    web.append({"events": [{"data": 1, "meta": {"traceparent": trace}}, {"data": 2, "meta": {"traceparent": 7}}]})
    assert_copied(web, nats.url, log)
    assert [headers.get("traceparent") for _, _, headers, _ in messages(nats.url)[-2:]] == [trace, None]
    info = stream_info(nats.url)
    assert info is not None
    assert (info.config.deny_delete, info.config.deny_purge, info.config.allow_direct) == (True, True, True)
    assert web.get("/health/ready").json == {"status": "ok", "reasons": []}


def test_appends_go_on_without_nats_and_the_copy_is_complete_when_it_is_back(
    processes: Processes, own_nats: Messages, log: Path
) -> None:
    web = Web(start_eventrail(processes, log, nats_url=own_nats.url).url)
    append_many(web, 10)
    assert_copied(web, own_nats.url, log)
    own_nats.stop()
    started = time.monotonic()
    for _ in range(10):
        append_many(web, 100)
    assert time.monotonic() - started < 10
    status = web.get("/stats").json["publisher"]
    assert (status["published"], status["lag"]) == (10, 1_000)
    eventually(lambda: web.get("/health/ready").json["status"] == "degraded", "health names NATS")
    assert web.get("/health/ready").status == 200
    own_nats.start()
    assert_copied(web, own_nats.url, log)


def test_appends_never_wait_for_a_nats_that_hangs(processes: Processes, own_nats: Messages, log: Path) -> None:
    web = Web(start_eventrail(processes, log, nats_url=own_nats.url).url)
    append_many(web, 10)
    assert_copied(web, own_nats.url, log)
    own_nats.pause()
    for _ in range(20):
        started = time.monotonic()
        assert web.event(b"1").status == 201
        assert time.monotonic() - started < 2
    own_nats.resume()
    assert_copied(web, own_nats.url, log)


def test_a_stream_deleted_under_traffic_is_filled_again(processes: Processes, nats: Messages, log: Path) -> None:
    web = Web(start_eventrail(processes, log, nats_url=nats.url).url)
    append_many(web, 600)
    ending = threading.Event()

    def write() -> None:
        while not ending.is_set():
            append_many(web, 20)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        eventually(lambda: web.get("/stats").json["publisher"]["published"] > 700, "it is at work")
        delete_stream(nats.url)
        after = web.head
        eventually(lambda: web.head > after + 200, "appends go on")
    finally:
        ending.set()
        writer.join(20)
    assert_copied(web, nats.url, log)


def test_an_idle_stream_that_was_deleted_is_filled_again(processes: Processes, nats: Messages, log: Path) -> None:
    web = Web(start_eventrail(processes, log, nats_url=nats.url).url)
    append_many(web, 30)
    assert_copied(web, nats.url, log)
    delete_stream(nats.url)
    eventually(lambda: (info := stream_info(nats.url)) is not None and info.state.messages == 30, "filled again")
    assert_copied(web, nats.url, log)


def test_a_stream_purged_while_nobody_looked_is_made_again(processes: Processes, nats: Messages, log: Path) -> None:
    service, web = served(processes, log, nats)
    append_many(web, 30)
    assert_copied(web, nats.url, log)
    service.child.stop()
    refill_by_hand(nats.url, 30)
    purge(nats.url)
    _, web = served(processes, log, nats)
    append_many(web, 5)
    assert_copied(web, nats.url, log)


def refill_by_hand(url: str, count: int) -> None:
    """The same messages in a stream that allows what ours forbids."""
    kept = messages(url)[:count]
    delete_stream(url)
    make_stream(url, StreamConfig(name=STREAM, subjects=[ALL_EVENTS]))
    for _, subject, headers, payload in kept:
        publish(url, subject, payload, {LOG_ID_HEADER: headers[LOG_ID_HEADER]})


def test_a_stream_rolled_back_goes_on_and_gets_its_settings_back(
    processes: Processes, nats: Messages, log: Path
) -> None:
    service, web = served(processes, log, nats)
    append_many(web, 30)
    assert_copied(web, nats.url, log)
    service.child.stop()
    refill_by_hand(nats.url, 20)
    assert differences(nats.url, log, "other"), "the control: such a stream is no copy"
    _, web = served(processes, log, nats)
    assert_copied(web, nats.url, log)
    info = stream_info(nats.url)
    assert info is not None
    assert (info.config.deny_delete, info.config.deny_purge) == (True, True)


def test_a_stream_that_lost_its_beginning_to_a_limit_is_made_again(
    processes: Processes, nats: Messages, log: Path
) -> None:
    service, web = served(processes, log, nats)
    append_many(web, 30)
    assert_copied(web, nats.url, log)
    service.child.stop()
    update_stream(nats.url, max_msgs=10, discard="old")
    info = stream_info(nats.url)
    assert info is not None
    assert info.state.messages == 10, "the control: the limit has bitten"
    _, web = served(processes, log, nats)
    assert_copied(web, nats.url, log)


def test_a_message_of_somebody_else_is_replaced_by_the_log(processes: Processes, nats: Messages, log: Path) -> None:
    _, web = served(processes, log, nats)
    append_many(web, 5)
    assert_copied(web, nats.url, log)
    publish(nats.url, "eventrail.events.-.intruder", b"{}")
    append_many(web, 5)
    assert_copied(web, nats.url, log)


def test_the_stream_of_another_log_is_replaced(processes: Processes, nats: Messages, tmp_path: Path) -> None:
    service, web = served(processes, tmp_path / "one", nats)
    append_many(web, 20)
    assert_copied(web, nats.url, tmp_path / "one")
    service.child.stop()
    _, web = served(processes, tmp_path / "two", nats)
    append_many(web, 7)
    assert_copied(web, nats.url, tmp_path / "two")


@pytest.mark.parametrize("history", ["shorter", "other"])
def test_a_stream_that_has_seen_more_stops_appends_until_the_operator_accepts(
    processes: Processes, nats: Messages, log: Path, history: str
) -> None:
    service, web = served(processes, log, nats)
    append_many(web, 10)
    eventually(lambda: published(web), "published")
    service.child.stop()
    shutil.copytree(log, log.with_name("older"))
    service, web = served(processes, log, nats)
    append_many(web, 10)
    assert_copied(web, nats.url, log)
    service.child.stop()
    shutil.rmtree(log)
    log.with_name("older").rename(log)
    if history == "other":
        service = start_eventrail(processes, log)
        append_many(Web(service.url), 15)
        service.child.stop()
    service, web = served(processes, log, nats)
    eventually(lambda: web.event(b"1").status == 503, "appends are refused")
    refused = web.event(b"1")
    assert refused.problem == "appends-suspended"
    assert "has seen" in refused.json["detail"]
    assert int(refused.headers["retry-after"]) > 0
    assert web.get("/events", [("limit", 1)]).status == 200, "reads go on"
    ready = web.get("/health/ready")
    assert (ready.status, ready.json["status"]) == (200, "degraded")
    assert web.get("/stats").json["publisher"]["state"] == "refused"
    service.child.stop()
    accepting = start_eventrail(
        processes, log, nats_url=nats.url, environment={"EVENTRAIL_ACCEPT_TRUNCATE": "true"}, name="accepting"
    )
    web = Web(accepting.url)
    assert web.event(b"1").status == 201
    assert_copied(web, nats.url, log)


def test_after_a_cut_appends_wait_for_a_nats_that_is_silent(
    processes: Processes, own_nats: Messages, log: Path
) -> None:
    service, web = served(processes, log, own_nats)
    append_many(web, 10)
    assert_copied(web, own_nats.url, log)
    service.child.kill()
    own_nats.stop()
    tear_tail(log)
    service, web = served(processes, log, own_nats)
    assert web.get("/stats").json["recovery"]["cut_bytes"] > 0
    refused = web.event(b"1")
    assert (refused.status, refused.problem) == (503, "appends-suspended")
    assert len(web.get("/events").lines) == 10, "reads go on"
    own_nats.start()
    eventually(lambda: web.event(b"1").status == 201, "appends go on when NATS has answered")
    assert_copied(web, own_nats.url, log)


def tear_tail(log: Path) -> None:
    """Half a line behind the last one, as a crash in the middle of a batch leaves it."""
    segment = max((log / "segments").iterdir())
    stored = segment.read_bytes().rstrip(b"\x00")
    segment.write_bytes(stored + b'{"position":11,"id":"')


def test_a_nats_that_does_not_let_us_publish_is_named(processes: Processes, tmp_path: Path, log: Path) -> None:
    """The server answers such a publish with silence: only its error line tells."""
    port = free_port()
    nats_child = guarded_nats(processes, tmp_path, port)
    web = Web(start_eventrail(processes, log, nats_url=f"nats://writer:secret@127.0.0.1:{port}").url)
    assert web.event(b"1").status == 201
    eventually(lambda: web.get("/stats").json["publisher"]["state"] == "refused", "the state says so")
    assert "ermissions violation" in web.get("/stats").json["publisher"]["detail"]
    assert "secret" not in web.get("/stats").body.decode()
    wrong = Web(
        start_eventrail(processes, tmp_path / "b", nats_url=f"nats://writer:wrong@127.0.0.1:{port}", name="wrong").url
    )
    eventually(lambda: wrong.get("/stats").json["publisher"]["state"] == "refused", "so does a wrong password")
    assert nats_child.exit_code is None


def guarded_nats(processes: Processes, directory: Path, port: int) -> Child:
    rights = {"publish": ["$JS.API.>", "_INBOX.>"], "subscribe": [">"]}
    configuration = {
        "host": "127.0.0.1",
        "port": port,
        "jetstream": {"store_dir": str(directory / "jetstream")},
        "authorization": {"users": [{"user": "writer", "password": "secret", "permissions": rights}]},
    }
    file = directory / "guarded.json"
    file.write_text(json.dumps(configuration))
    return processes.start("nats", (str(nats_program()), "--config", str(file)))


def served(processes: Processes, log: Path, nats: Messages) -> tuple[Service, Web]:
    service = start_eventrail(processes, log, nats_url=nats.url, name=f"eventrail-{len(processes.started)}")
    return service, Web(service.url)
