"""JetStream in the comparison: one event by a publish with its id, several by an atomic batch."""

import asyncio
import json
import uuid
from collections.abc import Sequence

import msgspec
import nats
from nats.aio.client import Client
from nats.js.api import StreamConfig
from nats.js.errors import NotFoundError

from embedded.nats import NatsServer
from tests.comparison.cases import Refused, Reply, Taken, Wanted
from tests.comparison.eventrail_store import NAMES

STREAM = "COMPARED"
WINDOW_SECONDS = 8.0
"""Of ids that are known; two minutes by default, shorter here so that the script need not wait so long."""


class Error(msgspec.Struct, frozen=True):
    err_code: int = 0
    description: str = ""


class Answer(msgspec.Struct, frozen=True):
    seq: int = 0
    duplicate: bool = False
    error: Error | None = None


class JetStreamStore:
    name = "JetStream"

    def __init__(self, server: NatsServer) -> None:
        self._server = server

    async def make(self) -> None:
        client = await self._connected()
        config = StreamConfig(
            name=STREAM, subjects=["compared.>"], duplicate_window=WINDOW_SECONDS, allow_atomic=True, allow_direct=True
        )
        await client.jetstream().add_stream(config)
        await client.close()

    async def append(self, case: str, events: Sequence[Wanted], *, unless_there: bool) -> Reply:
        client = await self._connected()
        try:
            answer = await _published(client, case, events, unless_there=unless_there)
        finally:
            await client.close()
        if answer.error is not None:
            return Refused(f"{answer.error.err_code} {answer.error.description.partition(':')[0]}")
        return Taken(answer.seq, "`duplicate: true`" if answer.duplicate else "")

    async def stored(self, case: str) -> list[Wanted]:
        client = await self._connected()
        found: list[Wanted] = []
        place = 1
        try:
            while True:
                message = await client.jetstream().get_msg(STREAM, place, f"compared.{case}", next=True)
                found.append(Wanted(*json.loads(message.data or b"")))
                place = (message.seq or 0) + 1
        except NotFoundError:
            return found
        finally:
            await client.close()

    async def kill(self) -> None:
        await asyncio.to_thread(self._server.kill)

    async def start(self) -> None:
        await asyncio.to_thread(self._server.start)

    async def wait(self) -> None:
        await asyncio.sleep(1.5 * WINDOW_SECONDS)

    @property
    def pid(self) -> int:
        return self._server.child.pid

    async def _connected(self) -> Client:
        return await nats.connect(self._server.url)


async def _published(client: Client, case: str, events: Sequence[Wanted], *, unless_there: bool) -> Answer:
    """The answer to the last message; those before it are only staged."""
    batch = uuid.uuid4().hex
    answer = b"{}"
    for number, event in enumerate(events, 1):
        headers = {"Nats-Msg-Id": str(uuid.uuid5(NAMES, f"{case} {event.name}"))}
        if unless_there and number == 1:
            headers["Nats-Expected-Last-Subject-Sequence"] = "0"
        if len(events) > 1:
            headers |= {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)}
            headers |= {"Nats-Batch-Commit": "1"} if number == len(events) else {}
        body = json.dumps([event.name, event.body]).encode()
        answer = (await client.request(f"compared.{case}", body, timeout=5, headers=headers)).data or answer
        if b'"error"' in answer:
            break
    return msgspec.json.decode(answer, type=Answer)
