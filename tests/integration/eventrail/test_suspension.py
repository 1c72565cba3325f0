"""When appends have to wait for NATS or for the operator, and when publishing is refused."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from embedded.child import Child
from embedded.ports import free_port
from embedded.programs import nats_program
from tests.integration.eventrail.publishing import append_many, assert_copied, published, served
from tests.integration.eventrail.web import Web, eventually
from tests.kit.processes import Processes
from tests.kit.servers import Messages
from tests.kit.services import start_eventrail

MAY_NOT_PUBLISH = {"publish": ["$JS.API.>", "_INBOX.>"], "subscribe": [">"]}


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
    eventually(lambda: web.get("/health/ready").json["status"] == "degraded", "health says so")
    assert web.get("/health/ready").status == 200
    eventually(lambda: web.get("/stats").json["publisher"]["state"] == "refused", "the publisher says why")
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


def test_a_nats_that_does_not_let_us_see_strangers_is_named(processes: Processes, tmp_path: Path, log: Path) -> None:
    port = free_port()
    guarded_nats(processes, tmp_path, port, {"publish": [">"], "subscribe": ["_INBOX.>"]})
    web = Web(start_eventrail(processes, log, nats_url=f"nats://writer:secret@127.0.0.1:{port}").url)
    assert web.event(b"1").status == 201
    eventually(lambda: web.get("/stats").json["publisher"]["state"] == "refused", "the state says so")
    assert "ermissions violation for subscription" in web.get("/stats").json["publisher"]["detail"].lower()


def guarded_nats(
    processes: Processes, directory: Path, port: int, rights: Mapping[str, Sequence[str]] = MAY_NOT_PUBLISH
) -> Child:
    configuration = {
        "host": "127.0.0.1",
        "port": port,
        "jetstream": {"store_dir": str(directory / "jetstream")},
        "authorization": {"users": [{"user": "writer", "password": "secret", "permissions": rights}]},
    }
    file = directory / "guarded.json"
    file.write_text(json.dumps(configuration))
    return processes.start("nats", (str(nats_program()), "--config", str(file)))
