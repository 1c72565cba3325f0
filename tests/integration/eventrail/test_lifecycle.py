"""Starts, restarts and ends of the whole server."""

import http.client
import json
import shutil
import signal
import socket
import stat
import sys
import threading
from pathlib import Path

import pytest

from docs.tools.independent_reader import read_log
from embedded.ports import free_port
from embedded.signals import send
from eventrail.cli import run
from eventrail.exit_codes import ExitCode
from tests.integration.eventrail.cli_logs import write_log
from tests.integration.eventrail.web import Web, eventually, new_id, new_tag
from tests.kit.processes import Processes
from tests.kit.services import ADMIN_TOKEN, start_eventrail

SERVE = (sys.executable, "-m", "eventrail", "serve")


def test_answers_stay_the_same_over_a_kill_and_a_restart(processes: Processes, tmp_path: Path) -> None:
    service = start_eventrail(processes, tmp_path / "log")
    web, tag = Web(service.url), new_tag()
    one, two = {"data": "🌍", "id": new_id(), "tags": [tag]}, {"data": 2, "id": new_id()}
    request = {"events": [one, two]}
    assert web.append(request).json == {"first": 1, "last": 2, "replayed": False}
    stored = web.get("/events").body
    service.child.kill()
    web = Web(start_eventrail(processes, tmp_path / "log").url)
    again = web.append(request)
    assert (again.status, again.json) == (200, {"first": 1, "last": 2, "replayed": True})
    assert web.append({"events": [{**one, "data": "other"}, two]}).problem == "id-reused"
    condition = {"fail_if_events_match": [{"tags": [tag]}]}
    assert web.append({"events": [{"data": 3}], "condition": condition}).json["position"] == 1
    assert web.get("/events").body == stored
    assert web.get("/stats").json["recovery"]["events"] == 2


def test_sigterm_answers_what_is_under_way_and_ends_cleanly(processes: Processes, tmp_path: Path) -> None:
    service = start_eventrail(processes, tmp_path / "log")
    web = Web(service.url)
    answered: list[tuple[str, int]] = []

    def write() -> None:
        while True:
            event_id = new_id()
            try:
                reply = web.event(b"1", [("id", event_id)])
            except (OSError, http.client.HTTPException):
                return
            answered.append((event_id, reply.status))
            if reply.status != 201:
                return

    writers = [threading.Thread(target=write) for _ in range(8)]
    for writer in writers:
        writer.start()
    eventually(lambda: len(answered) > 100, "writers are at work")
    send(signal.SIGTERM, (service.child.pid,))
    assert service.child.wait(120) == ExitCode.OK
    for writer in writers:
        writer.join(120)
    assert {status for _, status in answered} <= {201, 503}
    stored = {event.fields["id"] for event in read_log(tmp_path / "log").events}
    assert {event_id for event_id, status in answered if status == 201} <= stored
    assert json.loads((tmp_path / "log" / "head.json").read_text())["position"] == len(stored)


def test_a_request_that_is_not_whole_when_the_server_ends_is_refused(processes: Processes, tmp_path: Path) -> None:
    service = start_eventrail(processes, tmp_path / "log", environment={"EVENTRAIL_DRAIN_SECONDS": "1"})
    head = f"POST /events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {ADMIN_TOKEN}\r\nContent-Length: 9\r\n\r\n1"
    with socket.create_connection(("127.0.0.1", service.port), timeout=120) as connection:
        connection.sendall(head.encode())
        eventually(lambda: Web(service.url).get("/health/live").status == 200, "the request has arrived")
        send(signal.SIGTERM, (service.child.pid,))
        answer = b"".join(iter(lambda: connection.recv(4_096), b""))
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"urn:eventrail:problem:unavailable" in answer
    assert service.child.wait(120) == ExitCode.OK
    assert "Traceback" not in service.child.log


def test_a_second_server_on_the_same_log_ends_at_once(processes: Processes, tmp_path: Path) -> None:
    first = start_eventrail(processes, tmp_path / "log")
    told = {"EVENTRAIL_DATA_DIRECTORY": str(tmp_path / "log"), "EVENTRAIL_PORT": str(free_port())}
    second = processes.start("second", SERVE, told)
    assert second.wait(120) == ExitCode.LOCKED
    assert "another process writes this log" in told_operator(second.log)
    assert "Traceback" not in second.log
    assert Web(first.url).event(b"1").status == 201


def test_an_address_in_use_is_one_line_and_a_code(processes: Processes, tmp_path: Path) -> None:
    first = start_eventrail(processes, tmp_path / "one")
    told = {"EVENTRAIL_DATA_DIRECTORY": str(tmp_path / "two"), "EVENTRAIL_PORT": str(first.port)}
    second = processes.start("second", SERVE, told)
    assert second.wait(120) == ExitCode.ADDRESS_TAKEN
    assert told_operator(second.log) == f"eventrail: can't listen on 127.0.0.1:{first.port}: in use"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EVENTRAIL_PORT", "high"),
        ("EVENTRAIL_PORT", "65536"),
        ("EVENTRAIL_SEGMENT_BYTES", "1"),
        ("EVENTRAIL_DRAIN_SECONDS", "11"),
        ("EVENTRAIL_TOKENS_FILE", "nowhere"),
        ("EVENTRAIL_LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_setting_is_one_line_and_a_code(capsys: pytest.CaptureFixture[str], name: str, value: str) -> None:
    assert run(["serve"], {name: value}) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert said.startswith(f"eventrail: {name}: ")
    assert said.count("\n") == 1


def test_tokens_that_are_none_are_refused_before_anything_is_made(processes: Processes, tmp_path: Path) -> None:
    told = {"EVENTRAIL_DATA_DIRECTORY": str(tmp_path / "log"), "EVENTRAIL_TOKENS": '{"tokens":[{"sha256":"secret"}]}'}
    child = processes.start("wrong", SERVE, told)
    assert child.wait(120) == ExitCode.USAGE
    assert told_operator(child.log).startswith("eventrail: the tokens are not as they should be: ")
    assert "secret" not in child.log
    assert not (tmp_path / "log").exists()


def test_a_damaged_log_is_not_served(processes: Processes, tmp_path: Path) -> None:
    service = start_eventrail(processes, tmp_path / "log")
    for number in range(3):
        Web(service.url).event(str(number).encode())
    assert service.child.stop() == 0
    segment = next((tmp_path / "log" / "segments").iterdir())
    stored = segment.read_bytes()
    segment.write_bytes(stored.replace(b'"data":0', b'"data":9'))
    child = processes.start("damaged", SERVE, {"EVENTRAIL_DATA_DIRECTORY": str(tmp_path / "log")})
    assert child.wait(120) == ExitCode.CORRUPT
    assert segment.name in told_operator(child.log)
    assert "positions 1 to" in told_operator(child.log)


def test_a_server_without_tokens_makes_its_own_once(processes: Processes, tmp_path: Path) -> None:
    port = free_port()
    told = {"EVENTRAIL_DATA_DIRECTORY": str(tmp_path / "log"), "EVENTRAIL_PORT": str(port)}
    url = f"http://127.0.0.1:{port}"
    child = processes.start("own", SERVE, told, ready_url=f"{url}/health/ready")
    file = tmp_path / "log" / "tokens.json"
    tokens = json.loads(file.read_text())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(tokens) == ["admin_token", "append_token", "read_token"]
    assert Web(url, tokens["append_token"]).event(b"1").status == 201
    assert Web(url, tokens["append_token"]).get("/events").status == 403
    assert Web(url, tokens["read_token"]).event(b"1").status == 403
    assert Web(url, tokens["admin_token"]).event(b"1").status == 201
    assert str(file) in child.log
    assert not any(token in child.log for token in tokens.values())
    assert child.stop() == 0
    processes.start("again", SERVE, told, ready_url=f"{url}/health/ready")
    assert json.loads(file.read_text()) == tokens


def test_a_failed_sync_is_answered_503_and_ends_the_process(processes: Processes, tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    own = {"EVENTRAIL_DATA_DIRECTORY": str(tmp_path / "log"), "EVENTRAIL_PORT": str(port)}
    command = (sys.executable, "-m", "tests.integration.eventrail.failing_disk", "3")
    told = {**own, "PYTHONPATH": str(Path(__file__).parents[3])}
    child = processes.start("failing", command, told, ready_url=f"{url}/health/ready")
    web = Web(url, json.loads((tmp_path / "log" / "tokens.json").read_text())["admin_token"])
    acknowledged = []
    while (reply := web.event(b"1", [("id", new_id())])).status == 201:
        acknowledged.append(reply.headers["location"])
    assert (reply.status, reply.problem, len(acknowledged) > 0) == (503, "unavailable", True)
    assert child.wait(120) == ExitCode.SYNC_FAILED
    assert '"message": "the disk failed"' in child.log
    healthy = processes.start("healthy", SERVE, own, ready_url=f"{url}/health/ready")
    assert [web.get(location).status for location in acknowledged] == [200] * len(acknowledged)
    assert healthy.exit_code is None


def test_a_misspelt_setting_is_told(processes: Processes, tmp_path: Path) -> None:
    service = start_eventrail(processes, tmp_path / "log", environment={"EVENTRAIL_DRIAN_SECONDS": "3"})
    assert "EVENTRAIL_DRIAN_SECONDS is set and means nothing here" in service.child.log
    assert Web(service.url).get("/health/live").status == 200


def told_operator(log: str) -> str:
    """The line for the operator; what else is logged may stand before or behind it."""
    [line] = [line for line in log.splitlines() if line.startswith("eventrail: ")]
    return line


def test_a_start_says_that_it_forms_the_index_again(processes: Processes, tmp_path: Path) -> None:
    told = "the index is formed again from the segments"
    write_log(tmp_path / "log")
    start_eventrail(processes, tmp_path / "log", name="first").child.stop()
    whole = start_eventrail(processes, tmp_path / "log", name="whole")
    whole.child.stop()
    assert told not in whole.child.log
    shutil.rmtree(tmp_path / "log" / "index")
    without = start_eventrail(processes, tmp_path / "log", name="without")
    assert told in without.child.log
    assert len(Web(without.url).get("/events").lines) == 60
