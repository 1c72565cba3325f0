"""Eventrail in the comparison: over HTTP by its client, or its in-memory twin."""

import asyncio
import uuid
from collections.abc import Sequence
from pathlib import Path

from embedded.ports import free_port
from eventrail_client import EventrailClient, EventStore, NewEvent, Options, new_event, no_event_since
from eventrail_client.errors import ConditionFailed, IdReused, Rejected
from tests.comparison.cases import Refused, Reply, Taken, Wanted
from tests.kit.processes import Processes
from tests.kit.services import ADMIN_TOKEN, Service, start_eventrail

NAMES = uuid.UUID("6f1f1b52-7d43-4a53-8f39-6d3a0f3a2c11")


class EventrailServer:
    """The server behind the store, or none behind the twin in memory."""

    def __init__(self, processes: Processes, log: Path) -> None:
        self._processes = processes
        self.log = log
        self.port = free_port()
        self._service: Service | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self) -> EventrailClient:
        return EventrailClient(self.url, ADMIN_TOKEN, Options(attempts=1_000))

    def start(self) -> None:
        name = f"eventrail-{len(self._processes.started)}"
        self._service = start_eventrail(self._processes, self.log, port=self.port, name=name)

    def kill(self) -> None:
        self.service.child.kill()

    @property
    def service(self) -> Service:
        assert self._service is not None, "it was started"
        return self._service


class EventrailStore:
    name = "Eventrail"

    def __init__(self, store: EventStore, server: EventrailServer | None = None) -> None:
        self._store = store
        self._server = server

    async def append(self, case: str, events: Sequence[Wanted], *, unless_there: bool) -> Reply:
        condition = no_event_since(0, tags=[f"case:{case}"]) if unless_there else None
        try:
            result = await self._store.append([_event(case, event) for event in events], condition)
        except IdReused:
            return Refused("409 `id-reused`")
        except ConditionFailed:
            return Refused("412 `condition-failed`")
        except Rejected as error:
            return Refused(f"400 `{error.problem.type.rpartition(':')[2]}`")
        return Taken(result.last, f"`replayed: {str(result.replayed).lower()}`")

    async def stored(self, case: str) -> list[Wanted]:
        found = [event async for event in self._store.read_all(tags=[f"case:{case}"])]
        return [Wanted(event.tags[1].removeprefix("name:"), int(bytes(event.data))) for event in found]

    async def kill(self) -> None:
        if self._server is not None:
            await asyncio.to_thread(self._server.kill)

    async def start(self) -> None:
        if self._server is not None:
            await asyncio.to_thread(self._server.start)

    async def wait(self) -> None:
        """Nothing is forgotten."""

    @property
    def pid(self) -> int:
        assert self._server is not None, "a twin in memory has no process"
        return self._server.service.child.pid


def _event(case: str, event: Wanted) -> NewEvent:
    event_id = str(uuid.uuid5(NAMES, f"{case} {event.name}"))
    return new_event("compared", event.body, [f"case:{case}", f"name:{event.name}"], event_id=event_id)
