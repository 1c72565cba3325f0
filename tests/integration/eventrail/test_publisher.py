"""JetStream as the log's copy: through silence, loss, other hands and other histories."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nats.js.api import StreamConfig

from contracts.subjects import ALL_EVENTS, LOG_ID_HEADER, STREAM
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
from tests.integration.eventrail.publishing import append_many, assert_copied, served
from tests.integration.eventrail.web import Web, eventually
from tests.kit.processes import Processes
from tests.kit.servers import Messages
from tests.kit.services import start_eventrail


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
    for _ in range(10):
        append_many(web, 100)
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
        assert web.event(b"1").status == 201
    own_nats.resume()
    assert_copied(web, own_nats.url, log)


@contextmanager
def appending(web: Web) -> Iterator[None]:
    """Appends without a pause, so that the log is never idle."""
    ending = threading.Event()

    def write() -> None:
        while not ending.is_set():
            append_many(web, 20)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        ending.set()
        writer.join(120)


def test_a_stream_deleted_under_traffic_is_filled_again(processes: Processes, nats: Messages, log: Path) -> None:
    web = Web(start_eventrail(processes, log, nats_url=nats.url).url)
    append_many(web, 600)
    with appending(web):
        eventually(lambda: web.get("/stats").json["publisher"]["published"] > 700, "it is at work")
        delete_stream(nats.url)
        after = web.head
        eventually(lambda: web.head > after + 200, "appends go on")
    assert_copied(web, nats.url, log)


def test_a_hole_is_noticed_while_the_log_is_never_idle(processes: Processes, nats: Messages, log: Path) -> None:
    web = Web(start_eventrail(processes, log, nats_url=nats.url).url)
    with appending(web):
        eventually(lambda: web.get("/stats").json["publisher"]["published"] > 100, "it is at work")
        assert update_stream(nats.url, max_msgs=10, discard="old").state.first_seq > 1, (
            "the control: the limit has bitten"
        )
        eventually(lambda: is_whole(nats.url), "filled again from the first event on")
    assert_copied(web, nats.url, log)


def is_whole(url: str) -> bool:
    info = stream_info(url)
    return info is not None and info.state.first_seq == 1 and info.state.messages > 100


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
    assert update_stream(nats.url, max_msgs=10, discard="old").state.messages == 10, "the control: the limit has bitten"
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
