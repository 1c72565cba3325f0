"""What faults are played on: a log and its server, a NATS of its own, and a lossy line to it for each client."""

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import nats as nats_client
from nats.js import JetStreamContext

from embedded.nats import NatsServer
from embedded.ports import free_port
from eventrail_client import EventrailClient, Options
from tests.integration.eventrail.nats_faults.effects import Effects, Projection
from tests.integration.eventrail.nats_faults.traffic import Traffic
from tests.integration.eventrail.web import Web
from tests.kit.fault_proxy import FaultProxy
from tests.kit.processes import Processes
from tests.kit.services import ADMIN_TOKEN, write_tokens

SERVE = ("-m", "eventrail.cli", "serve")
ONE_TRY = Options(attempts=1, try_seconds=30)
PATIENT = Options(attempts=1_000)
ROOT = Path(__file__).parents[4]
T = TypeVar("T")


@dataclass(frozen=True)
class Stage:
    chance: random.Random
    processes: Processes
    log: Path
    nats: NatsServer
    web: Web
    publisher_line: FaultProxy
    follower_line: FaultProxy
    traffic: Traffic
    effects: Effects
    projection: Projection

    @property
    def store(self) -> Path:
        """Where JetStream keeps its streams."""
        return self.nats.directory / "jetstream"

    async def on_jetstream(self, work: Callable[[JetStreamContext], Awaitable[T]]) -> T:
        """One piece of an administrator's work, past the lossy lines."""
        connection = await nats_client.connect(self.nats.url, allow_reconnect=False, connect_timeout=60)
        try:
            return await work(connection.jetstream(timeout=60))
        finally:
            await connection.close()


@asynccontextmanager
async def staged(directory: Path, chance: random.Random, program: Sequence[str] = SERVE) -> AsyncIterator[Stage]:
    processes = Processes(directory, [])
    async with AsyncExitStack() as stack:
        server = NatsServer(directory / "nats", password="for-a-test")
        await asyncio.to_thread(server.start)
        stack.push_async_callback(asyncio.to_thread, server.kill)
        publisher_line = await stack.enter_async_context(FaultProxy(server.port))
        follower_line = await stack.enter_async_context(FaultProxy(server.port))
        stack.callback(processes.kill_all)
        web = await asyncio.to_thread(serve, processes, directory / "log", through(server, publisher_line), program)
        appending = await stack.enter_async_context(EventrailClient(web.url, ADMIN_TOKEN, ONE_TRY))
        reading = await stack.enter_async_context(EventrailClient(web.url, ADMIN_TOKEN, PATIENT))
        traffic = Traffic(appending, chance)
        stack.push_async_callback(traffic.stop)
        effects = Effects((await reading.head()).log_id)
        projection = Projection(reading, effects, through(server, follower_line))
        stack.push_async_callback(projection.stop)
        yield Stage(
            chance,
            processes,
            directory / "log",
            server,
            web,
            publisher_line,
            follower_line,
            traffic,
            effects,
            projection,
        )


def through(server: NatsServer, line: FaultProxy) -> str:
    return server.url.replace(f":{server.port}", f":{line.port}")


def serve(processes: Processes, log: Path, nats_url: str, program: Sequence[str] = SERVE) -> Web:
    """A server of the log on a port of its own."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    environment = {
        "EVENTRAIL_DATA_DIRECTORY": str(log),
        "EVENTRAIL_PORT": str(port),
        "EVENTRAIL_TOKENS_FILE": str(write_tokens(processes.directory / "tokens.json")),
        "EVENTRAIL_NATS_URL": nats_url,
        "PYTHONPATH": str(ROOT),
    }
    name = f"eventrail-{len(processes.started)}"
    processes.start(name, (sys.executable, *program), environment, ready_url=f"{url}/health/ready")
    return Web(url)
