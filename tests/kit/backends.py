"""One PostgreSQL and one NATS for the run, and fresh ones for a test that means to break them.

From their wheels by default, in containers with TEST_BACKENDS=containers. With several test processes each has its own.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from embedded.nats import NatsServer
from embedded.postgres import PostgresServer
from tests.kit.servers import Database, Messages

PASSWORD = "for-a-test"
MEMORY_BYTES_NEEDED = 2 * 1024**3


def backends() -> str:
    chosen = os.environ.get("TEST_BACKENDS", "embedded")
    assert chosen in {"embedded", "containers"}, f"TEST_BACKENDS is {chosen!r}: embedded or containers"
    return chosen


def memory_directory() -> str | None:
    """Where files are in memory, if there is room: copying a database takes 15 ms there, ten times that on a disk."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > MEMORY_BYTES_NEEDED else None


@contextmanager
def a_postgres(*, durable: bool) -> Iterator[Database]:
    """Running. Without durability a crash of the machine, not one of the server, would lose what was committed."""
    if backends() == "containers":
        from tests.kit.containers import ContainerPostgres  # noqa: PLC0415 - needs docker's library, slow to load

        container = ContainerPostgres()
        try:
            container.start()
            yield container
        finally:
            container.discard()
        return
    settings = {} if durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    with (
        tempfile.TemporaryDirectory(prefix="postgres-", dir=None if durable else memory_directory()) as directory,
        PostgresServer(Path(directory), password=PASSWORD, settings=settings) as server,
    ):
        yield server


@contextmanager
def a_nats() -> Iterator[Messages]:
    if backends() == "containers":
        from tests.kit.containers import ContainerNats  # noqa: PLC0415 - needs docker's library, slow to load

        container = ContainerNats()
        try:
            container.start()
            yield container
        finally:
            container.discard()
        return
    with (
        tempfile.TemporaryDirectory(prefix="nats-") as directory,
        NatsServer(Path(directory), password=PASSWORD) as server,
    ):
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Database]:
    """The run's PostgreSQL: leave it running."""
    with a_postgres(durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def nats_server() -> Iterator[Messages]:
    """The run's NATS: leave it running, and remove the streams that you make."""
    with a_nats() as server:
        yield server


@pytest.fixture
def own_postgres() -> Iterator[Database]:
    """A PostgreSQL of this test, with the durability that production has: kill it, pause it, start it again."""
    with a_postgres(durable=True) as server:
        yield server


@pytest.fixture
def own_nats() -> Iterator[Messages]:
    """A NATS of this test: kill it, pause it, stop it, start it again."""
    with a_nats() as server:
        yield server
