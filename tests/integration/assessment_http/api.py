"""The service as a client sees it: one request, one reply with its status, headers and bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Self

import aiohttp
import msgspec

from tests.integration.assessment_http import conformity

PROBLEM = "urn:eventrail:problem:"
TIMEOUT_SECONDS = 240
LARGE_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def etag(self) -> str:
        return self.headers["ETag"]

    @property
    def position(self) -> int:
        return int(self.headers["Eventrail-Position"])

    @property
    def problem(self) -> str:
        """The problem's name; the reply must be one, whole and of its media type."""
        assert self.headers["Content-Type"] == "application/problem+json", self
        found = self.json
        assert found["status"] == self.status, self
        assert found["type"].startswith(PROBLEM), self
        return str(found["type"]).removeprefix(PROBLEM)

    def expect(self, status: int) -> Self:
        assert self.status == status, f"{self.status} instead of {status}: {self.body.decode(errors='replace')}"
        return self

    def refused(self, status: int, name: str) -> Self:
        self.expect(status)
        assert self.problem == name, self.body
        return self


class Api:
    """Requests with one credential; use `with_token` for another over the same connections."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str | None = None) -> None:
        self.session = session
        self.url = url
        self.token = token

    def with_token(self, token: str | None) -> "Api":
        return Api(self.session, self.url, token)

    def at(self, url: str) -> "Api":
        return Api(self.session, url, self.token)

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        etag: str | None = None,
        headers: Mapping[str, str] | None = None,
        data: Any = None,
    ) -> Reply:
        given = dict(headers or {})
        if self.token is not None:
            given.setdefault("Authorization", f"Bearer {self.token}")
        if key is not None:
            given["Idempotency-Key"] = key
        if etag is not None:
            given["If-Match"] = etag
        if body is not None:
            data = msgspec.json.encode(body)
            given.setdefault("Content-Type", "application/json")
        if isinstance(data, bytes) and len(data) > LARGE_BYTES:
            data = BytesIO(data)
        async with self.session.request(method, f"{self.url}{path}", data=data, headers=given) as response:
            reply = Reply(response.status, response.headers, await response.read())
        conformity.check(method, path, reply.status, reply.headers, reply.body)
        return reply

    async def get(self, path: str, **more: Any) -> Reply:
        return await self.send("GET", path, **more)

    async def post(self, path: str, body: Any = None, **more: Any) -> Reply:
        return await self.send("POST", path, body, **more)

    async def put(self, path: str, body: Any = None, **more: Any) -> Reply:
        return await self.send("PUT", path, body, **more)

    async def patch(self, path: str, body: Any = None, **more: Any) -> Reply:
        return await self.send("PATCH", path, body, **more)

    async def delete(self, path: str, **more: Any) -> Reply:
        return await self.send("DELETE", path, **more)


def a_session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
        connector=aiohttp.TCPConnector(limit=200),
        auto_decompress=False,
    )
