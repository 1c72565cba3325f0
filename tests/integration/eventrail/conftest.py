"""One server for the tests of a module that leave it running, and a NATS without our stream."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.eventrail.copies import delete_stream, stream_info
from tests.integration.eventrail.web import Web
from tests.kit.processes import Processes
from tests.kit.servers import Messages
from tests.kit.services import Service, start_eventrail

SHORT = {"EVENTRAIL_HEARTBEAT_SECONDS": "0.2"}
OWN = {"test_raw_requests": {"EVENTRAIL_BODY_SECONDS": "2"}}
"""What the tests of one module need; elsewhere a large body may take its time."""


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, shortcut_setting: str) -> Path:
    return tmp_path_factory.mktemp(f"eventrail-{shortcut_setting}-")


BOTH_WAYS = {
    "test_appends": ("true", "false"),
    "test_raw_requests": ("true", "false"),
    "test_reads": ("true", "false"),
}
"""Modules whose tests hold with the shortcut and without it."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "shortcut_setting" in metafunc.fixturenames:
        name = metafunc.module.__name__.rpartition(".")[2]
        metafunc.parametrize("shortcut_setting", BOTH_WAYS.get(name, ("true",)), scope="module")


@pytest.fixture(scope="module")
def service(directory: Path, shortcut_setting: str, request: pytest.FixtureRequest) -> Iterator[Service]:
    processes = Processes(directory, [])
    environment = {
        **SHORT,
        **OWN.get(request.module.__name__.rpartition(".")[2], {}),
        "EVENTRAIL_SHORTCUT": shortcut_setting,
    }
    yield start_eventrail(processes, directory / "log", environment=environment)
    processes.kill_all()


@pytest.fixture(scope="module")
def web(service: Service) -> Web:
    return Web(service.url)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def nats(nats_server: Messages, processes: Processes) -> Iterator[Messages]:
    """The run's NATS, without our stream before and after, and nobody left who would make it again."""
    drop_stream(nats_server.url)
    yield nats_server
    processes.kill_all()
    drop_stream(nats_server.url)


def drop_stream(url: str) -> None:
    if stream_info(url) is not None:
        delete_stream(url)
