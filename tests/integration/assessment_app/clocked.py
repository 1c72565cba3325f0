"""The HTTP service over a world, with a clock that a test sets: deadlines are met to the microsecond."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import msgspec

from assessment.app.address_codes import AddressCodes
from assessment.app.claims import Claims
from assessment.app.key_uses import KeyUses
from assessment.app.read_records import ReadRecords
from assessment.app.sweeper import Sweeper
from assessment.http.app import create_app
from assessment.http.health import Health
from assessment.http.limits import Limits
from assessment.http.seat_memory import SeatMemory
from assessment.http.service import Service
from assessment.read_models.queries_reader import Reader
from assessment.settings import LimitSettings, WebSettings
from tests.integration.assessment_app.world import NOW, Process, World


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: httpx.Headers
    json: Any
    body: bytes

    @property
    def problem(self) -> str:
        return str(self.json["type"]).rpartition(":")[2]


@dataclass(slots=True)
class Clocked:
    """One service; whoever asks names their token. sweeper: over the same clock."""

    client: httpx.AsyncClient
    sweeper: Sweeper
    now: datetime = NOW

    async def send(self, method: str, path: str, token: str, body: Any = None, **headers: str) -> Reply:
        given = {
            "Authorization": f"Bearer {token}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        content = None if body is None else msgspec.json.encode(body)
        if content is not None:
            given["Content-Type"] = "application/json"
        answer = await self.client.request(method, f"http://service{path}", content=content, headers=given)
        return Reply(answer.status_code, answer.headers, msgspec.json.decode(answer.content or b"null"), answer.content)

    async def at(self, now: datetime, method: str, path: str, token: str, body: Any = None, **headers: str) -> Reply:
        self.now = now
        return await self.send(method, path, token, body, **headers)

    async def swept(self, now: datetime) -> int:
        self.now = now
        return (await self.sweeper.round())["submitted"]


@asynccontextmanager
async def clocked(world: World, process: Process, *, mails: bool = False) -> AsyncIterator[Clocked]:
    """API keys and link tokens are the ids of the employers and invites that `orders` makes."""
    reader = Reader(process.means.reads_pool)

    def now() -> datetime:
        return made.now

    service = Service(
        settings=WebSettings(operator_token_sha256="0" * 64, link_base_url="https://tests.example"),
        commands=process.commands,
        reader=reader,
        keys_reader=Reader(world.side),
        scratch=world.side,
        secrets=world.secrets,
        vault=process.vault,
        health=Health(reader, world.store),
        limits=Limits.of(LimitSettings(), time.monotonic_ns),
        seats=SeatMemory(),
        key_uses=KeyUses(world.side),
        log=world.store,
        read_records=ReadRecords(world.store, world.side),
        codes=AddressCodes(process.means.commands_pool, world.secrets),
        claims=Claims(process.means.commands_pool, world.secrets),
        now=now,
        mails=mails,
    )
    app: Any = create_app(service)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app)) as client:
        made = Clocked(client, Sweeper(world.side, process.commands, now, pause_seconds=0.01))
        yield made
