"""The whole server on a disk that hangs, with a clock that jumps, and over stored bytes that change under it."""

import http.client
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from docs.tools.independent_reader import read_log
from embedded.ports import free_port
from tests.integration.eventrail.test_metrics import samples
from tests.integration.eventrail.web import Reply, Web, eventually, new_id
from tests.kit.processes import Processes
from tests.kit.services import Service, start_eventrail, write_tokens

HOUR = 3_600


class Disturbance:
    """What goes wrong with the machine that a server runs on."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir()

    def hang(self) -> None:
        (self.directory / "hang").touch()

    def go_on(self) -> None:
        (self.directory / "hang").unlink()

    def set_ahead(self, seconds: float) -> None:
        (self.directory / "ahead.new").write_text(str(seconds))
        (self.directory / "ahead.new").replace(self.directory / "ahead")


@pytest.fixture
def disturbance(tmp_path: Path) -> Disturbance:
    return Disturbance(tmp_path / "disturbance")


@pytest.fixture
def disturbed(processes: Processes, tmp_path: Path, disturbance: Disturbance) -> Service:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        "EVENTRAIL_DATA_DIRECTORY": str(tmp_path / "log"),
        "EVENTRAIL_PORT": str(port),
        "EVENTRAIL_TOKENS_FILE": str(write_tokens(tmp_path / "tokens.json")),
        "EVENTRAIL_STALL_SECONDS": "0.2",
        "EVENTRAIL_MAX_WAITING_APPENDS": "3",
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }
    command = (sys.executable, "-m", "tests.integration.eventrail.disturbed_server", str(disturbance.directory))
    return Service(processes.start("server", command, environment, ready_url=f"{url}/health/ready"), url, environment)


def reasons(web: Web) -> tuple[int, list[str]]:
    reply = web.get("/health/ready")
    return reply.status, [reason.partition(":")[0] for reason in reply.json.get("reasons", [])]


def in_background(pool: ThreadPoolExecutor, work: Callable[[], Reply]) -> "Future[Reply]":
    return pool.submit(work)


def test_a_hung_disk_is_told_and_nothing_is_acknowledged_on_it(disturbed: Service, disturbance: Disturbance) -> None:
    web = Web(disturbed.url)
    assert web.event(b"1").status == 201
    disturbance.hang()
    with ThreadPoolExecutor(8) as pool:
        waiting = [in_background(pool, lambda: web.event(b"2")) for _ in range(3)]
        eventually(lambda: reasons(web) == (503, ["disk-stalled"]), "health is red")
        eventually(lambda: samples(web)["eventrail_queue_appends"] == len(waiting), "the queue is full")
        refused = web.event(b"3")
        assert (refused.status, refused.problem, refused.headers["retry-after"]) == (503, "busy", "1")
        assert web.get("/stats").json["stalled_seconds"] > 0.1
        assert [line["position"] for line in web.get("/events").lines if line["data"] == 2] == []
        assert web.head == 1
        assert not any(future.done() for future in waiting)
        disturbance.go_on()
        assert [future.result(120).status for future in waiting] == [201] * 3
    eventually(lambda: reasons(web) == (200, []), "health is green again")
    eventually(lambda: web.get("/stats").json["stalled_seconds"] == 0, "nothing is stalled")
    assert web.head == 4


def test_a_server_killed_on_a_hung_disk_has_acknowledged_nothing_of_it(
    processes: Processes, disturbed: Service, disturbance: Disturbance, tmp_path: Path
) -> None:
    web = Web(disturbed.url)
    assert web.event(b"1").status == 201
    disturbance.hang()
    event_id = new_id()
    with ThreadPoolExecutor(1) as pool:
        waiting = in_background(pool, lambda: web.event(b"2", [("id", event_id)]))
        eventually(lambda: reasons(web)[0] == 503, "health is red")
        disturbed.child.kill()
        with pytest.raises((OSError, http.client.HTTPException)):
            waiting.result(120)
    web = Web(start_eventrail(processes, tmp_path / "log", name="again").url)
    again = web.event(b"2", [("id", event_id)])
    assert again.status in {200, 201}
    assert [line["data"] for line in web.get("/events").lines] == [1, 2]


def test_a_clock_that_jumps_ahead_refuses_appends_until_it_is_back(
    disturbed: Service, disturbance: Disturbance, tmp_path: Path
) -> None:
    web = Web(disturbed.url)
    assert web.event(b"1").status == 201
    disturbance.set_ahead(2 * HOUR)
    refused = web.event(b"2")
    assert (refused.status, refused.problem, refused.headers["retry-after"]) == (503, "appends-suspended", "5")
    eventually(lambda: reasons(web) == (503, ["clock-jumped"]), "health is red")
    assert len(web.get("/events").lines) == 1
    disturbance.set_ahead(0)
    assert web.event(b"2").status == 201
    eventually(lambda: reasons(web) == (200, []), "health is green again")
    disturbance.set_ahead(-2 * HOUR)
    assert web.event(b"3").status == 201
    times = [event.fields["time"] for event in read_log(tmp_path / "log").events]
    assert len(times) == 3
    assert times[1] == times[2]


def test_control_a_clock_that_is_a_little_ahead_is_believed(disturbed: Service, disturbance: Disturbance) -> None:
    web = Web(disturbed.url)
    disturbance.set_ahead(HOUR / 2)
    assert web.event(b"1").status == 201
    eventually(lambda: reasons(web) == (200, []), "health is green")


def flip(path: Path, place: bytes) -> None:
    """Change one bit of what stands there, as a disk does it: in place."""
    offset = path.read_bytes().index(place)
    with path.open("r+b") as stored:
        stored.seek(offset)
        stored.write(bytes([place[0] ^ 1]))


def test_bytes_that_change_under_the_server_are_not_served(processes: Processes, tmp_path: Path) -> None:
    """Neither from a sealed segment nor from the open one; everything else is, and appends go on."""
    settings = {"EVENTRAIL_SEGMENT_BYTES": "4096", "EVENTRAIL_SCRUB_PAUSE_SECONDS": "3600"}
    service = start_eventrail(processes, tmp_path / "log", environment=settings)
    web = Web(service.url)
    ids = [new_id() for _ in range(20)]
    for number, event_id in enumerate(ids):
        assert web.event(b'"value-%02d"' % number, [("id", event_id)]).status == 201
    first, *_, last = sorted((tmp_path / "log" / "segments").iterdir())
    assert first != last
    before = [web.get(f"/events/{event_id}").body for event_id in ids]
    for path, number in ((first, 3), (last, 19)):
        flip(path, b"value-%02d" % number)
        damaged = web.get(f"/events/{ids[number]}")
        assert (damaged.status, damaged.problem, damaged.json["position"]) == (500, "range-damaged", number + 1)
    assert web.get("/events").problem == "range-damaged"
    for number in set(range(20)) - {3, 19}:
        assert web.get(f"/events/{ids[number]}").body == before[number]
    health = web.get("/health/ready")
    assert health.status == 503
    assert [first.name in reason or last.name in reason for reason in health.json["reasons"]] == [True, True]
    assert f"segments/{first.name}, byte " in health.json["reasons"][0]
    assert ", positions 4 to 4: " in health.json["reasons"][0]
    assert web.event(b"1").status == 201
    assert web.get("/health/live").status == 200


def test_the_scrub_finds_what_nobody_has_read_and_sees_it_healed(processes: Processes, tmp_path: Path) -> None:
    settings = {"EVENTRAIL_SEGMENT_BYTES": "4096", "EVENTRAIL_SCRUB_PAUSE_SECONDS": "0.1"}
    service = start_eventrail(processes, tmp_path / "log", environment=settings)
    web = Web(service.url)
    for number in range(20):
        web.event(b'"value-%02d"' % number)
    path = min((tmp_path / "log" / "segments").iterdir())
    content = path.read_bytes()
    flip(path, b"value-03")
    eventually(lambda: reasons(web) == (503, ["range-damaged"]), "the scrub has found it")
    (damage,) = web.get("/stats").json["scrub"]["damages"]
    assert (damage["file"], damage["first"], damage["last"]) == (f"segments/{path.name}", 4, 4)
    eventually(lambda: '"alarm": "range-damaged' in service.child.log, "it is logged")
    path.write_bytes(content)
    eventually(lambda: reasons(web) == (200, []), "the scrub has found it whole")
    eventually(lambda: scrubbed_all(web.get("/stats").json), "every segment is verified")


def scrubbed_all(stats: Any) -> bool:
    return bool(stats["scrub"]["verified_segments"] == stats["segments"] and stats["scrub"]["rounds"] > 1)


def test_control_without_damage_the_scrub_goes_round_and_finds_none(processes: Processes, tmp_path: Path) -> None:
    settings = {"EVENTRAIL_SEGMENT_BYTES": "4096", "EVENTRAIL_SCRUB_PAUSE_SECONDS": "0"}
    web = Web(start_eventrail(processes, tmp_path / "log", environment=settings).url)
    for number in range(20):
        web.event(b'"value-%02d"' % number)
    rounds = web.get("/stats").json["scrub"]["rounds"]
    eventually(lambda: web.get("/stats").json["scrub"]["rounds"] >= rounds + 2, "two more rounds")
    assert web.get("/stats").json["scrub"]["damages"] == []
    assert reasons(web) == (200, [])
