"""The servers of the race, each durable before it answers, and how each is asked for the same."""

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import umadb

from embedded.child import Child
from embedded.nats_probe import jetstream_answers
from embedded.ports import free_port
from embedded.postgres import PostgresServer
from embedded.programs import nats_program
from tests.benchmarks.race.jetstream import make_stream, publish
from tests.benchmarks.race.loads import Ran, http_load, pgbench
from tests.benchmarks.race.payloads import (
    DATA,
    EVENTS_PER_ITEM,
    ITEMS,
    TAG,
    TYPE,
    append_body,
    append_message,
    item_tag,
    read_message,
    tagged_message,
)
from tests.kit.processes import Processes
from tests.kit.services import ADMIN_TOKEN, start_eventrail

GRPC = {"content-type": "application/grpc", "te": "trailers"}


class Contestant(Protocol):
    """`pid` is the server's; each method makes load for so many seconds."""

    name: str

    @property
    def pid(self) -> int: ...

    def single(self, connections: int, seconds: float, *, condition: bool = False) -> Ran: ...


class Eventrail:
    name = "Eventrail"

    def __init__(
        self, processes: Processes, name: str = "eventrail", *, shortcut: bool = True, nats_url: str = ""
    ) -> None:
        self.directory = processes.directory
        told = {"EVENTRAIL_SHORTCUT": str(shortcut).lower(), "EVENTRAIL_LOG_LEVEL": "warning"}
        path = self.directory / name
        self.service = start_eventrail(processes, path, nats_url=nats_url, environment=told, name=name)
        self._headers = {"authorization": f"Bearer {ADMIN_TOKEN}", "content-type": "application/json"}

    @property
    def pid(self) -> int:
        return self.service.child.pid

    def single(self, connections: int, seconds: float, *, condition: bool = False) -> Ran:
        return self._load(append_body(1, condition=condition), connections, seconds)

    def batches(self, events: int, connections: int, seconds: float) -> Ran:
        ran = self._load(append_body(events), connections, seconds)
        return Ran(ran.requests * events, ran.seconds)

    def reads(self, ids: list[str], connections: int, seconds: float) -> Ran:
        return self._asked([f"/events/{one}" for one in ids], connections, seconds)

    def tagged(self, connections: int, seconds: float) -> Ran:
        numbers = random.Random(0).sample(range(ITEMS), ITEMS)
        paths = [f"/events?tag={item_tag(number)}&limit={EVENTS_PER_ITEM}" for number in numbers]
        return self._asked(paths, connections, seconds)

    def _asked(self, paths: list[str], connections: int, seconds: float) -> Ran:
        addresses = self.directory / "addresses"
        addresses.write_text("".join(f"{self.service.url}{path}\n" for path in paths))
        headers = {"authorization": self._headers["authorization"]}
        return http_load(self.service.url, connections, seconds, headers, addresses=addresses, http1=True)

    def _load(self, body: bytes, connections: int, seconds: float) -> Ran:
        file = _written(self.directory / "eventrail.body", body)
        return http_load(f"{self.service.url}/append", connections, seconds, self._headers, body=file, http1=True)


class UmaDb:
    name = "UmaDB"

    def __init__(self, processes: Processes) -> None:
        self.directory = processes.directory
        self.url = f"http://127.0.0.1:{free_port()}"
        program = str(Path(sys.executable).with_name("umadb"))
        path = self.directory / "umadb"
        path.mkdir()
        self._child = processes.start("umadb", (program, "--listen", self.url[7:], "--db-path", str(path)))
        _await(self._child, lambda: umadb.Client(self.url).head() is None)

    @property
    def pid(self) -> int:
        return self._child.pid

    def single(self, connections: int, seconds: float, *, condition: bool = False) -> Ran:
        return self._load("Append", append_message(1, condition=condition), connections, seconds)

    def batches(self, events: int, connections: int, seconds: float) -> Ran:
        ran = self._load("Append", append_message(events), connections, seconds)
        return Ran(ran.requests * events, ran.seconds)

    def reads(self, position: int, connections: int, seconds: float) -> Ran:
        """h2load sends one body: always the same position, which is the best case of theirs."""
        return self._load("Read", read_message(position), connections, seconds)

    def tagged(self, connections: int, seconds: float) -> Ran:
        """Always the same tag."""
        return self._load("Read", tagged_message(item_tag(ITEMS // 2), EVENTS_PER_ITEM), connections, seconds)

    def _load(self, method: str, message: bytes, connections: int, seconds: float) -> Ran:
        file = _written(self.directory / "umadb.body", message)
        before = umadb.Client(self.url).head() or 0
        ran = http_load(f"{self.url}/umadb.v1.DCB/{method}", connections, seconds, GRPC, body=file, http1=False)
        after = umadb.Client(self.url).head() or 0
        assert method == "Read" or after - before >= ran.requests, "gRPC says 200 to what it refuses, too"
        return ran


class Postgres:
    name = "PostgreSQL"

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        server.execute(
            "CREATE TABLE events (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
            "id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE, "
            "type text NOT NULL, tag text NOT NULL, data json NOT NULL)"
        )
        self._script = server.directory / "insert.sql"
        self._script.write_text(
            f"INSERT INTO events (type, tag, data) VALUES ('{TYPE}', '{TAG}', '{DATA.decode()}');\n"
        )

    @property
    def pid(self) -> int:
        return self._server.child.pid

    @property
    def url(self) -> str:
        return self._server.url()

    def single(self, connections: int, seconds: float, *, condition: bool = False) -> Ran:
        assert not condition, "its condition would be the application's"
        return pgbench(self._server.url(), connections, seconds, self._script)


class JetStream:
    name = "JetStream"

    def __init__(self, processes: Processes) -> None:
        self.port = free_port()
        directory = processes.directory / "jetstream"
        directory.mkdir()
        configuration = {
            "host": "127.0.0.1",
            "port": self.port,
            "jetstream": {"store_dir": str(directory), "sync_interval": "always"},
            "authorization": {"user": "race", "password": "race"},
        }
        file = _written(processes.directory / "nats.json", json.dumps(configuration).encode())
        self._child = processes.start("nats", (str(nats_program()), "--config", str(file)))
        _await(self._child, lambda: jetstream_answers(self.port, "race", "race"))
        asyncio.run(make_stream(self.url))

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def url(self) -> str:
        return f"nats://race:race@127.0.0.1:{self.port}"

    def single(self, connections: int, seconds: float, *, condition: bool = False) -> Ran:
        assert not condition, "it has none on tags"
        begun = time.perf_counter()
        count = asyncio.run(publish(self.port, connections, seconds, DATA))
        return Ran(count, time.perf_counter() - begun)


def _await(child: Child, answers: Callable[[], bool]) -> None:
    def answered() -> bool:
        try:
            return answers()
        except (umadb.TransportError, RuntimeError):
            return False

    child.wait_until(answered, timeout_seconds=30)


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
