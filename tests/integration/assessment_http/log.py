"""What the log holds, read as anybody with a token may read it."""

from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec

from tests.integration.assessment_http.system import System
from tests.kit.services import READ_TOKEN


@dataclass(frozen=True, slots=True)
class Fact:
    position: int
    type: str
    data: Any


async def facts(session: aiohttp.ClientSession, system: System, tag: str, *types: str) -> list[Fact]:
    """The events of a tag and of these types, in order."""
    parameters = [("tag", tag), *(("type", one) for one in types), ("limit", "10000")]
    headers = {"Authorization": f"Bearer {READ_TOKEN}", "Accept": "application/x-ndjson"}
    async with session.get(f"{system.eventrail.url}/events", params=parameters, headers=headers) as response:
        assert response.status == 200, await response.text()
        lines = (await response.read()).splitlines()
    events = [msgspec.json.decode(line) for line in lines]
    return [Fact(event["position"], event["type"], event["data"]) for event in events]
