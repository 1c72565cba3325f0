"""Checkpoints of a real server: on request, every so many events, at a clean stop, and what health says of them."""

import json
import stat
from pathlib import Path

import pytest

from eventrail.checkpoints.statement import HistoryLost, check, contains, read_checkpoint
from eventrail.cli import run
from eventrail.exit_codes import ExitCode
from eventrail.log.log import Log
from tests.integration.eventrail.web import Web, eventually
from tests.kit.processes import Processes
from tests.kit.services import APPEND_TOKEN, READ_TOKEN, start_eventrail
from tests.unit.checkpoints.rewriting import rewritten


def names(log: Path) -> list[str]:
    return sorted(path.name for path in (log / "checkpoints").glob("*.json"))


def test_the_head_is_signed_on_request(web: Web, service: object, directory: Path) -> None:
    web.append({"events": [{"data": "🌍"}, {"data": 2}]})
    reader = Web(web.url, READ_TOKEN)
    reply = reader.get("/checkpoint")
    stats = web.get("/stats").json
    assert reply.status == 200
    checkpoint = read_checkpoint(reply.body)
    assert (checkpoint.log_id, checkpoint.position, checkpoint.hash) == (
        stats["log_id"],
        stats["head"],
        stats["head_hash"],
    )
    key = Web(web.url, None).get("/checkpoint/key")
    assert (key.status, key.headers["content-type"]) == (200, "application/x-pem-file")
    check(checkpoint, key.body)
    file = directory / "log" / "checkpoint_key.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"PRIVATE" not in key.body
    assert names(directory / "log") == [], "asking writes nothing"


def test_it_asks_for_the_scope_read(web: Web) -> None:
    assert Web(web.url, None).get("/checkpoint").status == 401
    assert Web(web.url, APPEND_TOKEN).get("/checkpoint").problem == "forbidden"
    assert web.get("/checkpoint", [("position", 1)]).problem == "malformed"
    assert web.get("/checkpoint/key", [("format", "der")]).problem == "malformed"


def test_they_are_written_by_the_number_of_events_and_at_a_clean_stop(processes: Processes, log: Path) -> None:
    told = {"EVENTRAIL_CHECKPOINT_EVENTS": "10"}
    service = start_eventrail(processes, log, environment=told)
    web = Web(service.url)
    web.append({"events": [{"data": n} for n in range(10)]})
    eventually(lambda: names(log) == [f"{10:020}.json"], "the first is written")
    web.append({"events": [{"data": n} for n in range(3)]})
    key_id = web.get("/checkpoint").json["key_id"]
    assert service.child.stop() == 0
    assert names(log) == [f"{10:020}.json", f"{13:020}.json"]
    again = start_eventrail(processes, log, environment=told)
    assert Web(again.url).get("/checkpoint").json["key_id"] == key_id
    assert again.child.stop() == 0
    public_key = (log / "checkpoints" / "public_key.pem").read_bytes()
    kept = [read_checkpoint((log / "checkpoints" / name).read_bytes()) for name in names(log)]
    opened = Log.open(log)
    for checkpoint in kept:
        check(checkpoint, public_key)
        contains(opened, checkpoint)
    opened.close()
    forged = Log.open(rewritten(log, log.parent / "forged", b'"data":7', b'"data":8'))
    for checkpoint in kept:
        with pytest.raises(HistoryLost):
            contains(forged, checkpoint)
    forged.close()


def test_a_server_killed_without_warning_signs_on_from_where_it_was(processes: Processes, log: Path) -> None:
    told = {"EVENTRAIL_CHECKPOINT_EVENTS": "5"}
    first = start_eventrail(processes, log, environment=told)
    Web(first.url).append({"events": [{"data": n} for n in range(7)]})
    eventually(lambda: names(log) == [f"{7:020}.json"], "one is written")
    first.child.kill()
    second = Web(start_eventrail(processes, log, environment=told).url)
    second.append({"events": [{"data": n} for n in range(5)]})
    eventually(lambda: names(log) == [f"{7:020}.json", f"{12:020}.json"], "the next is written")
    assert second.get("/health/ready").json == {"status": "ok", "reasons": []}


def test_what_can_not_be_written_is_told_and_refuses_no_append(processes: Processes, log: Path) -> None:
    log.mkdir()
    (log / "checkpoints").write_text("a file where the directory should be")
    service = start_eventrail(processes, log, environment={"EVENTRAIL_CHECKPOINT_EVENTS": "1"})
    web = Web(service.url)
    assert web.event(b"1").status == 201
    eventually(lambda: web.get("/health/ready").json["status"] == "degraded", "health says so")
    assert "no checkpoint can be written" in web.get("/health/ready").json["reasons"][0]
    assert web.event(b"2").status == 201
    assert web.get("/checkpoint").json["position"] == 2
    assert service.child.stop() == 0


def test_a_key_that_can_not_be_read_degrades_and_another_that_is_given_signs(processes: Processes, log: Path) -> None:
    log.mkdir()
    (log / "checkpoint_key.pem").write_text("not a key")
    service = start_eventrail(processes, log)
    web = Web(service.url)
    assert web.event(b"1").status == 201
    refused = web.get("/checkpoint")
    assert (refused.status, refused.problem) == (503, "unavailable")
    assert refused.json["detail"].startswith("no checkpoint can be signed: checkpoint_key.pem is not a private key")
    assert web.get("/checkpoint/key").status == 503
    eventually(lambda: web.get("/health/ready").json["status"] == "degraded", "health says so")
    assert service.child.stop() == 0
    other = Web(start_eventrail(processes, log.parent / "other", name="other").url).get("/checkpoint").json["key_id"]
    told = {"EVENTRAIL_CHECKPOINT_KEY_FILE": str(log.parent / "other" / "checkpoint_key.pem")}
    given = Web(start_eventrail(processes, log, environment=told, name="given").url)
    assert given.get("/checkpoint").json["key_id"] == other
    assert given.get("/health/ready").json == {"status": "ok", "reasons": []}


def test_a_given_key_that_is_none_is_a_wrong_setting(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    told = {"EVENTRAIL_CHECKPOINT_KEY": "secret", "EVENTRAIL_DATA_DIRECTORY": str(log)}
    assert run(["serve"], told) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert said == "eventrail: the checkpoint key is not a private key in PEM without a password\n"
    assert not log.exists()


def test_a_log_that_was_restored_from_an_older_copy_is_told_by_health(processes: Processes, log: Path) -> None:
    service = start_eventrail(processes, log)
    Web(service.url).append({"events": [{"data": n} for n in range(3)]})
    assert service.child.stop() == 0
    forged = rewritten(log, log.parent / "forged", b'"data":1', b'"data":9')
    (log / "checkpoints").rename(forged / "checkpoints")
    web = Web(start_eventrail(processes, forged, name="forged").url)
    eventually(lambda: web.get("/health/ready").json["status"] == "degraded", "health says so")
    reason = web.get("/health/ready").json["reasons"][0]
    assert reason.startswith("the newest checkpoint does not fit the log: at position 3 the log holds ")
    assert json.loads((log / "head.json").read_text())["position"] == 3
