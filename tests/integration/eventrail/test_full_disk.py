"""The whole server on a disk that fills up: nothing acknowledged is lost, reads go on, and a restart needs no room."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.tools.independent_reader import read_log
from embedded.ports import free_port
from eventrail.exit_codes import ExitCode
from tests.integration.eventrail.small_disks import FileSizeLimit, SmallDisk, loop_ext4
from tests.integration.eventrail.web import Web, eventually, new_id
from tests.kit.processes import Processes
from tests.kit.services import Service, write_tokens

SEGMENT_BYTES = 400_000
RESERVE_BYTES = 65_536
PAYLOAD = b'"' + b"1" * 8_000 + b'"'


@pytest.fixture(params=["ext4", "limit"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmallDisk]:
    if request.param == "limit":
        yield FileSizeLimit(tmp_path)
        return
    with loop_ext4(tmp_path) as mounted:
        yield mounted


@pytest.fixture
def machine(disk: SmallDisk, tmp_path: Path) -> Iterator[Processes]:
    """Its processes end before the disk goes."""
    processes = Processes(tmp_path, [])
    yield processes
    processes.kill_all()


def launch(machine: Processes, disk: SmallDisk, name: str, reserve_bytes: int = RESERVE_BYTES) -> Service:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        "EVENTRAIL_DATA_DIRECTORY": str(disk.directory / "log"),
        "EVENTRAIL_PORT": str(port),
        "EVENTRAIL_TOKENS_FILE": str(write_tokens(machine.directory / "tokens.json")),
        "EVENTRAIL_SEGMENT_BYTES": str(SEGMENT_BYTES),
        "EVENTRAIL_RESERVE_BYTES": str(reserve_bytes),
    }
    command = disk.command((sys.executable, "-m", "eventrail", "serve"))
    return Service(machine.start(name, command, environment, ready_url=f"{url}/health/live"), url, environment)


def append_until_full(web: Web) -> list[str]:
    """The locations of what was acknowledged."""
    acknowledged: list[str] = []
    for _ in range(1_000):
        reply = web.event(PAYLOAD, [("id", new_id())])
        if reply.status != 201:
            assert (reply.status, reply.problem, reply.headers["retry-after"]) == (507, "disk-full", "5")
            return acknowledged
        acknowledged.append(reply.headers["location"])
    raise AssertionError("the disk was never full")


def assert_served(web: Web, locations: list[str]) -> None:
    assert [web.get(location).status for location in locations] == [200] * len(locations)
    assert web.head == len(locations)


def tear(directory: Path) -> bytes:
    """As if the last batch had been cut off by a crash: half a line stands behind the last one."""
    path = max((directory / "segments").iterdir())
    whole = path.read_bytes().rstrip(b"\0")
    torn = whole.splitlines(keepends=True)[-1][:3_000]
    with path.open("r+b") as segment:
        segment.seek(len(whole))
        segment.write(torn)
    return torn


def test_a_full_disk_refuses_appends_serves_reads_and_goes_on_when_there_is_room(
    machine: Processes, disk: SmallDisk
) -> None:
    service = launch(machine, disk, "server")
    web = Web(service.url)
    assert web.event(b"1").status == 201
    disk.fill(service.child.pid)
    kept = append_until_full(web)
    again = web.event(PAYLOAD, [("id", kept[0].rpartition("/")[2])])
    assert (again.status, again.json["replayed"]) == (200, True)
    assert [web.get(location).status for location in kept] == [200] * len(kept)
    assert web.get("/health/live").status == 200
    disk.free(service.child.pid)
    eventually(lambda: web.event(PAYLOAD).status == 201, "appends go on")
    eventually(lambda: web.get("/health/ready").json["status"] == "ok", "health is green again")
    assert service.child.stop() == 0
    assert len(read_log(disk.directory / "log").events) == len(kept) + 2


def torn_on_a_full_disk(machine: Processes, disk: SmallDisk, reserve_bytes: int) -> tuple[list[str], bytes]:
    """A log whose server was killed on the full disk, in the zeros ahead; what was acknowledged, and the torn bytes."""
    service = launch(machine, disk, "server", reserve_bytes)
    web = Web(service.url)
    kept = [web.event(PAYLOAD).headers["location"]]
    disk.fill(service.child.pid)
    kept += [web.event(PAYLOAD).headers["location"] for _ in range(3)]
    service.child.kill()
    return kept, tear(disk.directory / "log")


def relaunched(machine: Processes, disk: SmallDisk, name: str, kept: list[str], torn: bytes) -> Service:
    service = launch(machine, disk, name)
    assert_served(Web(service.url), kept)
    assert [path.read_bytes() for path in (disk.directory / "log" / "quarantine").iterdir()] == [torn]
    return service


def test_a_restart_on_the_full_disk_keeps_the_evidence_and_serves(machine: Processes, disk: SmallDisk) -> None:
    kept, torn = torn_on_a_full_disk(machine, disk, RESERVE_BYTES)
    kept += append_until_full(Web(relaunched(machine, disk, "again", kept, torn).url))
    machine.kill_all()
    service = relaunched(machine, disk, "once more", kept, torn)
    web = Web(service.url)
    append_until_full(web)
    disk.free(service.child.pid)
    eventually(lambda: web.event(PAYLOAD).status == 201, "appends go on")
    assert (disk.directory / "log" / "reserve").stat().st_size == RESERVE_BYTES


def test_control_without_a_reserve_the_full_disk_can_not_be_started_on(machine: Processes, disk: SmallDisk) -> None:
    """A limit of file sizes leaves room for the small file of the evidence, so there the start comes to its end."""
    kept, _ = torn_on_a_full_disk(machine, disk, 0)
    if isinstance(disk, FileSizeLimit):
        assert_served(Web(launch(machine, disk, "again", 0).url), kept)
        return
    environment = {"EVENTRAIL_DATA_DIRECTORY": str(disk.directory / "log"), "EVENTRAIL_RESERVE_BYTES": "0"}
    child = machine.start("again", disk.command((sys.executable, "-m", "eventrail", "serve")), environment)
    assert child.wait(120) == ExitCode.DISK_FULL
    assert "no room for the log's own files" in child.log
