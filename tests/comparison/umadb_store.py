"""UmaDB in the comparison: the server and the client of its wheel."""

import asyncio
import json
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path

import umadb

from embedded.child import Child
from embedded.ports import free_port
from tests.comparison.cases import Refused, Reply, Taken, Wanted
from tests.comparison.eventrail_store import NAMES
from tests.kit.processes import Processes


class UmaDbStore:
    name = "UmaDB"

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self.files = processes.directory / "umadb"
        self._port = free_port()
        self._connected: umadb.Client | None = None
        self._child = self._started()

    async def append(self, case: str, events: Sequence[Wanted], *, unless_there: bool) -> Reply:
        return await asyncio.to_thread(self._append, case, events, unless_there)

    async def stored(self, case: str) -> list[Wanted]:
        return await asyncio.to_thread(self._stored, case)

    async def kill(self) -> None:
        await asyncio.to_thread(self._child.kill)

    async def start(self) -> None:
        self._child = await asyncio.to_thread(self._started)

    async def wait(self) -> None:
        """Nothing is remembered for a while only."""

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def _client(self) -> umadb.Client:
        assert self._connected is not None, "the server has answered"
        return self._connected

    def _append(self, case: str, events: Sequence[Wanted], unless_there: bool) -> Reply:  # noqa: FBT001 - for a thread
        made = [_event(case, event) for event in events]
        condition = umadb.AppendCondition(_all_of(case)) if unless_there else None
        try:
            return Taken(self._client.append(made, condition))
        except umadb.IntegrityError as error:
            return Refused(str(error).partition(":")[2].strip().partition(":")[0])

    def _stored(self, case: str) -> list[Wanted]:
        return [Wanted(*json.loads(bytes(found.event.data))) for found in self._client.read(_all_of(case))]

    def _started(self) -> Child:
        self.files.mkdir(exist_ok=True)
        program = str(Path(sys.executable).with_name("umadb"))
        command = (program, "--listen", f"127.0.0.1:{self._port}", "--db-path", str(self.files))
        child = self._processes.start(f"umadb-{len(self._processes.started)}", command)
        child.wait_until(self._answers, timeout_seconds=30)
        return child

    def _answers(self) -> bool:
        try:
            self._connected = umadb.Client(f"http://127.0.0.1:{self._port}")
            self._connected.head()
        except (umadb.TransportError, RuntimeError):
            return False
        return True


def _all_of(case: str) -> umadb.Query:
    return umadb.Query([umadb.QueryItem(types=["compared"], tags=[f"case:{case}"])])


def _event(case: str, event: Wanted) -> umadb.Event:
    data = list(json.dumps([event.name, event.body]).encode())
    return umadb.Event("compared", data, [f"case:{case}"], uuid.uuid5(NAMES, f"{case} {event.name}"))
