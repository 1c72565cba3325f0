"""The whole server at its limit of open files: a roll that can't be made is refused, and made when there is a file."""

import contextlib
import http.client
import json
import resource
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from embedded.child import Child
from tests.integration.eventrail.web import Web, eventually, new_id
from tests.kit.processes import Processes
from tests.kit.services import ADMIN_TOKEN, Service, start_eventrail

SEGMENT_BYTES = 8_192
LOOKS, LOOK_SECONDS = 5, 0.02
"""What is open at each look stays open."""
PAYLOAD = b'"' + b"1" * 3_000 + b'"'


class Connection:
    """One connection that stays, since at the limit the server can take no other."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, http.client.HTTPMessage, bytes]:
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}", "Content-Type": "application/json"}
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        return response.status, response.headers, response.read()

    def close(self) -> None:
        self._connection.close()

    def append(self, event_id: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        return self.ask("POST", f"/events?id={event_id}", PAYLOAD)


def fall_idle(connection: Connection, log: Path, kept: Sequence[str]) -> None:
    """Until the head is written down, so that no file of the moment is counted as one that stays open.

    The writer does one thing after the other: with a replay answered, it has closed what the head was written with.
    """
    head_file = log / "head.json"

    def is_written() -> bool:
        return head_file.exists() and json.loads(head_file.read_text())["position"] == len(kept)

    eventually(is_written, "the log is idle")
    assert connection.append(kept[-1])[0] == 200


def leave_no_descriptor(child: Child) -> None:
    """The limit is the lowest number that is free: what is open stays so, and nothing can be opened."""
    held = set.intersection(*(descriptors(child) for _ in range(LOOKS)))
    limit = next(number for number in range(len(held) + 1) if number not in held)
    _, hard = resource.prlimit(child.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(child.pid, resource.RLIMIT_NOFILE, (limit, hard))


def descriptors(child: Child) -> set[int]:
    time.sleep(LOOK_SECONDS)
    return {int(entry.name) for entry in Path(f"/proc/{child.pid}/fd").iterdir()}


def give_descriptors_back(child: Child) -> None:
    _, hard = resource.prlimit(child.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(child.pid, resource.RLIMIT_NOFILE, (hard, hard))


@pytest.fixture
def connect() -> Iterator[Callable[[Service], Connection]]:
    with contextlib.ExitStack() as stack:
        yield lambda service: stack.enter_context(contextlib.closing(Connection(service.port)))


def test_a_roll_at_the_limit_of_open_files_is_refused_and_made_later(
    processes: Processes, tmp_path: Path, connect: Callable[[Service], Connection]
) -> None:
    settings = {"EVENTRAIL_SEGMENT_BYTES": str(SEGMENT_BYTES), "EVENTRAIL_SCRUB_PAUSE_SECONDS": "3600"}
    service = start_eventrail(processes, tmp_path / "log", environment=settings)
    connection = connect(service)
    kept = []
    for _ in range(2):
        kept.append(new_id())
        assert connection.append(kept[-1])[0] == 201
    fall_idle(connection, tmp_path / "log", kept)
    leave_no_descriptor(service.child)
    refused = new_id()
    for _ in range(2):
        status, headers, body = connection.append(refused)
        assert (status, headers["retry-after"]) == (503, "2"), body
    assert [connection.ask("GET", f"/events/{event_id}")[0] for event_id in (*kept, refused)] == [200, 200, 404]
    assert connection.ask("GET", "/health/live")[0] == 200
    give_descriptors_back(service.child)
    assert connection.append(refused)[0] == 201
    assert [connection.ask("GET", f"/events/{event_id}")[0] for event_id in (*kept, refused)] == [200] * 3
    assert len(list((tmp_path / "log" / "segments").iterdir())) == 2
    assert service.child.stop() == 0


def test_control_where_nothing_rolls_the_limit_is_not_felt(
    processes: Processes, tmp_path: Path, connect: Callable[[Service], Connection]
) -> None:
    service = start_eventrail(processes, tmp_path / "log", environment={"EVENTRAIL_SCRUB_PAUSE_SECONDS": "3600"})
    connection = connect(service)
    kept = [new_id()]
    assert connection.append(kept[0])[0] == 201
    fall_idle(connection, tmp_path / "log", kept)
    leave_no_descriptor(service.child)
    assert [connection.append(new_id())[0] for _ in range(5)] == [201] * 5
    give_descriptors_back(service.child)


def test_more_connections_than_files_do_not_end_the_server(processes: Processes, tmp_path: Path) -> None:
    service = start_eventrail(processes, tmp_path / "log")
    _, hard = resource.prlimit(service.child.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(service.child.pid, resource.RLIMIT_NOFILE, (64, hard))
    with contextlib.ExitStack() as held:
        for _ in range(200):
            held.enter_context(socket.create_connection(("127.0.0.1", service.port), timeout=120))
    web = Web(service.url)
    eventually(lambda: answers(web), "the server is back")
    assert service.child.exit_code is None


def answers(web: Web) -> bool:
    try:
        return web.event(b"1").status == 201
    except OSError:
        return False
